//! From a candidate to what is stored: text, link, actor. What is the same for all recipients of a rule is made once.

use std::sync::Arc;

use super::{
    candidate::{Candidate, Outcome},
    links, plain_text,
    rules::{Audience, Body, Kind, PriorityRule, Rule},
    text::{Texts, Values},
};
use crate::domain::{
    Id,
    event::{ActorKind, Escalation},
    notification::{CommentLink, Draft, Priority, ShownActor, TicketRef},
    plan::Facts,
    settings::Wording,
};

/// Makes the drafts of one event.
pub struct Drafter<'a> {
    facts: &'a Facts<'a>,
    texts: &'a Texts,
    actor: Arc<ShownActor>,
    ticket: Option<Arc<TicketRef>>,
    comment: Option<CommentLink>,
    url: Option<Arc<str>>,
    /// Each rule's draft without its recipient; an event has a handful of rules.
    templates: Vec<(&'static Rule, Draft)>,
}

impl<'a> Drafter<'a> {
    /// What all drafts of the event share.
    pub fn new(facts: &'a Facts<'a>, texts: &'a Texts) -> Drafter<'a> {
        let ticket = facts.ticket.map(|ticket| TicketRef {
            id: ticket.id.clone(),
            number: ticket.shown_number().to_owned(),
            subject: ticket.subject.clone().unwrap_or_default(),
        });
        let url = own_url(facts).or_else(|| links::of_event(facts.event, facts.ticket));
        Drafter {
            facts,
            texts,
            actor: Arc::new(named_actor(facts)),
            ticket: ticket.map(Arc::new),
            comment: links::comment_id(facts.event).map(|id| CommentLink { id: id.clone() }),
            url: url.map(Arc::from),
            templates: Vec::new(),
        }
    }

    /// The draft of a candidate who gets an entry.
    pub fn draft(&mut self, candidate: &Candidate, prepared: &Prepared) -> Draft {
        let known = self.templates.iter().position(|(rule, _)| std::ptr::eq(*rule, prepared.rule));
        let place = known.unwrap_or_else(|| {
            self.templates.push((prepared.rule, self.template(prepared)));
            self.templates.len() - 1
        });
        let mut draft = self.templates[place].1.clone();
        draft.agent = candidate.recipient.clone();
        draft.quiet = candidate.outcome == Outcome::Stored;
        draft
    }

    fn template(&self, prepared: &Prepared) -> Draft {
        let rule = prepared.rule;
        let custom = self.facts.event.data.custom.as_ref();
        Draft {
            agent: prepared.reason.clone(),
            kind: match (rule.kind, custom) {
                (Kind::AsGiven, Some(custom)) => custom.kind.clone(),
                _ => prepared.kind.clone(),
            },
            reason: prepared.reason.clone(),
            category: prepared.category.clone(),
            priority: self.priority(rule.priority),
            title: self.title(rule).into(),
            body: self.body(rule.body).into(),
            url: self.url.clone(),
            actor: self.shown_actor(rule),
            ticket: self.ticket.clone(),
            comment: self.comment.clone(),
            quiet: false,
            renews: rule.audience == Audience::CommentAuthor,
        }
    }

    /// How much it may disturb.
    pub fn priority(&self, rule: PriorityRule) -> Priority {
        let data = &self.facts.event.data;
        match rule {
            PriorityRule::Fixed(priority) => priority,
            PriorityRule::AsTicket if is_pressing(self.facts) => Priority::High,
            PriorityRule::AsTicket => Priority::Normal,
            PriorityRule::AsEscalation if data.escalation == Some(Escalation::Emergency) => Priority::Urgent,
            PriorityRule::AsEscalation => Priority::High,
            PriorityRule::AsGiven => data.custom.as_ref().map_or(Priority::Normal, |custom| custom.priority),
        }
    }

    /// The caller's own words, else the text of the rule.
    pub fn title(&self, rule: &Rule) -> String {
        let own = self.facts.event.data.custom.as_ref().and_then(|custom| custom.message.as_deref());
        let own = own.map(|words| super::text::one_line(words.to_owned())).filter(|words| !words.is_empty());
        own.unwrap_or_else(|| self.texts.fill(rule.text, &self.facts.snapshot.settings, &self.values()))
    }

    fn values(&self) -> Values<'_> {
        let (data, ticket) = (&self.facts.event.data, self.facts.ticket);
        let directory = &self.facts.snapshot.directory;
        let assigned = data.assigned.as_ref();
        let team = assigned.and_then(|a| a.team.as_deref()).or_else(|| ticket?.team.as_deref());
        let department = ticket.and_then(|ticket| ticket.department.as_deref());
        let name_or = |name: Option<&'a str>, id: Option<&'a str>| name.filter(|name| !name.is_empty()).or(id);
        Values {
            number: ticket.map_or("", |ticket| ticket.shown_number()),
            subject: ticket.and_then(|ticket| ticket.subject.as_deref()).unwrap_or(""),
            actor: self.actor.name.as_deref().unwrap_or(""),
            client: client(self.facts),
            department: name_or(department.and_then(|id| directory.department(id)).map(|d| &*d.name), department)
                .unwrap_or("your department"),
            team: name_or(team.and_then(|id| directory.team(id)).map(|t| &*t.name), team).unwrap_or(""),
            emoji: data.emoji.as_deref().unwrap_or("👍"),
            escalation: if data.escalation == Some(Escalation::Emergency) { "emergency" } else { "normal" },
            count: data
                .comment
                .as_ref()
                .zip(ticket)
                .map_or(0, |(comment, ticket)| ticket.reacted_to(&comment.id, comment.author.as_ref())),
            by_rule: assigned.is_some_and(|assigned| assigned.by_rule),
            by_agent: data.actor.kind == ActorKind::Agent,
        }
    }

    fn body(&self, body: Body) -> String {
        let subject = || self.ticket.as_ref().map_or_else(String::new, |ticket| ticket.subject.clone());
        match body {
            Body::Subject => subject(),
            Body::Test => "The bell works: this came the same way as every notification.".to_owned(),
            Body::Excerpt => {
                let message = self.facts.event.data.message.as_ref();
                let text = message.map(plain_text::of_message).unwrap_or_default();
                let excerpt = plain_text::shorten(&text, plain_text::MAX_EXCERPT_CHARS);
                if excerpt.is_empty() { subject() } else { excerpt }
            }
        }
    }

    /// An assignment rule is the system. In Frappe's wording so is whatever a customer sets off.
    fn shown_actor(&self, rule: &Rule) -> Arc<ShownActor> {
        let system = |name: &str| Arc::new(ShownActor { name: Some(name.to_owned()), ..ShownActor::default() });
        let by_rule = self.facts.event.data.assigned.as_ref().is_some_and(|assigned| assigned.by_rule);
        if by_rule {
            return system("System");
        }
        if self.facts.snapshot.settings.wording == Wording::Classic || rule.kind != Kind::Reaction {
            return self.actor.clone();
        }
        match rule.reason {
            "customer_reply" | "watching" | "team_member" => system("system (on behalf of customer)"),
            "reopened" => system("System"),
            _ => self.actor.clone(),
        }
    }
}

/// A rule with its words as the ids that drafts carry.
pub struct Prepared {
    /// The rule.
    pub rule: &'static Rule,
    kind: Id,
    reason: Id,
    category: Option<Id>,
}

impl Prepared {
    /// Makes the ids once, so that each draft only counts a reference.
    pub fn new(rule: &'static Rule) -> Prepared {
        Prepared {
            rule,
            kind: Id::from(rule.kind.as_str()),
            reason: Id::from(rule.reason),
            category: rule.category.map(Id::from),
        }
    }
}

/// The helpdesks' words for "high" and above.
fn is_pressing(facts: &Facts<'_>) -> bool {
    let priority = facts.ticket.and_then(|ticket| ticket.priority.as_deref()).unwrap_or("");
    ["high", "urgent", "critical", "emergency"].iter().any(|word| priority.to_ascii_lowercase().contains(word))
}

fn own_url(facts: &Facts<'_>) -> Option<String> {
    let own = facts.event.data.custom.as_ref()?.url.as_deref()?;
    links::safe(own).map(str::to_owned)
}

/// The actor with the name and picture that the directory has, where the event brings none.
fn named_actor(facts: &Facts<'_>) -> ShownActor {
    let actor = &facts.event.data.actor;
    let known = actor.agent().and_then(|id| facts.snapshot.directory.agent(id));
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let name = given(&actor.name)
        .or_else(|| known.map(|agent| agent.name.clone()).filter(|name| !name.is_empty()))
        .or_else(|| match actor.kind {
            ActorKind::Agent => actor.id.as_ref().map(|id| id.to_string()),
            ActorKind::Customer => Some(client(facts).to_owned()),
            ActorKind::Bot => Some("Bot".to_owned()),
            ActorKind::System => Some("System".to_owned()),
        });
    let picture = given(&actor.avatar_url).or_else(|| known.and_then(|agent| agent.avatar_url.clone()));
    ShownActor {
        kind: actor.kind,
        id: actor.id.clone(),
        name,
        avatar_url: picture.filter(|url| links::safe(url).is_some()),
    }
}

/// Who wrote: the acting customer, else the ticket's owner; their address where they have no name.
fn client<'a>(facts: &Facts<'a>) -> &'a str {
    let actor = &facts.event.data.actor;
    let is_customer = actor.kind == ActorKind::Customer;
    let writer = actor.name.as_deref().filter(|_| is_customer);
    let contact = |id: Option<&Id>| Some(facts.snapshot.directory.contact(id?)?.name.as_str());
    let owner = facts.ticket.and_then(|ticket| ticket.customer.as_ref());
    let names = [
        writer,
        contact(actor.id.as_ref().filter(|_| is_customer)),
        owner.and_then(|owner| owner.name.as_deref()),
        contact(owner.and_then(|owner| owner.id.as_ref())),
        owner.and_then(|owner| owner.email.as_deref()),
    ];
    names.into_iter().flatten().find(|name| !name.trim().is_empty()).unwrap_or("the customer")
}
