//! Rows of notifications, state and content apart: written in bulk with the event, read back as what an agent sees.

use std::sync::Arc;

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, Queryable, QueryableByName, Selectable};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    bulk::to_json,
    connection::Conn,
    insert::{self, Field, TableRow},
    schema::{contents, notifications},
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

/// A notification's state as the table keeps it.
#[derive(Debug, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = notifications)]
pub struct State {
    seq: i64,
    id: String,
    changed_seq: i64,
    ticket_id: Option<String>,
    comment_id: Option<String>,
    created_at: i64,
    read_at: Option<i64>,
    cleared_at: Option<i64>,
    snoozed_until: Option<i64>,
    resolved: Option<String>,
}

/// What it says.
#[derive(Debug, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = contents)]
pub struct Content {
    kind: String,
    reason: String,
    category: Option<String>,
    priority: String,
    title: String,
    body: String,
    url: Option<String>,
    actor: String,
    ticket_number: Option<String>,
    ticket_subject: Option<String>,
    quiet: bool,
}

/// A notification as the tables keep it.
#[derive(Debug, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = notifications)]
pub struct Row {
    #[diesel(embed)]
    state: State,
    #[diesel(embed)]
    content: Content,
}

impl Row {
    /// The number of its last change.
    pub(super) fn changed_seq(&self) -> i64 {
        self.state.changed_seq
    }
}

/// State and content side by side: what a [`Row`] is selected from.
#[diesel::dsl::auto_type]
pub(super) fn entries() -> _ {
    notifications::table.inner_join(contents::table.on(contents::id.eq(notifications::id)))
}

impl TryFrom<Row> for Notification {
    type Error = Error;

    fn try_from(Row { state, content }: Row) -> Result<Notification> {
        let ticket = state.ticket_id.map(|id| TicketRef {
            id: id.into(),
            number: content.ticket_number.unwrap_or_default(),
            subject: content.ticket_subject.unwrap_or_default(),
        });
        Ok(Notification {
            id: state.id.into(),
            seq: state.seq,
            kind: content.kind.into(),
            reason: content.reason.into(),
            category: content.category.map(Id::from),
            priority: Priority::parse(&content.priority).ok_or_else(|| damaged("priority"))?,
            title: content.title.into(),
            body: content.body.into(),
            url: content.url.map(Arc::from),
            actor: serde_json::from_str(&content.actor).map_err(|_| damaged("actor"))?,
            ticket: ticket.map(Arc::new),
            comment: state.comment_id.map(|id| CommentLink { id: id.into() }),
            created_at: state.created_at,
            changed_seq: state.changed_seq,
            read_at: state.read_at,
            cleared_at: state.cleared_at,
            snoozed_until: state.snoozed_until,
            resolved: state
                .resolved
                .map(|json| serde_json::from_str(&json))
                .transpose()
                .map_err(|_| damaged("resolved"))?,
            quiet: content.quiet,
        })
    }
}

fn damaged(column: &str) -> Error {
    Error::Internal(format!("a stored notification has an unreadable {column}"))
}

/// A notification about to be inserted, as a row of each table.
pub struct NewEntry<'a> {
    agent: &'a Id,
    made: &'a Notification,
    event: &'a Event,
    actor: String,
}

impl<'a> NewEntry<'a> {
    /// The notification that was made for `agent` because of `event`.
    pub fn new(agent: &'a Id, made: &'a Notification, event: &'a Event) -> Result<NewEntry<'a>> {
        Ok(NewEntry { agent, made, event, actor: to_json(&made.actor).map_err(Error::Store)? })
    }
}

struct NewState<'a>(&'a NewEntry<'a>);

struct NewContent<'a>(&'a NewEntry<'a>);

impl TableRow for NewState<'_> {
    type Kind = NewState<'static>;

    const TABLE: &'static str = "notifications";
    const CONFLICT: &'static str = "";

    fn fields(&self) -> Vec<Field<'_>> {
        let NewEntry { agent, made, .. } = self.0;
        vec![
            ("agent_id", (&***agent).into()),
            ("seq", made.seq.into()),
            ("id", (&*made.id).into()),
            ("changed_seq", made.changed_seq.into()),
            // It calls for attention from the beginning.
            ("alert_seq", made.seq.into()),
            ("ticket_id", made.ticket.as_ref().map(|ticket| &*ticket.id).into()),
            ("comment_id", made.comment.as_ref().map(|comment| &*comment.id).into()),
            ("created_at", made.created_at.into()),
        ]
    }
}

impl TableRow for NewContent<'_> {
    type Kind = NewContent<'static>;

    const TABLE: &'static str = "contents";
    const CONFLICT: &'static str = "";

    fn fields(&self) -> Vec<Field<'_>> {
        let NewEntry { agent, made, event, actor } = self.0;
        vec![
            ("id", (&*made.id).into()),
            ("agent_id", (&***agent).into()),
            ("seq", made.seq.into()),
            ("event_source", (&*event.source).into()),
            ("event_id", (&*event.id).into()),
            ("type", (&*made.kind).into()),
            ("reason", (&*made.reason).into()),
            ("category", made.category.as_deref().into()),
            ("priority", made.priority.as_str().into()),
            ("title", (&*made.title).into()),
            ("body", (&*made.body).into()),
            ("url", made.url.as_deref().into()),
            ("actor", (&**actor).into()),
            ("ticket_number", made.ticket.as_ref().map(|ticket| &*ticket.number).into()),
            ("ticket_subject", made.ticket.as_ref().map(|ticket| &*ticket.subject).into()),
            ("quiet", made.quiet.into()),
        ]
    }
}

/// Inserts new notifications. Their numbers are unique by the table's keys: a number used twice fails the transaction.
pub fn insert(conn: &mut Conn, entries: &[NewEntry<'_>]) -> Result<()> {
    let states: Vec<NewState<'_>> = entries.iter().map(NewState).collect();
    insert::insert(conn, &states).map_err(Error::Store)?;
    let contents: Vec<NewContent<'_>> = entries.iter().map(NewContent).collect();
    insert::insert(conn, &contents).map_err(Error::Store)?;
    Ok(())
}

/// Gives a draft the next number of its inbox: the change that the agent's devices hear of.
pub fn place(draft: Draft, inbox: &mut Inbox, now: Millis, accepted_us: i64) -> InboxChange {
    let prev = inbox.seq;
    inbox.seq += 1;
    inbox.counts.unread += 1;
    inbox.counts.unseen += 1;
    InboxChange {
        agent: draft.agent.clone(),
        prev,
        seq: inbox.seq,
        counts: inbox.counts,
        what: Change::Entry(Box::new(notification(draft, inbox.seq, now))),
        accepted_us,
    }
}

fn notification(draft: Draft, seq: i64, now: Millis) -> Notification {
    Notification {
        id: Uuid::now_v7().to_string().into(),
        seq,
        kind: draft.kind,
        reason: draft.reason,
        category: draft.category,
        priority: draft.priority,
        title: draft.title,
        body: draft.body,
        url: draft.url,
        actor: draft.actor,
        ticket: draft.ticket,
        comment: draft.comment,
        created_at: now,
        changed_seq: seq,
        read_at: None,
        cleared_at: None,
        snoozed_until: None,
        resolved: None,
        quiet: draft.quiet,
    }
}

/// What programs hear of a change that is a new entry.
pub fn told(change: &InboxChange) -> Option<Result<Value>> {
    match &change.what {
        Change::Entry(made) => {
            let entry = serde_json::to_value(made).map_err(|error| Error::Internal(error.to_string()));
            Some(entry.map(|entry| json!({"agent": &*change.agent, "notification": entry})))
        }
        Change::Acted { .. } | Change::Removed { .. } => None,
    }
}

/// The row of a change that is a new entry.
pub fn new_entry<'a>(change: &'a InboxChange, event: &'a Event) -> Option<Result<NewEntry<'a>>> {
    match &change.what {
        Change::Entry(made) => Some(NewEntry::new(&change.agent, made, event)),
        Change::Acted { .. } | Change::Removed { .. } => None,
    }
}
