//! Renewal: one entry that changes instead of a further one ("3 people reacted to your comment").

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};

use super::{
    bulk::to_json,
    connection::Conn,
    notifications::{self, NewEntry, Row, new_entry},
    schema::{contents, notifications as table},
};
use crate::{
    domain::{
        Millis,
        event::Event,
        inbox::Inbox,
        notification::{Draft, Notification},
        nudge::{Change, InboxChange},
    },
    error::{Error, Result},
};

/// Renews the agent's entry of the same reason about the same comment, unless it is dismissed; makes one where there is
/// none. A renewed entry is new again: unread, and it calls for attention.
pub fn renew(
    conn: &mut Conn,
    draft: Draft,
    event: &Event,
    inbox: &mut Inbox,
    now: Millis,
    accepted_us: i64,
) -> Result<InboxChange> {
    let Some(known) = find(conn, &draft)? else {
        let change = notifications::place(draft, inbox, now, accepted_us);
        if let Some(entry) = new_entry(&change, event) {
            let entry: NewEntry<'_> = entry?;
            notifications::insert(conn, &[entry])?;
        }
        return Ok(change);
    };
    let prev = inbox.seq;
    inbox.seq += 1;
    let was_unread = known.read_at.is_none() && known.snoozed_until.is_none() && known.resolved.is_none();
    // What was unread and newer than the last look is so still.
    let was_unseen = was_unread && alert_seq(conn, &draft, known.seq)? > inbox.seen_seq;
    inbox.counts.unread += i64::from(!was_unread);
    inbox.counts.unseen += i64::from(!was_unseen);
    let renewed = Notification {
        changed_seq: inbox.seq,
        title: draft.title,
        body: draft.body,
        url: draft.url,
        actor: draft.actor,
        ticket: draft.ticket,
        read_at: None,
        snoozed_until: None,
        resolved: None,
        quiet: draft.quiet,
        ..known
    };
    write(conn, &draft.agent, &renewed, event, now)?;
    Ok(InboxChange {
        agent: draft.agent,
        prev,
        seq: inbox.seq,
        counts: inbox.counts,
        what: Change::Entry(Box::new(renewed)),
        accepted_us,
    })
}

fn find(conn: &mut Conn, draft: &Draft) -> Result<Option<Notification>> {
    let Some(comment) = &draft.comment else { return Ok(None) };
    let known: Option<Row> = table::table
        .inner_join(contents::table.on(contents::id.eq(table::id)))
        .filter(table::agent_id.eq(&*draft.agent))
        .filter(table::comment_id.eq(&*comment.id))
        .filter(table::cleared_at.is_null())
        .filter(contents::reason.eq(&*draft.reason))
        .order(table::seq.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()
        .map_err(Error::Store)?;
    known.map(Notification::try_from).transpose()
}

fn alert_seq(conn: &mut Conn, draft: &Draft, seq: i64) -> Result<i64> {
    table::table.find((&*draft.agent, seq)).select(table::alert_seq).first(conn).map_err(Error::Store)
}

fn write(conn: &mut Conn, agent: &str, renewed: &Notification, event: &Event, now: Millis) -> Result<()> {
    diesel::update(table::table.find((agent, renewed.seq)))
        .set((
            table::changed_seq.eq(renewed.changed_seq),
            table::alert_seq.eq(renewed.changed_seq),
            table::alert_at.eq(now),
            table::read_at.eq(None::<i64>),
            table::snoozed_until.eq(None::<i64>),
            table::resolved.eq(None::<&str>),
        ))
        .execute(conn)
        .map_err(Error::Store)?;
    let actor = to_json(&renewed.actor).map_err(Error::Store)?;
    diesel::update(contents::table.find(&*renewed.id))
        .set((
            contents::event_source.eq(&*event.source),
            contents::event_id.eq(&*event.id),
            contents::title.eq(&*renewed.title),
            contents::body.eq(&*renewed.body),
            contents::url.eq(renewed.url.as_deref()),
            contents::actor.eq(actor),
            contents::quiet.eq(renewed.quiet),
        ))
        .execute(conn)
        .map(drop)
        .map_err(Error::Store)
}
