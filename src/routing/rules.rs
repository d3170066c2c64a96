//! The rule book as data: on this event, under this condition, this audience hears of it, for this reason.
//! What an administrator reads (`GET /api/v1/settings`) and switches off by id (`rules_off`). The engine holds no rule.

use serde::Serialize;

use crate::domain::{event::EventType, notification::Priority};

/// One row of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// `event/audience`: what `rules_off` and explanations call it.
    pub id: &'static str,
    /// The event it is about.
    pub on: EventType,
    /// Further conditions.
    pub when: Condition,
    /// Who hears of it.
    pub audience: Audience,
    /// `type` of the notification.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The finer why (D-02).
    pub reason: &'static str,
    /// Of a person's rules the one with the lowest rank counts.
    pub rank: u8,
    /// Row of the preferences screen; none where nothing can switch it off.
    pub category: Option<&'static str>,
    /// How much it may disturb.
    pub priority: PriorityRule,
    /// Key of the text, and of the setting that replaces it: `event/reason`.
    pub text: &'static str,
    /// What stands below the text.
    pub body: Body,
}

/// What must hold for a rule to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Nothing further.
    Always,
    /// The urgency became critical.
    Critical,
    /// The customer's message reopened the ticket.
    Reopened,
    /// The ticket is not a chat.
    NotChat,
    /// Not a chat, a team is assigned, and no agent.
    TeamAlone,
    /// Nobody was assigned on creation.
    Unassigned,
    /// A chat, and its first message.
    ChatFirst,
    /// A chat, and not its first message.
    ChatLater,
    /// The installation lets reactions be told.
    ReactionsTold,
    /// It should have reached someone and reached nobody.
    NobodyReached,
}

/// A role relative to the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Named by id or `@id` in the message.
    Mentioned,
    /// Assigned agents.
    Assignees,
    /// Agents whom this event assigned.
    NewlyAssigned,
    /// Members of the team to which this event assigned.
    NewTeam,
    /// Who had the ticket when it was resolved.
    PreviousAssignees,
    /// The project manager.
    Pm,
    /// Who follows the ticket.
    Watchers,
    /// Members of the assigned team.
    TeamMembers,
    /// Agents whose primary department the ticket is in.
    DepartmentMembers,
    /// The agent who wrote the comment.
    CommentAuthor,
    /// A new chat's: the assigned agent, else the department, else every active agent.
    ChatFirst,
    /// The last agent of a chat.
    ChatLastAgent,
    /// Whom the caller names.
    Named,
    /// The department's manager, else the administrators.
    Coverage,
}

/// `type` of the notifications that a rule makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are those of the interface")]
pub enum Kind {
    Mention,
    Escalation,
    Alert,
    Review,
    Assignment,
    Reaction,
    Note,
    Transfer,
    NewTicket,
    Chat,
    Coverage,
    Test,
    /// The caller says.
    AsGiven,
}

impl Kind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Mention => "mention",
            Kind::Escalation => "escalation",
            Kind::Alert => "alert",
            Kind::Review => "review",
            Kind::Assignment => "assignment",
            Kind::Reaction => "reaction",
            Kind::Note => "note",
            Kind::Transfer => "transfer",
            Kind::NewTicket => "new_ticket",
            Kind::Chat => "chat",
            Kind::Coverage => "coverage",
            Kind::Test => "test",
            Kind::AsGiven => "custom",
        }
    }
}

/// How a notification's priority comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorityRule {
    /// Always this.
    Fixed(Priority),
    /// High when the ticket's priority is high, else normal.
    AsTicket,
    /// Urgent for an emergency, else high.
    AsEscalation,
    /// The caller says.
    AsGiven,
}

/// What stands below a notification's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// The ticket's subject.
    Subject,
    /// The beginning of the message; the subject when there is none.
    Excerpt,
    /// A sentence of our own.
    Test,
}

const LOW: PriorityRule = PriorityRule::Fixed(Priority::Low);
const NORMAL: PriorityRule = PriorityRule::Fixed(Priority::Normal);
const HIGH: PriorityRule = PriorityRule::Fixed(Priority::High);
const URGENT: PriorityRule = PriorityRule::Fixed(Priority::Urgent);

/// One row; the text's key is `event/reason`.
macro_rules! rule {
    ($event:ident, $id:literal, $when:ident, $audience:ident, $kind:ident / $reason:literal,
     $rank:literal, $category:expr, $priority:expr, $text:literal, $body:ident) => {
        Rule {
            id: $id,
            on: EventType::$event,
            when: Condition::$when,
            audience: Audience::$audience,
            kind: Kind::$kind,
            reason: $reason,
            rank: $rank,
            category: $category,
            priority: $priority,
            text: $text,
            body: Body::$body,
        }
    };
}

/// What rings the bell: every row, those of one event in the order of their rank.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule!(NoteAdded, "note.added/mentioned", Always, Mentioned, Mention/"mentioned", 1, Some("mention"), PriorityRule::AsTicket, "note.added/mentioned", Excerpt),
    rule!(NoteAdded, "note.added/assignee", Always, Assignees, Note/"note_added", 5, Some("note_added"), LOW, "note.added/note_added", Excerpt),
    rule!(NoteEdited, "note.edited/mentioned", Always, Mentioned, Mention/"mentioned", 1, Some("mention"), PriorityRule::AsTicket, "note.edited/mentioned", Excerpt),
    rule!(ReplySent, "reply.sent/mentioned", Always, Mentioned, Mention/"mentioned", 1, Some("mention"), PriorityRule::AsTicket, "reply.sent/mentioned", Excerpt),

    rule!(MessageReceived, "message.received/mentioned", Always, Mentioned, Mention/"mentioned", 1, Some("mention"), PriorityRule::AsTicket, "message.received/mentioned", Excerpt),
    rule!(MessageReceived, "message.received/previous_assignee", Reopened, PreviousAssignees, Reaction/"reopened", 3, Some("new_client_message"), NORMAL, "message.received/reopened", Excerpt),
    rule!(MessageReceived, "message.received/assignee", NotChat, Assignees, Reaction/"customer_reply", 4, Some("new_client_message"), NORMAL, "message.received/customer_reply", Excerpt),
    rule!(MessageReceived, "message.received/pm", NotChat, Pm, Reaction/"customer_reply", 4, Some("new_client_message"), NORMAL, "message.received/customer_reply", Excerpt),
    rule!(MessageReceived, "message.received/chat_first", ChatFirst, ChatFirst, Chat/"new_conversation", 4, Some("chat"), HIGH, "message.received/new_conversation", Excerpt),
    rule!(MessageReceived, "message.received/chat_last_agent", ChatLater, ChatLastAgent, Chat/"customer_reply", 4, Some("chat"), NORMAL, "message.received/customer_reply", Excerpt),
    rule!(MessageReceived, "message.received/watcher", NotChat, Watchers, Reaction/"watching", 5, None, NORMAL, "message.received/watching", Excerpt),
    rule!(MessageReceived, "message.received/team_member", TeamAlone, TeamMembers, Reaction/"team_member", 6, Some("new_client_message"), NORMAL, "message.received/team_member", Excerpt),

    rule!(TicketEscalated, "ticket.escalated/assignee", Always, Assignees, Escalation/"escalated", 2, Some("escalation"), PriorityRule::AsEscalation, "ticket.escalated/escalated", Subject),
    rule!(TicketEscalated, "ticket.escalated/pm", Always, Pm, Escalation/"escalated", 2, Some("escalation"), PriorityRule::AsEscalation, "ticket.escalated/escalated", Subject),
    rule!(TicketUrgencyChanged, "ticket.urgency_changed/assignee", Critical, Assignees, Alert/"ai_critical", 2, Some("ai_critical"), URGENT, "ticket.urgency_changed/ai_critical", Subject),
    rule!(TicketUrgencyChanged, "ticket.urgency_changed/pm", Critical, Pm, Alert/"ai_critical", 2, Some("ai_critical"), URGENT, "ticket.urgency_changed/ai_critical", Subject),
    rule!(TicketBudgetLocked, "ticket.budget_locked/assignee", Always, Assignees, Alert/"over_budget", 2, Some("over_budget"), HIGH, "ticket.budget_locked/over_budget", Subject),
    rule!(TicketBudgetLocked, "ticket.budget_locked/pm", Always, Pm, Alert/"over_budget", 2, Some("over_budget"), HIGH, "ticket.budget_locked/over_budget", Subject),
    rule!(TicketDocReviewRequested, "ticket.doc_review_requested/pm", Always, Pm, Review/"doc_review", 2, Some("doc_review"), NORMAL, "ticket.doc_review_requested/doc_review", Subject),
    rule!(TicketOverdue, "ticket.overdue/assignee", Always, Assignees, Alert/"overdue", 2, Some("overdue"), HIGH, "ticket.overdue/overdue", Subject),

    rule!(TicketAssigned, "ticket.assigned/assignee", Always, NewlyAssigned, Assignment/"assigned", 3, Some("ticket_assigned"), NORMAL, "ticket.assigned/assigned", Subject),
    rule!(TicketAssigned, "ticket.assigned/team_member", Always, NewTeam, Assignment/"team_assigned", 6, Some("team_assigned"), NORMAL, "ticket.assigned/team_assigned", Subject),
    rule!(TicketReopened, "ticket.reopened/previous_assignee", Always, PreviousAssignees, Reaction/"reopened", 3, Some("new_client_message"), NORMAL, "ticket.reopened/reopened", Excerpt),
    rule!(TicketTransferred, "ticket.transferred/department_member", Always, DepartmentMembers, Transfer/"transferred", 7, Some("transfer"), NORMAL, "ticket.transferred/transferred", Subject),
    rule!(TicketCreated, "ticket.created/department_member", Unassigned, DepartmentMembers, NewTicket/"department_member", 7, Some("new_ticket_department"), NORMAL, "ticket.created/department_member", Subject),
    rule!(CommentReacted, "comment.reacted/author", ReactionsTold, CommentAuthor, Reaction/"emoji", 5, Some("emoji_reaction"), LOW, "comment.reacted/emoji", Subject),

    rule!(MessageReceived, "message.received/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "message.received/nobody_reached", Excerpt),
    rule!(TicketEscalated, "ticket.escalated/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "ticket.escalated/nobody_reached", Subject),
    rule!(TicketUrgencyChanged, "ticket.urgency_changed/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "ticket.urgency_changed/nobody_reached", Subject),
    rule!(TicketBudgetLocked, "ticket.budget_locked/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "ticket.budget_locked/nobody_reached", Subject),
    rule!(TicketDocReviewRequested, "ticket.doc_review_requested/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "ticket.doc_review_requested/nobody_reached", Subject),
    rule!(TicketOverdue, "ticket.overdue/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "ticket.overdue/nobody_reached", Subject),
    rule!(TicketAssigned, "ticket.assigned/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "ticket.assigned/nobody_reached", Subject),
    rule!(TicketReopened, "ticket.reopened/coverage", NobodyReached, Coverage, Coverage/"nobody_reached", 8, Some("coverage"), HIGH, "ticket.reopened/nobody_reached", Excerpt),

    rule!(NotificationCustom, "notification.custom/to", Always, Named, AsGiven/"custom", 3, Some("custom"), PriorityRule::AsGiven, "notification.custom/custom", Subject),
    rule!(NotificationTest, "notification.test/self", Always, Named, Test/"test", 1, None, NORMAL, "notification.test/test", Test),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::RULES;
    use crate::{domain::preferences::CATEGORIES, routing::wording};

    #[test]
    fn every_rule_has_a_name_of_its_own_that_starts_with_its_event() {
        let ids: HashSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        for rule in RULES {
            assert_eq!(rule.id.split('/').next(), Some(rule.on.as_str()), "{}", rule.id);
            assert_eq!(rule.text, format!("{}/{}", rule.on.as_str(), rule.reason), "{}", rule.id);
        }
    }

    #[test]
    fn every_rule_has_a_text_in_both_wordings_and_a_known_category() {
        for rule in RULES {
            assert!(wording::shipped(rule.text).is_some(), "{} has no text", rule.text);
            if let Some(category) = rule.category {
                assert!(CATEGORIES.iter().any(|row| row.id == category), "{category} is no row of the screen");
            }
        }
    }

    #[test]
    fn rules_of_one_event_stand_in_the_order_of_their_rank() {
        for pair in RULES.windows(2).filter(|pair| pair[0].on == pair[1].on) {
            assert!(pair[0].rank <= pair[1].rank, "{} stands before {}", pair[0].id, pair[1].id);
        }
    }
}
