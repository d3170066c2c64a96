//! What becomes of an email, whatever the mail server does.

use std::{path::PathBuf, time::Instant};

use bellhop::{config::SmtpServer, delivery::Outcome};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::PKey,
    rsa::Rsa,
    x509::{
        X509, X509NameBuilder,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};

use super::{MailServer, letter, mailer_for, mailer_with, no_templates};
use crate::{harness::covers, peers::free_port};

async fn outcome_of(to: &str, server: &MailServer) -> Outcome {
    let mailer = mailer_for(server.server());
    mailer.send(&mailer.compose(&letter(to), &no_templates())).await
}

/// What kind, and why.
fn short(outcome: &Outcome) -> (&'static str, &'static str) {
    (outcome.as_str(), outcome.why().unwrap_or(""))
}

#[tokio::test]
async fn server_that_takes_it_names_its_id_and_hears_whom_it_is_from() {
    let server = MailServer::start();
    let outcome = outcome_of("ana@example.org", &server).await;
    assert_eq!(outcome, Outcome::Sent { provider_id: Some("TEST1234".to_owned()) });
    let taken = server.wait_for("raw", 1).remove(0);
    assert_eq!((&taken["from"], &taken["to"][0]), (&"bell@bell.example".into(), &"ana@example.org".into()));
    covers(&["R-004", "R-177"]);
}

#[tokio::test]
async fn each_refusal_means_what_it_says_in_the_servers_own_words_without_the_address() {
    let server = MailServer::start();
    for (name, kind, why, words) in [
        ("busy", "later", "server_busy", "450 4.2.0 Mailbox busy, try again later"),
        ("closing", "later", "server_busy", "421 4.3.2 Shutting down"),
        ("nobody", "gone", "address_unknown", "550 5.1.1 (address) Recipient address rejected: User unknown"),
        ("bare", "gone", "address_unknown", "550 No such user here"),
        ("policy", "failed", "recipient_refused", "550 5.7.1 Message refused by policy"),
        ("refused", "failed", "message_refused", "554 5.6.0 Message content rejected"),
        ("later", "later", "server_busy", "451 4.7.1 Greylisted"),
    ] {
        let outcome = outcome_of(&format!("{name}@example.org"), &server).await;
        assert_eq!(short(&outcome), (kind, why), "{name}: {outcome:?}");
        assert_eq!(outcome.detail(), Some(words));
    }
    for to in ["no address", "a@b@c d", "x\r\nRCPT TO:<eve@evil.example>", ""] {
        assert_eq!(short(&outcome_of(to, &server).await), ("gone", "address_invalid"), "{to}");
    }
    assert!(server.said("raw").is_empty());
    covers(&["R-178"]);
}

#[tokio::test]
async fn server_that_cannot_be_reached_or_has_no_time_is_tried_later() {
    let busy = MailServer::start_with(&["greeting-421"]);
    assert_eq!(short(&outcome_of("ana@example.org", &busy).await), ("later", "server_busy"));
    let listed = MailServer::start_with(&["greeting-554"]);
    assert_eq!(short(&outcome_of("ana@example.org", &listed).await), ("misconfigured", "server_refused"));
    for host in ["127.0.0.1", "no-such-host.invalid"] {
        let server = SmtpServer { encrypted: false, host: host.to_owned(), port: free_port(), credentials: None };
        let mailer = mailer_for(server);
        let outcome = mailer.send(&mailer.compose(&letter("ana@example.org"), &no_templates())).await;
        assert!(matches!(outcome, Outcome::Later { .. }), "{host}: {outcome:?}");
    }
    // A listener that never says a word.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    let mailer = mailer_for(SmtpServer { encrypted: false, host: "127.0.0.1".to_owned(), port, credentials: None });
    let began = Instant::now();
    let outcome = mailer.send(&mailer.compose(&letter("ana@example.org"), &no_templates())).await;
    assert_eq!(short(&outcome), ("later", "timeout"));
    assert!(began.elapsed().as_secs() < 5, "every wait has a limit");
}

#[tokio::test]
async fn silence_after_the_dot_is_unknown_and_before_it_is_later() {
    let server = MailServer::start();
    for name in ["silent", "lost"] {
        let outcome = outcome_of(&format!("{name}@example.org"), &server).await;
        assert_eq!(short(&outcome), ("unknown", "answer_missing"), "{name}: {outcome:?}");
    }
    // Larger than what the sockets between us hold, so that it is known that the server did not take all of it.
    for name in ["stalled", "cut"] {
        let mailer = mailer_for(server.server());
        let mut email = mailer.compose(&letter(&format!("{name}@example.org")), &no_templates());
        email.text = "A line of a message that is far too long.\n".repeat(400_000);
        let outcome = mailer.send(&email).await;
        assert!(matches!(outcome, Outcome::Later { .. }), "{name}: {outcome:?}");
    }
}

#[tokio::test]
async fn second_attempt_carries_the_same_message_id() {
    let server = MailServer::start();
    outcome_of("lost@example.org", &server).await;
    outcome_of("ana@example.org", &server).await;
    let ids: Vec<String> = server
        .messages(2)
        .iter()
        .map(|raw| String::from_utf8_lossy(raw).lines().find(|l| l.starts_with("Message-ID:")).unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["Message-ID: <0193-test@bell.example>"; 2]);
}

#[tokio::test]
async fn one_connection_takes_many_emails_and_one_that_was_closed_meanwhile_is_no_fault() {
    let server = MailServer::start();
    let mailer = mailer_for(server.server());
    let email = mailer.compose(&letter("ana@example.org"), &no_templates());
    for _ in 0..5 {
        assert_eq!(short(&mailer.send(&email).await).0, "sent");
    }
    assert_eq!(server.said("connected").len(), 1);
    let at_once = futures_util::future::join_all((0..20).map(|_| mailer.send(&email))).await;
    assert!(at_once.iter().all(|outcome| short(outcome).0 == "sent"));
    assert!(server.said("connected").len() <= 4, "no more connections than four at a time");
    assert_eq!(server.messages(25).len(), 25);
    mailer.close().await;
    assert_eq!(short(&mailer.send(&email).await).0, "sent");
}

#[tokio::test]
async fn wrong_password_is_a_fault_of_the_installation() {
    let server = MailServer::start_with(&["auth"]);
    let with = |password: &str| {
        let credentials = Some(("bell".to_owned(), password.to_owned()));
        mailer_for(SmtpServer { credentials, ..server.server() })
    };
    for (password, expected) in [("right", ("sent", "")), ("wrong", ("misconfigured", "authentication_refused"))] {
        let mailer = with(password);
        let outcome = mailer.send(&mailer.compose(&letter("ana@example.org"), &no_templates())).await;
        assert_eq!(short(&outcome), expected, "{outcome:?}");
        assert!(!format!("{outcome:?}").contains(&format!("\"{password}\"")));
    }
    // Without any the server refuses the sender.
    let outcome = outcome_of("ana@example.org", &server).await;
    assert_eq!(short(&outcome), ("misconfigured", "authentication_refused"), "{outcome:?}");
}

/// A certificate for `localhost` and 127.0.0.1 that is its own authority, with its key: two files.
fn certificate() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "Bellhop's tests").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    let names =
        SubjectAlternativeName::new().dns("localhost").ip("127.0.0.1").build(&builder.x509v3_context(None, None));
    builder.append_extension(names.unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (key_file, cert_file) = (folder.path().join("key.pem"), folder.path().join("cert.pem"));
    std::fs::write(&key_file, key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    std::fs::write(&cert_file, builder.build().to_pem().unwrap()).unwrap();
    (folder, key_file, cert_file)
}

#[tokio::test]
async fn certificate_must_be_good_for_the_server_by_an_authority_that_is_known() {
    let (_folder, key, cert) = certificate();
    let (key_text, cert_text) = (key.display().to_string(), cert.display().to_string());
    for (mode, encrypted) in [("starttls", false), ("tls", true)] {
        let peer = MailServer::start_with(&["auth", mode, &key_text, &cert_text]);
        let credentials = Some(("bell".to_owned(), "right".to_owned()));
        let server = SmtpServer { encrypted, host: "localhost".to_owned(), credentials, ..peer.server() };
        for (host, ca_file, expected) in [
            ("localhost", Some(cert.clone()), ("sent", "")),
            ("127.0.0.1", Some(cert.clone()), ("sent", "")),
            ("localhost", None, ("misconfigured", "certificate_refused")),
            ("ip6-localhost.invalid.localhost", Some(cert.clone()), ("misconfigured", "certificate_refused")),
        ] {
            let mailer = mailer_with(SmtpServer { host: host.to_owned(), ..server.clone() }, None, ca_file);
            let outcome = mailer.send(&mailer.compose(&letter("ana@example.org"), &no_templates())).await;
            if host.ends_with("invalid.localhost") && short(&outcome).1 == "unreachable" {
                continue; // Not every resolver knows names below localhost.
            }
            assert_eq!(short(&outcome), expected, "{mode} {host}: {outcome:?}");
        }
        let auths = peer.said("auth");
        assert!(!auths.is_empty() && auths.iter().all(|auth| auth["encrypted"] == true), "no password in the clear");
    }
    covers(&["R-179"]);
}
