//! Many changed rows in one statement: they travel as one JSON array and are taken apart by the database.
//!
//! The same array serves both: SQLite reads it with `jsonb_each`, which does not write each row out as text again for
//! each of its columns (4 µs a row instead of 15), PostgreSQL with `jsonb_to_recordset`.

use diesel::{QueryResult, RunQueryDsl};
use serde::Serialize;

use super::{connection::Conn, raw::Raw};

/// Type of a column, as PostgreSQL names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// `TEXT`.
    Text(&'static str),
    /// `BIGINT`.
    Int(&'static str),
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Column::Text(name) | Column::Int(name) => name,
        }
    }

    fn definition(self) -> String {
        let kind = match self {
            Column::Text(_) => "text",
            Column::Int(_) => "bigint",
        };
        format!("{} {kind}", self.name())
    }
}

/// A statement that changes many rows of one table.
#[derive(Debug, Clone)]
pub struct Bulk {
    sqlite: String,
    postgres: String,
}

impl Bulk {
    /// `UPDATE table SET set FROM rows r WHERE matching`; in `set` and `matching` the rows are `r`, the table `t`.
    pub fn update(table: &str, columns: &[Column], set: &str, matching: &str) -> Bulk {
        let fields = join(columns, |c| format!("value->>'{0}' AS {0}", c.name()));
        let definitions = join(columns, |c| c.definition());
        Bulk {
            sqlite: format!(
                "UPDATE {table} AS t SET {set} FROM (SELECT {fields} FROM jsonb_each($1)) AS r WHERE {matching}"
            ),
            postgres: format!(
                "UPDATE {table} AS t SET {set} FROM jsonb_to_recordset($1::jsonb) AS r({definitions}) WHERE {matching}"
            ),
        }
    }

    /// Runs it for `rows`; none is no statement. Returns how many rows the table changed by.
    pub fn run<R: Serialize>(&self, conn: &mut Conn, rows: &[R]) -> QueryResult<usize> {
        if rows.is_empty() {
            return Ok(0);
        }
        let rows = to_json(rows)?;
        match conn {
            Conn::Pg(c) => Raw::new(&self.postgres, &rows).execute(c),
            Conn::Sqlite(c) => Raw::new(&self.sqlite, &rows).execute(c),
        }
    }
}

/// JSON for a bind. A NUL character, which PostgreSQL cannot hold in text, becomes U+FFFD.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> QueryResult<String> {
    let text =
        serde_json::to_string(value).map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
    Ok(if text.contains(NUL) { without_nul(&text) } else { text })
}

const NUL: &str = "\\u0000";

/// Replaces escaped NULs, but not `\\u0000`, which is a backslash followed by harmless letters.
fn without_nul(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        clean.push_str(before);
        let length = if escape.starts_with(NUL) { NUL.len() } else { 2 };
        clean.push_str(if length == 2 { &escape[..2] } else { "\u{fffd}" });
        rest = &escape[length..];
    }
    clean + rest
}

fn join(columns: &[Column], show: impl Fn(Column) -> String) -> String {
    columns.iter().map(|column| show(*column)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_nul_is_replaced_and_an_escaped_backslash_is_not_mistaken_for_one() {
        assert_eq!(to_json("a\0b").expect("plain text"), "\"a\u{fffd}b\"");
        assert_eq!(to_json("a\\u0000b").expect("plain text"), "\"a\\\\u0000b\"");
        assert_eq!(to_json("\\\0\"").expect("plain text"), "\"\\\\\u{fffd}\\\"\"");
    }
}
