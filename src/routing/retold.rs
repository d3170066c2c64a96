//! The line of an event for those who have no entry of it: an alert email and a text message say what the bell would, in
//! the installation's wording and with an administrator's texts (D-03).

use super::{
    audience,
    drafts::Drafter,
    rules::{Audience, Condition, RULES, Rule},
    text::Texts,
};
use crate::domain::{event::EventType, plan::Facts};

/// The line; `purpose` is the switch or policy because of which it goes out. None for what rings no bell, an answer to a
/// customer or trouble of the helpdesk's for example.
pub fn title(texts: &Texts, facts: &Facts<'_>, purpose: &str) -> Option<String> {
    let rule = rule(facts, purpose)?;
    // The shipped text names a department; the administrator hears of tickets in none, too.
    let in_none = facts.ticket.is_none_or(|ticket| ticket.department.is_none());
    if rule.on == EventType::TicketCreated && in_none && !facts.snapshot.settings.texts.contains_key(rule.text) {
        return None;
    }
    Some(Drafter::new(facts, texts).title(rule))
}

/// The row of the book whose words fit somebody who is not mentioned: the first that applies, else the first.
fn rule(facts: &Facts<'_>, purpose: &str) -> Option<&'static Rule> {
    // A note that was edited is told like a new one.
    let on = if facts.event.kind == EventType::NoteEdited { EventType::NoteAdded } else { facts.event.kind };
    let for_team = purpose.ends_with("team_lead") || purpose.ends_with("team_members");
    let fits = |rule: &&Rule| match rule.audience {
        Audience::NewTeam => for_team,
        Audience::NewlyAssigned => !for_team,
        _ => audience::holds(rule.when, facts),
    };
    // Who had the ticket before it was reopened is told that; for everybody else it is a message.
    let is_special = |rule: &Rule| {
        rule.audience == Audience::Mentioned || matches!(rule.when, Condition::Reopened | Condition::NobodyReached)
    };
    let of_event = || RULES.iter().filter(|rule| rule.on == on && !is_special(rule));
    of_event().find(fits).or_else(|| of_event().next())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        domain::settings::Wording,
        routing::testing::{World, event},
        testkit::covers,
    };

    fn retold(world: &World, kind: &str, data: Value, purpose: &str) -> Option<String> {
        let data = serde_json::from_value(data).expect("the data of an event");
        let event = event(kind, data);
        let facts =
            Facts { event: &event, ticket: Some(&world.ticket), contact: None, snapshot: &world.snapshot, now: 0 };
        title(&Texts::default(), &facts, purpose)
    }

    #[test]
    fn who_has_no_entry_hears_it_in_the_words_of_the_bell() {
        let world = World::with_agents(&["ana", "jane"]).with_team("T", &["ana"]).with_department("support", &["ana"]);
        let jane = json!({"kind": "agent", "id": "jane", "name": "Jane Smith"});
        let carla = json!({"kind": "customer", "name": "Carla Reis"});
        let (note, reply) = (json!({"actor": jane}), json!({"actor": carla}));
        for (kind, data, purpose, expected) in [
            ("ticket.created", json!({}), "alerts.new_ticket.admin", "New ticket #123 in Support"),
            ("ticket.assigned", json!({}), "alerts.assignment.agent", "Ticket #123 assigned to you"),
            (
                "ticket.assigned",
                json!({"assigned": {"team": "T"}}),
                "alerts.assignment.team_lead",
                "Ticket #123 assigned to team Team T",
            ),
            ("ticket.transferred", json!({}), "alerts.transfer.assigned", "Ticket #123 transferred to Support"),
            ("ticket.overdue", json!({}), "alerts.overdue.admin", "Ticket #123 is overdue"),
            ("message.received", reply.clone(), "alerts.new_message.assigned", "New reply on #123 from Carla Reis"),
            ("note.added", note.clone(), "alerts.internal_activity.assigned", "Jane Smith added a note to #123"),
            ("note.edited", note, "alerts.internal_activity.assigned", "Jane Smith added a note to #123"),
        ] {
            assert_eq!(retold(&world, kind, data, purpose).as_deref(), Some(expected), "{kind} {purpose}");
        }
        let mut reopening = reply;
        reopening["reopened"] = json!(true);
        let told = retold(&world, "message.received", reopening, "alerts.new_message.assigned");
        assert_eq!(told.as_deref(), Some("New reply on #123 from Carla Reis"));
        assert_eq!(retold(&world, "reply.sent", json!({}), "reply"), None);
        assert_eq!(retold(&world, "system.error", json!({}), "system.error"), None);
        covers(&["D-03"]);
    }

    #[test]
    fn the_wording_and_the_administrators_texts_count() {
        let mut world = World::with_agents(&["ana"]);
        let new = |world: &World| retold(world, "ticket.created", json!({}), "alerts.new_ticket.admin");
        assert_eq!(new(&world), None, "the shipped text names a department, and there is none");
        world.snapshot.settings.texts.insert("ticket.created/department_member".into(), "New: #{{ number }}".into());
        assert_eq!(new(&world).as_deref(), Some("New: #123"));

        world.snapshot.settings.wording = Wording::Frappe;
        let carla = json!({"actor": {"kind": "customer", "name": "Carla Reis"}});
        let reply = retold(&world, "message.received", carla, "alerts.new_message.assigned");
        assert_eq!(reply.as_deref(), Some("Carla Reis replied to ticket #123"));
        covers(&["D-03"]);
    }
}
