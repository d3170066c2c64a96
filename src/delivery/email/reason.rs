//! Why somebody gets an email, in a sentence; the reason's code goes into a header as it is.

/// By reason code.
const SENTENCES: &[(&str, &str)] = &[
    ("assigned", "You get this because the ticket is assigned to you."),
    ("team_assigned", "You get this because the ticket is assigned to your team."),
    ("mentioned", "You get this because you were mentioned."),
    ("watching", "You get this because you are watching the ticket."),
    ("team_member", "You get this because you are a member of the ticket's team."),
    ("team_lead", "You get this because you lead the ticket's team."),
    ("department_member", "You get this because you are a member of the ticket's department."),
    ("department_manager", "You get this because you are the manager of the ticket's department."),
    ("account_manager", "You get this because you look after the customer's organization."),
    ("last_respondent", "You get this because you were the last to answer."),
    ("customer_reply", "You get this because the ticket is yours and the customer wrote."),
    ("new_conversation", "You get this because you are among those who may answer."),
    ("reopened", "You get this because you had the ticket before it was reopened."),
    ("transferred", "You get this because the ticket came to your department."),
    ("pm", "You get this because you are the ticket's project manager."),
    ("doc_review", "You get this because the ticket waits for your review."),
    ("emoji", "You get this because you wrote the comment."),
    ("admin", "You get this because this is the administrative address."),
    ("nobody_reached", "You get this because nobody else was reached."),
    ("custom", "You get this because it was addressed to you by name."),
    ("test", "You get this because you asked for a test."),
];

/// The sentence for a code; a general one for those that have none of their own.
pub fn sentence(code: &str) -> String {
    if code.is_empty() {
        return String::new();
    }
    let known = SENTENCES.iter().find(|(known, _)| *known == code);
    known.map_or("You get this because you work on the ticket.", |(_, sentence)| sentence).to_owned()
}
