//! The plaintext of a push: JSON in the form of Declarative Web Push, which Safari shows by itself and our service worker
//! reads everywhere else.

use serde::Serialize;
use url::Url;

use super::message::PushMessage;
use crate::error::{Error, Result};

/// RFC 8291 allows 3,993 bytes, and push services pass on less in practice; this fits everywhere.
pub(super) const MAX_BYTES: usize = 2_499;
/// Longer addresses give way to the notification on Bellhop's own page.
const LONGEST_URL: usize = 800;
/// Characters for those who make the message themselves.
const PLAIN_TITLE: usize = 200;
const PLAIN_BODY: usize = 500;
/// Tags to close that one message names, at most.
const MOST_CLOSED: usize = 10;

/// <https://w3c.github.io/push-api/#declarative-push-message>. `mutable` lets a service worker have its say where there is
/// one; the number on the app's icon stands where the draft has it and where WebKit's first version had it.
#[derive(Serialize)]
struct Declarative<'a> {
    web_push: u16,
    mutable: bool,
    app_badge: i64,
    notification: Shown<'a>,
}

#[derive(Serialize)]
struct Shown<'a> {
    title: String,
    body: String,
    navigate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
    dir: &'static str,
    silent: bool,
    tag: &'a str,
    app_badge: String,
    data: Data<'a>,
}

/// What our service worker needs beside what every browser knows.
#[derive(Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    seq: i64,
    renotify: bool,
    priority: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    close: &'a [String],
}

/// How much of a message goes in.
struct Cut {
    title_chars: usize,
    body_chars: usize,
    closed: usize,
}

/// The plaintext, at most [`MAX_BYTES`] long: of a longer message the end of the body goes first; where that does not help, what
/// else was to be closed; then the end of the title.
///
/// # Errors
/// [`Error::Internal`] when it fits in no form: a tag of some kilobytes.
pub(super) fn plaintext(message: &PushMessage, public_url: &str) -> Result<Vec<u8>> {
    let navigate = navigate(message, public_url);
    let write = |cut: &Cut| json(message, &navigate, cut);
    let (title, body) = (message.title.chars().count(), message.body.chars().count());
    let whole = Cut { title_chars: title, body_chars: body, closed: MOST_CLOSED };
    let tries: [(&dyn Fn(usize) -> Cut, usize); 3] = [
        (&|n| Cut { body_chars: n, ..whole }, body),
        (&|n| Cut { body_chars: n, closed: 0, ..whole }, body),
        (&|n| Cut { title_chars: n, body_chars: 0, closed: 0 }, title),
    ];
    for (cut, most) in tries {
        if let Some(text) = longest(most, |chars| write(&cut(chars)))? {
            return Ok(text);
        }
    }
    Err(Error::Internal("a push message does not fit in any form".to_owned()))
}

/// The text with the most characters that still fits; none when even that with none does not.
fn longest(most: usize, write: impl Fn(usize) -> Result<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    let fits = |chars: usize| write(chars).map(|text| (text.len() <= MAX_BYTES).then_some(text));
    if let Some(whole) = fits(most)? {
        return Ok(Some(whole));
    }
    let Some(mut best) = fits(0)? else { return Ok(None) };
    let (mut low, mut high) = (0, most);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match fits(middle)? {
            Some(text) => (low, best) = (middle, text),
            None => high = middle,
        }
    }
    Ok(Some(best))
}

fn json(message: &PushMessage, navigate: &str, cut: &Cut) -> Result<Vec<u8>> {
    let unread = message.unread.max(0);
    let declarative = Declarative {
        web_push: 8030,
        mutable: true,
        app_badge: unread,
        notification: Shown {
            title: shortened(&message.title, cut.title_chars),
            body: shortened(&message.body, cut.body_chars),
            navigate: navigate.to_owned(),
            lang: message.lang.as_deref(),
            dir: "auto",
            silent: message.silent,
            tag: &message.tag,
            app_badge: unread.to_string(),
            data: Data {
                id: message.notification_id.as_deref(),
                seq: message.seq,
                renotify: message.renotify,
                priority: message.priority.as_str(),
                close: &message.close[..message.close.len().min(cut.closed)],
            },
        },
    };
    serde_json::to_vec(&declarative).map_err(|error| Error::Internal(format!("a push message is no JSON: {error}")))
}

/// At most so many characters, the last one an ellipsis where something was left out.
fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some(_) if chars == 0 => String::new(),
        Some(_) => text.chars().take(chars - 1).chain(['…']).collect(),
    }
}

/// Title and body for a provider that makes the message itself, neither of them empty.
pub(super) fn plain(message: &PushMessage) -> (String, String) {
    let title = shortened(&message.title, PLAIN_TITLE);
    let body = if message.body.is_empty() { title.clone() } else { shortened(&message.body, PLAIN_BODY) };
    (title, body)
}

/// Where a click leads, absolute: Safari resolves nothing. Only http(s); and what is too long, or missing, is the
/// notification on Bellhop's own page.
pub(super) fn navigate(message: &PushMessage, public_url: &str) -> String {
    let base = Url::parse(&format!("{public_url}/")).ok();
    let given = message.url.as_deref().and_then(|url| match &base {
        Some(base) => base.join(url).ok(),
        None => Url::parse(url).ok(),
    });
    let good = given.filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from);
    good.filter(|url| url.len() <= LONGEST_URL).unwrap_or_else(|| match &message.notification_id {
        Some(id) => format!("{public_url}/notifications#n={id}"),
        None => format!("{public_url}/notifications"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use serde_json::{Value, json};

    use super::{super::message::sample, *};

    const HUB: &str = "https://bell.example.com";

    fn read(message: &PushMessage) -> Value {
        let text = plaintext(message, HUB).unwrap();
        assert!(text.len() <= MAX_BYTES, "{}", text.len());
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn it_is_a_declarative_push_message_with_what_our_service_worker_needs() {
        let expected = json!({
            "web_push": 8030, "mutable": true, "app_badge": 3,
            "notification": {
                "title": "Jane assigned you #123", "body": "Login Issue",
                "navigate": "https://desk.example.com/tickets/123", "lang": "en", "dir": "auto", "silent": false,
                "tag": "ticket:HD-123", "app_badge": "3",
                "data": {
                    "id": "0196f0a0-0000-7000-8000-000000000002", "seq": 7, "renotify": true, "priority": "normal",
                    "close": ["ticket:HD-1"],
                },
            },
        });
        assert_eq!(read(&sample()), expected);
    }

    #[test]
    fn a_long_body_is_shortened_between_characters_and_to_the_last_byte_that_fits() {
        for letter in ["x", "ü", "漢", "👩‍👧", "\"", "\u{1}"] {
            let message = PushMessage { body: letter.repeat(5_000), ..sample() };
            let text = plaintext(&message, HUB).unwrap();
            assert!(text.len() <= MAX_BYTES && text.len() > MAX_BYTES - 8, "{letter}: {}", text.len());
            let body = serde_json::from_slice::<Value>(&text).unwrap()["notification"]["body"].clone();
            let kept = body.as_str().unwrap().strip_suffix('…').unwrap();
            assert!(message.body.starts_with(kept) && !kept.is_empty());
        }
    }

    #[test]
    fn tags_and_then_the_title_give_way_where_shortening_the_body_does_not_help() {
        let closing = PushMessage { close: vec!["t".repeat(240); 50], ..sample() };
        let long = PushMessage { title: "T".repeat(9_000), ..closing.clone() };
        let closed = read(&closing);
        assert_eq!(closed["notification"]["body"], "Login Issue");
        assert_eq!(closed["notification"]["data"]["close"], Value::Null);
        let read = read(&long);
        assert!(read["notification"]["title"].as_str().unwrap().len() > 1_000);
        assert_eq!((&read["notification"]["body"], &read["notification"]["data"]["close"]), (&json!(""), &Value::Null));
        assert!(plaintext(&PushMessage { tag: "t".repeat(3_000), ..sample() }, HUB).is_err());
    }

    #[test]
    fn a_click_leads_to_an_absolute_page_and_never_into_a_script() {
        let own = format!("{HUB}/notifications#n=0196f0a0-0000-7000-8000-000000000002");
        for (url, expected) in [
            (Some("/t/1?a=b#c-1"), "https://bell.example.com/t/1?a=b#c-1".to_owned()),
            (Some("?ticket=1"), "https://bell.example.com/?ticket=1".to_owned()),
            (Some("http://desk/1"), "http://desk/1".to_owned()),
            (Some("javascript:alert(1)"), own.clone()),
            (Some("data:text/html,x"), own.clone()),
            (Some(&*format!("https://desk/{}", "x".repeat(900))), own.clone()),
            (None, own),
        ] {
            let message = PushMessage { url: url.map(str::to_owned), ..sample() };
            assert_eq!(read(&message)["notification"]["navigate"], expected, "{url:?}");
        }
    }
}
