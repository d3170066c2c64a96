//! `GET|PUT /api/v1/me/preferences`: the rows of the preferences screen, with defaults and locks.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    AppState,
    body::{Json, escape},
    problem::Problem,
    who::AgentUser,
};
use crate::{
    domain::{
        preferences::{CATEGORIES, Choice, Preferences},
        settings::Settings,
        snapshot::Snapshot,
    },
    error::{Error, FieldError, Invalid, Result},
    store::{Edit, EditChange, RecordKind},
};

/// The channels that can be switched as a whole.
const CHANNELS: &[&str] = &["bell", "desktop", "web_push", "email", "sms"];
/// D-20.
const FREQUENCIES: &[&str] = &["instant", "15min", "hourly", "daily"];

/// What counts for me.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PreferencesInForce {
    /// In the order of the screen.
    categories: Vec<PreferenceRow>,
    /// Which channels are on at all.
    channels: BTreeMap<&'static str, bool>,
    /// As they were stored; null when there are none.
    quiet_hours: Value,
    /// `instant`, `15min`, `hourly`, `daily`.
    email_frequency: String,
}

/// One row of the screen.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PreferenceRow {
    /// The key in JSON.
    id: &'static str,
    /// The label on the screen.
    label: &'static str,
    /// What counts now.
    choice: Choice,
    /// What counts for whoever chose nothing.
    default: Choice,
    /// On, and not for an agent to change.
    locked: bool,
}

impl PreferencesInForce {
    /// What counts for an agent.
    pub(super) fn of(snapshot: &Snapshot, agent: &str) -> PreferencesInForce {
        let (chosen, settings) = (snapshot.preferences_of(agent), &snapshot.settings);
        PreferencesInForce {
            categories: CATEGORIES.iter().map(|row| PreferenceRow::of(row.id, row.label, chosen, settings)).collect(),
            channels: CHANNELS.iter().map(|name| (*name, chosen.channels.get(*name) != Some(&false))).collect(),
            quiet_hours: chosen.quiet_hours.clone(),
            email_frequency: chosen.email_frequency.clone().unwrap_or_else(|| "instant".to_owned()),
        }
    }
}

impl PreferenceRow {
    fn of(id: &'static str, label: &'static str, chosen: &Preferences, settings: &Settings) -> PreferenceRow {
        let choice = chosen.choice(id, &settings.categories);
        let default = Preferences::default().choice(id, &settings.categories);
        PreferenceRow { id, label, choice, default, locked: default == Choice::Required }
    }
}

/// What I want changed. What is left out stays; null goes back to the default.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct PreferencesGiven {
    /// By category id, or the rows as they were read.
    #[schema(value_type = Object)]
    categories: Option<CategoriesGiven>,
    /// By channel.
    channels: Option<BTreeMap<String, Option<bool>>>,
    /// As the screen stores them.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Object)]
    quiet_hours: Option<Value>,
    /// `instant`, `15min`, `hourly`, `daily`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    email_frequency: Option<Value>,
}

/// A member that is there, be it null.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum CategoriesGiven {
    ById(BTreeMap<String, Option<Choice>>),
    Rows(Vec<RowGiven>),
}

#[derive(Debug, Deserialize)]
struct RowGiven {
    id: String,
    choice: Option<Choice>,
}

/// Shows my preferences
#[utoipa::path(
    get, path = "/api/v1/me/preferences", tag = "Agents", security(("agent" = [])),
    responses((status = 200, body = PreferencesInForce), (status = 401, body = Problem))
)]
pub async fn show(me: AgentUser, state: Data<AppState>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(PreferencesInForce::of(&*state.store.refresh().await?, &me.id)))
}

/// Changes my preferences
///
/// In force for every event posted after the answer. A category that an administrator requires cannot be changed.
#[utoipa::path(
    put, path = "/api/v1/me/preferences", tag = "Agents", security(("agent" = [])), request_body = PreferencesGiven,
    responses((status = 200, body = PreferencesInForce), (status = 401, body = Problem), (status = 422, body = Problem))
)]
pub async fn change(me: AgentUser, state: Data<AppState>, body: Json<PreferencesGiven>) -> Result<HttpResponse> {
    let settings = state.store.refresh().await?.settings.clone();
    let change = EditChange::MergeDeep(patch(body.0, &settings)?);
    let edit = Edit { kind: RecordKind::Preferences, id: me.id.clone(), change, pointer: String::new() };
    let snapshot = state.edit(vec![edit]).await?;
    Ok(HttpResponse::Ok().json(PreferencesInForce::of(&snapshot, &me.id)))
}

/// Checks what is wanted and turns it into a change of the record.
fn patch(given: PreferencesGiven, settings: &Settings) -> Result<Map<String, Value>> {
    let mut faults = Faults(Vec::new());
    let mut patch = Map::new();
    if let Some(categories) = given.categories {
        patch.insert("categories".to_owned(), categories_patch(categories, settings, &mut faults));
    }
    if let Some(channels) = given.channels {
        for name in channels.keys().filter(|name| !CHANNELS.contains(&name.as_str())) {
            faults.add(format!("/channels/{}", escape(name)), format!("is not one of {}", CHANNELS.join(", ")));
        }
        patch.insert("channels".to_owned(), json!(channels));
    }
    if let Some(quiet_hours) = given.quiet_hours {
        if !quiet_hours.is_object() && !quiet_hours.is_null() {
            faults.add("/quiet_hours".to_owned(), "is an object or null".to_owned());
        }
        patch.insert("quiet_hours".to_owned(), quiet_hours);
    }
    if let Some(frequency) = given.email_frequency {
        if !frequency.is_null() && !frequency.as_str().is_some_and(|word| FREQUENCIES.contains(&word)) {
            faults.add("/email_frequency".to_owned(), format!("is not one of {}", FREQUENCIES.join(", ")));
        }
        patch.insert("email_frequency".to_owned(), frequency);
    }
    faults.none_or(patch)
}

fn categories_patch(given: CategoriesGiven, settings: &Settings, faults: &mut Faults) -> Value {
    let pairs: Vec<(String, Option<Choice>)> = match given {
        CategoriesGiven::ById(by_id) => by_id.into_iter().collect(),
        CategoriesGiven::Rows(rows) => rows.into_iter().map(|row| (row.id, row.choice)).collect(),
    };
    let mut kept = Map::new();
    for (id, choice) in pairs {
        let pointer = format!("/categories/{}", escape(&id));
        let Some(row) = CATEGORIES.iter().find(|row| row.id == id) else {
            faults.add(pointer, "there is no such category".to_owned());
            continue;
        };
        let is_locked = Preferences::default().choice(row.id, &settings.categories) == Choice::Required;
        match choice {
            // A screen that sends every row back says `required` for the locked ones: that is no change.
            Some(Choice::Required) if is_locked => {}
            Some(Choice::Required) => faults.add(pointer, "only an administrator can require a category".to_owned()),
            Some(_) if is_locked => faults.add(pointer, "an administrator requires this category".to_owned()),
            other => drop(kept.insert(id, json!(other))),
        }
    }
    Value::Object(kept)
}

struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: String, message: String) {
        self.0.push(FieldError { pointer, message });
    }

    fn none_or<T>(self, fine: T) -> Result<T> {
        match self.0.first() {
            None => Ok(fine),
            Some(first) => {
                let detail = first.message.clone();
                Err(Error::Invalid(Invalid { code: "preferences.invalid", detail, errors: self.0 }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    fn patched(given: Value, settings: &Settings) -> Result<Map<String, Value>> {
        patch(serde_json::from_value(given).unwrap(), settings)
    }

    fn pointers(refused: Result<Map<String, Value>>) -> Vec<String> {
        let Err(Error::Invalid(invalid)) = refused else { panic!("{refused:?}") };
        invalid.errors.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_choice_is_kept_and_null_goes_back_to_the_default() {
        let wanted = json!({"categories": {"mention": "off", "overdue": null}, "channels": {"sms": false},
                            "quiet_hours": null, "email_frequency": "daily"});
        assert_eq!(Value::Object(patched(wanted.clone(), &Settings::default()).unwrap()), wanted);
        assert!(patched(json!({}), &Settings::default()).unwrap().is_empty());
    }

    #[test]
    fn a_required_category_cannot_be_changed_but_may_be_sent_back_as_it_is() {
        let settings = Settings { categories: [("mention".into(), Choice::Required)].into(), ..Settings::default() };
        assert_eq!(pointers(patched(json!({"categories": {"mention": "off"}}), &settings)), ["/categories/mention"]);
        assert_eq!(
            pointers(patched(json!({"categories": {"overdue": "required"}}), &settings)),
            ["/categories/overdue"]
        );
        let rows =
            serde_json::to_value(PreferencesInForce::of(&Snapshot { settings, ..Snapshot::default() }, "ana")).unwrap();
        let rows = rows["categories"].as_array().unwrap();
        let mention = rows.iter().find(|row| row["id"] == "mention").unwrap();
        assert_eq!((&mention["choice"], &mention["locked"]), (&json!("required"), &json!(true)));
        let settings = Settings { categories: [("mention".into(), Choice::Required)].into(), ..Settings::default() };
        let kept = patched(json!({"categories": rows}), &settings).unwrap();
        assert!(kept["categories"].get("mention").is_none() && kept["categories"]["transfer"] == "off");
    }

    #[test]
    fn every_wrong_member_is_named_at_once() {
        let wrong = json!({"categories": {"no/such": "on"}, "channels": {"fax": true}, "quiet_hours": 7,
                           "email_frequency": "never"});
        let named = pointers(patched(wrong, &Settings::default()));
        assert_eq!(named, ["/categories/no~1such", "/channels/fax", "/quiet_hours", "/email_frequency"]);
    }
}
