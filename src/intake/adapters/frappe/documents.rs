//! What each DocType adds to an event: actor, message, whom it concerns.

use super::reader::Reader;
use crate::{
    domain::{
        Id,
        event::{Assigned, EventData, EventType},
    },
    intake::adapters::loose::{MAX_NAME_BYTES, clip},
};

/// People mentioned in one comment; the rest of a longer list is left as it stands.
const MAX_MENTIONS: usize = 500;

impl Reader<'_> {
    pub(super) fn ticket(&mut self, kind: EventType) -> EventData {
        let doc = self.doc;
        let mut data = EventData { actor: self.actor_of(doc.modified_by.as_deref()), ..EventData::default() };
        match kind {
            EventType::TicketCreated => {
                // An agent may open a ticket for somebody else; whatever else made it, it is its customer's.
                let by = self.actor_of(doc.owner.as_deref().filter(|owner| Some(*owner) != doc.raised_by.as_deref()));
                data.actor = if by.agent().is_some() { by } else { self.customer_actor() };
                data.message = self.message(None, doc.description.as_deref());
            }
            EventType::TicketReopened => data.actor = self.customer_actor(),
            _ => {}
        }
        data
    }

    pub(super) fn todo(&mut self, kind: EventType) -> EventData {
        let doc = self.doc;
        if kind == EventType::TicketUnassigned {
            return EventData { actor: self.actor_of(doc.modified_by.as_deref()), ..EventData::default() };
        }
        let by_rule = doc.assignment_rule.as_deref().is_some_and(|rule| !rule.is_empty());
        let by = doc.assigned_by.as_deref().filter(|_| !by_rule);
        let actor = self.by_agent(by, doc.assigned_by_full_name.as_deref());
        EventData { actor, assigned: self.newly_assigned(doc.allocated_to.as_deref(), by_rule), ..EventData::default() }
    }

    fn newly_assigned(&mut self, user: Option<&str>, by_rule: bool) -> Option<Assigned> {
        let agents = user.filter(|user| !user.is_empty()).map(|user| self.agent(user, "")).into_iter().collect();
        Some(Assigned { agents, team: None, by_rule })
    }

    pub(super) fn comment(&mut self, kind: EventType) -> EventData {
        let doc = self.doc;
        if matches!(kind, EventType::CommentReacted | EventType::CommentUnreacted) {
            let emoji = doc.own_reaction().and_then(|own| own.emoji.as_deref());
            return EventData {
                actor: self.by_agent(doc.modified_by.as_deref(), None),
                comment: self.comment_ref(doc.name.as_ref(), doc.commented_by.as_deref()),
                emoji: emoji.map(|emoji| clip(emoji, MAX_NAME_BYTES)),
                ..EventData::default()
            };
        }
        let writer = doc.commented_by.as_deref().or(doc.owner.as_deref());
        EventData {
            actor: self.by_agent(writer, None),
            message: self.message(doc.name.as_ref(), doc.content.as_deref()),
            ..EventData::default()
        }
    }

    pub(super) fn communication(&mut self, kind: EventType) -> EventData {
        let doc = self.doc;
        let actor = match kind {
            EventType::ReplySent => {
                // The sender may be the desk's own address; then whoever made the document wrote it.
                let is_agent = self.actor_of(doc.sender.as_deref()).agent().is_some();
                let writer = if is_agent { doc.sender.as_deref() } else { doc.owner.as_deref() };
                self.by_agent(writer, doc.sender_full_name.as_deref().filter(|_| is_agent))
            }
            _ => self.customer_actor(),
        };
        EventData { actor, message: self.message(doc.name.as_ref(), doc.content.as_deref()), ..EventData::default() }
    }

    pub(super) fn notification(&mut self, kind: EventType) -> EventData {
        let doc = self.doc;
        let to = doc.user_to.as_deref();
        let actor = self.by_agent(doc.user_from.as_deref().filter(|_| kind != EventType::TicketReopened), None);
        let data = EventData { actor, ..EventData::default() };
        match kind {
            EventType::TicketViewed => EventData { actor: self.by_agent(to, None), ..data },
            EventType::TicketAssigned => EventData { assigned: self.newly_assigned(to, false), ..data },
            EventType::CommentReacted => {
                EventData { comment: self.comment_ref(doc.reference_comment.as_ref(), to), ..data }
            }
            EventType::TicketReopened => {
                let previous = to.map(|to| vec![self.agent(to, "")]);
                EventData { actor: self.customer_actor(), previous_assignees: previous, ..data }
            }
            _ => {
                let mut message =
                    self.message(doc.reference_comment.as_ref(), doc.message.as_deref()).unwrap_or_default();
                // One notification for each who is mentioned: the others have their own.
                message.mentions = to.map(|to| self.agent(to, "")).into_iter().collect();
                EventData { message: Some(message), ..data }
            }
        }
    }

    pub(super) fn log_entry(&mut self, kind: EventType) -> EventData {
        let doc = self.doc;
        let to = doc.for_user.as_deref();
        let data = EventData { actor: self.by_agent(doc.from_user.as_deref(), None), ..EventData::default() };
        if kind == EventType::TicketAssigned {
            return EventData { assigned: self.newly_assigned(to, false), ..data };
        }
        let mut message = self.message(None, doc.subject.as_deref()).unwrap_or_default();
        message.mentions = to.map(|to| self.agent(to, "")).into_iter().collect();
        EventData { message: Some(message), ..data }
    }

    /// `<span data-type="mention" data-id="ben@example.com" data-label="Ben">`, as the editor writes a mention.
    pub(super) fn mentions(&mut self, html: &str) -> Vec<Id> {
        let mut mentions = Vec::new();
        let tags = html.split('<').skip(1).filter_map(|part| Some(part.split_once('>')?.0));
        let of_mentions = tags.filter(|tag| attribute(tag, "data-type") == Some("mention"));
        for tag in of_mentions.take(MAX_MENTIONS) {
            let Some(user) = attribute(tag, "data-id").filter(|user| !user.is_empty()) else { continue };
            let id = self.agent(user, attribute(tag, "data-label").unwrap_or(""));
            if !mentions.contains(&id) {
                mentions.push(id);
            }
        }
        mentions
    }
}

/// The value of an attribute within a tag, in either kind of quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once(name) {
        rest = after;
        let is_whole = before.ends_with(char::is_whitespace);
        let Some(value) = after.strip_prefix('=').filter(|_| is_whole) else { continue };
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        return value[1..].split(quote).next();
    }
    None
}
