//! Rows of several tables that are written together.
//!
//! On PostgreSQL each statement is a round trip and has a price of its own, so one statement writes them all; on SQLite
//! they are written as they are added.

use diesel::{
    QueryResult, QueryableByName, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{BigInt, Text, Untyped},
};

use super::{Part, TableRow, insert};
use crate::store::connection::Conn;

/// What is to be written; a table comes in it once.
#[derive(Debug, Default)]
pub struct Together {
    parts: Vec<Part>,
    /// Rows that were added, and that SQLite has written of them.
    rows: usize,
    written: usize,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    written: i64,
}

impl Together {
    /// Adds rows of a table; none is nothing.
    pub fn add<R: TableRow>(&mut self, conn: &mut Conn, rows: &[R]) -> QueryResult<()> {
        self.rows += rows.len();
        match conn {
            Conn::Sqlite(_) => self.written += insert(conn, rows)?,
            Conn::Pg(_) => self.parts.extend(Part::of(rows, R::CONFLICT)?),
        }
        Ok(())
    }

    /// Writes what is not written yet. False when rows were there that are to stay as they are.
    pub fn write(self, conn: &mut Conn) -> QueryResult<bool> {
        let written = match conn {
            Conn::Pg(c) if !self.parts.is_empty() => {
                let count: Count = Statement(&self.parts).get_result(c)?;
                usize::try_from(count.written).unwrap_or(usize::MAX)
            }
            _ => self.written,
        };
        Ok(written == self.rows)
    }
}

/// `WITH t0 AS (INSERT …), t1 AS (INSERT …) SELECT` how many rows they wrote. All see the tables as they were before.
struct Statement<'a>(&'a [Part]);

impl QueryFragment<Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (number, part) in self.0.iter().enumerate() {
            out.push_sql(if number > 0 { ", t" } else { "WITH t" });
            out.push_sql(&number.to_string());
            out.push_sql(" AS (");
            out.push_sql(&part.before);
            out.push_bind_param::<Text, String>(&part.rows)?;
            out.push_sql(&part.after);
            out.push_sql(" RETURNING 1)");
        }
        for number in 0..self.0.len() {
            out.push_sql(if number > 0 { " + " } else { " SELECT " });
            out.push_sql("(SELECT count(*) FROM t");
            out.push_sql(&number.to_string());
            out.push_sql(")");
        }
        out.push_sql(" AS written");
        Ok(())
    }
}

/// The same text is the same prepared statement.
impl QueryId for Statement<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for Statement<'_> {}
