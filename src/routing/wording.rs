//! The shipped texts, in both wordings (D-03). Names in braces are the values of [`super::text::Values`].

use crate::domain::settings::Wording;

/// One text in both wordings.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// `event/reason`.
    pub key: &'static str,
    /// In the words of the ticket system with bell, watching and project managers.
    pub classic: &'static str,
    /// In the words of the Frappe helpdesk.
    pub frappe: &'static str,
}

impl Shipped {
    /// The text in that wording.
    pub fn in_wording(&self, wording: Wording) -> &'static str {
        match wording {
            Wording::Classic => self.classic,
            Wording::Frappe => self.frappe,
        }
    }
}

const fn both(key: &'static str, text: &'static str) -> Shipped {
    Shipped { key, classic: text, frappe: text }
}

const fn two(key: &'static str, classic: &'static str, frappe: &'static str) -> Shipped {
    Shipped { key, classic, frappe }
}

const MENTION: &str = "{{ actor }} mentioned you on #{{ number }}";
const MENTION_FRAPPE: &str = "{{ actor }} mentioned you in ticket #{{ number }}";
const REPLY: &str = "New reply on #{{ number }} from {{ client }}";
const REPLY_FRAPPE: &str = "{{ client }} replied to ticket #{{ number }}";
const REOPENED: &str = "Ticket #{{ number }} reopened by customer";
const ASSIGNED_FRAPPE: &str = "{% if by_rule %}Ticket #{{ number }} assigned via assignment rule\
    {% elif by_agent %}{{ actor }} assigned ticket #{{ number }} to you\
    {% else %}Ticket #{{ number }} assigned to you{% endif %}";

const REACTED: &str = "{% if count > 1 %}{{ count }} people reacted to your comment\
    {% else %}{{ emoji }} reacted to your comment{% endif %}";

/// Every shipped text.
pub const SHIPPED: &[Shipped] = &[
    two("note.added/mentioned", MENTION, MENTION_FRAPPE),
    two("note.edited/mentioned", MENTION, MENTION_FRAPPE),
    two("reply.sent/mentioned", MENTION, MENTION_FRAPPE),
    two("message.received/mentioned", MENTION, MENTION_FRAPPE),
    two(
        "note.added/note_added",
        "{{ actor }} added a note to #{{ number }}",
        "{{ actor }} added a note to ticket #{{ number }}",
    ),
    two("message.received/customer_reply", REPLY, REPLY_FRAPPE),
    two("message.received/watching", REPLY, REPLY_FRAPPE),
    two("message.received/team_member", REPLY, REPLY_FRAPPE),
    both("message.received/new_conversation", "New conversation #{{ number }} from {{ client }}"),
    both("message.received/reopened", REOPENED),
    both("ticket.reopened/reopened", REOPENED),
    two("ticket.assigned/assigned", "Ticket #{{ number }} assigned to you", ASSIGNED_FRAPPE),
    both("ticket.assigned/team_assigned", "Ticket #{{ number }} assigned to team {{ team }}"),
    both("ticket.escalated/escalated", "🚨 Ticket #{{ number }} escalated"),
    both("ticket.urgency_changed/ai_critical", "🔴 CRITICAL: #{{ number }}"),
    both("ticket.budget_locked/over_budget", "⚠️ Budget lock on #{{ number }}"),
    both("ticket.doc_review_requested/doc_review", "📋 Doc review: #{{ number }}"),
    both("ticket.overdue/overdue", "Ticket #{{ number }} is overdue"),
    both("ticket.transferred/transferred", "Ticket #{{ number }} transferred to {{ department }}"),
    both("ticket.created/department_member", "New ticket #{{ number }} in {{ department }}"),
    both("message.received/nobody_reached", "Nobody was told: {{ client }} wrote on #{{ number }}"),
    both("ticket.escalated/nobody_reached", "Nobody was told: #{{ number }} escalated"),
    both("ticket.urgency_changed/nobody_reached", "Nobody was told: #{{ number }} is CRITICAL"),
    both("ticket.budget_locked/nobody_reached", "Nobody was told: budget lock on #{{ number }}"),
    both("ticket.doc_review_requested/nobody_reached", "Nobody was told: doc review of #{{ number }}"),
    both("ticket.overdue/nobody_reached", "Nobody was told: #{{ number }} is overdue"),
    both("ticket.assigned/nobody_reached", "Nobody was told: #{{ number }} was assigned"),
    both("ticket.reopened/nobody_reached", "Nobody was told: {{ client }} reopened #{{ number }}"),
    both("comment.reacted/emoji", REACTED),
    both("notification.custom/custom", "{{ actor }} sent you a notification"),
    both("notification.test/test", "Test notification"),
];

/// The shipped text of that key.
pub fn shipped(key: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|text| text.key == key)
}
