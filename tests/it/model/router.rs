//! A router for stories about inboxes: whoever an event names hears of it, without rules or preferences.

use std::sync::Arc;

use bellhop::domain::{
    Id,
    act::{Op, Selector},
    event::EventType,
    notification::{CommentLink, Draft, Priority, ShownActor, TicketRef},
    plan::{Facts, Plan, Router},
};

pub struct Named;

impl Router for Named {
    fn route(&self, facts: Facts<'_>) -> Plan {
        let named = facts.event.data.assigned.as_ref().map(|assigned| assigned.agents.as_slice()).unwrap_or_default();
        let ticket = facts.ticket.map(|ticket| ticket.id.clone());
        let act = |op| {
            let ticket = ticket.clone().unwrap();
            named.iter().map(move |agent| (agent.clone(), op, Selector::Ticket { ticket: ticket.clone() })).collect()
        };
        let (drafts, acts) = match facts.event.kind {
            EventType::TicketViewed => (Vec::new(), act(Op::Read)),
            EventType::MessageReceived => (Vec::new(), act(Op::Wake)),
            _ => (named.iter().map(|agent| draft(agent, &facts)).collect(), Vec::new()),
        };
        Plan { drafts, acts, explanation: "[]".to_owned(), ..Plan::default() }
    }
}

fn draft(agent: &Id, facts: &Facts<'_>) -> Draft {
    let comment = facts.event.data.message.as_ref().and_then(|message| message.id.clone());
    Draft {
        agent: agent.clone(),
        kind: "assignment".into(),
        reason: "assigned".into(),
        category: None,
        priority: Priority::Normal,
        title: "Something happened".into(),
        body: "".into(),
        url: None,
        actor: ShownActor::from(&facts.event.data.actor).into(),
        ticket: facts.ticket.map(|ticket| {
            Arc::new(TicketRef {
                id: ticket.id.clone(),
                number: ticket.shown_number().to_owned(),
                subject: String::new(),
            })
        }),
        comment: comment.map(|id| CommentLink { id }),
        quiet: false,
        renews: false,
    }
}
