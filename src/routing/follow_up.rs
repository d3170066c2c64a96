//! What an event does beside new entries: watches made by an escalation, notifications read by viewing the ticket,
//! entries woken by the customer's reply.

use super::candidate::{Candidate, Why};
use crate::domain::{
    Id,
    act::{Op, Selector},
    directory::AgentStatus,
    event::EventType,
    plan::Facts,
    ticket::{TicketFacts, Watch},
};

/// Assignees and PM of an escalated ticket follow it from now on, also those who had stopped. Who
/// follows already keeps their watch as it is.
pub fn watches(facts: &Facts<'_>) -> Vec<Watch> {
    let (EventType::TicketEscalated, Some(ticket)) = (facts.event.kind, facts.ticket) else {
        return Vec::new();
    };
    let mut watches: Vec<Watch> = Vec::new();
    for agent in ticket.assignees.iter().chain(&ticket.pm) {
        let is_new = watches.iter().all(|watch| watch.agent != *agent);
        if is_new && may_follow(agent, facts, ticket) && ticket.watchers().all(|known| known != agent) {
            watches.push(Watch { agent: agent.clone(), active: true, auto: true });
        }
    }
    watches
}

fn may_follow(agent: &Id, facts: &Facts<'_>, ticket: &TicketFacts) -> bool {
    let known = facts.snapshot.directory.agent(agent);
    known.is_some_and(|known| known.status != AgentStatus::Inactive) && !ticket.no_access.contains(agent)
}

/// What happens to entries that are already there.
pub fn acts(facts: &Facts<'_>, candidates: &[Candidate]) -> Vec<(Id, Op, Selector)> {
    let Some(ticket) = facts.ticket else {
        return Vec::new();
    };
    let about_ticket = || Selector::Ticket { ticket: ticket.id.clone() };
    match facts.event.kind {
        EventType::TicketViewed => viewer(facts).map(|agent| (agent, Op::Read, about_ticket())).collect(),
        // An answering machine is no reply, and nobody asked to be woken by it.
        EventType::MessageReceived if !facts.event.data.auto_reply && !facts.event.data.bounce => {
            concerned(ticket, candidates).into_iter().map(|agent| (agent, Op::Wake, about_ticket())).collect()
        }
        _ => Vec::new(),
    }
}

fn viewer(facts: &Facts<'_>) -> impl Iterator<Item = Id> {
    let viewer = facts.event.data.actor.agent();
    viewer.filter(|agent| facts.snapshot.directory.agent(agent).is_some()).cloned().into_iter()
}

/// Everybody who may have put an entry of this ticket to sleep until the customer replies: whom a rule named, and those
/// whose place the rules of a chat take. The store wakes only what sleeps until the reply.
fn concerned(ticket: &TicketFacts, candidates: &[Candidate]) -> Vec<Id> {
    let known = candidates.iter().filter(|candidate| candidate.why != Some(Why::UnknownAgent));
    let mut agents: Vec<Id> = known.map(|candidate| candidate.recipient.clone()).collect();
    if ticket.is_chat() {
        agents.extend(ticket.assignees.iter().chain(&ticket.pm).chain(ticket.watchers()).cloned());
        agents.sort_unstable();
        agents.dedup();
    }
    agents
}
