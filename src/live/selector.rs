//! Which entries an act is about, as clients say it: in frames and in the bodies of REST requests.

use serde::Deserialize;

use crate::{
    domain::{
        Id,
        act::{Act, Op, Selector, Until},
        time,
    },
    error::{Error, Result},
};

/// Ids in one selector. Who means more has a selector that says so.
const MAX_IDS: usize = 1_000;
/// Characters of one id.
const MAX_ID_CHARS: usize = 200;

/// An act's selector with what else its body may hold: `{"ids":[…]}`, `{"ticket":…}`, `{"comment":…}`,
/// `{"all":true,"up_to":46}` or `{"status":"read","up_to":46}`; for snooze with `until`: a time, or `"reply"`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct ActBody {
    /// Notification ids, at most 1,000.
    #[schema(value_type = Option<Vec<String>>)]
    pub ids: Option<Vec<Id>>,
    /// Whatever is about this ticket.
    #[schema(value_type = Option<String>)]
    pub ticket: Option<Id>,
    /// Whatever is about this comment.
    #[schema(value_type = Option<String>)]
    pub comment: Option<Id>,
    /// Everything at or below `up_to`.
    pub all: Option<bool>,
    /// `read`: everything read at or below `up_to`.
    pub status: Option<String>,
    /// The last number that the client knew of.
    pub up_to: Option<i64>,
    /// Snooze: an RFC 3339 time, or `reply`.
    pub until: Option<String>,
    /// Comes back in the frames and errors that the act causes.
    #[serde(rename = "ref")]
    #[schema(value_type = Option<String>)]
    pub reference: Option<Id>,
}

/// The selector in a JSON body.
///
/// # Errors
/// When there is none, more than one, or one that is not complete.
pub fn parse_selector(body: &ActBody) -> Result<Selector> {
    let given =
        [body.ids.is_some(), body.ticket.is_some(), body.comment.is_some(), body.all.is_some(), body.status.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(wrong("", "give exactly one of ids, ticket, comment, all with up_to, or status with up_to"));
    }
    if let Some(ids) = &body.ids {
        return ids_selector(ids);
    }
    if let Some(ticket) = &body.ticket {
        return Ok(Selector::Ticket { ticket: checked_id(ticket, "/ticket")? });
    }
    if let Some(comment) = &body.comment {
        return Ok(Selector::Comment { comment: checked_id(comment, "/comment")? });
    }
    let up_to = body.up_to.ok_or_else(|| wrong("/up_to", "say up to which number you know the inbox"))?;
    match (body.all, body.status.as_deref()) {
        (Some(true), _) => Ok(Selector::All { all: true, up_to }),
        (None, Some("read")) => Ok(Selector::Status { status: "read", up_to }),
        (Some(false), _) => Err(wrong("/all", "all can only be true")),
        _ => Err(wrong("/status", "status can only be `read`")),
    }
}

fn ids_selector(ids: &[Id]) -> Result<Selector> {
    if ids.is_empty() || ids.len() > MAX_IDS {
        return Err(wrong("/ids", format!("give 1 to {MAX_IDS} ids; got {}", ids.len())));
    }
    for (at, id) in ids.iter().enumerate() {
        checked_id(id, &format!("/ids/{at}"))?;
    }
    Ok(Selector::Ids { ids: ids.to_vec() })
}

impl ActBody {
    /// The act. `held`: what the client holds, for a `seen` that does not say up to where.
    ///
    /// # Errors
    /// When the selector or the time is wrong.
    pub fn into_act(self, op: Op, held: i64) -> Result<Act> {
        if let Some(reference) = &self.reference {
            checked_id(reference, "/ref")?;
        }
        let selector = match op {
            Op::Seen => Selector::All { all: true, up_to: self.up_to.unwrap_or(held) },
            _ => parse_selector(&self)?,
        };
        let until = match op {
            Op::Snooze => Some(parse_until(self.until.as_deref())?),
            _ => None,
        };
        Ok(Act { op, selector, until, reference: self.reference })
    }
}

fn parse_until(until: Option<&str>) -> Result<Until> {
    match until {
        None => Err(wrong("/until", "snooze needs `until`: an RFC 3339 time, or `reply`")),
        Some("reply") => Ok(Until::Reply),
        Some(text) => time::from_rfc3339(text).map(Until::Time).map_err(|why| wrong("/until", why)),
    }
}

fn checked_id(id: &Id, pointer: &str) -> Result<Id> {
    if id.is_empty() || id.chars().count() > MAX_ID_CHARS {
        return Err(wrong(pointer, format!("an id has 1 to {MAX_ID_CHARS} characters")));
    }
    Ok(id.clone())
}

fn wrong(pointer: &str, message: impl Into<String>) -> Error {
    Error::invalid("selector.invalid", pointer, message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn body(json: serde_json::Value) -> ActBody {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn each_selector_of_the_interface_is_understood() {
        let ids = parse_selector(&body(serde_json::json!({"ids": ["a", "b"]}))).unwrap();
        assert_eq!(ids, Selector::Ids { ids: vec!["a".into(), "b".into()] });
        let ticket = parse_selector(&body(serde_json::json!({"ticket": "T1"}))).unwrap();
        assert_eq!(ticket, Selector::Ticket { ticket: "T1".into() });
        let comment = parse_selector(&body(serde_json::json!({"comment": "C1"}))).unwrap();
        assert_eq!(comment, Selector::Comment { comment: "C1".into() });
        let all = parse_selector(&body(serde_json::json!({"all": true, "up_to": 46}))).unwrap();
        assert_eq!(all, Selector::All { all: true, up_to: 46 });
        let read = parse_selector(&body(serde_json::json!({"status": "read", "up_to": 46}))).unwrap();
        assert_eq!(read, Selector::Status { status: "read", up_to: 46 });
    }

    #[test]
    fn selectors_that_say_nothing_or_too_much_are_refused_with_a_pointer() {
        let many: Vec<String> = (0..1_001).map(|n| n.to_string()).collect();
        let cases = [
            (serde_json::json!({}), ""),
            (serde_json::json!({"ids": ["a"], "ticket": "T"}), ""),
            (serde_json::json!({"ids": []}), "/ids"),
            (serde_json::json!({"ids": many}), "/ids"),
            (serde_json::json!({"ids": ["a", ""]}), "/ids/1"),
            (serde_json::json!({"all": true}), "/up_to"),
            (serde_json::json!({"all": false, "up_to": 3}), "/all"),
            (serde_json::json!({"status": "unread", "up_to": 3}), "/status"),
        ];
        for (json, pointer) in cases {
            match parse_selector(&body(json.clone())) {
                Err(Error::Invalid(invalid)) => assert_eq!(invalid.errors[0].pointer, pointer, "{json}"),
                other => panic!("{json}: {other:?}"),
            }
        }
    }

    #[test]
    fn snooze_takes_a_time_or_a_reply_and_nothing_else() {
        let until = |until| {
            let body = ActBody { ticket: Some("T".into()), until, ..ActBody::default() };
            body.into_act(Op::Snooze, 0)
        };
        assert_eq!(until(Some("reply".into())).unwrap().until, Some(Until::Reply));
        assert_eq!(until(Some("1970-01-01T00:00:01Z".into())).unwrap().until, Some(Until::Time(1_000)));
        assert!(until(Some("tomorrow".into())).is_err());
        assert!(until(None).is_err());
    }

    #[test]
    fn seen_without_a_number_is_about_what_the_client_holds() {
        let act = ActBody::default().into_act(Op::Seen, 41).unwrap();
        assert_eq!(act.selector, Selector::All { all: true, up_to: 41 });
    }
}
