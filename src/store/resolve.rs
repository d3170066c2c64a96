//! What other people's work settles: open entries of a ticket in the inboxes of those who did not do it.

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};

use super::{
    bulk::to_json,
    connection::Conn,
    schema::{contents, notifications},
};
use crate::{
    domain::{
        Id, Millis,
        act::Op,
        inbox::Inbox,
        nudge::{Change, InboxChange},
        plan::Resolution,
    },
    error::{Error, Result},
};

/// Settles the open entries of one agent that stood at or below `up_to`, each with a number and a frame of its own.
pub fn resolve(
    conn: &mut Conn,
    agent: &Id,
    inbox: &mut Inbox,
    up_to: i64,
    resolution: &Resolution,
    now: Millis,
) -> Result<Vec<InboxChange>> {
    use notifications::dsl as n;
    let open: Vec<(i64, String, i64, Option<i64>)> = n::notifications
        .inner_join(contents::table.on(contents::id.eq(n::id)))
        .filter(n::agent_id.eq(&**agent))
        .filter(n::ticket_id.eq(&*resolution.ticket))
        .filter(n::seq.le(up_to))
        .filter(n::read_at.is_null())
        .filter(n::cleared_at.is_null())
        .filter(n::resolved.is_null())
        .filter(contents::reason.ne_all(resolution.spared))
        .order(n::seq)
        .select((n::seq, n::id, n::alert_seq, n::snoozed_until))
        .load(conn)
        .map_err(Error::Store)?;
    let resolved = to_json(&resolution.resolved).map_err(Error::Store)?;
    let mut changes = Vec::with_capacity(open.len());
    for (seq, id, alert_seq, snoozed_until) in open {
        let prev = inbox.seq;
        inbox.seq += 1;
        let was_awake = snoozed_until.is_none();
        inbox.counts.unread -= i64::from(was_awake);
        inbox.counts.unseen -= i64::from(was_awake && alert_seq > inbox.seen_seq);
        diesel::update(n::notifications.find((&**agent, seq)))
            .set((n::changed_seq.eq(inbox.seq), n::resolved.eq(&resolved), n::snoozed_until.eq(None::<i64>)))
            .execute(conn)
            .map_err(Error::Store)?;
        changes.push(InboxChange {
            agent: agent.clone(),
            prev,
            seq: inbox.seq,
            counts: inbox.counts,
            what: Change::Acted {
                op: Op::Resolve,
                ids: vec![id.into()],
                selector: None,
                at: now,
                until: None,
                resolved: Some(resolution.resolved.clone()),
                reference: None,
            },
            accepted_us: 0,
        });
    }
    Ok(changes)
}
