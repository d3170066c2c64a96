//! Looks at settings before they are saved: what would do nothing, or break a text later, is refused by name.

use serde_json::{Map, Value};

use super::body::escape;
use crate::{
    domain::{alerts::Alerts, preferences::CATEGORIES, settings::Settings},
    error::{Error, FieldError, Invalid, Result},
    routing::{rules::RULES, text::check_edited},
};

/// # Errors
/// [`Error::Invalid`] with a pointer to each member at fault.
pub(super) fn check(given: &Map<String, Value>) -> Result<()> {
    let mut faults = Faults(Vec::new());
    names(given, &mut faults);
    texts(given, &mut faults);
    for (place, of) in departments(given) {
        listed(&of, "rules_off", &place, is_rule, "rule", &mut faults);
        listed(&of, "alerts_off", &place, is_switch, "alert switch", &mut faults);
    }
    listed(given, "rules_off", "", is_rule, "rule", &mut faults);
    for member in ["categories", "alert_email", "fallback_email"] {
        keys(given, member, "", &mut faults);
    }
    if let Some(defaults) = given.get("defaults").and_then(Value::as_object) {
        for member in ["categories", "alert_email", "fallback_email"] {
            keys(defaults, member, "/defaults", &mut faults);
        }
        if defaults.get("digest_hour").and_then(Value::as_u64).is_some_and(|hour| hour > 23) {
            faults.add("/defaults/digest_hour".to_owned(), "is not an hour from 0 to 23".to_owned());
        }
    }
    faults.none_or_refuse()
}

struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: String, message: String) {
        self.0.push(FieldError { pointer, message });
    }

    fn none_or_refuse(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(first) => {
                let detail = format!("{} {}", first.pointer, first.message);
                Err(Error::Invalid(Invalid { code: "settings.invalid", detail, errors: self.0 }))
            }
        }
    }
}

fn names(given: &Map<String, Value>, faults: &mut Faults) {
    let known = serde_json::to_value(Settings::default()).unwrap_or_default();
    for name in given.keys().filter(|name| known.get(name.as_str()).is_none()) {
        faults.add(format!("/{}", escape(name)), "there is no such setting".to_owned());
    }
}

fn texts(given: &Map<String, Value>, faults: &mut Faults) {
    for (key, source) in given.get("texts").and_then(Value::as_object).into_iter().flatten() {
        if let Some(Err(message)) = source.as_str().map(|source| check_edited(key, source)) {
            faults.add(format!("/texts/{}", escape(key)), message);
        }
    }
}

/// Each department's part with the pointer to it.
fn departments(given: &Map<String, Value>) -> Vec<(String, Map<String, Value>)> {
    let all = given.get("departments").and_then(Value::as_object).into_iter().flatten();
    let part = |(id, of): (&String, &Value)| Some((format!("/departments/{}", escape(id)), of.as_object()?.clone()));
    all.filter_map(part).collect()
}

fn listed(
    of: &Map<String, Value>,
    member: &str,
    place: &str,
    is_known: fn(&str) -> bool,
    what: &str,
    faults: &mut Faults,
) {
    for (index, word) in of.get(member).and_then(Value::as_array).into_iter().flatten().enumerate() {
        if let Some(word) = word.as_str().filter(|word| !is_known(word)) {
            faults.add(format!("{place}/{member}/{index}"), format!("there is no {what} {word:?}"));
        }
    }
}

fn keys(of: &Map<String, Value>, member: &str, place: &str, faults: &mut Faults) {
    for (name, value) in of.get(member).and_then(Value::as_object).into_iter().flatten() {
        if !value.is_null() && CATEGORIES.iter().all(|row| row.id != name) {
            faults.add(format!("{place}/{member}/{}", escape(name)), "there is no such category".to_owned());
        }
    }
}

fn is_rule(id: &str) -> bool {
    RULES.iter().any(|rule| rule.id == id)
}

/// `alerts.overdue`, `alerts.overdue.admin`, or `alert_email.` and one of the categories that are emailed beside.
fn is_switch(name: &str) -> bool {
    let known = serde_json::to_value(Alerts::default()).unwrap_or_default();
    let mut parts = name.splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("alerts"), Some(group), None) => known.get(group).is_some(),
        (Some("alerts"), Some(group), Some(member)) => known[group].get(member).is_some(),
        (Some("alert_email"), Some(category), None) => {
            ["ai_critical", "escalation", "over_budget", "doc_review"].contains(&category)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use serde_json::json;

    use super::*;

    fn pointers(given: Value) -> Vec<String> {
        match check(given.as_object().unwrap()) {
            Err(Error::Invalid(invalid)) => invalid.errors.into_iter().map(|fault| fault.pointer).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_would_do_nothing_is_refused_by_name() {
        assert_eq!(
            pointers(json!({
                "alert": {}, "texts": {"no/text": "x"}, "rules_off": ["ticket.assigned/assignee", "x"],
                "departments": {"sup/port": {"rules_off": ["y"], "alerts_off": ["alerts.overdue", "alerts.overdue.boss"]}},
                "categories": {"z": "on"}, "alert_email": {"z": "on"}, "fallback_email": {"z": "on", "gone": null},
                "defaults": {"digest_hour": 24},
            })),
            [
                "/alert",
                "/texts/no~1text",
                "/departments/sup~1port/rules_off/0",
                "/departments/sup~1port/alerts_off/1",
                "/rules_off/1",
                "/categories/z",
                "/alert_email/z",
                "/fallback_email/z",
                "/defaults/digest_hour",
            ]
        );
    }

    #[test]
    fn every_switch_that_there_is_can_be_narrowed() {
        let fine = ["alerts.new_ticket", "alerts.transfer.members_only_if_unassigned", "alert_email.ai_critical"];
        let given = json!({"departments": {"support": {"alerts_off": fine}}});
        check(given.as_object().unwrap()).unwrap();
    }
}
