//! One line: what it is about, and what is wrong with it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    delivery::templates::{self, Sources},
    domain::Id,
    error::{Error, Result},
    store::{Edit, EditChange, KeptTemplate, KeptWatch, RecordKind, SETTINGS_ID, check_id},
};

/// What an import takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// People and groups.
    Directory,
    /// Everything that an export gives.
    Everything,
}

/// What a line says.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// A record of any kind.
    Record(Edit),
    /// That somebody follows a ticket, or stopped.
    Watch(KeptWatch),
    /// A version of an administrator's template.
    Template(KeptTemplate),
}

const DIRECTORY: [(&str, RecordKind); 4] = [
    ("agent", RecordKind::Agent),
    ("department", RecordKind::Department),
    ("team", RecordKind::Team),
    ("contact", RecordKind::Contact),
];

/// Reads a line; `number`, counted from 0, is the beginning of the pointers in what is wrong.
pub(super) fn read(line: &[u8], number: usize, accepts: Accepts) -> Result<Line> {
    let mut item: Map<String, Value> = serde_json::from_slice(line).map_err(|error| wrong(&error, number))?;
    for (word, kind) in DIRECTORY {
        if let Some(Value::Object(record)) = item.remove(word) {
            return Edit::upsert(kind, record, format!("/{number}/{word}")).map(Line::Record);
        }
    }
    if accepts == Accepts::Everything {
        if let Some(Value::Object(settings)) = item.remove("settings") {
            let (id, change) = (Id::from(SETTINGS_ID), EditChange::Merge(settings));
            let pointer = format!("/{number}/settings");
            return Ok(Line::Record(Edit { kind: RecordKind::Settings, id, change, pointer }));
        }
        if let Some(Value::Object(preferences)) = item.remove("preferences") {
            return preferences_of(preferences, format!("/{number}/preferences")).map(Line::Record);
        }
        if let Some(watch @ Value::Object(_)) = item.remove("watch") {
            return watch_of(watch, &format!("/{number}/watch")).map(Line::Watch);
        }
        if let Some(template @ Value::Object(_)) = item.remove("template") {
            return template_of(template, &format!("/{number}/template")).map(Line::Template);
        }
    }
    let message = match accepts {
        Accepts::Directory => "a line holds one of agent, department, team, contact, each an object",
        Accepts::Everything => {
            "a line holds one of agent, department, team, contact, settings, preferences, template, watch, each an object"
        }
    };
    Err(Error::invalid("directory.line", format!("/{number}"), message))
}

fn preferences_of(mut body: Map<String, Value>, pointer: String) -> Result<Edit> {
    let Some(Value::String(agent)) = body.remove("agent") else {
        return Err(Error::invalid("record.id", format!("{pointer}/agent"), "an agent's id is needed, as a string"));
    };
    check_id(&agent, || format!("{pointer}/agent"))?;
    Ok(Edit { kind: RecordKind::Preferences, id: agent.into(), change: EditChange::Merge(body), pointer })
}

fn watch_of(watch: Value, pointer: &str) -> Result<KeptWatch> {
    let watch: KeptWatch = typed(watch, pointer)?;
    check_id(&watch.agent, || format!("{pointer}/agent"))?;
    check_id(&watch.ticket, || format!("{pointer}/ticket"))?;
    Ok(watch)
}

/// A template comes in only as it could be saved: one that cannot be filled in would be found when it is to be sent.
fn template_of(template: Value, pointer: &str) -> Result<KeptTemplate> {
    let template: KeptTemplate = typed(template, pointer)?;
    let wrong = |member: &str, error: String| Error::invalid("template.invalid", format!("{pointer}{member}"), error);
    let kind = templates::kind(&template.id)
        .ok_or_else(|| wrong("/id", format!("there is no template {:?}", &*template.id)))?;
    if template.version < 1 {
        return Err(wrong("/version", "versions count from 1".to_owned()));
    }
    let KeptTemplate { subject, text, html, .. } = &template;
    let sources = Sources { subject, text, html: html.as_deref() };
    templates::check(sources, kind).map_err(|error| wrong(templates::part_of(&error), error))?;
    Ok(template)
}

fn typed<T: DeserializeOwned>(value: Value, pointer: &str) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path: String = error.path().iter().map(|segment| format!("/{segment}")).collect();
        Error::invalid("record.invalid", format!("{pointer}{path}"), error.inner().to_string())
    })
}

fn wrong(error: &serde_json::Error, number: usize) -> Error {
    let pointer = format!("/{number}");
    if error.is_data() {
        return Error::invalid("body.invalid", pointer, error.to_string());
    }
    let detail = format!("line {number}: it is not JSON: {error}");
    Error::Malformed { code: "body.not_json", detail, pointer: Some(pointer) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn pointer(line: &str, accepts: Accepts) -> String {
        let Err(Error::Invalid(invalid)) = read(line.as_bytes(), 4, accepts) else { panic!("{line}") };
        invalid.errors[0].pointer.clone()
    }

    #[test]
    fn a_line_is_one_record_of_a_known_kind() {
        let line = read(br#"{"agent":{"id":"ana","name":"Ana"}}"#, 3, Accepts::Directory).unwrap();
        let Line::Record(edit) = line else { panic!("{line:?}") };
        assert_eq!((edit.kind, &*edit.id, edit.pointer.as_str()), (RecordKind::Agent, "ana", "/3/agent"));
        for (line, expected) in [("{}", "/4"), ("[]", "/4"), (r#"{"agent":{"name":"?"}}"#, "/4/agent/id")] {
            assert_eq!(pointer(line, Accepts::Directory), expected);
        }
        assert!(matches!(read(b"{", 4, Accepts::Directory), Err(Error::Malformed { pointer: Some(_), .. })));
    }

    #[test]
    fn a_template_comes_in_only_as_it_could_be_saved() {
        let line = r#"{"template":{"id":"sms_critical","version":2,"text":"Look at {number}",
            "created_at":"2026-11-20T09:00:00.000Z","in_force":true}}"#;
        let Line::Template(kept) = read(line.as_bytes(), 0, Accepts::Everything).unwrap() else { panic!() };
        assert_eq!((&*kept.id, kept.version, kept.in_force, kept.author.as_str()), ("sms_critical", 2, true, ""));
        assert_eq!(pointer(line, Accepts::Directory), "/4");
        for (was, is, expected) in [
            ("sms_critical", "sms_unknown", "/4/template/id"),
            (r#""version":2"#, r#""version":0"#, "/4/template/version"),
            ("{number}", "{{ nobody_knows }}", "/4/template/text"),
            ("2026-11-20T09:00:00.000Z", "yesterday", "/4/template/created_at"),
        ] {
            assert_eq!(pointer(&line.replace(was, is), Accepts::Everything), expected, "{is}");
        }
    }

    #[test]
    fn settings_preferences_and_watches_are_for_those_who_take_everything() {
        let preferences = br#"{"preferences":{"agent":"ana","email_frequency":"daily"}}"#;
        let Line::Record(edit) = read(preferences, 0, Accepts::Everything).unwrap() else { panic!() };
        let EditChange::Merge(body) = edit.change else { panic!() };
        assert_eq!((&*edit.id, body.contains_key("agent"), body.len()), ("ana", false, 1));
        let watch = read(br#"{"watch":{"agent":"ana","ticket":"HD-1"}}"#, 0, Accepts::Everything).unwrap();
        let expected = KeptWatch { agent: "ana".into(), ticket: "HD-1".into(), active: true, auto: false };
        assert_eq!(watch, Line::Watch(expected));
        for (line, expected) in [
            (r#"{"watch":{"agent":"ana"}}"#, "/4/watch"),
            (r#"{"watch":{"agent":"ana","ticket":""}}"#, "/4/watch/ticket"),
            (r#"{"watch":{"agent":"ana","ticket":"T","active":"no"}}"#, "/4/watch/active"),
            (r#"{"preferences":{}}"#, "/4/preferences/agent"),
        ] {
            assert_eq!(pointer(line, Accepts::Everything), expected);
            assert_eq!(pointer(line, Accepts::Directory), "/4");
        }
    }
}
