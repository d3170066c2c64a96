//! Alert emails: whom the administrator's switches name (S3). Apart from the bell: an agent's categories do not touch
//! them, and they do not touch the bell (D-21).

use super::audience;
use crate::domain::{
    Id,
    alerts::{Alerts, Narrowed},
    directory::{AccountManager, AlertRecipients, Department, Team},
    event::{Escalation, EventType, Urgency},
    plan::Facts,
    ticket::TicketFacts,
};

/// Somebody whom a switch names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Agent id, or [`ADMIN`].
    pub recipient: Id,
    /// The administrative address.
    pub is_address: bool,
    /// The switch: `alerts.assignment.agent`.
    pub switch: &'static str,
    /// The role by which it names them.
    pub reason: &'static str,
    /// Row of the preferences screen that the agent's own choice stands in (D-22).
    pub category: &'static str,
    /// Why it does not go out although the switch is on.
    pub silenced: bool,
}

/// The administrative address among the candidates.
pub const ADMIN: &str = "ADMIN";

/// One kind of alert: the beginning of its switches, and its row of the preferences screen.
struct Kind {
    category: &'static str,
    whole: &'static str,
}

/// Collects who is named, each once, by the first switch that names them.
struct Gather<'f> {
    facts: &'f Facts<'f>,
    ticket: &'f TicketFacts,
    department: Option<&'f Department>,
    narrowed: Option<&'f Narrowed>,
    admin_address: Option<&'f str>,
    kind: Kind,
    found: Vec<Alert>,
    people: Vec<Id>,
}

/// Whom the switches name in this event; `admin_address` is where the administrative email goes, if anywhere.
pub fn of<'f>(facts: &'f Facts<'f>, admin_address: Option<&'f str>) -> Vec<Alert> {
    let (Some(ticket), Some(kind)) = (facts.ticket, kind_of(facts)) else {
        return Vec::new();
    };
    let settings = &facts.snapshot.settings;
    let narrowed = ticket.department.as_deref().and_then(|id| settings.departments.get(id));
    let department = ticket.department.as_deref().and_then(|id| facts.snapshot.directory.department(id));
    let mut gather =
        Gather { facts, ticket, department, narrowed, admin_address, kind, found: Vec::new(), people: Vec::new() };
    if gather.is_wanted() && !gather.is_narrowed(gather.kind.whole) {
        gather.all(&settings.alerts);
    }
    gather.found
}

fn kind_of(facts: &Facts<'_>) -> Option<Kind> {
    let data = &facts.event.data;
    let (category, whole) = match facts.event.kind {
        EventType::TicketCreated => ("new_ticket_department", "alerts.new_ticket"),
        EventType::MessageReceived => ("new_client_message", "alerts.new_message"),
        EventType::NoteAdded | EventType::ReplySent => ("note_added", "alerts.internal_activity"),
        EventType::TicketAssigned => ("ticket_assigned", "alerts.assignment"),
        EventType::TicketTransferred => ("transfer", "alerts.transfer"),
        EventType::TicketOverdue => ("overdue", "alerts.overdue"),
        // Emails beside those of the switches: by category alone.
        EventType::TicketUrgencyChanged if data.urgency == Some(Urgency::Critical) => {
            ("ai_critical", "alert_email.ai_critical")
        }
        EventType::TicketEscalated if data.escalation == Some(Escalation::Emergency) => {
            ("escalation", "alert_email.escalation")
        }
        EventType::TicketBudgetLocked => ("over_budget", "alert_email.over_budget"),
        EventType::TicketDocReviewRequested => ("doc_review", "alert_email.doc_review"),
        _ => return None,
    };
    Some(Kind { category, whole })
}

impl Gather<'_> {
    /// Whether this event is one to alert of at all.
    fn is_wanted(&self) -> bool {
        let data = &self.facts.event.data;
        if data.alert == Some(false) || data.bounce || data.bot_answered {
            return false;
        }
        match self.facts.event.kind {
            // An answering machine says nothing new; a ticket that it opens is one nevertheless.
            EventType::MessageReceived | EventType::NoteAdded | EventType::ReplySent => !data.auto_reply,
            EventType::TicketOverdue => !data.already_overdue && !data.alerts_disabled && !self.ticket.is_closed(),
            _ => true,
        }
    }

    fn all(&mut self, alerts: &Alerts) {
        match self.facts.event.kind {
            EventType::TicketCreated if alerts.new_ticket.active => self.new_ticket(alerts),
            EventType::MessageReceived if alerts.new_message.active => self.new_message(alerts),
            EventType::NoteAdded | EventType::ReplySent if alerts.internal_activity.active => self.internal(alerts),
            EventType::TicketAssigned if alerts.assignment.active => self.assignment(alerts),
            EventType::TicketTransferred if alerts.transfer.active => self.transfer(alerts),
            EventType::TicketOverdue if alerts.overdue.active => self.overdue(alerts),
            EventType::TicketUrgencyChanged | EventType::TicketEscalated | EventType::TicketBudgetLocked => {
                self.name(true, self.kind.whole, "assigned", |gather| gather.push_all(&gather.ticket.assignees));
                self.name(true, self.kind.whole, "pm", |gather| gather.people.extend(gather.ticket.pm.clone()));
            }
            EventType::TicketDocReviewRequested => {
                self.name(true, self.kind.whole, "pm", |gather| gather.people.extend(gather.ticket.pm.clone()));
            }
            _ => {}
        }
    }

    fn new_ticket(&mut self, alerts: &Alerts) {
        let on = &alerts.new_ticket;
        let is_unassigned = self.ticket.assignees.is_empty() && self.ticket.team.is_none();
        self.name(on.department_manager, "alerts.new_ticket.department_manager", "department_manager", Self::manager);
        let members = on.department_members && is_unassigned;
        self.name(members, "alerts.new_ticket.department_members", "department_member", Self::members);
        self.name(on.account_manager, "alerts.new_ticket.account_manager", "account_manager", Self::account_manager);
        self.admin(on.admin, "alerts.new_ticket.admin");
    }

    fn new_message(&mut self, alerts: &Alerts) {
        let on = &alerts.new_message;
        self.name(on.assigned, "alerts.new_message.assigned", "assigned", Self::assigned);
        self.name(on.last_respondent, "alerts.new_message.last_respondent", "last_respondent", Self::last_respondent);
        self.name(on.department_manager, "alerts.new_message.department_manager", "department_manager", Self::manager);
        self.name(on.account_manager, "alerts.new_message.account_manager", "account_manager", Self::account_manager);
    }

    fn internal(&mut self, alerts: &Alerts) {
        let on = &alerts.internal_activity;
        self.name(on.assigned, "alerts.internal_activity.assigned", "assigned", Self::assigned);
        let respondent = "alerts.internal_activity.last_respondent";
        self.name(on.last_respondent, respondent, "last_respondent", Self::last_respondent);
        let manager = "alerts.internal_activity.department_manager";
        self.name(on.department_manager, manager, "department_manager", Self::manager);
    }

    /// The team's switches hold where the ticket went to the team and not to an agent.
    fn assignment(&mut self, alerts: &Alerts) {
        let on = &alerts.assignment;
        let mut agents = Vec::new();
        audience::newly_assigned(self.facts, &mut agents);
        if !agents.is_empty() {
            self.name(on.agent, "alerts.assignment.agent", "assigned", |gather| gather.people = agents);
            return;
        }
        self.kind.category = "team_assigned";
        let directory = &self.facts.snapshot.directory;
        let team = audience::new_team(self.facts).and_then(|id| directory.team(id)).filter(|team| team.alerts);
        let Some(team) = team else { return };
        let lead = team.lead.clone();
        self.name(on.team_lead, "alerts.assignment.team_lead", "team_lead", |gather| gather.people.extend(lead));
        let members: Vec<Id> = alertable(team).cloned().collect();
        self.name(on.team_members, "alerts.assignment.team_members", "team_member", |gather| gather.people = members);
    }

    fn transfer(&mut self, alerts: &Alerts) {
        let on = &alerts.transfer;
        self.name(on.assigned, "alerts.transfer.assigned", "assigned", |gather| {
            gather.push_all(&gather.ticket.assignees);
            gather.assigned_team();
        });
        self.name(on.department_manager, "alerts.transfer.department_manager", "department_manager", Self::manager);
        let members = on.department_members && (!on.members_only_if_unassigned || self.ticket.assignees.is_empty());
        self.name(members, "alerts.transfer.department_members", "department_member", Self::members);
    }

    fn overdue(&mut self, alerts: &Alerts) {
        let on = &alerts.overdue;
        self.name(on.assigned, "alerts.overdue.assigned", "assigned", Self::assigned);
        self.name(on.department_manager, "alerts.overdue.department_manager", "department_manager", Self::manager);
        let members = on.department_members && (!on.members_only_if_unassigned || self.ticket.assignees.is_empty());
        self.name(members, "alerts.overdue.department_members", "department_member", Self::members);
        self.admin(on.admin, "alerts.overdue.admin");
    }

    /// Names whom `find` puts into `people`, if the switch is on.
    fn name(&mut self, is_on: bool, switch: &'static str, reason: &'static str, find: impl FnOnce(&mut Self)) {
        if !is_on || self.is_narrowed(switch) {
            return;
        }
        find(self);
        let silenced = matches!(self.recipients(), AlertRecipients::None | AlertRecipients::AdminOnly);
        for recipient in std::mem::take(&mut self.people) {
            self.found.push(Alert {
                recipient,
                is_address: false,
                switch,
                reason,
                category: self.kind.category,
                silenced,
            });
        }
    }

    /// The administrative address; where it is an agent's, it is that agent whom it names.
    fn admin(&mut self, is_on: bool, switch: &'static str) {
        let Some(address) = self.admin_address.filter(|_| is_on && !self.is_narrowed(switch)) else {
            return;
        };
        let agent = self.facts.snapshot.directory.agent_by_email(address);
        self.found.push(Alert {
            recipient: agent.map_or_else(|| Id::from(ADMIN), |agent| agent.id.clone()),
            is_address: agent.is_none(),
            switch,
            reason: "admin",
            category: self.kind.category,
            silenced: self.recipients() == AlertRecipients::None,
        });
    }

    fn is_narrowed(&self, switch: &str) -> bool {
        self.narrowed.is_some_and(|narrowed| narrowed.alerts_off.iter().any(|off| off == switch))
    }

    fn recipients(&self) -> AlertRecipients {
        self.department.map_or(AlertRecipients::Extended, |department| department.alert_recipients)
    }

    fn push_all(&mut self, ids: &[Id]) {
        self.people.extend_from_slice(ids);
    }

    fn manager(&mut self) {
        self.people.extend(self.department.and_then(|department| department.manager.clone()));
    }

    fn members(&mut self) {
        let Some(department) = &self.ticket.department else { return };
        let directory = &self.facts.snapshot.directory;
        self.people.extend_from_slice(directory.members_of(department));
        if self.recipients() == AlertRecipients::Extended {
            self.people.extend_from_slice(directory.extended_members_of(department));
        }
    }

    fn account_manager(&mut self) {
        let owner = self.ticket.customer.as_ref().and_then(|customer| customer.id.as_ref());
        let contact = owner.and_then(|id| self.facts.snapshot.directory.contact(id));
        match contact.and_then(|contact| contact.account_manager.as_ref()) {
            Some(AccountManager::Agent(agent)) => self.people.push(agent.clone()),
            Some(AccountManager::Team(team)) => self.team_members(team),
            None => {}
        }
    }

    fn assigned(&mut self) {
        if self.ticket.assignees.is_empty() {
            self.assigned_team();
        } else {
            self.push_all(&self.ticket.assignees);
        }
    }

    fn assigned_team(&mut self) {
        if let Some(team) = &self.ticket.team {
            self.team_members(team);
        }
    }

    fn team_members(&mut self, team: &Id) {
        if let Some(team) = self.facts.snapshot.directory.team(team).filter(|team| team.alerts) {
            self.people.extend(alertable(team).cloned());
        }
    }

    /// D-07: the agent other than the actor who most recently posted a reply.
    fn last_respondent(&mut self) {
        let actor = self.facts.event.data.actor.agent();
        self.people.extend(self.ticket.respondents.iter().find(|agent| Some(*agent) != actor).cloned());
    }
}

fn alertable(team: &Team) -> impl Iterator<Item = &Id> {
    team.members.iter().filter(|member| member.alerts).map(|member| &member.agent)
}
