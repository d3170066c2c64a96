//! People and groups: who exists, who belongs where, who may be told.

use std::collections::HashMap;

use ahash::AHashMap;
use serde::{Deserialize, Serialize};

use super::Id;

/// A member of the staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Agent {
    /// The helpdesk's id; `sub` of their token.
    #[schema(value_type = String)]
    pub id: Id,
    /// The name as it is shown.
    #[serde(default)]
    pub name: String,
    /// Where mail reaches them; also how adapters find them.
    #[serde(default)]
    pub email: Option<String>,
    /// E.164 number.
    #[serde(default)]
    pub phone: Option<String>,
    /// agent, pm, admin.
    #[serde(default)]
    pub role: Role,
    /// Primary department.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub department: Option<Id>,
    /// Departments they reach beyond their own.
    #[serde(default)]
    pub extended_access: Vec<ExtendedAccess>,
    /// active, vacation, inactive (D-15).
    #[serde(default)]
    pub status: AgentStatus,
    /// IANA name, for quiet hours and digests.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// BCP 47 tag.
    #[serde(default)]
    pub locale: Option<String>,
    /// A picture, http(s) or relative.
    #[serde(default)]
    pub avatar_url: Option<String>,
    /// `source:id`, how adapters find them first.
    #[serde(default)]
    pub external_ids: Vec<String>,
}

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Role {
    #[default]
    Agent,
    Pm,
    Admin,
}

/// Whether an agent can be told anything (D-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum AgentStatus {
    #[default]
    Active,
    Vacation,
    Inactive,
}

/// Access to a department that is not one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExtendedAccess {
    /// Department id.
    #[schema(value_type = String)]
    pub department: Id,
    /// Whether its alerts reach them too.
    #[serde(default)]
    pub alerts: bool,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Department {
    /// The helpdesk's id.
    #[schema(value_type = String)]
    pub id: Id,
    /// The name as it is shown.
    #[serde(default)]
    pub name: String,
    /// Agent id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub manager: Option<Id>,
    /// Whom its alert emails reach (D-08).
    #[serde(default)]
    pub alert_recipients: AlertRecipients,
    /// Switches of its autoresponses; what is missing follows the installation.
    #[serde(default)]
    pub autoresponse: Autoresponse,
}

/// A department's "Recipients" (D-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum AlertRecipients {
    #[default]
    Extended,
    Members,
    AdminOnly,
    None,
}

/// A department's autoresponse switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Autoresponse {
    /// On a new ticket.
    #[serde(default)]
    pub new_ticket: Option<bool>,
    /// On a new message.
    #[serde(default)]
    pub new_message: Option<bool>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Team {
    /// The helpdesk's id.
    #[schema(value_type = String)]
    pub id: Id,
    /// The name as it is shown.
    #[serde(default)]
    pub name: String,
    /// Agent id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub lead: Option<Id>,
    /// Whether its members are alerted at all.
    #[serde(default = "yes")]
    pub alerts: bool,
    /// Who is in it.
    #[serde(default)]
    pub members: Vec<TeamMember>,
}

/// A member of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TeamMember {
    /// Agent id.
    #[schema(value_type = String)]
    pub agent: Id,
    /// Whether the team's alerts reach them.
    #[serde(default = "yes")]
    pub alerts: bool,
}

fn yes() -> bool {
    true
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contact {
    /// The helpdesk's id.
    #[schema(value_type = String)]
    pub id: Id,
    /// The name as it is shown.
    #[serde(default)]
    pub name: String,
    /// Where mail reaches them.
    #[serde(default)]
    pub email: Option<String>,
    /// E.164 number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Who looks after their organization.
    #[serde(default)]
    pub account_manager: Option<AccountManager>,
    /// `source:id`.
    #[serde(default)]
    pub external_ids: Vec<String>,
}

/// Who looks after a customer's organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountManager {
    /// Agent id.
    #[schema(value_type = String)]
    Agent(Id),
    /// Team id.
    #[schema(value_type = String)]
    Team(Id),
}

/// Everybody, held in memory. Cheap to look up, never changed in place: a new version replaces the old.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    agents: AHashMap<Id, Agent>,
    departments: HashMap<Id, Department>,
    teams: HashMap<Id, Team>,
    contacts: HashMap<Id, Contact>,
    agents_by_folded_id: HashMap<String, Id>,
    agents_by_email: HashMap<String, Id>,
    agents_by_external_id: HashMap<String, Id>,
    members: HashMap<Id, Vec<Id>>,
    /// By department: agents who reach it beyond their own and want its alerts.
    extended: HashMap<Id, Vec<Id>>,
}

impl Directory {
    /// The agent of that id.
    pub fn agent(&self, id: &str) -> Option<&Agent> {
        self.agents.get(id)
    }

    /// The agent whose id a person wrote (`@Ben`): as it is, else whatever the case of its letters.
    pub fn agent_named(&self, written: &str) -> Option<&Agent> {
        self.agent(written).or_else(|| self.agent(self.agents_by_folded_id.get(&written.to_lowercase())?))
    }

    /// All agents, in no order.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// The department of that id.
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.get(id)
    }

    /// All departments, in no order.
    pub fn departments(&self) -> impl Iterator<Item = &Department> {
        self.departments.values()
    }

    /// The team of that id.
    pub fn team(&self, id: &str) -> Option<&Team> {
        self.teams.get(id)
    }

    /// All teams, in no order.
    pub fn teams(&self) -> impl Iterator<Item = &Team> {
        self.teams.values()
    }

    /// The contact of that id.
    pub fn contact(&self, id: &str) -> Option<&Contact> {
        self.contacts.get(id)
    }

    /// All contacts, in no order.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values()
    }

    /// Agents whose primary department it is, sorted by id.
    pub fn members_of(&self, department: &str) -> &[Id] {
        self.members.get(department).map_or(&[], Vec::as_slice)
    }

    /// Agents of other departments whom the department's alerts reach, sorted by id.
    pub fn extended_members_of(&self, department: &str) -> &[Id] {
        self.extended.get(department).map_or(&[], Vec::as_slice)
    }

    /// The agent with that address, whatever the case of its letters.
    pub fn agent_by_email(&self, email: &str) -> Option<&Agent> {
        self.agent(self.agents_by_email.get(&email.to_lowercase())?)
    }

    /// The agent whom a helpdesk's payload names: by `source:id` first, then by email, whatever the case of its letters.
    pub fn find_agent(&self, source: &str, external_id: Option<&str>, email: Option<&str>) -> Option<&Agent> {
        let by_id = external_id.and_then(|id| self.agents_by_external_id.get(&format!("{source}:{id}")));
        let by_email = || email.and_then(|email| self.agents_by_email.get(&email.to_lowercase()));
        self.agent(by_id.or_else(by_email)?)
    }

    /// Adds or replaces an agent.
    pub fn put_agent(&mut self, agent: Agent) {
        self.remove_agent(&agent.id.clone());
        self.agents_by_folded_id.insert(agent.id.to_lowercase(), agent.id.clone());
        if let Some(email) = &agent.email {
            self.agents_by_email.insert(email.to_lowercase(), agent.id.clone());
        }
        for external in &agent.external_ids {
            self.agents_by_external_id.insert(external.clone(), agent.id.clone());
        }
        if let Some(department) = &agent.department {
            enlist(&mut self.members, department, &agent.id);
        }
        for access in agent.extended_access.iter().filter(|access| access.alerts) {
            enlist(&mut self.extended, &access.department, &agent.id);
        }
        self.agents.insert(agent.id.clone(), agent);
    }

    /// Removes an agent and everything that leads to them.
    pub fn remove_agent(&mut self, id: &str) {
        let Some(gone) = self.agents.remove(id) else {
            return;
        };
        forget(&mut self.agents_by_folded_id, &id.to_lowercase(), id);
        if let Some(email) = &gone.email {
            forget(&mut self.agents_by_email, &email.to_lowercase(), id);
        }
        for external in &gone.external_ids {
            forget(&mut self.agents_by_external_id, external, id);
        }
        if let Some(members) = gone.department.as_ref().and_then(|d| self.members.get_mut(d)) {
            members.retain(|member| &**member != id);
        }
        for access in &gone.extended_access {
            if let Some(members) = self.extended.get_mut(&access.department) {
                members.retain(|member| &**member != id);
            }
        }
    }

    /// Adds or replaces a department.
    pub fn put_department(&mut self, department: Department) {
        self.departments.insert(department.id.clone(), department);
    }

    /// Removes a department; its members keep naming it.
    pub fn remove_department(&mut self, id: &str) {
        self.departments.remove(id);
    }

    /// Adds or replaces a team.
    pub fn put_team(&mut self, team: Team) {
        self.teams.insert(team.id.clone(), team);
    }

    /// Removes a team.
    pub fn remove_team(&mut self, id: &str) {
        self.teams.remove(id);
    }

    /// Adds or replaces a contact.
    pub fn put_contact(&mut self, contact: Contact) {
        self.contacts.insert(contact.id.clone(), contact);
    }

    /// Removes a contact.
    pub fn remove_contact(&mut self, id: &str) {
        self.contacts.remove(id);
    }
}

fn enlist(lists: &mut HashMap<Id, Vec<Id>>, department: &Id, agent: &Id) {
    let members = lists.entry(department.clone()).or_default();
    if let Err(place) = members.binary_search(agent) {
        members.insert(place, agent.clone());
    }
}

/// Removes `key` only while it still leads to `id`: another agent may have taken the address over.
fn forget(map: &mut HashMap<String, Id>, key: &str, id: &str) {
    if map.get(key).is_some_and(|holder| &**holder == id) {
        map.remove(key);
    }
}
