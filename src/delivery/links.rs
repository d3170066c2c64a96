//! The links at the foot of emails: no more of this kind, no more about this ticket. What a link does stands in it, signed;
//! whoever holds the email may do it without signing in, and undo it.
//!
//! Nothing happens when a link is opened: mail scanners open every one. It acts by POST alone, which is also what mail
//! programs send by themselves (RFC 8058).
//!
//! Muting a ticket ends the agent's watch and notes the ticket as muted (`store/muted.rs`), which the worker asks about
//! before it sends an email; the bell goes on ringing for whatever else the agent is to the ticket.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    clock::Clock,
    domain::{Id, Millis, alerts::EmailChoice, preferences::CATEGORIES, snapshot::Snapshot},
    error::{Error, Result},
    store::{Edit, EditChange, RecordKind, Store},
};

/// How long a link is good: longer than anybody keeps an unread email.
const LIVES_MS: Millis = 60 * 24 * 3_600_000;
/// Characters of what stands in a link; longer ones are none of ours.
const MAX_TOKEN_CHARS: usize = 2_000;
/// Why an address is suppressed that unsubscribed itself.
pub const UNSUBSCRIBED: &str = "unsubscribed";

/// What a link does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Ends an agent's emails of a category, alerts and fallbacks alike; without one, all emails.
    #[serde(rename = "u")]
    Unsubscribe {
        /// Who.
        #[serde(rename = "a")]
        agent: Id,
        /// Which category.
        #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
        category: Option<Id>,
    },
    /// Ends emails to an address: a contact's.
    #[serde(rename = "s")]
    Suppress {
        /// Which.
        #[serde(rename = "e")]
        address: String,
    },
    /// Ends an agent's emails about a ticket.
    #[serde(rename = "m")]
    Mute {
        /// Who.
        #[serde(rename = "a")]
        agent: Id,
        /// Which.
        #[serde(rename = "t")]
        ticket: Id,
    },
}

/// How it was before, so that an undo restores it: a word of few characters in the page's form. The holder of a link may
/// set either, so that there is nothing in it to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before(pub String);

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It is as the link says.
    Acted(Before),
    /// An administrator requires these emails.
    Required,
    /// It is as it was before.
    Undone,
}

#[derive(Serialize, Deserialize)]
struct Signed {
    #[serde(flatten)]
    action: Action,
    /// Seconds since 1970.
    x: i64,
}

/// Makes links, and reads them. One per server.
pub struct LinkSigner {
    key: Hmac<Sha256>,
    public_url: String,
    clock: Clock,
}

impl LinkSigner {
    /// With the store's secret `link`; `public_url` without a slash at its end.
    ///
    /// # Errors
    /// When the secret is no key, which would be a fault of the library.
    pub fn new(secret: &str, public_url: &str, clock: Clock) -> Result<LinkSigner> {
        let key = Hmac::new_from_slice(secret.as_bytes())
            .map_err(|error| Error::Internal(format!("the secret of links is no key: {error}")))?;
        Ok(LinkSigner { key, public_url: public_url.to_owned(), clock })
    }

    /// The address of a link that does this, good for 60 days.
    pub fn url(&self, action: Action) -> String {
        // To the day: the attempts of one letter carry the same link.
        let day = 24 * 3_600;
        let x = (self.clock.now() + LIVES_MS) / 1000 / day * day;
        let body = serde_json::to_vec(&Signed { action, x }).expect("strings and a number are always JSON");
        let tag = self.tag(&body).finalize().into_bytes();
        let token = format!("{}.{}", URL_SAFE_NO_PAD.encode(&body), URL_SAFE_NO_PAD.encode(tag));
        format!("{}/l/{token}", self.public_url)
    }

    /// The page of an agent's preferences.
    pub fn preferences(&self) -> String {
        format!("{}/notifications#preferences", self.public_url)
    }

    /// What a token says; compared in constant time.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is none of ours, or too old.
    pub fn read(&self, token: &str) -> Result<Action> {
        self.checked(token).ok_or(Error::NotFound("link, or it is too old"))
    }

    fn checked(&self, token: &str) -> Option<Action> {
        let (body, tag) = token.split_once('.').filter(|_| token.len() <= MAX_TOKEN_CHARS)?;
        let (body, tag) = (URL_SAFE_NO_PAD.decode(body).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        self.tag(&body).verify_slice(&tag).ok()?;
        let signed: Signed = serde_json::from_slice(&body).ok()?;
        (signed.x > self.clock.now() / 1000).then_some(signed.action)
    }

    fn tag(&self, body: &[u8]) -> Hmac<Sha256> {
        // The secret may sign other things too one day: what is signed says what it is.
        self.key.clone().chain_update(b"bellhop link\0").chain_update(body)
    }
}

/// Does what a link says. Again is no harm.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn act(store: &Store, action: &Action) -> Result<Done> {
    match action {
        Action::Unsubscribe { agent, category } => {
            let snapshot = store.refresh().await?;
            if snapshot.directory.agent(agent).is_none() {
                return Err(Error::NotFound("agent"));
            }
            if category.as_ref().is_some_and(|category| is_required(&snapshot, category)) {
                return Ok(Done::Required);
            }
            let before = email_choices(&snapshot, agent, category.as_deref());
            // Off already, by the mail program's own button for example: who then undoes it wants them on.
            let before = if before.0.contains(['y', 'u']) { before } else { Before("yy".to_owned()) };
            change_emails(store, agent, category.as_deref(), [Some(false), Some(false)]).await?;
            Ok(Done::Acted(before))
        }
        Action::Suppress { address } => {
            let is_new = store.suppress(address, UNSUBSCRIBED).await?;
            Ok(Done::Acted(Before(letter(Some(is_new)).to_owned())))
        }
        Action::Mute { agent, ticket } => {
            store.set_muted(agent, ticket, true).await?;
            let watched = store.set_watch(agent, ticket, false).await?;
            Ok(Done::Acted(Before(letter(Some(watched)).to_owned())))
        }
    }
}

/// Takes back what a link did. Without a word of how it was before, emails are on again, and nothing is watched anew.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn undo(store: &Store, action: &Action, before: Option<&Before>) -> Result<Done> {
    let mut before = before.map_or("", |before| &before.0).chars().map(choice);
    match action {
        Action::Unsubscribe { agent, category } => {
            let snapshot = store.refresh().await?;
            if snapshot.directory.agent(agent).is_none() {
                return Err(Error::NotFound("agent"));
            }
            let choices = [before.next().unwrap_or(Some(true)), before.next().unwrap_or(Some(true))];
            change_emails(store, agent, category.as_deref(), choices).await?;
        }
        Action::Suppress { address } => drop(store.unsuppress(address, Some(UNSUBSCRIBED)).await?),
        Action::Mute { agent, ticket } => {
            store.set_muted(agent, ticket, false).await?;
            if before.next() == Some(Some(true)) {
                store.set_watch(agent, ticket, true).await?;
            }
        }
    }
    Ok(Done::Undone)
}

/// What a link is about, for the person who opens it: `emails about mentions`.
pub fn about(action: &Action) -> String {
    match action {
        Action::Unsubscribe { category: None, .. } => "all emails to you".to_owned(),
        Action::Unsubscribe { category: Some(category), .. } => {
            let label = CATEGORIES.iter().find(|row| row.id == &**category).map_or(&**category, |row| row.label);
            format!("emails of the kind \u{201c}{label}\u{201d}")
        }
        Action::Suppress { .. } => "emails to this address".to_owned(),
        Action::Mute { .. } => "emails about this ticket".to_owned(),
    }
}

fn is_required(snapshot: &Snapshot, category: &str) -> bool {
    let settings = &snapshot.settings;
    [&settings.alert_email, &settings.fallback_email]
        .iter()
        .any(|choices| choices.get(category) == Some(&EmailChoice::Required))
}

/// What the agent chose: alert and fallback emails of a category, or the channel as a whole.
fn email_choices(snapshot: &Snapshot, agent: &str, category: Option<&str>) -> Before {
    let chosen = snapshot.preferences_of(agent);
    let word = match category {
        None => letter(chosen.channels.get("email").copied()).to_owned(),
        Some(category) => {
            [&chosen.alert_email, &chosen.fallback_email].map(|choices| letter(choices.get(category).copied())).concat()
        }
    };
    Before(word)
}

async fn change_emails(store: &Store, agent: &Id, category: Option<&str>, choices: [Option<bool>; 2]) -> Result<()> {
    let [alert, fallback] = choices;
    let patch = match category {
        None => json!({"channels": {"email": alert}}),
        Some(category) => json!({"alert_email": {category: alert}, "fallback_email": {category: fallback}}),
    };
    let Value::Object(patch) = patch else { return Err(Error::Internal("a change is no object".to_owned())) };
    let change = EditChange::MergeDeep(patch);
    let edit = Edit { kind: RecordKind::Preferences, id: agent.clone(), change, pointer: String::new() };
    store.edit(vec![edit]).await.map(drop)
}

fn letter(choice: Option<bool>) -> &'static str {
    match choice {
        Some(true) => "y",
        Some(false) => "n",
        None => "u",
    }
}

fn choice(letter: char) -> Option<bool> {
    match letter {
        'y' => Some(true),
        'n' => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn signer(secret: &str, clock: &Clock) -> LinkSigner {
        LinkSigner::new(secret, "https://bell.example", clock.clone()).unwrap()
    }

    #[test]
    fn a_link_says_what_it_does_for_sixty_days_and_to_nobody_elses_key() {
        let clock = Clock::manual(1_795_165_200_000);
        let signer_ = signer("secret", &clock);
        let actions = [
            Action::Unsubscribe { agent: "ana".into(), category: Some("mention".into()) },
            Action::Unsubscribe { agent: "ana".into(), category: None },
            Action::Suppress { address: "carla@example.org".to_owned() },
            Action::Mute { agent: "ana".into(), ticket: "HD-1 \u{1f514}".into() },
        ];
        for action in &actions {
            let url = signer_.url(action.clone());
            let token = url.strip_prefix("https://bell.example/l/").unwrap();
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
            assert_eq!(&signer_.read(token).unwrap(), action);
            assert!(signer("another", &clock).read(token).is_err());
            for at in 0..token.len() {
                let mut other = token.as_bytes().to_vec();
                other[at] = if other[at] == b'A' { b'B' } else { b'A' };
                let other = String::from_utf8(other).unwrap();
                // The last character of a part may carry bits that count for nothing.
                assert!(signer_.read(&other).map_or(true, |read| read == *action), "{other}");
            }
            assert_eq!(signer_.url(action.clone()), url, "the same on the same day");
        }
        let url = signer_.url(actions[0].clone());
        let token = url.rsplit('/').next().unwrap();
        clock.advance(59 * 24 * 3_600_000);
        assert!(signer_.read(token).is_ok());
        clock.advance(24 * 3_600_000);
        assert!(signer_.read(token).is_err());
        for token in ["", ".", "a.b", &"x".repeat(10_000), "\u{e9}.\u{e9}"] {
            assert!(signer_.read(token).is_err());
        }
    }
}
