//! A Twilio that looks at what a mock of its description does not: misspelt parameters, numbers that are not E.164, the
//! account's own token, the form of the body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{ACCOUNT, NUMBER, PIA, TOKEN, twilio};
use crate::peers::http::{HttpPeer, Reply, Seen};
use bellhop::delivery::Outcome;

const PARAMETERS: [&str; 5] = ["To", "From", "MessagingServiceSid", "Body", "StatusCallback"];

/// What Twilio would answer.
pub fn answer(seen: &Seen) -> Reply {
    match fault(seen) {
        None => Reply::json(201, json!({"sid": "SM00112233445566778899aabbccddeeff", "status": "queued"})),
        Some((status, code, message)) => {
            Reply::json(status, json!({"code": code, "message": message, "status": status}))
        }
    }
}

fn fault(seen: &Seen) -> Option<(u16, i64, String)> {
    let wrong = |code, message: String| Some((400, code, message));
    let expected = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{TOKEN}")));
    if seen.method != "POST" || seen.path != format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json") {
        return Some((404, 20_404, format!("The requested resource {} was not found", seen.path)));
    }
    if seen.header("authorization") != expected {
        return Some((401, 20_003, "Authenticate".to_owned()));
    }
    if seen.header("content-type") != "application/x-www-form-urlencoded" {
        return Some((415, 20_001, "not a form".to_owned()));
    }
    let form: Vec<(String, String)> = url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
    if let Some((name, _)) = form.iter().find(|(name, _)| !PARAMETERS.contains(&&**name)) {
        return wrong(20_001, format!("there is no parameter {name}"));
    }
    let all =
        |name: &str| form.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value).collect::<Vec<_>>();
    let [to] = all("To")[..] else { return wrong(21_604, "one To is needed".to_owned()) };
    if !is_e164(to) {
        return wrong(21_211, format!("The 'To' number {to} is not a valid phone number."));
    }
    match (&all("From")[..], &all("MessagingServiceSid")[..]) {
        ([from], []) if is_e164(from) || (from.len() <= 11 && from.contains(char::is_alphabetic)) => {}
        ([], [service]) if service.len() == 34 && service.starts_with("MG") => {}
        other => return wrong(21_603, format!("not one sender: {other:?}")),
    }
    match all("Body")[..] {
        [body] if (1..=1_600).contains(&body.encode_utf16().count()) => {}
        _ => return wrong(21_617, "the body has 1 to 1600 characters".to_owned()),
    }
    match all("StatusCallback")[..] {
        [] => None,
        [url] if url::Url::parse(url).is_ok_and(|url| url.scheme() == "https") => None,
        _ => wrong(21_609, "the StatusCallback is not an address".to_owned()),
    }
}

fn is_e164(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

#[tokio::test]
async fn what_is_sent_stands_a_strict_look() {
    let peer = HttpPeer::start(answer).await;
    for (from, body) in [
        (NUMBER, "Ticket #123 is critical".to_owned()),
        ("BELLHOP", "👩‍🚒 – “feuer” & co = 100 %+".to_owned()),
        ("MG00112233445566778899aabbccddeeff", "long ".repeat(900)),
    ] {
        let outcome = twilio(&peer.url, from).send("d-1", " +1 (555) 010-0123", &body).await;
        assert_eq!(outcome, Outcome::Sent { provider_id: Some("SM00112233445566778899aabbccddeeff".to_owned()) });
        let seen = peer.seen().pop().unwrap();
        let form: Vec<(String, String)> = url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect();
        let value = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap();
        assert_eq!(value("To"), PIA);
        assert_eq!(value("Body"), twilio(&peer.url, from).text(&body));
        assert_eq!(value("StatusCallback"), "https://hub.example.com/hooks/twilio/status?delivery=d-1");
    }
}

#[tokio::test]
async fn the_strict_look_refuses_what_is_wrong() {
    let peer = HttpPeer::start(answer).await;
    let good = [("To", PIA), ("From", NUMBER), ("Body", "hi")];
    let path = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", peer.url);
    let post = |form: Vec<(&'static str, &'static str)>, token: &'static str| {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = reqwest::Client::new().post(&path).basic_auth(ACCOUNT, Some(token));
        request.header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(post(good.to_vec(), TOKEN)).await, 201);
    assert_eq!(status(post(good.to_vec(), "guessed")).await, 401);
    for (number, changed) in [("Too", 0), ("from", 1), ("Text", 2)] {
        let mut form = good.to_vec();
        form[changed].0 = number;
        assert_eq!(status(post(form, TOKEN)).await, 400, "{number}");
    }
    for (changed, value) in [(0, "15550100123"), (0, "+1 555 010 0123"), (1, "A NAME TOO LONG"), (2, "")] {
        let mut form = good.to_vec();
        form[changed].1 = value;
        assert_eq!(status(post(form, TOKEN)).await, 400, "{value}");
    }
    let json = reqwest::Client::new().post(&path).basic_auth(ACCOUNT, Some(TOKEN)).json(&json!({"To": PIA}));
    assert_eq!(status(json).await, 415);
}
