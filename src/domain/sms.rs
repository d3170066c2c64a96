//! Text messages: numbers, how far a message has come, and what an answer means.

use super::{Id, Millis};

/// A day: what the limits count in, from midnight to midnight UTC.
const DAY_MS: Millis = 86_400_000;

/// The number as E.164 writes it: `+` and 8 to 15 digits, no zero first. Spaces, dashes, dots and parentheses are taken
/// out; none for anything else, a number without its country included.
pub fn normalize(text: &str) -> Option<String> {
    let mut number = String::with_capacity(16);
    for character in text.trim().chars() {
        match character {
            '+' if number.is_empty() => number.push('+'),
            '0'..='9' if !number.is_empty() => number.push(character),
            ' ' | '-' | '.' | '(' | ')' | '\u{a0}' if !number.is_empty() => {}
            _ => return None,
        }
        if number.len() > 16 {
            return None;
        }
    }
    (number.len() >= 9 && number.as_bytes().get(1) != Some(&b'0')).then_some(number)
}

/// The day on which the limits count `now`: whole days since 1970, UTC.
pub fn day_of(now: Millis) -> i64 {
    now.div_euclid(DAY_MS)
}

/// By which policy a text message goes out (D-10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmsKind {
    /// To project managers, on critical urgency and emergencies: once a ticket and person, ever.
    Critical,
    /// Of a chat, to who is offline.
    Chat,
}

impl SmsKind {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            SmsKind::Critical => "critical",
            SmsKind::Chat => "chat",
        }
    }
}

/// A text message about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsClaim {
    /// The delivery that it is of: asking again for the same one changes nothing.
    pub delivery: String,
    /// By which policy.
    pub kind: SmsKind,
    /// About which ticket.
    pub ticket: Option<Id>,
    /// Agent or contact id.
    pub recipient: Id,
    /// Their number, as the directory or the event has it.
    pub phone: Option<String>,
}

/// A text message that the provider took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSms {
    /// The delivery that it is of.
    pub delivery: String,
    /// What the provider calls it.
    pub sid: Option<String>,
    /// To which number, in E.164.
    pub phone: String,
    /// About which ticket.
    pub ticket: Option<Id>,
    /// Agent or contact id.
    pub recipient: Id,
    /// How many segments it has.
    pub segments: u32,
}

/// What the provider said of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsStatus {
    /// What the provider calls the message.
    pub sid: String,
    /// The delivery that stands in the address that it called.
    pub delivery: Option<String>,
    /// `queued`, `sent`, `delivered`, ….
    pub status: String,
    /// Its number of what went wrong.
    pub error_code: Option<i64>,
}

/// How far a message of that status has come: what is told later and has come less far is old news. From 10 on it goes
/// no further. None for a word that is not known.
pub fn rank(status: &str) -> Option<i64> {
    Some(match status {
        "accepted" | "scheduled" => 1,
        "queued" => 2,
        "sending" => 3,
        "sent" => 4,
        "delivered" | "undelivered" | "failed" | "canceled" => FINAL,
        // Of channels that tell it; nothing can be more delivered.
        "read" => FINAL + 1,
        _ => return None,
    })
}

/// The rank of messages that go no further.
pub const FINAL: i64 = 10;

/// An answer that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedSms {
    /// What the provider calls it: an answer is taken in once.
    pub sid: String,
    /// From which number, in E.164.
    pub from: String,
    /// What it says.
    pub text: String,
    /// Addresses of pictures and the like.
    pub media: Vec<String>,
    /// What it asks for.
    pub word: Option<OptWord>,
}

/// That somebody wants no texts any more, or wants them again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum OptWord {
    Stop,
    Start,
}

impl OptWord {
    /// What an answer asks for: the provider's own reading of it where it has one, else the exact word, alone, in any
    /// case. `HELP` is the provider's to answer.
    pub fn of(opt_out_type: Option<&str>, text: &str) -> Option<OptWord> {
        match opt_out_type.map(str::to_ascii_uppercase).as_deref() {
            Some("STOP") => return Some(OptWord::Stop),
            Some("START") => return Some(OptWord::Start),
            _ => {}
        }
        match &*text.trim().to_ascii_uppercase() {
            "STOP" | "STOPALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" => Some(OptWord::Stop),
            "START" | "YES" | "UNSTOP" => Some(OptWord::Start),
            _ => None,
        }
    }
}

/// Who keeps a number from getting texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptOutSource {
    /// An administrator; the person's own `START` does not undo it.
    Admin,
    /// The person, by an answer.
    Stop,
    /// The provider refused the number: it was told so by the person.
    Provider,
}

impl OptOutSource {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            OptOutSource::Admin => "admin",
            OptOutSource::Stop => "stop",
            OptOutSource::Provider => "provider",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_e164_or_nothing() {
        for (text, number) in [
            ("+15550100123", Some("+15550100123")),
            (" +1 (555) 010-0123 ", Some("+15550100123")),
            ("+49\u{a0}30.1234567", Some("+49301234567")),
            ("+351912345678", Some("+351912345678")),
            ("15550100123", None),
            ("0015550100123", None),
            ("+0155501001", None),
            ("+1555010", None),
            ("+1234567890123456", None),
            ("+1555O100123", None),
            ("++15550100123", None),
            ("+1555+0100123", None),
            ("+١٢٣٤٥٦٧٨٩", None),
            ("BELLHOP", None),
            ("+", None),
            ("", None),
        ] {
            assert_eq!(normalize(text).as_deref(), number, "{text:?}");
        }
    }

    #[test]
    fn a_word_counts_only_alone() {
        for (kind, text, word) in [
            (None, "STOP", Some(OptWord::Stop)),
            (None, " stopall\n", Some(OptWord::Stop)),
            (None, "Unsubscribe", Some(OptWord::Stop)),
            (None, "cancel", Some(OptWord::Stop)),
            (None, "END", Some(OptWord::Stop)),
            (None, "quit", Some(OptWord::Stop)),
            (None, "Start", Some(OptWord::Start)),
            (None, "yes", Some(OptWord::Start)),
            (None, "unstop", Some(OptWord::Start)),
            (None, "please stop", None),
            (None, "STOP.", None),
            (None, "HELP", None),
            (Some("STOP"), "arrêter", Some(OptWord::Stop)),
            (Some("START"), "weiter", Some(OptWord::Start)),
            (Some("HELP"), "HELP", None),
        ] {
            assert_eq!(OptWord::of(kind, text), word, "{kind:?} {text:?}");
        }
    }

    #[test]
    fn a_message_only_goes_forward_and_the_day_turns_at_midnight_utc() {
        let order = ["accepted", "queued", "sending", "sent", "delivered"].map(rank);
        assert!(order.is_sorted() && order[0].is_some());
        assert_eq!(rank("undelivered"), rank("failed"));
        assert_eq!(rank("exploded"), None);
        assert_eq!((day_of(86_399_999), day_of(86_400_000), day_of(-1)), (0, 1, -1));
    }
}
