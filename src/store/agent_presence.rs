//! Where agents are, over several nodes: each reports which agents it has sessions of, and keeps its own lease; what a
//! node reported counts until that ends.

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};

use super::{
    Store,
    connection::{Conn, on_backend, write_transaction},
    insert::{self, Field, TableRow},
    schema::{agent_presence, nodes},
};
use crate::{
    domain::{Id, Millis},
    error::{Error, Result},
};

/// What is left of nodes that ended, and of agents who left, is removed after this.
const FORGET_MS: Millis = 10 * 60_000;

/// An agent on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentOnNode {
    /// Who.
    pub agent: Id,
    /// `active` or `idle`.
    pub state: &'static str,
    /// Since when, milliseconds since 1970.
    pub since: Millis,
    /// When the last session with a screen ended; none while there is one.
    pub left_at: Option<Millis>,
}

/// What some node reported of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedPresence {
    /// Who.
    pub agent: Id,
    /// On which node.
    pub node: Id,
    /// `active` or `idle`, as it was last reported.
    pub state: String,
    /// Since when.
    pub since: Millis,
    /// When they left; none while they are there.
    pub left_at: Option<Millis>,
    /// Until when the node's word counts.
    pub until: Millis,
}

struct Row<'a> {
    node: &'a str,
    here: &'a AgentOnNode,
}

impl TableRow for Row<'_> {
    type Kind = Row<'static>;

    const TABLE: &'static str = "agent_presence";
    const CONFLICT: &'static str = "ON CONFLICT (agent_id, node_id) DO UPDATE SET state = excluded.state, \
        since = excluded.since, left_at = excluded.left_at";

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            ("agent_id", (&*self.here.agent).into()),
            ("node_id", self.node.into()),
            ("state", self.here.state.into()),
            ("since", self.here.since.into()),
            ("left_at", self.here.left_at.into()),
        ]
    }
}

impl Store {
    /// Keeps the node's lease for `lease_ms`, and writes what changed of its agents.
    ///
    /// # Errors
    /// When the store cannot be written: the report is made again.
    pub async fn report_presence(&self, node: &str, lease_ms: Millis, changed: Vec<AgentOnNode>) -> Result<()> {
        let (node, now) = (node.to_owned(), self.clock.now());
        self.writers.run(move |conn, _| Ok((report(conn, &node, now, lease_ms, &changed)?, Vec::new()))).await
    }

    /// What the nodes that are alive, or were a moment ago, reported of these agents.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reported_presence(&self, agents: Vec<Id>) -> Result<Vec<ReportedPresence>> {
        self.read(move |conn| reported(conn, &agents)).await
    }
}

fn report(conn: &mut Conn, node: &str, now: Millis, lease_ms: Millis, changed: &[AgentOnNode]) -> Result<()> {
    write_transaction(conn, |conn| {
        let row = (nodes::id.eq(node), nodes::until.eq(now + lease_ms));
        on_backend!(conn, c => diesel::insert_into(nodes::table)
            .values(row)
            .on_conflict(nodes::id)
            .do_update()
            .set(nodes::until.eq(now + lease_ms))
            .execute(c))
        .map_err(Error::Store)?;
        let rows: Vec<Row<'_>> = changed.iter().map(|here| Row { node, here }).collect();
        insert::insert(conn, &rows).map_err(Error::Store)?;
        forget_old(conn, now - FORGET_MS)
    })
}

fn forget_old(conn: &mut Conn, before: Millis) -> Result<()> {
    let ended = nodes::table.filter(nodes::until.lt(before)).select(nodes::id);
    let ended: Vec<String> = ended.load(conn).map_err(Error::Store)?;
    if !ended.is_empty() {
        let theirs = agent_presence::table.filter(agent_presence::node_id.eq_any(&ended));
        diesel::delete(theirs).execute(conn).map_err(Error::Store)?;
        diesel::delete(nodes::table.filter(nodes::id.eq_any(&ended))).execute(conn).map_err(Error::Store)?;
    }
    Ok(())
}

fn reported(conn: &mut Conn, agents: &[Id]) -> Result<Vec<ReportedPresence>> {
    use agent_presence::dsl as p;
    type Columns = (String, String, String, Millis, Option<Millis>, Millis);
    let rows: Vec<Columns> = p::agent_presence
        .inner_join(nodes::table.on(nodes::id.eq(p::node_id)))
        .filter(p::agent_id.eq_any(agents.iter().map(|agent| &**agent)))
        .select((p::agent_id, p::node_id, p::state, p::since, p::left_at, nodes::until))
        .load(conn)
        .map_err(Error::Store)?;
    let reported = |(agent, node, state, since, left_at, until): Columns| ReportedPresence {
        agent: agent.into(),
        node: node.into(),
        state,
        since,
        left_at,
        until,
    };
    Ok(rows.into_iter().map(reported).collect())
}
