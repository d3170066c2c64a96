//! `GET|PUT /api/v1/me/preferences`: the rows of the preferences screen, with defaults and locks.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web::Data};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{
    AppState,
    body::{Json, escape},
    problem::Problem,
    who::AgentUser,
};
use crate::{
    domain::{
        Millis,
        alerts::EmailChoice,
        preferences::{CATEGORIES, Choice, InForce, Preferences},
        quiet_hours::{EmailFrequency, QuietHours},
        settings::Settings,
        snapshot::Snapshot,
    },
    error::{Error, FieldError, Invalid, Result},
    store::{Edit, EditChange, RecordKind},
};

/// The channels that can be switched as a whole.
const CHANNELS: &[&str] = &["bell", "desktop", "web_push", "email", "sms"];

/// What counts for me.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PreferencesInForce {
    /// In the order of the screen.
    categories: Vec<PreferenceRow>,
    /// Which channels are on at all.
    channels: BTreeMap<&'static str, bool>,
    /// When not to be disturbed, by weekday in my time zone; null when there are no such hours.
    quiet_hours: Option<QuietHours>,
    /// Not to be disturbed until then.
    #[serde(with = "crate::domain::time::rfc3339_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    do_not_disturb_until: Option<Millis>,
    /// How often emails go out.
    email_frequency: EmailFrequency,
    /// The hour of the daily digest, 0 to 23, in my time zone.
    digest_hour: u8,
    /// Types of notifications that go out by email; null: all.
    email_types: Option<Vec<String>>,
    /// Mentions go out by email only when they are of high priority.
    high_priority_mentions_only: bool,
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
    /// Alert emails, at once (where the administrator's switches name me).
    alert_email: bool,
    /// Not for an agent to change.
    alert_email_locked: bool,
    /// Fallback emails, of what no device of mine confirmed.
    fallback_email: bool,
    /// Not for an agent to change.
    fallback_email_locked: bool,
}

impl PreferencesInForce {
    /// What counts for an agent.
    pub(super) fn of(snapshot: &Snapshot, agent: &str) -> PreferencesInForce {
        let (chosen, settings) = (snapshot.preferences_of(agent), &snapshot.settings);
        let in_force = InForce::new(Some(chosen), settings);
        PreferencesInForce {
            categories: CATEGORIES.iter().map(|row| PreferenceRow::of(row.id, row.label, chosen, settings)).collect(),
            channels: CHANNELS.iter().map(|name| (*name, in_force.is_on(name))).collect(),
            quiet_hours: in_force.quiet_hours().cloned(),
            do_not_disturb_until: in_force.do_not_disturb_until(),
            email_frequency: in_force.email_frequency(),
            digest_hour: in_force.digest_hour(),
            email_types: in_force.email_types().map(<[String]>::to_vec),
            high_priority_mentions_only: in_force.high_priority_mentions_only(),
        }
    }
}

impl PreferenceRow {
    fn of(id: &'static str, label: &'static str, chosen: &Preferences, settings: &Settings) -> PreferenceRow {
        let choice = chosen.choice(id, &settings.categories);
        let default = Preferences::default().choice(id, &settings.categories);
        let in_force = InForce::new(Some(chosen), settings);
        let is_locked = |of: &BTreeMap<String, EmailChoice>| of.get(id).is_some_and(|choice| choice.is_locked());
        PreferenceRow {
            id,
            label,
            choice,
            default,
            locked: default == Choice::Required,
            alert_email: in_force.alert_email(id),
            alert_email_locked: is_locked(&settings.alert_email),
            fallback_email: in_force.fallback_email(id),
            fallback_email_locked: is_locked(&settings.fallback_email),
        }
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
    /// `{"days": {"mon": [{"from": "22:00", "to": "07:00"}]}, "hold_critical": false, "email": false}`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<QuietHours>)]
    quiet_hours: Option<Value>,
    /// RFC 3339.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    do_not_disturb_until: Option<Value>,
    /// `instant`, `15min`, `hourly`, `daily`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<EmailFrequency>)]
    email_frequency: Option<Value>,
    /// 0 to 23.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u8>)]
    digest_hour: Option<Value>,
    /// `assignment`, `mention`, ….
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    email_types: Option<Value>,
    /// Mentions go out by email only when they are of high priority.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    high_priority_mentions_only: Option<Value>,
    /// By category id.
    alert_email: Option<BTreeMap<String, Option<bool>>>,
    /// By category id.
    fallback_email: Option<BTreeMap<String, Option<bool>>>,
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
    for (name, chosen, locks) in [
        ("alert_email", given.alert_email, &settings.alert_email),
        ("fallback_email", given.fallback_email, &settings.fallback_email),
    ] {
        if let Some(chosen) = chosen {
            patch.insert(name.to_owned(), email_patch(name, chosen, locks, &mut faults));
        }
    }
    keep::<QuietHours>("quiet_hours", given.quiet_hours, &mut patch, &mut faults);
    keep::<Until>("do_not_disturb_until", given.do_not_disturb_until, &mut patch, &mut faults);
    keep::<EmailFrequency>("email_frequency", given.email_frequency, &mut patch, &mut faults);
    keep::<Hour>("digest_hour", given.digest_hour, &mut patch, &mut faults);
    keep::<Vec<String>>("email_types", given.email_types, &mut patch, &mut faults);
    keep::<bool>("high_priority_mentions_only", given.high_priority_mentions_only, &mut patch, &mut faults);
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

/// A time of the day's digest.
#[derive(Deserialize)]
#[serde(try_from = "u8")]
struct Hour;

impl TryFrom<u8> for Hour {
    type Error = &'static str;

    fn try_from(hour: u8) -> Result<Hour, &'static str> {
        if hour < 24 { Ok(Hour) } else { Err("is not an hour from 0 to 23") }
    }
}

#[derive(Deserialize)]
struct Until(
    #[serde(with = "crate::domain::time::rfc3339")]
    #[expect(dead_code, reason = "only whether it can be read")]
    i64,
);

/// Keeps a member that can be read as `T`, or null.
fn keep<T: DeserializeOwned>(
    name: &'static str,
    given: Option<Value>,
    patch: &mut Map<String, Value>,
    faults: &mut Faults,
) {
    let Some(given) = given else { return };
    if !given.is_null()
        && let Err(error) = serde_path_to_error::deserialize::<_, T>(&given)
    {
        let path: String = error.path().iter().map(|segment| format!("/{segment}")).collect();
        faults.add(format!("/{name}{}", path.trim_end_matches("/.")), error.inner().to_string());
        return;
    }
    patch.insert(name.to_owned(), given);
}

fn email_patch(
    name: &str,
    chosen: BTreeMap<String, Option<bool>>,
    locks: &BTreeMap<String, EmailChoice>,
    faults: &mut Faults,
) -> Value {
    for (id, wanted) in &chosen {
        let pointer = format!("/{name}/{}", escape(id));
        let lock = locks.get(id).filter(|choice| choice.is_locked());
        if CATEGORIES.iter().all(|row| row.id != id) {
            faults.add(pointer, "there is no such category".to_owned());
        } else if lock.is_some_and(|lock| wanted.is_some_and(|wanted| wanted != lock.with(None))) {
            faults.add(pointer, "an administrator decided this one".to_owned());
        }
    }
    json!(chosen)
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
