//! Alert emails: the rows of the file, and what rows like them would say.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::alert_rows::{self, ADMIN_ADDRESS, Row};
use crate::{
    domain::{
        Id, delivery::DeliveryChannel, event::Event, plan::Facts, settings::Settings, snapshot::Snapshot,
        ticket::TicketFacts,
    },
    routing::{
        Decision, Engine,
        candidate::{CandidateKind, ChannelOutcome},
        channels::Outgoing,
        testing,
    },
    testkit::covers,
};

fn engine() -> Engine {
    Engine::new(Outgoing { admin_address: Some(ADMIN_ADDRESS.to_owned()), ..Outgoing::everything() })
}

fn snapshot(directory: &Value, settings: Settings) -> Snapshot {
    let mut snapshot = Snapshot { settings, ..Snapshot::default() };
    let parts = |name: &str| directory[name].as_array().cloned().unwrap_or_default().into_iter();
    fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
        serde_json::from_value(value).expect("it is of that shape")
    }
    parts("agents").for_each(|agent| snapshot.directory.put_agent(read(agent)));
    parts("departments").for_each(|department| snapshot.directory.put_department(read(department)));
    parts("teams").for_each(|team| snapshot.directory.put_team(read(team)));
    parts("contacts").for_each(|contact| snapshot.directory.put_contact(read(contact)));
    snapshot
}

fn happen(engine: &Engine, snapshot: &Snapshot, ticket: &mut TicketFacts, event: &Event) -> Decision {
    ticket.take_event(event);
    let decision =
        engine.decide(&Facts { event, ticket: Some(ticket), contact: None, snapshot, now: 1_700_000_000_000 });
    ticket.after_event(event);
    decision
}

fn event(kind: &str, data: Value) -> Event {
    testing::event(kind, serde_json::from_value(data).expect("the data of an event"))
}

/// For whom an email goes out at once.
fn alerted(decision: &Decision) -> BTreeSet<String> {
    let is_alerted = |outcome| matches!(outcome, ChannelOutcome::Now { rule: Some(_) });
    let staff = decision.candidates.iter().filter(|candidate| candidate.kind != CandidateKind::Contact);
    let alerted = staff.filter(|candidate| candidate.channels.is_some_and(|ways| is_alerted(ways.email)));
    alerted.map(|candidate| candidate.recipient.to_string()).collect()
}

fn play(engine: &Engine, row: &Row, snapshot: &Snapshot) -> Decision {
    let mut ticket = TicketFacts::new(Id::from(&*row.case));
    for (kind, data) in &row.before {
        happen(engine, snapshot, &mut ticket, &event(kind, data.clone()));
    }
    happen(engine, snapshot, &mut ticket, &event(row.kind, row.data.clone()))
}

fn settings(row: &Row) -> Settings {
    serde_json::from_value(row.settings.clone()).expect("the settings are of that shape")
}

#[test]
fn every_row_of_the_file_alerts_whom_it_says() {
    let engine = engine();
    let rows = alert_rows::all();
    let mut wrong = Vec::new();
    for row in &rows {
        let got = alerted(&play(&engine, row, &snapshot(&row.directory, settings(row))));
        if got != row.expected {
            wrong.push(format!("{}: expected {:?}, got {got:?}", row.case, row.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() > 100, "{} rows", rows.len());
    covers(&["R-141", "R-142", "R-143", "R-144", "R-145", "R-189", "R-190", "R-191", "R-192", "R-193", "R-194"]);
    covers(&["R-195", "R-196", "R-197", "R-198", "R-199", "D-06", "D-07", "D-08", "D-15"]);
}

#[test]
fn a_department_can_switch_off_an_alert_or_one_of_its_switches() {
    let rows: HashMap<String, Row> = alert_rows::all().into_iter().map(|row| (row.case.clone(), row)).collect();
    let row = &rows["ALERT-009"];
    let with = |off: Value| {
        let mut over = row.settings.clone();
        over["departments"] = json!({"support": {"alerts_off": off}});
        let settings = serde_json::from_value(over).expect("settings");
        alerted(&play(&engine(), row, &snapshot(&row.directory, settings)))
    };
    let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(with(json!([])), set(&["ADMIN", "mgr"]));
    assert_eq!(with(json!(["alerts.new_ticket.admin"])), set(&["mgr"]));
    assert_eq!(with(json!(["alerts.new_ticket"])), set(&[]));
    assert_eq!(with(json!(["alerts.overdue"])), set(&["ADMIN", "mgr"]));
    covers(&["R-189"]);
}

#[test]
fn critical_emergencies_budgets_and_reviews_are_emailed_beside() {
    let rows = alert_rows::all();
    let snapshot = snapshot(&rows[0].directory, settings(&rows[0]));
    let ticket = json!({"id": "HD-1", "department": "support", "assignees": ["alice"], "pm": "out"});
    let on = |kind: &str, mut data: Value| {
        data["ticket"] = ticket.clone();
        let mut facts = TicketFacts::new("HD-1".into());
        alerted(&happen(&engine(), &snapshot, &mut facts, &event(kind, data))).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(on("ticket.urgency_changed", json!({"urgency": "critical"})), ["alice", "out"]);
    assert!(on("ticket.urgency_changed", json!({"urgency": "high"})).is_empty());
    assert_eq!(on("ticket.escalated", json!({"escalation": "emergency"})), ["alice", "out"]);
    assert!(on("ticket.escalated", json!({"escalation": "normal"})).is_empty(), "emergencies only");
    assert_eq!(on("ticket.budget_locked", json!({})), ["alice", "out"]);
    assert_eq!(on("ticket.doc_review_requested", json!({})), ["out"]);
    covers(&["R-146", "R-147", "R-148", "R-149"]);
}

#[test]
fn project_managers_get_a_text_message_of_what_is_critical() {
    let mut snapshot = snapshot(&alert_rows::all()[0].directory, Settings::default());
    let mut put = |id: &str, role: &str, phone: Option<&str>| {
        let agent = json!({"id": id, "role": role, "phone": phone, "time_zone": "Europe/Lisbon"});
        snapshot.directory.put_agent(serde_json::from_value(agent).expect("an agent"));
    };
    put("pia", "pm", Some("+15550100"));
    put("ana", "agent", Some("+15550101"));
    // At any time of the day.
    let always = json!({"quiet_hours": {"hold_critical": true, "days": {"tue": [{"from": "00:00", "to": "24:00"}]}}});
    let ticket = json!({"id": "HD-1", "assignees": ["ana"], "pm": "pia"});
    let texts = |snapshot: &Snapshot, kind: &str, mut data: Value| {
        data["ticket"] = ticket.clone();
        let decision = happen(&engine(), snapshot, &mut TicketFacts::new("HD-1".into()), &event(kind, data));
        let texts = decision.deliveries.into_iter().filter(|delivery| delivery.channel == DeliveryChannel::Sms);
        texts.map(|text| (text.recipient.to_string(), text.purpose, text.held_until)).collect::<Vec<_>>()
    };
    let critical = || json!({"urgency": "critical"});
    let pia = |purpose| vec![("pia".to_owned(), purpose, None)];
    assert_eq!(texts(&snapshot, "ticket.urgency_changed", critical()), pia("sms.critical"));
    assert_eq!(texts(&snapshot, "ticket.escalated", json!({"escalation": "emergency"})), pia("sms.emergency"));
    assert!(texts(&snapshot, "ticket.escalated", json!({"escalation": "normal"})).is_empty());
    assert!(texts(&snapshot, "message.received", json!({})).is_empty());
    snapshot.preferences.insert("pia".into(), serde_json::from_value(always).expect("preferences"));
    let held = texts(&snapshot, "ticket.urgency_changed", critical());
    // 2023-11-14T22:13:20Z is a Tuesday; Lisbon is on UTC.
    assert_eq!(held[0].2, Some(1_700_006_400_000), "until midnight");
    covers(&["R-150", "R-151", "R-152", "R-155", "D-10", "D-12"]);
}

/// What the columns of a row may say, at random.
#[derive(Debug, Clone)]
struct Case {
    kind: &'static str,
    switches: Vec<bool>,
    mode: &'static str,
    assigned: Option<&'static str>,
    team: bool,
    actor: Option<&'static str>,
    replies: Vec<&'static str>,
    vacation: Vec<&'static str>,
    inactive: Vec<&'static str>,
}

const PEOPLE: &[&str] = &["mgr", "alice", "bob", "exa", "exb", "out", "lead", "tom", "tina", "am"];
const SWITCHES: &[(&str, &[&str])] = &[
    ("new_ticket", &["admin", "department_manager", "department_members", "account_manager"]),
    ("new_message", &["last_respondent", "assigned", "department_manager", "account_manager"]),
    ("internal_activity", &["last_respondent", "assigned", "department_manager"]),
    ("assignment", &["agent", "team_lead", "team_members"]),
    ("transfer", &["assigned", "department_manager", "department_members"]),
    ("overdue", &["admin", "assigned", "department_manager", "department_members"]),
];
const SWITCH_COUNT: usize = 21;
static WORLD: LazyLock<Value> = LazyLock::new(|| alert_rows::all().swap_remove(0).directory);

fn cases() -> impl Strategy<Value = Case> {
    let kinds = vec![
        "ticket.created",
        "message.received",
        "note.added",
        "reply.sent",
        "ticket.assigned",
        "ticket.transferred",
        "ticket.overdue",
    ];
    let people = || prop::sample::select(PEOPLE.to_vec());
    let some = || prop::collection::vec(people(), 0..4);
    (
        prop::sample::select(kinds),
        prop::collection::vec(any::<bool>(), SWITCH_COUNT),
        prop::sample::select(vec!["extended", "members", "admin_only", "none"]),
        (prop::option::of(people()), any::<bool>(), prop::option::of(people())),
        (some(), some(), some()),
    )
        .prop_map(|(kind, switches, mode, (assigned, team, actor), (replies, vacation, inactive))| Case {
            kind,
            switches,
            mode,
            assigned,
            team,
            actor,
            replies,
            vacation,
            inactive,
        })
}

fn decide(case: &Case) -> (Decision, Snapshot) {
    let mut directory = WORLD.clone();
    for agent in directory["agents"].as_array_mut().expect("a list") {
        let id = agent["id"].as_str().expect("an id").to_owned();
        if case.vacation.contains(&&*id) {
            agent["status"] = json!("vacation");
        }
        if case.inactive.contains(&&*id) {
            agent["status"] = json!("inactive");
        }
    }
    directory["departments"][0]["alert_recipients"] = json!(case.mode);
    directory["contacts"][0]["account_manager"] = json!({"agent": "am"});
    let mut alerts = json!({});
    let mut on = case.switches.iter();
    for (group, members) in SWITCHES {
        alerts[*group] = json!({"active": true});
        members.iter().for_each(|member| alerts[*group][*member] = json!(on.next()));
    }
    let settings = serde_json::from_value(json!({"alerts": alerts, "coverage": {"active": false}})).expect("settings");
    let snapshot = snapshot(&directory, settings);
    let actor = match case.actor {
        Some(id) => json!({"kind": "agent", "id": id}),
        None => json!({"kind": "customer", "id": "OWNER"}),
    };
    let team = case.team.then_some("T");
    let assignees: Vec<&str> = case.assigned.into_iter().collect();
    let mut ticket = TicketFacts::new("HD-1".into());
    case.replies.iter().for_each(|agent| ticket.note_respondent(&Id::from(*agent)));
    let data = json!({
        "actor": actor, "assigned": {"agents": assignees, "team": team},
        "ticket": {"id": "HD-1", "department": "support", "assignees": assignees, "team": team,
                   "customer": {"id": "OWNER"}},
        "message": {"id": "m1", "text": "It does not work."},
    });
    (happen(&engine(), &snapshot, &mut ticket, &event(case.kind, data)), snapshot)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn alerts_reach_nobody_twice_nor_the_actor_nor_the_absent(case in cases()) {
        let (decision, _) = decide(&case);
        let listed: BTreeSet<&str> = decision.candidates.iter().map(|candidate| &*candidate.recipient).collect();
        prop_assert_eq!(listed.len(), decision.candidates.len(), "somebody is listed twice");
        let alerted = alerted(&decision);
        for id in case.actor.iter().chain(&case.vacation).chain(&case.inactive) {
            prop_assert!(!alerted.contains(*id), "{id} is alerted");
        }
        match case.mode {
            "none" => prop_assert!(alerted.is_empty()),
            "admin_only" => prop_assert!(alerted.iter().all(|id| id == "ADMIN")),
            _ => {}
        }
    }

    #[test]
    fn one_more_switch_takes_nobody_away(case in cases(), more in 0..SWITCH_COUNT) {
        let before = alerted(&decide(&case).0);
        let mut wider = case.clone();
        wider.switches[more] = true;
        let after = alerted(&decide(&wider).0);
        prop_assert!(before.is_subset(&after), "{before:?} became {after:?}");
    }
}
