//! One line: what it is about, and what is wrong with it.

use serde_json::{Map, Value};

use crate::{
    domain::Id,
    error::{Error, Result},
    store::{Edit, EditChange, KeptWatch, RecordKind, SETTINGS_ID, check_id},
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
    }
    let message = match accepts {
        Accepts::Directory => "a line holds one of agent, department, team, contact, each an object",
        Accepts::Everything => {
            "a line holds one of agent, department, team, contact, settings, preferences, watch, each an object"
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
    let watch: KeptWatch = serde_path_to_error::deserialize(watch).map_err(|error| {
        let path: String = error.path().iter().map(|segment| format!("/{segment}")).collect();
        Error::invalid("record.invalid", format!("{pointer}{path}"), error.inner().to_string())
    })?;
    check_id(&watch.agent, || format!("{pointer}/agent"))?;
    check_id(&watch.ticket, || format!("{pointer}/ticket"))?;
    Ok(watch)
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
