//! What an event does beside new entries: watches made by an escalation, notifications read by viewing the ticket,
//! entries woken by the customer's reply, entries settled
//! by a colleague's work.

use super::{
    audience,
    candidate::{Candidate, CandidateKind, Why},
};
use crate::domain::{
    Id,
    act::{Op, Selector},
    directory::AgentStatus,
    event::EventType,
    notification::Resolved,
    plan::{Facts, Resolution},
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

/// Never settled by others: what was said to oneself, and what asks for something of one's own.
const SPARED: &[&str] = &["mentioned", "custom", "emoji", "doc_review"];
/// An answer settles what the customer said; whose ticket it is, and what else is the matter with it, it does not.
const SPARED_BY_ANSWER: &[&str] =
    &["mentioned", "custom", "emoji", "doc_review", "assigned", "team_assigned", "over_budget", "note_added"];
/// Who follows a ticket does so whoever has it.
const SPARED_BY_REASSIGNING: &[&str] =
    &["mentioned", "custom", "emoji", "doc_review", "watching", "over_budget", "note_added"];

/// What of this ticket is settled in other inboxes: answered, reassigned, merged or closed by somebody else.
pub fn resolution(facts: &Facts<'_>) -> Option<Resolution> {
    let ticket = facts.ticket.filter(|_| facts.snapshot.settings.resolved_by_work.active)?;
    let data = &facts.event.data;
    let (how, spared) = match facts.event.kind {
        EventType::ReplySent if !data.auto_reply => ("answered", SPARED_BY_ANSWER),
        EventType::TicketAssigned => ("reassigned", SPARED_BY_REASSIGNING),
        EventType::TicketClosed => ("closed", SPARED),
        EventType::TicketMerged => ("merged", SPARED),
        _ => return None,
    };
    let by = data.actor.agent();
    let keeps = |agent: &Id| how == "reassigned" && is_responsible(agent, facts, ticket);
    let others = ticket.told.iter().filter(|agent| Some(*agent) != by && !keeps(agent));
    let agents: Vec<Id> = others.cloned().collect();
    let name = by.and_then(|id| facts.snapshot.directory.agent(id)).map(|agent| agent.name.clone());
    let by_name = name.filter(|name| !name.is_empty()).or_else(|| data.actor.name.clone());
    let resolved = Resolved { at: facts.now, by: by.cloned(), by_name, how: how.to_owned() };
    (!agents.is_empty()).then(|| Resolution { ticket: ticket.id.clone(), resolved, agents, spared })
}

/// Whose work the ticket is after the event.
fn is_responsible(agent: &Id, facts: &Facts<'_>, ticket: &TicketFacts) -> bool {
    let mut assigned = Vec::new();
    audience::newly_assigned(facts, &mut assigned);
    let team = ticket.team.as_ref().filter(|_| ticket.assignees.is_empty());
    let team = team.and_then(|team| facts.snapshot.directory.team(team));
    ticket.assignees.contains(agent)
        || ticket.pm.as_ref() == Some(agent)
        || facts.event.kind == EventType::TicketAssigned && assigned.contains(agent)
        || team.is_some_and(|team| team.members.iter().any(|member| member.agent == *agent))
}

fn viewer(facts: &Facts<'_>) -> impl Iterator<Item = Id> {
    let viewer = facts.event.data.actor.agent();
    viewer.filter(|agent| facts.snapshot.directory.agent(agent).is_some()).cloned().into_iter()
}

/// Everybody who may have put an entry of this ticket to sleep until the customer replies: whom a rule named, and those
/// whose place the rules of a chat take. The store wakes only what sleeps until the reply.
fn concerned(ticket: &TicketFacts, candidates: &[Candidate]) -> Vec<Id> {
    let known = candidates
        .iter()
        .filter(|candidate| candidate.kind == CandidateKind::Agent && candidate.why != Some(Why::UnknownAgent));
    let mut agents: Vec<Id> = known.map(|candidate| candidate.recipient.clone()).collect();
    if ticket.is_chat() {
        agents.extend(ticket.assignees.iter().chain(&ticket.pm).chain(ticket.watchers()).cloned());
        agents.sort_unstable();
        agents.dedup();
    }
    agents
}
