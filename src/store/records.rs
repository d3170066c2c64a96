//! Versioned records: directory, preferences, settings, keys and sources, edited as JSON and held in memory typed.
//!
//! Every edit takes the next version of the store. A node that knows an older one reads the rows changed since,
//! deletions included, before it decides anything.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    bulk::to_json,
    connection::{Conn, on_backend, write_transaction},
    insert::{self, Field, TableRow},
    push_subscriptions,
    schema::{meta, records},
};
use crate::{
    domain::{
        Id,
        directory::{Agent, Contact, Department, Team},
        preferences::Preferences,
        settings::Settings,
        snapshot::{ApiKey, Snapshot, Source},
        template::Template,
        webhook::Webhook,
    },
    error::{Error, Result},
};

/// The kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the words say it")]
pub enum RecordKind {
    Agent,
    Department,
    Team,
    Contact,
    Preferences,
    /// One record, id `settings`.
    Settings,
    ApiKey,
    Source,
    Webhook,
    /// Written by [`super::Store::save_template`] only, which keeps the version as well.
    Template,
}

impl RecordKind {
    const ALL: [RecordKind; 10] = [
        RecordKind::Agent,
        RecordKind::Department,
        RecordKind::Team,
        RecordKind::Contact,
        RecordKind::Preferences,
        RecordKind::Settings,
        RecordKind::ApiKey,
        RecordKind::Source,
        RecordKind::Webhook,
        RecordKind::Template,
    ];

    /// The word in the store, and in lines of an export.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordKind::Agent => "agent",
            RecordKind::Department => "department",
            RecordKind::Team => "team",
            RecordKind::Contact => "contact",
            RecordKind::Preferences => "preferences",
            RecordKind::Settings => "settings",
            RecordKind::ApiKey => "api_key",
            RecordKind::Source => "source",
            RecordKind::Webhook => "webhook",
            RecordKind::Template => "template",
        }
    }

    fn parse(word: &str) -> Option<RecordKind> {
        RecordKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether the body carries its own id.
    fn has_id(self) -> bool {
        !matches!(self, RecordKind::Preferences | RecordKind::Settings)
    }
}

/// One change of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What kind.
    pub kind: RecordKind,
    /// Which.
    pub id: Id,
    /// What to do with it.
    pub change: EditChange,
    /// RFC 6901 pointer to where it stood in the request, for errors: `/agents/0`; empty for the whole body.
    pub pointer: String,
}

/// The id of the one record of settings.
pub const SETTINGS_ID: &str = "settings";

/// Characters of an id, enough for any helpdesk's.
const MAX_ID_CHARS: usize = 200;

/// Refuses an id that is empty or too long; `pointer` says where it stood.
///
/// # Errors
/// [`Error::Invalid`].
pub fn check_id(id: &str, pointer: impl FnOnce() -> String) -> Result<()> {
    if id.is_empty() || id.chars().count() > MAX_ID_CHARS {
        let message = format!("an id has 1 to {MAX_ID_CHARS} characters");
        return Err(Error::invalid("record.id", pointer(), message));
    }
    Ok(())
}

impl Edit {
    /// Makes or changes a record: what is given replaces, null clears, what is left out stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the id is empty or too long.
    pub fn merge(kind: RecordKind, id: &str, body: Map<String, Value>, pointer: String) -> Result<Edit> {
        check_id(id, || format!("{pointer}/id"))?;
        Ok(Edit { kind, id: Id::from(id), change: EditChange::Merge(body), pointer })
    }

    /// The same for a body that carries its own id.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the id is missing, empty or too long.
    pub fn upsert(kind: RecordKind, body: Map<String, Value>, pointer: String) -> Result<Edit> {
        match body.get("id").and_then(Value::as_str).map(str::to_owned) {
            Some(id) => Edit::merge(kind, &id, body, pointer),
            None => Err(Error::invalid("record.id", format!("{pointer}/id"), "an id is needed, as a string")),
        }
    }
}

/// How a record changes.
#[derive(Debug, Clone, PartialEq)]
pub enum EditChange {
    /// Members given replace, null clears, what is left out stays; makes the record if need be.
    Merge(Map<String, Value>),
    /// The same, into nested objects as well (RFC 7396).
    MergeDeep(Map<String, Value>),
    /// Adds a text to a list of texts that does not hold it yet. Never makes a record.
    AddTo(&'static str, String),
    /// Takes a text out of a list of texts; no error when it, the list or the record is not there.
    TakeFrom(&'static str, String),
    /// Removes it; no error when it is not there.
    Delete,
}

struct Written<'a> {
    kind: &'static str,
    id: &'a Id,
    body: String,
    version: i64,
    deleted: bool,
}

impl TableRow for Written<'_> {
    type Kind = Written<'static>;

    const TABLE: &'static str = "records";
    const CONFLICT: &'static str = "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body, \
        version = excluded.version, deleted = excluded.deleted";

    fn fields(&self) -> Vec<Field<'_>> {
        let (id, body) = (&**self.id, &*self.body);
        vec![
            ("kind", self.kind.into()),
            ("id", id.into()),
            ("body", body.into()),
            ("version", self.version.into()),
            ("deleted", self.deleted.into()),
        ]
    }
}

/// Carries out edits in one transaction; returns the new version.
///
/// # Errors
/// [`Error::Invalid`] with the pointer of the first member that does not fit; then nothing is changed.
pub fn edit(conn: &mut Conn, edits: &[Edit]) -> Result<i64> {
    write_transaction(conn, |conn| {
        let version = take_version(conn)?;
        apply(conn, edits, version)?;
        Ok(version)
    })
}

/// The next version of all records, for edits in a transaction that is open. Taken first: the row lock makes editors wait
/// for each other, so that versions commit in order.
pub fn take_version(conn: &mut Conn) -> Result<i64> {
    let taken = diesel::update(meta::table.find(1)).set(meta::version.eq(meta::version + 1));
    on_backend!(conn, c => taken.execute(c)).map_err(Error::Store)?;
    version(conn)
}

/// Carries out edits in a transaction that is open, under a version that was taken in it.
pub fn apply(conn: &mut Conn, edits: &[Edit], version: i64) -> Result<()> {
    let mut bodies: HashMap<(RecordKind, Id), Option<Map<String, Value>>> = HashMap::new();
    for edit in edits {
        let key = (edit.kind, edit.id.clone());
        let before = match bodies.remove(&key) {
            Some(edited) => edited,
            None => read_body(conn, edit.kind, &edit.id)?,
        };
        bodies.insert(key, changed(edit, before)?);
    }
    let rows: Vec<Written<'_>> =
        bodies.iter().map(|((kind, id), body)| written(*kind, id, body.as_ref(), version)).collect::<Result<_>>()?;
    insert::insert(conn, &rows).map_err(Error::Store)?;
    for agent in rows.iter().filter(|row| row.deleted && row.kind == RecordKind::Agent.as_str()) {
        // Who is gone has no device that may still be woken.
        push_subscriptions::forget_all(conn, agent.id)?;
    }
    Ok(())
}

fn written<'a>(kind: RecordKind, id: &'a Id, body: Option<&Map<String, Value>>, version: i64) -> Result<Written<'a>> {
    let deleted = body.is_none();
    let body = body.map_or(Ok(String::from("{}")), to_json).map_err(Error::Store)?;
    Ok(Written { kind: kind.as_str(), id, body, version, deleted })
}

fn read_body(conn: &mut Conn, kind: RecordKind, id: &str) -> Result<Option<Map<String, Value>>> {
    let rows: Vec<(String, bool)> = records::table
        .find((kind.as_str(), id))
        .select((records::body, records::deleted))
        .load(conn)
        .map_err(Error::Store)?;
    match rows.into_iter().next() {
        Some((body, false)) => parse(&body).map(Some),
        _ => Ok(None),
    }
}

/// Records of one kind as they are stored, by id; those that are not there are left out.
pub fn bodies(conn: &mut Conn, kind: RecordKind, ids: &[Id]) -> Result<HashMap<Id, Map<String, Value>>> {
    let rows: Vec<(String, String)> = records::table
        .filter(records::kind.eq(kind.as_str()))
        .filter(records::id.eq_any(ids.iter().map(|id| &**id)))
        .filter(records::deleted.eq(false))
        .select((records::id, records::body))
        .load(conn)
        .map_err(Error::Store)?;
    rows.into_iter().map(|(id, body)| Ok((Id::from(id), parse(&body)?))).collect()
}

fn changed(edit: &Edit, before: Option<Map<String, Value>>) -> Result<Option<Map<String, Value>>> {
    let mut body = match (&edit.change, before) {
        (EditChange::Delete, _) | (EditChange::TakeFrom(..), None) => return Ok(None),
        (EditChange::AddTo(..), None) => return Err(Error::NotFound(edit.kind.as_str())),
        (_, before) => before.unwrap_or_default(),
    };
    match &edit.change {
        EditChange::Merge(patch) => merge(&mut body, patch, false),
        EditChange::MergeDeep(patch) => merge(&mut body, patch, true),
        EditChange::AddTo(member, text) => {
            let list = body.entry(*member).or_insert_with(|| Value::Array(Vec::new())).as_array_mut();
            if let Some(list) = list.filter(|list| list.iter().all(|known| known != text)) {
                list.push(Value::String(text.clone()));
            }
        }
        EditChange::TakeFrom(member, text) => {
            if let Some(list) = body.get_mut(*member).and_then(Value::as_array_mut) {
                list.retain(|known| known != text);
            }
        }
        EditChange::Delete => {}
    }
    if edit.kind.has_id() {
        body.insert("id".to_owned(), Value::String(edit.id.to_string()));
    }
    check(edit.kind, &body, &edit.pointer)?;
    Ok(Some(body))
}

fn merge(into: &mut Map<String, Value>, patch: &Map<String, Value>, deep: bool) {
    for (name, value) in patch {
        match (value, into.get_mut(name)) {
            (Value::Null, _) => {
                into.remove(name);
            }
            (Value::Object(inner), Some(Value::Object(known))) if deep => merge(known, inner, true),
            // Null clears what is there; where nothing is, there is nothing to clear.
            (Value::Object(inner), _) if deep => {
                let mut fresh = Map::new();
                merge(&mut fresh, inner, true);
                into.insert(name.clone(), Value::Object(fresh));
            }
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

fn check(kind: RecordKind, body: &Map<String, Value>, pointer: &str) -> Result<()> {
    match kind {
        RecordKind::Agent => fits::<Agent>(body, pointer),
        RecordKind::Department => fits::<Department>(body, pointer),
        RecordKind::Team => fits::<Team>(body, pointer),
        RecordKind::Contact => fits::<Contact>(body, pointer),
        RecordKind::Preferences => fits::<Preferences>(body, pointer),
        RecordKind::Settings => fits::<Settings>(body, pointer),
        RecordKind::ApiKey => fits::<ApiKey>(body, pointer),
        RecordKind::Source => fits::<Source>(body, pointer),
        RecordKind::Webhook => fits::<Webhook>(body, pointer),
        RecordKind::Template => fits::<Template>(body, pointer),
    }
}

fn fits<T: DeserializeOwned>(body: &Map<String, Value>, pointer: &str) -> Result<()> {
    match serde_path_to_error::deserialize::<_, T>(Value::Object(body.clone())) {
        Ok(_) => Ok(()),
        Err(error) => {
            let path: String = error.path().iter().map(|segment| format!("/{segment}")).collect();
            Err(Error::invalid("record.invalid", format!("{pointer}{path}"), error.inner().to_string()))
        }
    }
}

fn parse<T: DeserializeOwned>(body: &str) -> Result<T> {
    serde_json::from_str(body).map_err(|error| Error::Internal(format!("a stored record is unreadable: {error}")))
}

/// The store's version of all records.
pub fn version(conn: &mut Conn) -> Result<i64> {
    meta::table.find(1).select(meta::version).first(conn).map_err(Error::Store)
}

/// What is in memory, brought up to the store's version. The same `Arc` when there is nothing newer.
pub fn refreshed(conn: &mut Conn, known: &Arc<Snapshot>) -> Result<Arc<Snapshot>> {
    let version = version(conn)?;
    if version == known.version {
        return Ok(known.clone());
    }
    // A smaller version means that an older copy was restored: read everything anew.
    let mut fresh = if version > known.version { Snapshot::clone(known) } else { Snapshot::default() };
    let rows: Vec<(String, String, String, i64, bool)> = records::table
        .filter(records::version.gt(fresh.version))
        .order(records::version)
        .select((records::kind, records::id, records::body, records::version, records::deleted))
        .load(conn)
        .map_err(Error::Store)?;
    fresh.version = rows.last().map_or(version, |last| last.3.max(version));
    for (kind, id, body, _, deleted) in rows {
        let body = (!deleted).then_some(body.as_str());
        if let Err(error) = take(&mut fresh, &kind, &id, body) {
            tracing::error!(record.kind = %kind, record.id = %id, %error, "a stored record is left out");
        }
    }
    Ok(Arc::new(fresh))
}

fn take(to: &mut Snapshot, kind: &str, id: &str, body: Option<&str>) -> Result<()> {
    let kind =
        RecordKind::parse(kind).ok_or_else(|| Error::Internal(format!("records of kind {kind} are not known")))?;
    match (kind, body) {
        (RecordKind::Agent, Some(body)) => to.directory.put_agent(parse(body)?),
        (RecordKind::Agent, None) => to.directory.remove_agent(id),
        (RecordKind::Department, Some(body)) => to.directory.put_department(parse(body)?),
        (RecordKind::Department, None) => to.directory.remove_department(id),
        (RecordKind::Team, Some(body)) => to.directory.put_team(parse(body)?),
        (RecordKind::Team, None) => to.directory.remove_team(id),
        (RecordKind::Contact, Some(body)) => to.directory.put_contact(parse(body)?),
        (RecordKind::Contact, None) => to.directory.remove_contact(id),
        (RecordKind::Preferences, Some(body)) => drop(to.preferences.insert(id.into(), parse(body)?)),
        (RecordKind::Preferences, None) => drop(to.preferences.remove(id)),
        (RecordKind::Settings, body) => to.settings = body.map_or(Ok(Settings::default()), parse)?,
        (RecordKind::ApiKey, body) => {
            to.api_keys.retain(|_, key| &*key.id != id);
            if let Some(key) = body.map(parse::<ApiKey>).transpose()? {
                to.api_keys.insert(key.hash.clone(), key);
            }
        }
        (RecordKind::Source, Some(body)) => drop(to.sources.insert(id.into(), parse(body)?)),
        (RecordKind::Source, None) => drop(to.sources.remove(id)),
        (RecordKind::Webhook, Some(body)) => drop(to.webhooks.insert(id.into(), parse(body)?)),
        (RecordKind::Webhook, None) => drop(to.webhooks.remove(id)),
        (RecordKind::Template, Some(body)) => drop(to.templates.insert(id.into(), parse(body)?)),
        (RecordKind::Template, None) => drop(to.templates.remove(id)),
    }
    Ok(())
}
