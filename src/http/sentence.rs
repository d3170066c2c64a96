//! Why somebody hears of an event or does not, in plain English: from the rule that counted, else from the reason.

/// To whom a sentence speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaking {
    /// To the person it is about.
    ToThem,
    /// About them, to an administrator.
    OfThem,
}

/// By what stands behind the slash in a rule's id: the person's role.
const BY_ROLE: &[(&str, &str)] = &[
    ("mentioned", "{They} were mentioned on {ticket}."),
    ("assignee", "{They} are the assigned agent of {ticket}."),
    ("previous_assignee", "{They} were the assigned agent of {ticket} when it was resolved."),
    ("pm", "{They} are the project manager of {ticket}."),
    ("watcher", "{They} are watching {ticket}."),
    ("team_member", "{They} are a member of the team that {ticket} is assigned to."),
    ("department_member", "{They} are a member of the department that {ticket} is in."),
    ("chat_first", "{ticket} is a new chat, and {they} are among those who may answer it."),
    ("chat_last_agent", "{They} were the last agent of the chat {ticket}."),
    ("author", "{They} wrote the comment on {ticket} that somebody reacted to."),
    ("to", "It was addressed to {them} by name."),
    ("self", "{They} asked for a test."),
    ("coverage", "Nobody else was told about {ticket}, and {they} answer for its department or administer the hub."),
];

/// By reason, where the rule is not on record any more.
const BY_REASON: &[(&str, &str)] = &[
    ("assigned", "{ticket} was assigned to {them}."),
    ("team_assigned", "{They} are a member of the team that {ticket} was assigned to."),
    ("mentioned", "{They} were mentioned on {ticket}."),
    ("note_added", "A note was added to {ticket}, of which {they} are the assigned agent."),
    ("reopened", "{ticket} was reopened, and {they} had it before."),
    ("customer_reply", "The customer wrote on {ticket}, of which {they} are the agent or the project manager."),
    ("new_conversation", "{ticket} is a new chat, and {they} are among those who may answer it."),
    ("watching", "{They} are watching {ticket}."),
    ("team_member", "{They} are a member of the team that {ticket} is assigned to."),
    ("department_member", "{They} are a member of the department that {ticket} is in."),
    ("escalated", "{ticket} was escalated, and {they} are its agent or its project manager."),
    ("ai_critical", "{ticket} became critical, and {they} are its agent or its project manager."),
    ("over_budget", "{ticket} is over its budget, and {they} are its agent or its project manager."),
    ("doc_review", "{ticket} waits for a review, and {they} are its project manager."),
    ("overdue", "{ticket} is overdue, and {they} are its assigned agent."),
    ("transferred", "{They} are a member of the department that {ticket} was transferred to."),
    ("emoji", "{They} wrote the comment on {ticket} that somebody reacted to."),
    (
        "nobody_reached",
        "Nobody else was told about {ticket}, and {they} answer for its department or administer the hub.",
    ),
    ("pm", "{They} are the project manager of {ticket}."),
    ("admin", "It goes to the administrative address, which is {their} own."),
    ("department_manager", "{They} are the manager of the department that {ticket} is in."),
    ("account_manager", "{They} look after the organization of the customer of {ticket}."),
    ("last_respondent", "{They} were the last to answer on {ticket}."),
    ("team_lead", "{They} lead the team that {ticket} was assigned to."),
    ("custom", "It was addressed to {them} by name."),
    ("test", "{They} asked for a test."),
];

/// By the word that an explanation gives for what was not told.
const BY_WHY: &[(&str, &str)] = &[
    ("actor", "It was {their} own act."),
    ("unknown_agent", "The directory does not know {them}."),
    ("inactive", "{They} are inactive."),
    ("vacation", "{They} are on vacation, so it is kept in {their} list without a sound."),
    ("no_access", "{They} may not see the ticket."),
    ("bot_answered", "The chat bot answered."),
    ("category_off", "{They} switched this kind of notification off, or never switched it on."),
    ("bell_off", "{They} switched the bell off."),
    ("rule_off", "An administrator switched the rule off."),
    ("department_recipients", "The department's alerts reach nobody, or the administrative address alone."),
    ("no_address", "There is no address to send to."),
    ("no_number", "There is no number to send text messages to."),
    ("alert_email_off", "{They} switched this kind of email off."),
    ("channel_off", "{They} switched email off."),
    ("not_configured", "This installation sends no email."),
    ("automatic_mail", "It was an answering machine or a bounce."),
    ("nobody_reads", "Nobody reads that address."),
    ("not_wanted", "Whoever posted it wanted no answer sent."),
    ("switched_off", "The department or the help topic switched it off."),
    ("same_act", "The same act of the customer was told of by another event."),
    ("online", "{They} were online and saw the answer in the chat."),
    ("one_per_offline_session", "An email or a text message told {them} already since {they} were last online."),
    (NOT_CONCERNED, "No rule names {them} for this event."),
];

/// The word for whoever is no candidate at all.
pub(super) const NOT_CONCERNED: &str = "not_concerned";

/// Which role or happening made it somebody's business.
pub(super) fn because(to: Speaking, rule: Option<&str>, reason: &str, ticket: Option<&str>) -> String {
    let role = rule.and_then(|rule| rule.rsplit_once('/')).and_then(|(_, role)| find(BY_ROLE, role));
    let pattern = role.or_else(|| find(BY_REASON, reason)).unwrap_or("A rule names {them} for this event.");
    fill(pattern, to, ticket)
}

/// Why somebody was not told, or only quietly.
pub(super) fn although(to: Speaking, why: &str) -> String {
    match find(BY_WHY, why) {
        Some(pattern) => fill(pattern, to, None),
        None => format!("Nothing came of it: {}.", why.replace('_', " ")),
    }
}

fn find(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == word).map(|(_, pattern)| *pattern)
}

/// "They" and "you" take the same verbs. The ticket's number goes in last: it is a helpdesk's text, not a pattern.
fn fill(pattern: &str, to: Speaking, ticket: Option<&str>) -> String {
    let (upper, they, them, their) = match to {
        Speaking::ToThem => ("You", "you", "you", "your"),
        Speaking::OfThem => ("They", "they", "them", "their"),
    };
    let words = pattern.replace("{They}", upper).replace("{they}", they);
    let words = words.replace("{them}", them).replace("{their}", their);
    let at_start = words.starts_with("{ticket}");
    match ticket {
        Some(number) => words.replace("{ticket}", &format!("#{number}")),
        None if at_start => words.replacen("{ticket}", "The ticket", 1),
        None => words.replace("{ticket}", "the ticket"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{routing::rules::RULES, testkit::covers};

    #[test]
    fn every_rule_and_every_reason_of_the_book_has_a_sentence() {
        for rule in RULES {
            let role = rule.id.rsplit('/').next().unwrap_or_default();
            assert!(find(BY_ROLE, role).is_some(), "{} has no sentence for its role", rule.id);
            assert!(find(BY_REASON, rule.reason).is_some(), "the reason {} has no sentence", rule.reason);
            let text = because(Speaking::ToThem, Some(rule.id), rule.reason, Some("123"));
            assert!(text.ends_with('.') && !text.contains('{') && text.contains("ou"), "{text}");
        }
        covers(&["R-176"]);
    }

    #[test]
    fn a_sentence_speaks_to_the_person_or_of_them() {
        let because = |to, ticket| because(to, Some("ticket.assigned/assignee"), "assigned", ticket);
        assert_eq!(because(Speaking::ToThem, Some("123")), "You are the assigned agent of #123.");
        assert_eq!(because(Speaking::OfThem, Some("{them}")), "They are the assigned agent of #{them}.");
        assert_eq!(because(Speaking::OfThem, None), "They are the assigned agent of the ticket.");
    }

    #[test]
    fn without_a_rule_the_reason_speaks_and_an_unknown_word_is_shown_as_it_is() {
        assert_eq!(
            because(Speaking::ToThem, None, "overdue", None),
            "The ticket is overdue, and you are its assigned agent."
        );
        assert_eq!(because(Speaking::ToThem, None, "new", None), "A rule names you for this event.");
        assert_eq!(although(Speaking::OfThem, "actor"), "It was their own act.");
        assert_eq!(although(Speaking::OfThem, "out_of_office"), "Nothing came of it: out of office.");
    }
}
