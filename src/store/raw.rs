//! Statements that the query builder cannot express, prepared once per connection.
//!
//! `diesel::sql_query` is prepared anew each time, which costs as much as running it. A [`Raw`] statement has text
//! binds, a JSON array as a rule, and counts as the same statement wherever its text is the same.

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{HasSqlType, Text, Untyped},
};

/// SQL around its binds, if it has any.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    before: &'a str,
    binds: [Option<(&'a str, &'a str)>; 2],
}

impl<'a> Raw<'a> {
    /// `sql` has its bind where `$1` stands, once.
    pub fn new(sql: &'a str, bind: &'a str) -> Raw<'a> {
        let (before, after) = sql.split_once("$1").unwrap_or((sql, ""));
        Raw { before, binds: [Some((bind, after)), None] }
    }

    /// `sql` has its binds where `$1` and, further on, `$2` stand, once each.
    pub fn with_two(sql: &'a str, first: &'a str, second: &'a str) -> Raw<'a> {
        let (before, after) = sql.split_once("$1").unwrap_or((sql, ""));
        let (between, after) = after.split_once("$2").unwrap_or((after, ""));
        Raw { before, binds: [Some((first, between)), Some((second, after))] }
    }

    /// `sql` has no bind.
    pub fn plain(sql: &'a str) -> Raw<'a> {
        Raw { before: sql, binds: [None; 2] }
    }
}

impl<DB> QueryFragment<DB> for Raw<'_>
where
    DB: Backend + HasSqlType<Text>,
    str: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.before);
        for (bind, after) in self.binds.iter().flatten() {
            out.push_bind_param::<Text, str>(bind)?;
            out.push_sql(after);
        }
        Ok(())
    }
}

impl QueryId for Raw<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Raw<'_> {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for Raw<'_> {}
