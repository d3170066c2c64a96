//! What receivers read: by Python's own reader of mail, and signatures by another make.

use bellhop::{config::DkimConfig, delivery::email::Letter, domain::delivery::RecipientKind};
use openssl::{pkey::PKey, rsa::Rsa};

use super::{MailServer, Read, item, letter, mailer_for, mailer_with, no_templates, read, ticket};
use crate::harness::covers;

/// The letter as it arrives.
async fn arrived(letter: &Letter) -> Read {
    let server = MailServer::start();
    let mailer = mailer_for(server.server());
    let outcome = mailer.send(&mailer.compose(letter, &no_templates())).await;
    assert_eq!(outcome.why(), None, "{outcome:?}");
    read(&server.messages(1)[0], None)
}

#[tokio::test]
async fn agents_mail_is_valid_and_says_what_mail_programs_want_to_know() {
    let mut letter = letter("ana@exämple.org");
    letter.recipient.name = "Ana \"Lima\" Müller, M.A.".to_owned();
    let read = arrived(&letter).await;
    read.assert_valid();
    assert_eq!(read.header("Subject"), "New reply on #123 from Carla Reis - Login Issue");
    assert_eq!(read.0["to"][0]["name"], "Ana \"Lima\" Müller, M.A.");
    assert_eq!(read.0["to"][0]["address"], "ana@xn--exmple-cua.org");
    assert_eq!(
        (&read.0["from"][0]["name"], &read.0["from"][0]["address"]),
        (&"Bellhop Ünï".into(), &"bell@bell.example".into())
    );
    for (name, value) in [
        ("Date", "Fri, 20 Nov 2026 09:00:00 +0000"),
        ("Message-ID", "<0193-test@bell.example>"),
        ("References", "<ticket-HD-00123@bell.example>"),
        ("In-Reply-To", "<ticket-HD-00123@bell.example>"),
        ("List-ID", "Helpdesk notifications <notifications.bell.example>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "bulk"),
        ("X-Bellhop-Reason", "customer_reply"),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(read.header(name), value, "{name}");
    }
    assert_eq!(read.header("List-Unsubscribe").trim(), format!("<https://bell.example/l/{}>", "t".repeat(180)));
    for part in [
        "I still cannot sign in.",
        "20 Nov 2026, 10:00 CET",
        "screenshot.png: https://desk.example.com/files/1?a=1&b=2",
    ] {
        assert!(read.text().contains(part), "{part} in {}", read.text());
    }
    assert!(read.html().contains("color-scheme") && read.html().contains("prefers-color-scheme: dark"));
    covers(&["R-004", "R-176", "R-217", "R-218"]);
}

#[tokio::test]
async fn conversation_and_summary_hold_everything_in_order() {
    let mut conversation = letter("ana@example.org");
    conversation.items = vec![item("The first."), item("The second."), item("The third.")];
    let read = arrived(&conversation).await;
    read.assert_valid();
    assert_eq!(read.header("Subject"), "3 updates on #123 - Login Issue");
    let at = |part: &str| read.text().find(part).unwrap_or_else(|| panic!("{part} in {}", read.text()));
    assert!(at("The first.") < at("The second.") && at("The second.") < at("The third."));
    let mut digest = letter("ana@example.org");
    digest.purpose = "digest".to_owned();
    let mut other = item("Elsewhere.");
    other.ticket = Some(ticket(124, "Invoice <2026> & more").into());
    digest.items = vec![item("The first."), other, item("The third.")];
    let read = arrived(&digest).await;
    read.assert_valid();
    assert_eq!((read.header("Subject"), read.header("References")), ("3 updates on 2 tickets", ""));
    assert!(
        read.text().contains("#124 - Invoice <2026> & more") && read.html().contains("Invoice &lt;2026&gt; &amp; more")
    );
    assert_eq!(read.text().matches("#123 - Login Issue").count(), 1, "one heading for a ticket: {}", read.text());
}

#[tokio::test]
async fn customer_gets_no_link_into_the_helpdesk() {
    let mut reply = letter("carla@example.org");
    reply.purpose = "reply.notify_customer".to_owned();
    reply.recipient.kind = RecipientKind::Contact;
    reply.links = Default::default();
    let read = arrived(&reply).await;
    read.assert_valid();
    assert_eq!(read.header("Subject"), "Re: Login Issue");
    for text in [read.text(), read.html()] {
        assert!(!text.contains("desk.example.com/tickets") && !text.contains("You get this because"), "{text}");
    }
    for name in ["List-Unsubscribe", "List-ID", "Precedence"] {
        assert_eq!(read.header(name), "");
    }
    covers(&["R-007", "R-219"]);
}

#[tokio::test]
async fn hostile_texts_arrive_as_texts_in_a_valid_message() {
    for text in [
        "Hi\r\nBcc: eve@evil.example\r\n\r\nbody",
        "\u{202e}evil\u{2066} \u{0}\u{1b}[31m",
        &"x".repeat(10_240),
        &"👩\u{200d}💻🔔 ".repeat(500),
        "<script>alert(1)</script>\"'><img src=x>",
        "=?utf-8?q?=0d=0aBcc:_eve@evil.example?=",
        ".\r\n.\r\nQUIT\r\n",
        "",
    ] {
        let mut letter = letter("ana@example.org");
        letter.id = format!("id {text}");
        letter.recipient.name = text.to_owned();
        let item = &mut letter.items[0];
        for place in [&mut item.title, &mut item.message_text, &mut item.sender_name, &mut item.reason] {
            *place = text.to_owned();
        }
        item.ticket = Some(ticket(123, text).into());
        let read = arrived(&letter).await;
        read.assert_valid();
        let names = read.0["names"].to_string().to_lowercase();
        assert!(!names.contains("bcc"), "{names}");
        assert!(!read.html().contains("<script") && !read.header("Subject").contains('\u{202e}'));
        assert_eq!(read.0["to"].as_array().unwrap().len(), 1);
        assert_eq!(read.0["to"][0]["address"], "ana@example.org");
    }
}

#[tokio::test]
async fn signatures_hold_and_cover_what_must_not_be_changed() {
    let rsa = Rsa::generate(2048).unwrap();
    let rsa_public = openssl::base64::encode_block(&rsa.public_key_to_der().unwrap());
    let rsa = PKey::from_rsa(rsa).unwrap();
    let ed = PKey::generate_ed25519().unwrap();
    let ed_private = openssl::base64::encode_block(&ed.raw_private_key().unwrap());
    let ed_public = openssl::base64::encode_block(&ed.raw_public_key().unwrap());
    let pem = String::from_utf8(rsa.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let pkcs1 = String::from_utf8(rsa.rsa().unwrap().private_key_to_pem().unwrap()).unwrap();
    for (key, record) in [
        (pem.replace('\n', "\\n"), format!("v=DKIM1; k=rsa; p={rsa_public}")),
        (pkcs1, format!("v=DKIM1; k=rsa; p={rsa_public}")),
        (ed_private, format!("v=DKIM1; k=ed25519; p={ed_public}")),
    ] {
        for subject in ["Login Issue", "Grüße 👋 ", &"Ü".repeat(4_000)] {
            let server = MailServer::start();
            let (domain, selector) = ("bell.example".to_owned(), "one".to_owned());
            let dkim = DkimConfig { domain, selector, private_key: key.clone() };
            let mailer = mailer_with(server.server(), Some(dkim), None);
            let mut letter = letter("ana@example.org");
            letter.items[0].ticket = Some(ticket(123, subject).into());
            letter.items[0].message_text = "Two  blanks \n\n.dot\n\n\n".repeat(3);
            let outcome = mailer.send(&mailer.compose(&letter, &no_templates())).await;
            assert_eq!(outcome.why(), None, "{outcome:?}");
            let read = read(&server.messages(1)[0], Some(("one._domainkey.bell.example", &record)));
            read.assert_valid();
            assert_eq!((&read.0["dkim"], &read.0["dkim_of_changed"]), (&true.into(), &false.into()), "{subject}");
            let signed = read.header("DKIM-Signature").to_lowercase();
            for name in ["from", "subject", "list-unsubscribe", "list-unsubscribe-post", "message-id"] {
                assert!(signed.contains(name), "{name} in {signed}");
            }
        }
    }
}
