//! From a role to people: whether a rule's condition holds, and whom its audience names in this event.

use super::{
    mentions, plain_text,
    rules::{Audience, Condition},
};
use crate::domain::{
    Id,
    directory::{Agent, AgentStatus, Directory, Role},
    event::Urgency,
    plan::Facts,
    preferences::Choice,
    ticket::TicketFacts,
};

/// Whether the rule applies to this event at all.
pub fn holds(condition: Condition, facts: &Facts<'_>) -> bool {
    let data = &facts.event.data;
    match condition {
        // Whether nobody was reached shows when everybody else was looked at.
        Condition::Always | Condition::NobodyReached => true,
        Condition::Critical => data.urgency == Some(Urgency::Critical),
        Condition::Reopened => data.reopened,
        Condition::NotChat => !is_chat(facts),
        Condition::TeamAlone => !is_chat(facts) && facts.ticket.is_some_and(|ticket| ticket.assignees.is_empty()),
        Condition::Unassigned => {
            facts.ticket.is_some_and(|ticket| ticket.assignees.is_empty() && ticket.team.is_none())
        }
        Condition::ChatFirst => is_chat(facts) && data.first,
        Condition::ChatLater => is_chat(facts) && !data.first,
        // An agent's own choice cannot turn on what the installation did not: absence is off.
        Condition::ReactionsTold => {
            facts.snapshot.settings.categories.get("emoji_reaction").is_some_and(|choice| *choice != Choice::Off)
        }
    }
}

fn is_chat(facts: &Facts<'_>) -> bool {
    facts.ticket.is_some_and(TicketFacts::is_chat)
}

/// Appends the agents in that role. Ids may be unknown to the directory, and may stand twice.
pub fn resolve(audience: Audience, facts: &Facts<'_>, found: &mut Vec<Id>) {
    let data = &facts.event.data;
    match audience {
        Audience::Mentioned => mentioned(facts, found),
        Audience::NewlyAssigned => newly_assigned(facts, found),
        Audience::NewTeam => team_members(new_team(facts), &facts.snapshot.directory, found),
        Audience::CommentAuthor => found.extend(data.comment.as_ref().and_then(|comment| comment.author.clone())),
        Audience::Named => match &data.custom {
            Some(custom) => found.push(custom.to.clone()),
            None => found.extend(data.actor.agent().cloned()),
        },
        _ => {
            if let Some(ticket) = facts.ticket {
                of_ticket(audience, facts, ticket, found);
            }
        }
    }
}

fn of_ticket(audience: Audience, facts: &Facts<'_>, ticket: &TicketFacts, found: &mut Vec<Id>) {
    let directory = &facts.snapshot.directory;
    match audience {
        Audience::Assignees => found.extend_from_slice(&ticket.assignees),
        Audience::PreviousAssignees => previous_assignees(facts, ticket, found),
        Audience::Pm => found.extend(ticket.pm.clone()),
        Audience::Watchers => found.extend(ticket.watchers().cloned()),
        Audience::TeamMembers => team_members(ticket.team.as_ref(), directory, found),
        Audience::DepartmentMembers => department_members(ticket, directory, found),
        Audience::ChatFirst => chat_first(ticket, directory, found),
        Audience::ChatLastAgent => match ticket.respondents.first() {
            Some(last) => found.push(last.clone()),
            None => found.extend_from_slice(&ticket.assignees),
        },
        Audience::Coverage => coverage(facts, ticket, found),
        Audience::Mentioned
        | Audience::NewlyAssigned
        | Audience::NewTeam
        | Audience::CommentAuthor
        | Audience::Named => {}
    }
}

fn mentioned(facts: &Facts<'_>, found: &mut Vec<Id>) {
    if let Some(message) = &facts.event.data.message {
        found.extend_from_slice(&message.mentions);
        mentions::find(&plain_text::of_message(message), &facts.snapshot.directory, found);
    }
}

/// Whom the event names; a helpdesk that only sends the ticket means its assignees, as they are in what it sent.
pub fn newly_assigned(facts: &Facts<'_>, found: &mut Vec<Id>) {
    let data = &facts.event.data;
    let sent = || data.ticket.as_ref()?.assignees.as_ref()?.as_ref();
    match (&data.assigned, sent(), facts.ticket) {
        (Some(assigned), _, _) => found.extend_from_slice(&assigned.agents),
        (None, Some(assignees), _) => found.extend_from_slice(assignees),
        (None, None, Some(ticket)) => found.extend_from_slice(&ticket.assignees),
        (None, None, None) => {}
    }
}

/// The team to which this event assigned.
pub fn new_team<'f>(facts: &Facts<'f>) -> Option<&'f Id> {
    match (&facts.event.data.assigned, facts.ticket) {
        (Some(assigned), _) => assigned.team.as_ref(),
        // A ticket with an agent was assigned to that agent; its team is where it was before.
        (None, Some(ticket)) => ticket.team.as_ref().filter(|_| ticket.assignees.is_empty()),
        (None, None) => None,
    }
}

fn team_members(team: Option<&Id>, directory: &Directory, found: &mut Vec<Id>) {
    if let Some(team) = team.and_then(|team| directory.team(team)) {
        found.extend(team.members.iter().map(|member| member.agent.clone()));
    }
}

fn department_members(ticket: &TicketFacts, directory: &Directory, found: &mut Vec<Id>) {
    if let Some(department) = &ticket.department {
        found.extend_from_slice(directory.members_of(department));
    }
}

/// The department's manager if they are at work, else the administrators who are.
fn coverage(facts: &Facts<'_>, ticket: &TicketFacts, found: &mut Vec<Id>) {
    let directory = &facts.snapshot.directory;
    let can_hear = |agent: &Agent| {
        agent.status == AgentStatus::Active
            && facts.event.data.actor.agent() != Some(&agent.id)
            && !ticket.no_access.contains(&agent.id)
    };
    let department = ticket.department.as_deref().and_then(|id| directory.department(id));
    let manager = department.and_then(|department| directory.agent(department.manager.as_ref()?));
    if let Some(manager) = manager.filter(|agent| can_hear(agent)) {
        found.push(manager.id.clone());
        return;
    }
    let admins = directory.agents().filter(|agent| agent.role == Role::Admin && can_hear(agent));
    found.extend(admins.map(|agent| agent.id.clone()));
    found.sort_unstable();
}

/// Who had it: as the event says, else who has it still, else who had it last.
fn previous_assignees(facts: &Facts<'_>, ticket: &TicketFacts, found: &mut Vec<Id>) {
    let given = facts.event.data.previous_assignees.as_deref().unwrap_or(&[]);
    let lists = [given, &ticket.assignees, &ticket.previous_assignees];
    if let Some(list) = lists.into_iter().find(|list| !list.is_empty()) {
        found.extend_from_slice(list);
    }
}

/// One agent, else the department, else everybody at work.
fn chat_first(ticket: &TicketFacts, directory: &Directory, found: &mut Vec<Id>) {
    if !ticket.assignees.is_empty() {
        found.extend_from_slice(&ticket.assignees);
    } else if ticket.department.is_some() {
        department_members(ticket, directory, found);
    } else {
        let active = directory.agents().filter(|agent| agent.status == AgentStatus::Active);
        found.extend(active.map(|agent| agent.id.clone()));
        // The directory has no order, and the same facts must give the same plan.
        found.sort_unstable();
    }
}
