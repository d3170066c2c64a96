//! What Bellhop knows of a ticket: the snapshot an event brings, and the facts that routing needs.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    Id, Millis,
    event::{Actor, ActorKind, ContactRef, Event, EventType},
    ticket_acts::{CustomerAct, REACTIONS, Reaction},
};

/// A member of a snapshot: left out (`None`), cleared (`Some(None)`) or given (`Some(Some(_))`).
pub type Patch<T> = Option<Option<T>>;

fn patch<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Patch<T>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// `data.ticket` of an event: what is left out keeps its value, null clears.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TicketSnapshot {
    /// The helpdesk's id. Empty when it was left out, which intake refuses with the pointer to it.
    #[serde(default)]
    pub id: Id,
    /// The number as the helpdesk shows it.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub number: Patch<String>,
    /// The subject line.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub subject: Patch<String>,
    /// Where the ticket opens: http(s) or relative.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub url: Patch<String>,
    /// The helpdesk's word for its state, for example `open`, `closed`.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub status: Patch<String>,
    /// The helpdesk's word for its priority, for example `high`.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub priority: Patch<String>,
    /// Where it came from: `email`, `chat`, `web`, …
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub channel: Patch<String>,
    /// Department id.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub department: Patch<Id>,
    /// Assigned team.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub team: Patch<Id>,
    /// Assigned agents.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub assignees: Patch<Vec<Id>>,
    /// Project manager.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub pm: Patch<Id>,
    /// Help topic.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub help_topic: Patch<String>,
    /// The customer who owns it.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub customer: Patch<ContactRef>,
    /// Collaborators.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub participants: Patch<Vec<ContactRef>>,
    /// Agents who may not see it.
    #[serde(default, deserialize_with = "patch", skip_serializing_if = "Option::is_none")]
    pub no_access: Patch<Vec<Id>>,
}

impl TicketSnapshot {
    /// Whether it names the ticket and no more.
    fn says_nothing(&self) -> bool {
        *self == TicketSnapshot { id: self.id.clone(), ..TicketSnapshot::default() }
    }
}

/// Everything routing needs of a ticket, read and locked in the transaction that writes. What is not known is left out
/// of the stored form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TicketFacts {
    /// The helpdesk's id.
    pub id: Id,
    /// The number as the helpdesk shows it; the id where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The subject line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Where the ticket opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// State, in the helpdesk's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Priority, in the helpdesk's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// `email`, `chat`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Department id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<Id>,
    /// Assigned team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<Id>,
    /// Assigned agents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<Id>,
    /// Who was assigned before the last change that took somebody off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub previous_assignees: Vec<Id>,
    /// Project manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pm: Option<Id>,
    /// Help topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_topic: Option<String>,
    /// The customer who owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<ContactRef>,
    /// Collaborators.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<ContactRef>,
    /// Agents who may not see it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub no_access: Vec<Id>,
    /// Agents who replied, the most recent first, each once, at most ten (D-07).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub respondents: Vec<Id>,
    /// Time of the newest answer in a chat, an agent's or the bot's: whoever is told of a message late is not told of one
    /// that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Millis>,
    /// Who put what on which comment, the last [`REACTIONS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// Who has entries of it that other people's work may settle; the first [`TOLD`] of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Id>,
    /// What the customer last did, to know it again when another webhook tells of it (D-27).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_act: Option<CustomerAct>,
    /// Who follows it, or did and stopped.
    #[serde(skip)]
    pub watches: Vec<Watch>,
    /// Time of the newest snapshot that was taken over.
    pub snapshot_time: Millis,
}

/// One agent's watch of one ticket. An ended watch stays on record, so that only a new escalation renews it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Who follows.
    pub agent: Id,
    /// Following now, or stopped.
    pub active: bool,
    /// Made by an escalation and not by hand.
    pub auto: bool,
}

/// Agents of whom a ticket remembers that they were told; further ones keep their entries open.
pub const TOLD: usize = 500;
impl TicketFacts {
    /// A ticket nobody has heard of yet.
    pub fn new(id: Id) -> TicketFacts {
        TicketFacts { id, ..TicketFacts::default() }
    }

    /// The number that texts show, without `#`.
    pub fn shown_number(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.id)
    }

    /// A live chat, for which rules of its own hold.
    pub fn is_chat(&self) -> bool {
        self.channel.as_deref().is_some_and(|channel| channel.eq_ignore_ascii_case("chat"))
    }

    /// Nobody has to do anything about it: closed, resolved or merged, in the words of the helpdesks.
    pub fn is_closed(&self) -> bool {
        let status = self.status.as_deref().unwrap_or("");
        ["closed", "resolved", "merged", "archived", "spam", "deleted"].iter().any(|w| status.eq_ignore_ascii_case(w))
    }

    /// Who wrote a message: the owner, or the participant whom the event names.
    pub fn poster(&self, actor: &Actor) -> Option<ContactRef> {
        if actor.kind != ActorKind::Customer {
            return self.customer.clone();
        }
        let (id, name, email) = (actor.id.clone(), actor.name.clone(), actor.email.clone());
        let named = ContactRef { id, name, email, phone: None };
        let known = self.customer.iter().chain(&self.participants).find(|contact| contact.is_same(&named));
        let unnamed = actor.id.is_none() && actor.email.is_none();
        known.or_else(|| self.customer.as_ref().filter(|_| unnamed)).cloned().or(Some(named))
    }

    /// Agents who follow it now.
    pub fn watchers(&self) -> impl Iterator<Item = &Id> {
        self.watches.iter().filter(|watch| watch.active).map(|watch| &watch.agent)
    }

    /// Takes over what a snapshot gives, unless a newer one was there before. Says whether anything changed but the time.
    pub fn apply(&mut self, snapshot: &TicketSnapshot, at: Millis) -> bool {
        // A snapshot that says nothing (a custom notification names a ticket, no more) must not make a helpdesk whose
        // clock is a little behind look out of date.
        if at < self.snapshot_time || snapshot.says_nothing() {
            return false;
        }
        self.snapshot_time = at;
        let mut changed = take(&mut self.number, &snapshot.number);
        changed |= take(&mut self.subject, &snapshot.subject);
        changed |= take(&mut self.url, &snapshot.url);
        changed |= take(&mut self.status, &snapshot.status);
        changed |= take(&mut self.priority, &snapshot.priority);
        changed |= take(&mut self.channel, &snapshot.channel);
        changed |= take(&mut self.department, &snapshot.department);
        changed |= take(&mut self.team, &snapshot.team);
        changed |= take(&mut self.pm, &snapshot.pm);
        changed |= take(&mut self.help_topic, &snapshot.help_topic);
        changed |= take(&mut self.customer, &snapshot.customer);
        changed |= take_list(&mut self.participants, &snapshot.participants);
        changed |= take_list(&mut self.no_access, &snapshot.no_access);
        changed | self.take_assignees(&snapshot.assignees)
    }

    /// Takes over what an event says of its ticket, before it is routed. Says whether anything changed but the time.
    pub fn take_event(&mut self, event: &Event) -> bool {
        let Some(given) = &event.data.ticket else { return false };
        let mut snapshot = Cow::Borrowed(given);
        if event.kind == EventType::TicketAssigned && given.assignees.is_none() && given.team.is_none() {
            let assigned = event.data.assigned.clone().unwrap_or_default();
            let named = snapshot.to_mut();
            named.assignees = (!assigned.agents.is_empty()).then_some(Some(assigned.agents));
            named.team = assigned.team.map(Some);
        }
        if event.kind == EventType::TicketUnassigned && given.assignees.is_none() {
            snapshot.to_mut().assignees = Some(None);
        }
        if event.kind == EventType::TicketClosed && given.status.is_none() {
            snapshot.to_mut().status = Some(Some("closed".to_owned()));
        }
        let reacted = self.take_reaction(event);
        self.apply(&snapshot, event.time) | reacted
    }

    fn take_reaction(&mut self, event: &Event) -> bool {
        let data = &event.data;
        let by = data.actor.id.clone().or_else(|| data.actor.name.as_deref().map(Id::from));
        let (Some(comment), Some(by)) = (&data.comment, by) else { return false };
        let emoji = data.emoji.clone().unwrap_or_default();
        let reaction = Reaction { comment: comment.id.clone(), by, emoji };
        let known = self.reactions.iter().position(|known| *known == reaction);
        match (event.kind, known) {
            (EventType::CommentReacted, None) => {
                if self.reactions.len() >= REACTIONS {
                    self.reactions.remove(0);
                }
                self.reactions.push(reaction);
            }
            (EventType::CommentUnreacted, Some(place)) => drop(self.reactions.remove(place)),
            _ => return false,
        }
        true
    }

    /// How many people have put something on a comment, its author left out.
    pub fn reacted_to(&self, comment: &str, author: Option<&Id>) -> usize {
        let mut people: Vec<&Id> = self.reactions.iter().filter(|r| &*r.comment == comment).map(|r| &r.by).collect();
        people.retain(|by| Some(*by) != author);
        people.sort_unstable();
        people.dedup();
        people.len()
    }

    /// Notes what later events of this ticket depend on, after this one was routed. Says whether anything changed.
    pub fn after_event(&mut self, event: &Event) -> bool {
        if event.kind != EventType::ReplySent {
            return false;
        }
        let is_newest = self.is_chat() && !event.data.auto_reply && self.answered_at < Some(event.time);
        if is_newest {
            self.answered_at = Some(event.time);
        }
        match event.data.actor.agent() {
            Some(agent) if self.respondents.first() != Some(agent) => {
                self.note_respondent(agent);
                true
            }
            _ => is_newest,
        }
    }

    /// Whether another webhook told of this already (D-27).
    pub fn knows_act(&self, event: &Event) -> bool {
        matches!((&self.customer_act, CustomerAct::of(event)), (Some(known), Some(act)) if known.is_same(&act))
    }

    /// Notes what the customer did; of two webhooks about one act, the first. Says whether there is anything to note.
    pub fn note_act(&mut self, event: &Event) -> bool {
        let act = CustomerAct::of(event).filter(|_| !self.knows_act(event));
        let is_new = act.is_some();
        if is_new {
            self.customer_act = act;
        }
        is_new
    }

    /// Notes who has an entry of it. Says whether anybody is new.
    pub fn note_told<'a>(&mut self, agents: impl Iterator<Item = &'a Id>) -> bool {
        let before = self.told.len();
        for agent in agents {
            if self.told.len() >= TOLD {
                break;
            }
            if !self.told.contains(agent) {
                self.told.push(agent.clone());
            }
        }
        self.told.len() > before
    }

    fn take_assignees(&mut self, given: &Patch<Vec<Id>>) -> bool {
        let Some(given) = given else { return false };
        let now = given.as_deref().unwrap_or_default();
        if self.assignees == now {
            return false;
        }
        let before = std::mem::replace(&mut self.assignees, now.to_vec());
        if before.iter().any(|agent| !now.contains(agent)) {
            self.previous_assignees = before;
        }
        true
    }

    /// Puts `agent` first among the respondents.
    pub fn note_respondent(&mut self, agent: &Id) {
        self.respondents.retain(|known| known != agent);
        self.respondents.insert(0, agent.clone());
        self.respondents.truncate(10);
    }
}

fn take<T: Clone + PartialEq>(to: &mut Option<T>, given: &Patch<T>) -> bool {
    let Some(given) = given else { return false };
    let changed = to != given;
    if changed {
        to.clone_from(given);
    }
    changed
}

fn take_list<T: Clone + PartialEq>(to: &mut Vec<T>, given: &Patch<Vec<T>>) -> bool {
    let Some(given) = given else { return false };
    let given = given.as_deref().unwrap_or_default();
    let changed = to != given;
    if changed {
        *to = given.to_vec();
    }
    changed
}
