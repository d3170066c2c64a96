#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use super::*;
use crate::{
    delivery::{
        email::{Item, Links},
        templates::{KINDS, sample},
    },
    testkit::covers,
};

fn sender() -> Sender {
    let from = EmailAddress { name: "Bellhop".to_owned(), address: "bell@bell.example".to_owned() };
    Sender { from, host: "bell.example".to_owned() }
}

/// A letter of that purpose, about these tickets.
fn letter(purpose: &str, kind: RecipientKind, items: usize) -> Letter {
    let name = if items > 2 { "digest" } else { "agent_email" };
    let mut letter = sample::letter(templates::kind(name).unwrap());
    letter.purpose = purpose.to_owned();
    letter.recipient.kind = kind;
    letter.items.truncate(items);
    letter
}

fn agents(purpose: &str) -> Letter {
    letter(purpose, RecipientKind::Agent, 1)
}

fn contacts(purpose: &str) -> Letter {
    letter(purpose, RecipientKind::Contact, 1)
}

fn written(letter: &Letter) -> Email {
    compose(letter, &sender(), &HashMap::new()).0
}

fn header<'e>(email: &'e Email, name: &str) -> Option<&'e str> {
    email.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[test]
fn every_purpose_has_its_template() {
    for (letter, name) in [
        (agents("alerts.assignment.agent"), "agent_assignment"),
        (agents("alerts.assignment.team_members"), "agent_alert"),
        (agents("alerts.new_message.assigned"), "agent_alert"),
        (letter("alerts.overdue.admin", RecipientKind::Address, 1), "agent_alert"),
        (agents("fallback"), "agent_email"),
        (letter("fallback", RecipientKind::Agent, 3), "digest"),
        (agents("digest"), "digest"),
        (contacts("reply.notify_customer"), "contact_reply"),
        (contacts("chat.offline_email"), "contact_reply"),
        (contacts("autoresponses.new_ticket"), "autoresponse_new_ticket"),
        (contacts("autoresponse.new_ticket"), "autoresponse_new_ticket"),
        (contacts("autoresponses.new_ticket_by_agent"), "autoresponse_new_ticket_by_agent"),
        (contacts("autoresponses.message_submitter"), "autoresponse_new_message"),
        (contacts("autoresponses.message_participants"), "autoresponse_participant"),
        (contacts("autoresponses.overlimit"), "overlimit"),
        (contacts("overlimit"), "overlimit"),
        (letter("system.sql_error", RecipientKind::Address, 1), "system_alert"),
        (agents("sign_in"), "sign_in"),
        (agents("test"), "test"),
        (agents("what comes later"), "agent_email"),
    ] {
        assert_eq!(template_of(&letter).name, name, "{}", letter.purpose);
    }
}

#[test]
fn an_assignment_reads_as_the_book_says() {
    let mut letter = agents("alerts.assignment.agent");
    letter.items[0].message_text = String::new();
    letter.items[0].body = String::new();
    letter.items[0].url = None;
    letter.items[0].reason = "assigned".to_owned();
    letter.links = Links::default();
    let email = written(&letter);
    assert_eq!(email.subject, "New ticket assigned: #123 - Login Issue");
    assert_eq!(
        email.text,
        "You have been assigned to ticket #123\n\nSubject: Login Issue\nPriority: High\nCustomer: Carla Reis\n\n\
         View Ticket: https://desk.example.com/tickets/123\n\n-- \nYou get this because the ticket is assigned to you."
    );
    for part in
        ["You have been assigned to ticket #123", ">View Ticket</a>", "href=\"https://desk.example.com/tickets/123\""]
    {
        assert!(email.html.contains(part), "{part}");
    }
    covers(&["R-136", "R-137", "R-176"]);
}

#[test]
fn headers_thread_an_agents_mail_and_keep_machines_from_answering_it() {
    let email = written(&agents("fallback"));
    assert_eq!(email.message_id, "<sample@bell.example>");
    for (name, value) in [
        ("References", Some("<ticket-HD-00123@bell.example>")),
        ("In-Reply-To", Some("<ticket-HD-00123@bell.example>")),
        ("List-ID", Some("Helpdesk notifications <notifications.bell.example>")),
        ("List-Unsubscribe", Some("<https://bellhop.example.com/l/sample>")),
        ("List-Unsubscribe-Post", Some("List-Unsubscribe=One-Click")),
        ("Precedence", Some("bulk")),
        ("Auto-Submitted", Some("auto-generated")),
        ("X-Auto-Response-Suppress", Some("All")),
        ("X-Bellhop-Reason", Some("customer_reply")),
    ] {
        assert_eq!(header(&email, name), value, "{name}");
    }
    let digest = written(&letter("digest", RecipientKind::Agent, 3));
    assert_eq!((header(&digest, "References"), digest.subject.as_str()), (None, "3 updates on 2 tickets"));
}

#[test]
fn autoresponses_say_so_and_neither_they_nor_system_alerts_are_a_list() {
    for (letter, submitted, precedence) in [
        (contacts("autoresponses.new_ticket"), "auto-replied", Some("auto_reply")),
        (letter("system.error", RecipientKind::Address, 1), "auto-generated", None),
        (agents("sign_in"), "auto-generated", None),
    ] {
        let email = written(&letter);
        assert_eq!(header(&email, "Auto-Submitted"), Some(submitted), "{}", letter.purpose);
        assert_eq!(header(&email, "Precedence"), precedence, "{}", letter.purpose);
        for name in ["List-ID", "List-Unsubscribe", "List-Unsubscribe-Post"] {
            assert_eq!(header(&email, name), None, "{}", letter.purpose);
        }
    }
}

#[test]
fn ids_from_outside_make_message_ids_that_are_valid_and_differ() {
    for (id, text) in [
        ("HD-1", "HD-1"),
        ("a.b", "a.b"),
        ("..", "_2e_2e"),
        ("a.", "a_2e"),
        ("<x>\r\n@", "_3cx_3e_0d_0a_40"),
        ("ü", "_c3_bc"),
    ] {
        assert_eq!(id_text(id), text, "{id:?}");
    }
    assert_ne!(id_text("a b"), id_text("a_20b"));
    assert!(id_text(&"x".repeat(10_000)).len() <= MAX_ID_CHARS);
}

#[test]
fn hostile_texts_stay_texts() {
    let long = "x".repeat(10_240);
    let sneaky = "Hi\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>\u{202e}\0 {{ 7*7 }} {recipient_name} \u{1f468}\u{200d}\u{1f469}";
    for text in [sneaky, &long, "\"><img src=x onerror=alert(1)>", "=?utf-8?q?=0d=0aBcc:_eve?=", "\u{2028}\u{2029}", ""]
    {
        for kind in KINDS.iter().filter(|kind| kind.medium == templates::Medium::Email) {
            let mut letter = sample::letter(kind);
            letter.purpose = "fallback".to_owned();
            letter.id = text.to_owned();
            letter.recipient.name = text.to_owned();
            letter.links = Links { unsubscribe: Some(text.to_owned()), ..Links::default() };
            for item in &mut letter.items {
                hostile(item, text);
            }
            let (filled, fault) = templates::fill(&HashMap::new(), kind, &Values::of(&letter));
            let email = super::email(&letter, &sender(), filled);
            assert_eq!(fault, None);
            assert!(
                email.subject.chars().count() <= plain::MAX_SUBJECT_CHARS && !email.subject.contains(char::is_control)
            );
            assert!(!email.to.name.contains(char::is_control) && !email.to.name.contains('\u{202e}'));
            assert!(
                !email.html.contains("<script") && !email.html.contains("<img src=x") && !email.html.contains("49 ")
            );
            assert!(!email.html.contains("javascript:") && !email.text.contains('\u{202e}'));
            let headers = email.headers.iter().map(|(_, value)| value);
            for value in headers.chain([&email.message_id]) {
                assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{value:?}");
            }
            let wire = crate::delivery::email::message::wire(&email, None, 0);
            assert!(wire.is_ok(), "{}", kind.name);
        }
    }
}

fn hostile(item: &mut Item, text: &str) {
    for place in [&mut item.title, &mut item.body, &mut item.message_text, &mut item.sender_name, &mut item.reason] {
        *place = text.to_owned();
    }
    item.sender_image = Some(format!("javascript:{text}"));
    item.url = Some(format!("javascript:{text}"));
    item.message_html = Some(text.to_owned());
    for file in &mut item.attachments {
        (file.name, file.url) = (text.to_owned(), format!("data:{text}"));
    }
    let ticket = item.ticket.as_ref().unwrap();
    let ticket = crate::delivery::email::TicketRef {
        id: text.into(),
        number: text.to_owned(),
        subject: text.to_owned(),
        url: Some(text.to_owned()),
        ..(**ticket).clone()
    };
    item.ticket = Some(ticket.into());
}

#[test]
fn a_message_in_html_is_read_as_text_and_lines_are_kept() {
    let mut letter = agents("fallback");
    letter.items[0].message_text = String::new();
    letter.items[0].message_html = Some("<p>One</p><p>Two &amp; <b>three</b></p><script>x()</script>".to_owned());
    let email = written(&letter);
    assert!(email.text.contains("One\n\nTwo & three") || email.text.contains("One\nTwo & three"), "{}", email.text);
    assert!(!email.html.contains("x()"));
}
