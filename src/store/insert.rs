//! Rows into one table: on SQLite a prepared statement a row, on PostgreSQL one statement for all of them.
//!
//! SQLite is a library: a statement costs little more than its row, and binds spare it taking JSON apart (about a third
//! of the time). On PostgreSQL each statement is a round trip, so there the rows travel as one JSON array.

use std::{borrow::Cow, fmt::Write};

use diesel::{
    QueryResult, RunQueryDsl,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Bool, Nullable, Text, Untyped},
    sqlite::Sqlite,
};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    bulk::{Column, to_json},
    connection::Conn,
    raw::Raw,
};

/// A row of some table.
pub trait TableRow {
    /// The columns that it fills.
    const COLUMNS: &'static [Column];

    /// What goes into them, in the same order.
    fn binds(&self) -> Vec<Bind<'_>>;
}

/// What goes into one column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind<'a> {
    /// Text without NUL characters.
    Text(Cow<'a, str>),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Nothing.
    Null,
}

impl<'a> From<&'a str> for Bind<'a> {
    /// A NUL character, which PostgreSQL cannot hold in text, becomes U+FFFD.
    fn from(text: &'a str) -> Bind<'a> {
        let has_nul = text.as_bytes().contains(&0);
        Bind::Text(if has_nul { text.replace('\0', "\u{fffd}").into() } else { text.into() })
    }
}

impl From<i64> for Bind<'_> {
    fn from(number: i64) -> Self {
        Bind::Int(number)
    }
}

impl From<bool> for Bind<'_> {
    fn from(yes: bool) -> Self {
        Bind::Bool(yes)
    }
}

impl<'a, T: Into<Bind<'a>>> From<Option<T>> for Bind<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Bind::Null, T::into)
    }
}

impl Serialize for Bind<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Bind::Text(text) => to.serialize_str(text),
            Bind::Int(number) => to.serialize_i64(*number),
            Bind::Bool(yes) => to.serialize_bool(*yes),
            Bind::Null => to.serialize_unit(),
        }
    }
}

/// A statement that writes rows into one table.
#[derive(Debug, Clone)]
pub struct Insert {
    /// Up to the opening bracket of the values.
    before: String,
    /// From the closing bracket on.
    after: String,
    postgres: String,
}

impl Insert {
    /// `INSERT INTO table (columns) … conflict`, where `conflict` is empty or an `ON CONFLICT` clause.
    pub fn into<R: TableRow>(table: &str, conflict: &str) -> Insert {
        let names = R::COLUMNS.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ");
        let definitions = R::COLUMNS.iter().map(|column| column.definition()).collect::<Vec<_>>().join(", ");
        let mut postgres = format!("INSERT INTO {table} ({names}) SELECT {names} FROM ");
        let _ = write!(postgres, "jsonb_to_recordset($1::jsonb) AS r({definitions}) {conflict}");
        Insert { before: format!("INSERT INTO {table} ({names}) VALUES ("), after: format!(") {conflict}"), postgres }
    }

    /// Runs it for `rows`; none is no statement. Returns how many rows the table changed by.
    pub fn run<R: TableRow>(&self, conn: &mut Conn, rows: &[R]) -> QueryResult<usize> {
        match conn {
            Conn::Sqlite(c) => rows.iter().map(|row| One { insert: self, binds: row.binds() }.execute(c)).sum(),
            Conn::Pg(_) if rows.is_empty() => Ok(0),
            Conn::Pg(c) => {
                let rows = to_json(&rows.iter().map(Named).collect::<Vec<_>>())?;
                Raw::new(&self.postgres, &rows).execute(c)
            }
        }
    }
}

/// A row with the names of its columns.
struct Named<'a, R>(&'a R);

impl<R: TableRow> Serialize for Named<'_, R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let binds = self.0.binds();
        let mut map = to.serialize_map(Some(binds.len()))?;
        for (column, bind) in R::COLUMNS.iter().zip(&binds) {
            map.serialize_entry(column.name(), bind)?;
        }
        map.end()
    }
}

/// One row on its way into SQLite. All rows of an [`Insert`] have the same text, and so the same prepared statement.
struct One<'a> {
    insert: &'a Insert,
    binds: Vec<Bind<'a>>,
}

const NULL: Option<&str> = None;

impl QueryFragment<Sqlite> for One<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&self.insert.before);
        for (number, bind) in self.binds.iter().enumerate() {
            if number > 0 {
                out.push_sql(", ");
            }
            match bind {
                Bind::Text(text) => out.push_bind_param::<Text, str>(text)?,
                Bind::Int(number) => out.push_bind_param::<BigInt, i64>(number)?,
                Bind::Bool(yes) => out.push_bind_param::<Bool, bool>(yes)?,
                Bind::Null => out.push_bind_param::<Nullable<Text>, Option<&str>>(&NULL)?,
            }
        }
        out.push_sql(&self.insert.after);
        Ok(())
    }
}

impl QueryId for One<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for One<'_> {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for One<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_becomes_a_replacement_character() {
        assert_eq!(Bind::from("a\0b"), Bind::Text("a\u{fffd}b".into()));
        assert_eq!(Bind::from(None::<&str>), Bind::Null);
    }
}
