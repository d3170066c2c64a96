//! A person who is to be forgotten, and how they are taken out of what is stored about others.
//!
//! Where somebody is named as somebody (an actor, a customer, an assignee) they are found by id or email; in texts that
//! people wrote, by the addresses, names and `@id` known of them, as whole words. A name of one word counts only beside
//! something that leads to the person: chats call everybody "Visitor". Names and addresses that stand beside their id are
//! learnt on the way: a helpdesk may know more of them than the directory.

use serde_json::{Value, json};

use super::{
    Id,
    event::{Actor, ActorKind, ContactRef, Event, EventData},
    notification::{Resolved, ShownActor},
    ticket::{Patch, TicketFacts, TicketSnapshot},
};

/// Stands for the name.
pub const ERASED_NAME: &str = "Erased person";
/// Stands for an id or address where there has to be one.
pub const ERASED_ID: &str = "erased";
/// Names and addresses that are learnt at most, each.
const LEARNT: usize = 20;

/// Which kind of person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonKind {
    /// A member of the staff.
    Agent,
    /// A customer.
    Contact,
}

/// Everything that leads to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    kind: PersonKind,
    id: Id,
    names: Vec<String>,
    addresses: Vec<String>,
}

/// The texts of one stored notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryTexts {
    /// First line.
    pub title: String,
    /// Second line.
    pub body: String,
    /// Who triggered it.
    pub actor: ShownActor,
    /// Subject of its ticket.
    pub subject: Option<String>,
    /// Who handled it.
    pub resolved: Option<Resolved>,
}

impl Person {
    /// A person of that id, of whom nothing else is known yet.
    pub fn new(kind: PersonKind, id: Id) -> Person {
        Person { kind, id, names: Vec::new(), addresses: Vec::new() }
    }

    /// A name of theirs.
    pub fn named(mut self, name: &str) -> Person {
        learn(&mut self.names, Some(name));
        self
    }

    /// An email address, a telephone number, a picture's address of theirs.
    pub fn at(mut self, address: Option<&str>) -> Person {
        learn(&mut self.addresses, address);
        self
    }

    /// Which kind.
    pub fn kind(&self) -> PersonKind {
        self.kind
    }

    /// Their id.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// What is known of their names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What is known of their addresses.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Texts of which a stored row about them holds at least one, as they are and as they stand in JSON.
    pub fn traces(&self) -> Vec<String> {
        let mut traces = vec![json!(&*self.id).to_string(), format!("@{}", self.id)];
        for word in self.names.iter().filter(|name| is_full(name)).chain(&self.addresses) {
            let quoted = json!(word).to_string();
            traces.push(quoted[1..quoted.len() - 1].to_owned());
            traces.push(word.clone());
        }
        traces.sort_unstable();
        traces.dedup();
        traces
    }

    /// Takes them out of a ticket; says whether they were in it.
    pub fn leave_ticket(&mut self, facts: &mut TicketFacts) -> bool {
        let lists = [
            &mut facts.assignees,
            &mut facts.previous_assignees,
            &mut facts.no_access,
            &mut facts.respondents,
            &mut facts.told,
        ];
        let mut changed = lists.into_iter().fold(false, |changed, list| self.leave_list(list) | changed);
        changed |= self.leave_place(&mut facts.pm);
        changed |= self.leave_contact_place(&mut facts.customer);
        changed |= self.leave_contacts(&mut facts.participants);
        let reactions = facts.reactions.len();
        facts.reactions.retain(|reaction| reaction.by != self.id);
        changed |= facts.reactions.len() < reactions;
        if facts.customer_act.as_ref().is_some_and(|act| act.customer.as_ref() == Some(&self.id)) {
            facts.customer_act = None;
            changed = true;
        }
        self.leave_texts(changed, facts.subject.iter_mut().collect())
    }

    /// Takes them out of an event; says whether they were in it.
    pub fn leave_event(&mut self, event: &mut Event) -> bool {
        let data = &mut event.data;
        let mut changed = self.leave_actor(&mut data.actor);
        changed |= data.ticket.as_mut().is_some_and(|ticket| self.leave_snapshot(ticket));
        changed |= data.contact.as_mut().is_some_and(|contact| self.leave_contact(contact));
        changed |= data.message.as_mut().is_some_and(|message| self.leave_list(&mut message.mentions));
        changed |= data.assigned.as_mut().is_some_and(|assigned| self.leave_list(&mut assigned.agents));
        changed |= data.previous_assignees.as_mut().is_some_and(|agents| self.leave_list(agents));
        changed |= data.comment.as_mut().is_some_and(|comment| self.leave_place(&mut comment.author));
        if let Some(custom) = data.custom.as_mut().filter(|custom| self.is_agent(&custom.to)) {
            custom.to = ERASED_ID.into();
            changed = true;
        }
        if data.account.as_ref().is_some_and(|account| **account == *self.id || self.has_address(account)) {
            (data.account, data.ip) = (Some(ERASED_ID.to_owned()), None);
            changed = true;
        }
        self.leave_texts(changed, texts_of(data))
    }

    /// Takes them out of JSON of which nothing else is known: whatever is their id, and every text.
    pub fn leave_json(&self, value: &mut Value) -> bool {
        let mut texts = Vec::new();
        strings_of(value, &mut texts);
        let mut changed = false;
        for id in texts.iter_mut().filter(|text| ***text == *self.id) {
            ERASED_ID.clone_into(id);
            changed = true;
        }
        self.leave_texts(changed, texts)
    }

    /// Takes them out of a stored explanation and the list of who was notified; says whether they were in one.
    pub fn leave_explanation(&self, candidates: &mut Value, notified: &mut [Id]) -> bool {
        let kind = match self.kind {
            PersonKind::Agent => "agent",
            PersonKind::Contact => "contact",
        };
        let mut changed = false;
        for candidate in candidates.as_array_mut().into_iter().flatten() {
            let named = candidate["recipient"].as_str().unwrap_or_default();
            if (named == &*self.id && candidate["kind"].as_str().is_none_or(|is| is == kind)) || self.has_address(named)
            {
                candidate["recipient"] = json!(ERASED_ID);
                changed = true;
            }
        }
        // Ids of contacts are not told apart from agents' here: the explanation says whose they are.
        if changed || self.kind == PersonKind::Agent {
            for recipient in notified.iter_mut().filter(|recipient| **recipient == self.id) {
                *recipient = ERASED_ID.into();
                changed = true;
            }
        }
        changed
    }

    /// Takes them out of somebody's notification; says whether they were in it.
    pub fn leave_entry(&mut self, entry: &mut EntryTexts) -> bool {
        let ShownActor { kind, id, name, avatar_url } = &mut entry.actor;
        let mut changed = self.leave_somebody(*kind, id, name, avatar_url);
        if let Some(resolved) = &mut entry.resolved
            && resolved.by.as_ref().is_some_and(|by| self.is_agent(by))
        {
            learn(&mut self.names, resolved.by_name.as_deref());
            (resolved.by, resolved.by_name) = (None, Some(ERASED_NAME.to_owned()));
            changed = true;
        }
        let texts = [&mut entry.title, &mut entry.body].into_iter().chain(&mut entry.subject);
        self.leave_texts(changed, texts.collect())
    }

    fn leave_actor(&mut self, actor: &mut Actor) -> bool {
        let Actor { kind, id, name, avatar_url, .. } = actor;
        self.leave_somebody(*kind, id, name, avatar_url)
    }

    fn leave_somebody(
        &mut self,
        kind: ActorKind,
        id: &mut Option<Id>,
        name: &mut Option<String>,
        picture: &mut Option<String>,
    ) -> bool {
        let is_of_kind = match self.kind {
            PersonKind::Agent => kind == ActorKind::Agent,
            PersonKind::Contact => kind == ActorKind::Customer,
        };
        let is_named = || name.as_ref().is_some_and(|name| self.names.contains(name));
        let is_them = is_of_kind && id.as_ref().map_or_else(is_named, |id| *id == self.id);
        // A replacement that is there already has nobody left in it.
        if !is_them || name.as_deref() == Some(ERASED_NAME) && id.is_none() {
            return false;
        }
        learn(&mut self.names, name.as_deref());
        (*id, *name, *picture) = (None, Some(ERASED_NAME.to_owned()), None);
        true
    }

    fn leave_snapshot(&mut self, ticket: &mut TicketSnapshot) -> bool {
        let lists = [&mut ticket.assignees, &mut ticket.no_access];
        let mut changed = lists.into_iter().filter_map(given).fold(false, |was, list| self.leave_list(list) | was);
        changed |= ticket.pm.as_mut().is_some_and(|pm| self.leave_place(pm));
        changed |= ticket.customer.as_mut().is_some_and(|customer| self.leave_contact_place(customer));
        changed | given(&mut ticket.participants).is_some_and(|participants| self.leave_contacts(participants))
    }

    fn leave_contact_place(&mut self, place: &mut Option<ContactRef>) -> bool {
        place.as_mut().is_some_and(|contact| self.leave_contact(contact))
    }

    fn leave_contacts(&mut self, contacts: &mut [ContactRef]) -> bool {
        contacts.iter_mut().fold(false, |changed, contact| self.leave_contact(contact) | changed)
    }

    fn leave_contact(&mut self, contact: &mut ContactRef) -> bool {
        let has_id = self.kind == PersonKind::Contact && contact.id.as_ref() == Some(&self.id);
        if !has_id && !contact.email.as_ref().is_some_and(|email| self.has_address(email)) {
            return false;
        }
        learn(&mut self.names, contact.name.as_deref());
        learn(&mut self.addresses, contact.email.as_deref());
        learn(&mut self.addresses, contact.phone.as_deref());
        *contact = ContactRef { name: Some(ERASED_NAME.to_owned()), ..ContactRef::default() };
        true
    }

    fn leave_list(&self, agents: &mut Vec<Id>) -> bool {
        let before = agents.len();
        agents.retain(|agent| !self.is_agent(agent));
        agents.len() < before
    }

    fn leave_place(&self, agent: &mut Option<Id>) -> bool {
        let is_them = agent.as_ref().is_some_and(|agent| self.is_agent(agent));
        if is_them {
            *agent = None;
        }
        is_them
    }

    /// Takes them out of the texts of one row; says whether they were in it. `is_in_it`: they stood elsewhere in it.
    fn leave_texts(&self, is_in_it: bool, mut texts: Vec<&mut String>) -> bool {
        // Addresses and `@id` first: a name may be a part of one.
        let mut changed = is_in_it;
        for text in &mut texts {
            changed |= self.addresses.iter().fold(false, |was, word| replace(text, word, ERASED_ID) | was);
            if self.kind == PersonKind::Agent {
                changed |= replace(text, &format!("@{}", self.id), &format!("@{ERASED_ID}"));
            }
        }
        let names: Vec<&String> = self.names.iter().filter(|name| changed || is_full(name)).collect();
        for text in &mut texts {
            changed |= names.iter().fold(false, |was, name| replace(text, name, ERASED_NAME) | was);
        }
        changed
    }

    fn is_agent(&self, agent: &Id) -> bool {
        self.kind == PersonKind::Agent && *agent == self.id
    }

    fn has_address(&self, address: &str) -> bool {
        self.addresses.iter().any(|known| known.eq_ignore_ascii_case(address))
    }
}

fn given<T>(patch: &mut Patch<T>) -> Option<&mut T> {
    patch.as_mut()?.as_mut()
}

/// What people wrote in an event.
fn texts_of(data: &mut EventData) -> Vec<&mut String> {
    let mut texts: Vec<&mut String> = data.title.iter_mut().chain(&mut data.detail).collect();
    texts.extend(data.ticket.as_mut().and_then(|ticket| given(&mut ticket.subject)));
    texts.extend(data.custom.as_mut().and_then(|custom| custom.message.as_mut()));
    if let Some(message) = &mut data.message {
        texts.extend(message.text.iter_mut().chain(&mut message.html));
        texts.extend(message.attachments.iter_mut().map(|file| &mut file.name));
    }
    texts
}

fn strings_of<'a>(value: &'a mut Value, found: &mut Vec<&'a mut String>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(values) => values.iter_mut().for_each(|value| strings_of(value, found)),
        Value::Object(members) => members.values_mut().for_each(|value| strings_of(value, found)),
        _ => {}
    }
}

/// A name of several words is one person's.
fn is_full(name: &str) -> bool {
    name.contains(char::is_whitespace)
}

/// One letter is no name: it would stand for itself in every text.
fn learn(known: &mut Vec<String>, word: Option<&str>) {
    let Some(word) = word.map(str::trim).filter(|word| word.chars().count() > 1 && *word != ERASED_NAME) else {
        return;
    };
    if known.len() < LEARNT && !known.iter().any(|known| known == word) {
        known.push(word.to_owned());
        // The longest first: "Ana Souza" goes as a whole before "Ana" does.
        known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    }
}

/// Replaces a word wherever it stands by itself, whatever the case of its ASCII letters.
fn replace(text: &mut String, word: &str, with: &str) -> bool {
    // Byte for byte as long as the text, so that places in one are places in the other.
    let folded = text.to_ascii_lowercase();
    let mut replaced = String::new();
    let mut kept = 0;
    for (begin, found) in folded.match_indices(&word.to_ascii_lowercase()) {
        let end = begin + found.len();
        let stands_alone = !folded[..begin].ends_with(char::is_alphanumeric)
            && !folded[end..].starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_');
        if stands_alone {
            replaced.push_str(&text[kept..begin]);
            replaced.push_str(with);
            kept = end;
        }
    }
    if kept > 0 {
        replaced.push_str(&text[kept..]);
        *text = replaced;
    }
    kept > 0
}

#[cfg(test)]
#[path = "erasure_tests.rs"]
mod tests;
