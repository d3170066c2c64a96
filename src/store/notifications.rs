//! Rows of notifications: written in bulk with the event, read back as what an agent sees.

use std::sync::LazyLock;

use diesel::{Queryable, Selectable};
use serde::Serialize;
use uuid::Uuid;

use super::{
    bulk::{Bulk, Column, to_json},
    connection::Conn,
    schema::notifications,
};
use crate::{
    domain::{
        Id, Millis,
        event::Event,
        inbox::Inbox,
        notification::{CommentLink, Draft, Notification, Priority, TicketRef},
        nudge::{Change, InboxChange},
    },
    error::{Error, Result},
};

/// A notification as the table keeps it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub struct Row {
    pub(super) seq: i64,
    id: String,
    pub(super) changed_seq: i64,
    kind: String,
    reason: String,
    category: Option<String>,
    priority: String,
    title: String,
    body: String,
    url: Option<String>,
    actor: String,
    ticket_id: Option<String>,
    ticket_number: Option<String>,
    ticket_subject: Option<String>,
    comment_id: Option<String>,
    quiet: bool,
    created_at: i64,
    read_at: Option<i64>,
    cleared_at: Option<i64>,
    snoozed_until: Option<i64>,
    resolved: Option<String>,
}

impl TryFrom<Row> for Notification {
    type Error = Error;

    fn try_from(row: Row) -> Result<Notification> {
        let ticket = row.ticket_id.map(|id| TicketRef {
            id: id.into(),
            number: row.ticket_number.unwrap_or_default(),
            subject: row.ticket_subject.unwrap_or_default(),
        });
        Ok(Notification {
            id: row.id.into(),
            seq: row.seq,
            kind: row.kind.into(),
            reason: row.reason.into(),
            category: row.category.map(Id::from),
            priority: Priority::parse(&row.priority).ok_or_else(|| damaged("priority"))?,
            title: row.title,
            body: row.body,
            url: row.url,
            actor: serde_json::from_str(&row.actor).map_err(|_| damaged("actor"))?,
            ticket,
            comment: row.comment_id.map(|id| CommentLink { id: id.into() }),
            created_at: row.created_at,
            changed_seq: row.changed_seq,
            read_at: row.read_at,
            cleared_at: row.cleared_at,
            snoozed_until: row.snoozed_until,
            resolved: row
                .resolved
                .map(|json| serde_json::from_str(&json))
                .transpose()
                .map_err(|_| damaged("resolved"))?,
            quiet: row.quiet,
        })
    }
}

fn damaged(column: &str) -> Error {
    Error::Internal(format!("a stored notification has an unreadable {column}"))
}

/// A notification about to be inserted.
#[derive(Debug, Serialize)]
pub struct NewRow {
    agent_id: Id,
    seq: i64,
    id: Id,
    changed_seq: i64,
    alert_seq: i64,
    event_source: Id,
    event_id: Id,
    #[serde(rename = "type")]
    kind: Id,
    reason: Id,
    category: Option<Id>,
    priority: &'static str,
    title: String,
    body: String,
    url: Option<String>,
    actor: String,
    ticket_id: Option<Id>,
    ticket_number: Option<String>,
    ticket_subject: Option<String>,
    comment_id: Option<Id>,
    quiet: bool,
    created_at: Millis,
}

const COLUMNS: [Column; 21] = [
    Column::Text("agent_id"),
    Column::Int("seq"),
    Column::Text("id"),
    Column::Int("changed_seq"),
    Column::Int("alert_seq"),
    Column::Text("event_source"),
    Column::Text("event_id"),
    Column::Text("type"),
    Column::Text("reason"),
    Column::Text("category"),
    Column::Text("priority"),
    Column::Text("title"),
    Column::Text("body"),
    Column::Text("url"),
    Column::Text("actor"),
    Column::Text("ticket_id"),
    Column::Text("ticket_number"),
    Column::Text("ticket_subject"),
    Column::Text("comment_id"),
    Column::Bool("quiet"),
    Column::Int("created_at"),
];

static INSERT: LazyLock<Bulk> = LazyLock::new(|| Bulk::insert("notifications", &COLUMNS, ""));

/// Inserts new notifications. Their numbers are unique by the table's keys: a number used twice fails the transaction.
pub fn insert(conn: &mut Conn, rows: &[NewRow]) -> Result<()> {
    INSERT.run(conn, rows).map_err(Error::Store)?;
    Ok(())
}

/// Gives a draft the next number of its inbox: the row to insert, and the change that the agent's devices hear of.
pub fn place(
    draft: &Draft,
    event: &Event,
    inbox: &mut Inbox,
    now: Millis,
    accepted_us: i64,
) -> Result<(NewRow, InboxChange)> {
    let prev = inbox.seq;
    inbox.seq += 1;
    inbox.counts.unread += 1;
    inbox.counts.unseen += 1;
    let notification = notification(draft, inbox.seq, now);
    let row = new_row(draft, &notification, event)?;
    let change = InboxChange {
        agent: draft.agent.clone(),
        prev,
        seq: inbox.seq,
        counts: inbox.counts,
        what: Change::Entry(Box::new(notification)),
        accepted_us,
    };
    Ok((row, change))
}

fn notification(draft: &Draft, seq: i64, now: Millis) -> Notification {
    Notification {
        id: Uuid::now_v7().to_string().into(),
        seq,
        kind: draft.kind.clone(),
        reason: draft.reason.clone(),
        category: draft.category.clone(),
        priority: draft.priority,
        title: draft.title.clone(),
        body: draft.body.clone(),
        url: draft.url.clone(),
        actor: draft.actor.clone(),
        ticket: draft.ticket.clone(),
        comment: draft.comment.clone(),
        created_at: now,
        changed_seq: seq,
        read_at: None,
        cleared_at: None,
        snoozed_until: None,
        resolved: None,
        quiet: draft.quiet,
    }
}

fn new_row(draft: &Draft, made: &Notification, event: &Event) -> Result<NewRow> {
    Ok(NewRow {
        agent_id: draft.agent.clone(),
        seq: made.seq,
        id: made.id.clone(),
        changed_seq: made.seq,
        alert_seq: made.seq,
        event_source: event.source.clone(),
        event_id: event.id.clone(),
        kind: draft.kind.clone(),
        reason: draft.reason.clone(),
        category: draft.category.clone(),
        priority: draft.priority.as_str(),
        title: draft.title.clone(),
        body: draft.body.clone(),
        url: draft.url.clone(),
        actor: to_json(&draft.actor).map_err(Error::Store)?,
        ticket_id: draft.ticket.as_ref().map(|ticket| ticket.id.clone()),
        ticket_number: draft.ticket.as_ref().map(|ticket| ticket.number.clone()),
        ticket_subject: draft.ticket.as_ref().map(|ticket| ticket.subject.clone()),
        comment_id: draft.comment.as_ref().map(|comment| comment.id.clone()),
        quiet: draft.quiet,
        created_at: made.created_at,
    })
}
