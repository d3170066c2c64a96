//! Sends one text message through Twilio's REST API, and says how that ended.
//!
//! Twilio knows no idempotency key: what was handed over without an answer may have been sent, and is not repeated
//! ([`Outcome::Unknown`]).

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde::Deserialize;

use super::text::fit;
use crate::{
    clock::Clock,
    config::SmsConfig,
    delivery::{
        Outcome,
        read_some::{beginning, read_some},
        retry_after::retry_after,
    },
    domain::sms::normalize,
    error::{Error, Result},
};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Of what Twilio says to an error, for the person who looks into it.
const MOST_DETAIL_BYTES: usize = 300;

/// An account at Twilio. Cheap to clone: its connections are shared.
#[derive(Clone)]
pub struct Twilio {
    client: reqwest::Client,
    config: SmsConfig,
    /// Where Twilio tells how far a message has come; none where it could not reach us.
    status_url: Option<String>,
    clock: Clock,
}

impl Twilio {
    /// `public_url`: where Twilio reaches Bellhop. It is asked to tell how far messages have come when that is https.
    ///
    /// # Errors
    /// [`Error::Internal`] when TLS cannot be set up.
    pub fn new(config: SmsConfig, public_url: &str, clock: Clock) -> Result<Twilio> {
        Twilio::within(config, public_url, clock, CONNECT_WITHIN, ANSWER_WITHIN)
    }

    /// The same with other limits to its patience.
    ///
    /// # Errors
    /// As [`Twilio::new`].
    pub fn within(
        config: SmsConfig,
        public_url: &str,
        clock: Clock,
        connect: Duration,
        answer: Duration,
    ) -> Result<Twilio> {
        let client = reqwest::Client::builder()
            .connect_timeout(connect)
            .timeout(answer)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("Bellhop/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Internal(format!("no HTTP client could be made: {error}")))?;
        let status_url = public_url.starts_with("https://").then(|| status_url(public_url));
        Ok(Twilio { client, config, status_url, clock })
    }

    /// Asks Twilio to tell how far messages have come over plain http as well: for tests.
    pub fn told_in_the_clear(mut self, public_url: &str) -> Twilio {
        self.status_url = Some(status_url(public_url));
        self
    }

    /// What [`Twilio::send`] makes of a text: plain typography, and no more segments than are configured.
    pub fn text(&self, body: &str) -> String {
        fit(body, self.config.max_segments)
    }

    /// Sends `body` to the number `to`. `delivery` is told back with the message's status. The text is made to fit
    /// ([`Twilio::text`]).
    ///
    /// `Gone`: `bad_number`, `opted_out`. `Failed`: `empty`, `refused`, `region`. `Misconfigured`: `credentials`,
    /// `sender`, `provider_url`. `Later`: `overloaded`, `provider_down`, `unreachable`. `Unknown`: `answer_missing`.
    pub async fn send(&self, delivery: &str, to: &str, body: &str) -> Outcome {
        let Some(to) = normalize(to) else {
            return Outcome::Gone { why: "bad_number", detail: "the number is not in E.164".to_owned() };
        };
        let body = self.text(body);
        if body.is_empty() {
            return Outcome::Failed { why: "empty", detail: "there is no text".to_owned() };
        }
        match self.post(delivery, &to, &body).await {
            Ok(response) => self.outcome(response, &to, &body).await,
            Err(error) => not_answered(&error),
        }
    }

    async fn post(&self, delivery: &str, to: &str, body: &str) -> reqwest::Result<Response> {
        let SmsConfig { url, account_sid, auth_token, from, .. } = &self.config;
        let sender = if is_messaging_service(from) { "MessagingServiceSid" } else { "From" };
        // A scope of its own: what makes the form must not live through the request.
        let form = {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("To", to).append_pair(sender, from).append_pair("Body", body);
            if let Some(status_url) = &self.status_url {
                let query =
                    url::form_urlencoded::Serializer::new(String::new()).append_pair("delivery", delivery).finish();
                form.append_pair("StatusCallback", &format!("{status_url}?{query}"));
            }
            form.finish()
        };
        self.client
            .post(format!("{url}/2010-04-01/Accounts/{account_sid}/Messages.json"))
            .basic_auth(account_sid, Some(auth_token))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form)
            .send()
            .await
    }

    async fn outcome(&self, response: Response, to: &str, body: &str) -> Outcome {
        let status = response.status();
        let after = retry_after(response.headers(), self.clock.now());
        let answer = read_some(response).await;
        if status.is_success() {
            // It was taken, whatever is wrong with the rest of the answer.
            return Outcome::Sent { provider_id: serde_json::from_slice::<Taken>(&answer).ok().map(|taken| taken.sid) };
        }
        let refused: Refused = serde_json::from_slice(&answer).unwrap_or_default();
        let said = refused.message.as_deref().unwrap_or("").replace(to, "…").replace(body, "…");
        let code = refused.code.map_or(String::new(), |code| format!(", code {code}"));
        let said = beginning(without_numbers(&said).as_bytes(), MOST_DETAIL_BYTES);
        let detail = format!("HTTP {}{code}: {said}", status.as_u16());
        classify(status, refused.code, detail.trim_end_matches([' ', ':']).to_owned(), after)
    }
}

fn status_url(public_url: &str) -> String {
    format!("{}/hooks/twilio/status", public_url.trim_end_matches('/'))
}

#[derive(Deserialize)]
struct Taken {
    sid: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    code: Option<i64>,
    message: Option<String>,
}

/// `MG` and 32 hexadecimal digits.
fn is_messaging_service(from: &str) -> bool {
    from.strip_prefix("MG").is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What Twilio's numbers mean for us (<https://www.twilio.com/docs/api/errors>).
fn classify(status: StatusCode, code: Option<i64>, detail: String, after: Option<Duration>) -> Outcome {
    match (code, status.as_u16()) {
        (Some(21_610), _) => Outcome::Gone { why: "opted_out", detail },
        (Some(21_211 | 21_614 | 21_217), _) => Outcome::Gone { why: "bad_number", detail },
        (Some(20_003 | 20_005 | 20_404), _) | (_, 401 | 404) => Outcome::Misconfigured { why: "credentials", detail },
        // Numbers that are not ours, not for texts, or not there: as the sender.
        (Some(21_212 | 21_603 | 21_606 | 21_611 | 21_659..=21_661 | 21_701..=21_705), _) => {
            Outcome::Misconfigured { why: "sender", detail }
        }
        (Some(20_429), _) | (_, 429) => Outcome::Later { why: "overloaded", detail, after },
        // A gateway that waited in vain for what stands behind it knows no more than we do.
        (_, 504) => Outcome::Unknown { why: "answer_missing", detail },
        (_, 408 | 500..) => Outcome::Later { why: "provider_down", detail, after },
        // Not to this country, by the account's settings or at all.
        (Some(21_408 | 21_612 | 21_635), _) => Outcome::Failed { why: "region", detail },
        (_, 300..=399) => Outcome::Misconfigured { why: "provider_url", detail },
        _ => Outcome::Failed { why: "refused", detail },
    }
}

/// Nothing was said on a connection that could not be made; once it was, nobody knows.
fn not_answered(error: &reqwest::Error) -> Outcome {
    if error.is_builder() {
        return Outcome::Misconfigured { why: "provider_url", detail: "sms.url is not an address".to_owned() };
    }
    if error.is_connect() {
        let detail = if error.is_timeout() { "no connection in time" } else { "no connection" };
        return Outcome::Later { why: "unreachable", detail: detail.to_owned(), after: None };
    }
    let detail = if error.is_timeout() { "no answer in time" } else { "the connection broke before the answer" };
    Outcome::Unknown { why: "answer_missing", detail: detail.to_owned() }
}

/// Twilio repeats numbers in its messages: six digits and more in a row, whatever stands between them, become a dash.
fn without_numbers(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars().chain(['\0']) {
        if character.is_ascii_digit()
            || (matches!(character, '+' | '-' | '(' | ')') || character == ' ' && !run.is_empty())
        {
            run.push(character);
            continue;
        }
        let digits = run.chars().filter(char::is_ascii_digit).count();
        shown.push_str(if digits >= 6 { "… " } else { &run });
        run.clear();
        shown.push(character);
    }
    shown.pop();
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_what_twilio_says_are_left_out() {
        let said = "The 'To' number +1 (555) 010-0123 is not valid (see 21211).";
        let shown = without_numbers(said);
        assert!(!shown.contains("555") && !shown.contains("0123") && shown.contains("is not valid"), "{shown}");
        assert!(shown.contains("21211"), "{shown}");
        assert_eq!(without_numbers("Account 12 - fine"), "Account 12 - fine");
        assert!(!without_numbers("+15550100123").contains("555"));
    }

    #[test]
    fn twilios_numbers_and_statuses_end_as_they_should() {
        let after = Some(Duration::from_secs(7));
        for (status, code, expected) in [
            (400, Some(21_610), "gone opted_out"),
            (400, Some(21_211), "gone bad_number"),
            (400, Some(21_614), "gone bad_number"),
            (400, Some(21_217), "gone bad_number"),
            (401, Some(20_003), "misconfigured credentials"),
            (401, None, "misconfigured credentials"),
            (403, Some(20_003), "misconfigured credentials"),
            (404, Some(20_404), "misconfigured credentials"),
            (400, Some(21_606), "misconfigured sender"),
            (400, Some(21_212), "misconfigured sender"),
            (400, Some(21_703), "misconfigured sender"),
            (429, Some(20_429), "later overloaded 7"),
            (429, None, "later overloaded 7"),
            (503, None, "later provider_down 7"),
            (500, Some(20_500), "later provider_down 7"),
            (504, None, "unknown answer_missing"),
            (400, Some(21_408), "failed region"),
            (400, Some(21_612), "failed region"),
            (400, Some(30_000), "failed refused"),
            (400, None, "failed refused"),
            (301, None, "misconfigured provider_url"),
        ] {
            let status = StatusCode::from_u16(status).unwrap_or_default();
            let outcome = match classify(status, code, String::new(), after) {
                Outcome::Sent { .. } => "sent".to_owned(),
                Outcome::Later { why, after, .. } => format!("later {why} {}", after.unwrap_or_default().as_secs()),
                Outcome::Failed { why, .. } => format!("failed {why}"),
                Outcome::Gone { why, .. } => format!("gone {why}"),
                Outcome::Misconfigured { why, .. } => format!("misconfigured {why}"),
                Outcome::Withheld { why } => format!("withheld {why}"),
                Outcome::Unknown { why, .. } => format!("unknown {why}"),
            };
            assert_eq!(outcome, expected, "{status} {code:?}");
        }
    }
}
