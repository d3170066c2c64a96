//! Rows into one table: on SQLite a prepared statement a row, on PostgreSQL one statement for all of them.
//!
//! SQLite is a library: a statement costs little more than its row, and binds spare it taking JSON apart (about a third
//! of the time). On PostgreSQL each statement is a round trip, so there the rows travel as one JSON array.

use std::{borrow::Cow, marker::PhantomData};

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Bool, Nullable, Text, Untyped},
    sqlite::Sqlite,
};
use serde::{Serialize, Serializer};

use super::{bulk::to_json, connection::Conn, raw::Raw};

/// A row of some table.
pub trait TableRow {
    /// Tells the kinds of rows apart: a type of each kind's own.
    type Kind: 'static;
    /// Where it goes.
    const TABLE: &'static str;
    /// What happens when the row is there: an `ON CONFLICT` clause, or nothing.
    const CONFLICT: &'static str;

    /// The columns that it fills, all rows of a kind the same in the same order, and what goes into them.
    fn fields(&self) -> Vec<Field<'_>>;
}

/// A column and what goes into it.
pub type Field<'a> = (&'static str, Bind<'a>);

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

/// Writes rows into their table; none is no statement. Returns how many rows the table changed by.
pub fn insert<R: TableRow>(conn: &mut Conn, rows: &[R]) -> QueryResult<usize> {
    match conn {
        Conn::Sqlite(c) => rows.iter().map(|row| One { fields: row.fields(), kind: PhantomData::<R> }.execute(c)).sum(),
        Conn::Pg(c) => insert_as_json(c, rows, R::CONFLICT),
    }
}

/// Writes those rows that are not there yet; the others stay as they are.
pub fn insert_missing<R: TableRow>(conn: &mut PgConnection, rows: &[R]) -> QueryResult<usize> {
    insert_as_json(conn, rows, "ON CONFLICT DO NOTHING")
}

fn insert_as_json<R: TableRow>(conn: &mut PgConnection, rows: &[R], conflict: &str) -> QueryResult<usize> {
    let Some(first) = rows.first() else { return Ok(0) };
    let table = R::TABLE;
    let names = first.fields().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO {table} ({names}) \
         SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb) {conflict}"
    );
    Raw::new(&sql, &to_json(&rows.iter().map(Named).collect::<Vec<_>>())?).execute(conn)
}

/// A row with the names of its columns.
struct Named<'a, R>(&'a R);

impl<R: TableRow> Serialize for Named<'_, R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.fields())
    }
}

/// One row on its way into SQLite. All rows of a kind have the same text, and so the same prepared statement.
struct One<'a, R> {
    fields: Vec<Field<'a>>,
    kind: PhantomData<R>,
}

const NULL: Option<&str> = None;

impl<R: TableRow> QueryFragment<Sqlite> for One<'_, R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_sql(R::TABLE);
        out.push_sql(" (");
        for (number, (name, _)) in self.fields.iter().enumerate() {
            out.push_sql(if number > 0 { ", " } else { "" });
            out.push_sql(name);
        }
        out.push_sql(") VALUES (");
        for (number, (_, bind)) in self.fields.iter().enumerate() {
            out.push_sql(if number > 0 { ", " } else { "" });
            match bind {
                Bind::Text(text) => out.push_bind_param::<Text, str>(text)?,
                Bind::Int(number) => out.push_bind_param::<BigInt, i64>(number)?,
                Bind::Bool(yes) => out.push_bind_param::<Bool, bool>(yes)?,
                Bind::Null => out.push_bind_param::<Nullable<Text>, Option<&str>>(&NULL)?,
            }
        }
        out.push_sql(") ");
        out.push_sql(R::CONFLICT);
        Ok(())
    }
}

/// The prepared statement is found by the kind of row: putting its text together takes longer than running it.
impl<R: TableRow> QueryId for One<'_, R> {
    type QueryId = R::Kind;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R> Query for One<'_, R> {
    type SqlType = Untyped;
}

impl<R, Conn> RunQueryDsl<Conn> for One<'_, R> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_becomes_a_replacement_character() {
        assert_eq!(Bind::from("a\0b"), Bind::Text("a\u{fffd}b".into()));
        assert_eq!(Bind::from(None::<&str>), Bind::Null);
    }
}
