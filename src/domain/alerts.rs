//! The administrator's switches of alert emails (S3, D-21 to D-23): which events, and whom of those around a ticket.
//! They govern alert emails and nothing else; what rings the bell is an agent's own choice.

use serde::{Deserialize, Serialize};

/// A group of switches with its factory values (D-23).
macro_rules! switches {
    ($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident = $factory:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$member_doc])* pub $member: bool),+ }

        impl Default for $name {
            fn default() -> $name {
                $name { $($member: $factory),+ }
            }
        }
    };
}

switches! {
    /// A ticket was created.
    NewTicketAlert {
        /// The alert as a whole.
        active = true,
        /// The administrative address.
        admin = true,
        /// The department's manager.
        department_manager = true,
        /// Its members, unless the ticket came assigned.
        department_members = false,
        /// Whoever looks after the customer's organization.
        account_manager = false,
    }
}

switches! {
    /// The customer wrote.
    NewMessageAlert {
        /// The alert as a whole.
        active = true,
        /// Who last posted a reply (D-07).
        last_respondent = true,
        /// The assigned agent; where there is none, the assigned team.
        assigned = true,
        /// The department's manager.
        department_manager = false,
        /// Whoever looks after the customer's organization.
        account_manager = false,
    }
}

switches! {
    /// A note or an agent's reply.
    InternalActivityAlert {
        /// The alert as a whole.
        active = false,
        /// Who last posted a reply (D-07).
        last_respondent = true,
        /// The assigned agent; where there is none, the assigned team.
        assigned = true,
        /// The department's manager.
        department_manager = false,
    }
}

switches! {
    /// A ticket was assigned.
    AssignmentAlert {
        /// The alert as a whole.
        active = true,
        /// The newly assigned agent.
        agent = true,
        /// The lead of the newly assigned team.
        team_lead = false,
        /// Its members.
        team_members = false,
    }
}

switches! {
    /// A ticket went to another department, whose people these are.
    TransferAlert {
        /// The alert as a whole.
        active = false,
        /// The assigned agent and the assigned team.
        assigned = false,
        /// The department's manager.
        department_manager = true,
        /// Its members.
        department_members = false,
        /// Its members only while nobody is assigned (D-06).
        members_only_if_unassigned = false,
    }
}

switches! {
    /// A ticket is overdue.
    OverdueAlert {
        /// The alert as a whole.
        active = true,
        /// The administrative address (D-05).
        admin = true,
        /// The assigned agent; where there is none, the assigned team.
        assigned = true,
        /// The department's manager.
        department_manager = true,
        /// Its members.
        department_members = false,
        /// Its members only while nobody is assigned (D-06).
        members_only_if_unassigned = false,
    }
}

/// Every switch of the alert emails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// A ticket was created.
    pub new_ticket: NewTicketAlert,
    /// The customer wrote.
    pub new_message: NewMessageAlert,
    /// A note or an agent's reply.
    pub internal_activity: InternalActivityAlert,
    /// A ticket was assigned.
    pub assignment: AssignmentAlert,
    /// A ticket went to another department.
    pub transfer: TransferAlert,
    /// A ticket is overdue.
    pub overdue: OverdueAlert,
}

impl Alerts {
    /// Every alert switched off as a whole.
    pub fn off() -> Alerts {
        let mut alerts = Alerts::default();
        alerts.new_ticket.active = false;
        alerts.new_message.active = false;
        alerts.internal_activity.active = false;
        alerts.assignment.active = false;
        alerts.transfer.active = false;
        alerts.overdue.active = false;
        alerts
    }
}

/// An event that should have reached someone and reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Coverage {
    /// Whether the department's manager, else the administrators, hear of it.
    pub active: bool,
}

impl Default for Coverage {
    fn default() -> Coverage {
        Coverage { active: true }
    }
}

/// Limits against spam (R-083, D-26): on what disturbs, never on entries of the bell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SpamLimits {
    /// Emails to one agent within an hour; further ones wait for the hour's end, to go out as one.
    pub emails_per_hour: u32,
}

impl Default for SpamLimits {
    fn default() -> SpamLimits {
        SpamLimits { emails_per_hour: 60 }
    }
}

/// Whether other people's work settles what is open about a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResolvedByWork {
    /// Answered, reassigned, merged or closed by a colleague: "handled by a colleague".
    pub active: bool,
}

impl Default for ResolvedByWork {
    fn default() -> ResolvedByWork {
        ResolvedByWork { active: true }
    }
}

switches! {
    /// What customers are sent by themselves (R-182 to R-188, D-23).
    Autoresponses {
        /// A new ticket of the customer's own.
        new_ticket = false,
        /// A ticket that an agent opened for them.
        new_ticket_by_agent = true,
        /// Whoever wrote a message gets a confirmation.
        message_submitter = false,
        /// The other participants get the message.
        message_participants = true,
        /// They have reached the number of tickets allowed (D-09).
        overlimit = false,
    }
}

switches! {
    /// What goes to the administrative address. System errors always do.
    SystemAlerts {
        /// SQL errors.
        sql_errors = true,
        /// Excessive login attempts.
        excessive_logins = true,
    }
}

/// What a help topic switches off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HelpTopic {
    /// False: no autoresponse to new tickets.
    pub autorespond_new_ticket: Option<bool>,
    /// False: no autoresponse to new messages.
    pub autorespond_new_message: Option<bool>,
}

switches! {
    /// The email to the customer of a chat whom an agent answers while they are offline, one for each absence (R-209,
    ///
    OfflineEmail {
        /// Whether it goes out. Off, a chat is answered like any other ticket: by email if the caller says so.
        active = true,
    }
}

switches! {
    /// Text messages of chats, only to whoever is offline, where text messages go out at all (D-10, R-160).
    OfflineSms {
        /// To the agents whom the bell tells of a customer's message.
        agents = true,
        /// To the customer whom an agent answered, one for each absence.
        customers = true,
    }
}

/// What people in chats are sent while they are offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Chat {
    /// By email: an agent answered the customer.
    pub offline_email: OfflineEmail,
    /// By text message.
    pub offline_sms: OfflineSms,
}

/// What a department narrows. It can switch off, not on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Narrowed {
    /// Rules of the bell that do not hold here, by id.
    pub rules_off: Vec<String>,
    /// Alert switches that do not hold here: `alerts.new_ticket`, or `alerts.new_ticket.department_members`.
    pub alerts_off: Vec<String>,
    /// False: no autoresponse to new tickets.
    pub autorespond_new_ticket: Option<bool>,
    /// False: no autoresponse to new messages.
    pub autorespond_new_message: Option<bool>,
}

/// Whether an email goes out for a category (D-22), and whether an agent may say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmailChoice {
    /// It does, unless the agent says otherwise.
    On,
    /// It does not, unless the agent says otherwise.
    Off,
    /// It does, locked by an administrator.
    Required,
    /// It does not, locked by an administrator.
    Never,
}

impl EmailChoice {
    /// What counts for an agent who chose `own`.
    pub fn with(self, own: Option<bool>) -> bool {
        match self {
            EmailChoice::Required => true,
            EmailChoice::Never => false,
            EmailChoice::On => own.unwrap_or(true),
            EmailChoice::Off => own.unwrap_or(false),
        }
    }

    /// Not for an agent to change.
    pub fn is_locked(self) -> bool {
        matches!(self, EmailChoice::Required | EmailChoice::Never)
    }
}
