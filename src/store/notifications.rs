//! Rows of notifications, state and content apart: written in bulk with the event, read back as what an agent sees.

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, Queryable, Selectable};
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
#[derive(Debug, Queryable, Selectable)]
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
#[derive(Debug, Queryable, Selectable)]
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
#[derive(Debug, Queryable, Selectable)]
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
            title: content.title,
            body: content.body,
            url: content.url,
            actor: serde_json::from_str(&content.actor).map_err(|_| damaged("actor"))?,
            ticket,
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

/// A notification about to be inserted: a row of each table.
#[derive(Debug)]
pub struct NewRow {
    state: NewState,
    content: NewContent,
}

#[derive(Debug)]
struct NewState {
    agent_id: Id,
    seq: i64,
    id: Id,
    changed_seq: i64,
    alert_seq: i64,
    ticket_id: Option<Id>,
    comment_id: Option<Id>,
    created_at: Millis,
}

#[derive(Debug)]
struct NewContent {
    id: Id,
    agent_id: Id,
    seq: i64,
    event_source: Id,
    event_id: Id,
    kind: Id,
    reason: Id,
    category: Option<Id>,
    priority: &'static str,
    title: String,
    body: String,
    url: Option<String>,
    actor: String,
    ticket_number: Option<String>,
    ticket_subject: Option<String>,
    quiet: bool,
}

impl TableRow for &NewState {
    type Kind = NewState;

    const TABLE: &'static str = "notifications";
    const CONFLICT: &'static str = "";

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            ("agent_id", (&*self.agent_id).into()),
            ("seq", self.seq.into()),
            ("id", (&*self.id).into()),
            ("changed_seq", self.changed_seq.into()),
            ("alert_seq", self.alert_seq.into()),
            ("ticket_id", self.ticket_id.as_deref().into()),
            ("comment_id", self.comment_id.as_deref().into()),
            ("created_at", self.created_at.into()),
        ]
    }
}

impl TableRow for &NewContent {
    type Kind = NewContent;

    const TABLE: &'static str = "contents";
    const CONFLICT: &'static str = "";

    fn fields(&self) -> Vec<Field<'_>> {
        vec![
            ("id", (&*self.id).into()),
            ("agent_id", (&*self.agent_id).into()),
            ("seq", self.seq.into()),
            ("event_source", (&*self.event_source).into()),
            ("event_id", (&*self.event_id).into()),
            ("type", (&*self.kind).into()),
            ("reason", (&*self.reason).into()),
            ("category", self.category.as_deref().into()),
            ("priority", self.priority.into()),
            ("title", (&*self.title).into()),
            ("body", (&*self.body).into()),
            ("url", self.url.as_deref().into()),
            ("actor", (&*self.actor).into()),
            ("ticket_number", self.ticket_number.as_deref().into()),
            ("ticket_subject", self.ticket_subject.as_deref().into()),
            ("quiet", self.quiet.into()),
        ]
    }
}

/// Inserts new notifications. Their numbers are unique by the table's keys: a number used twice fails the transaction.
pub fn insert(conn: &mut Conn, rows: &[NewRow]) -> Result<()> {
    let (states, contents): (Vec<_>, Vec<_>) = rows.iter().map(|row| (&row.state, &row.content)).unzip();
    insert::insert(conn, &states).map_err(Error::Store)?;
    insert::insert(conn, &contents).map_err(Error::Store)?;
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
    let state = NewState {
        agent_id: draft.agent.clone(),
        seq: made.seq,
        id: made.id.clone(),
        changed_seq: made.seq,
        alert_seq: made.seq,
        ticket_id: draft.ticket.as_ref().map(|ticket| ticket.id.clone()),
        comment_id: draft.comment.as_ref().map(|comment| comment.id.clone()),
        created_at: made.created_at,
    };
    let content = NewContent {
        id: made.id.clone(),
        agent_id: draft.agent.clone(),
        seq: made.seq,
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
        ticket_number: draft.ticket.as_ref().map(|ticket| ticket.number.clone()),
        ticket_subject: draft.ticket.as_ref().map(|ticket| ticket.subject.clone()),
        quiet: draft.quiet,
    };
    Ok(NewRow { state, content })
}
