//! Records: edited as JSON, checked as what they are, known to every node at the next event.

use bellhop::{
    error::Error,
    store::{DeliveryNote, Edit, EditChange, RecordKind},
};
use serde_json::{Value, json};

use super::{Rig, assigned, on_both};

on_both!(
    what_is_left_out_stays_and_null_clears,
    a_wrong_type_is_named_by_its_pointer_and_nothing_changes,
    an_edit_is_in_force_on_the_other_node_at_the_next_event,
    settings_merge_into_nested_objects,
    watches_are_kept_per_ticket,
    lists_grow_and_shrink_by_one_and_make_no_record,
    people_whom_nobody_matched_are_counted_by_name_and_taken_off,
);

fn edit(kind: RecordKind, id: &str, body: Value) -> Edit {
    let Value::Object(body) = body else { panic!("a record is an object") };
    Edit { kind, id: id.into(), change: EditChange::Merge(body), pointer: "/agents/0".to_owned() }
}

async fn what_is_left_out_stays_and_null_clears(rig: Rig) {
    let ana = json!({"name": "Ana Souza", "email": "Ana@Example.com", "role": "pm", "department": "support"});
    rig.store.edit(vec![edit(RecordKind::Agent, "ana", ana)]).await.unwrap();
    let change = json!({"email": null, "external_ids": ["zammad:3"]});
    let snapshot = rig.store.edit(vec![edit(RecordKind::Agent, "ana", change)]).await.unwrap();
    let ana = snapshot.directory.agent("ana").unwrap();
    assert_eq!((&*ana.name, &ana.email), ("Ana Souza", &None));
    assert_eq!(snapshot.directory.find_agent("zammad", Some("3"), None).map(|agent| &*agent.id), Some("ana"));
    assert!(snapshot.directory.find_agent("x", None, Some("ana@example.com")).is_none());
    assert_eq!(snapshot.directory.members_of("support"), [bellhop::domain::Id::from("ana")]);
    let gone = Edit { change: EditChange::Delete, ..edit(RecordKind::Agent, "ana", json!({})) };
    assert!(rig.store.edit(vec![gone]).await.unwrap().directory.agent("ana").is_none());
}

async fn a_wrong_type_is_named_by_its_pointer_and_nothing_changes(rig: Rig) {
    let good = edit(RecordKind::Agent, "ben", json!({"name": "Ben"}));
    let bad = edit(RecordKind::Agent, "ana", json!({"role": "emperor"}));
    let Err(Error::Invalid(invalid)) = rig.store.edit(vec![good, bad]).await else { panic!("accepted") };
    assert_eq!(invalid.errors[0].pointer, "/agents/0/role");
    assert!(rig.store.refresh().await.unwrap().directory.agent("ben").is_none());
}

async fn an_edit_is_in_force_on_the_other_node_at_the_next_event(rig: Rig) {
    let other = rig.second_node().await;
    rig.store.edit(vec![edit(RecordKind::Agent, "ana", json!({"name": "Ana"}))]).await.unwrap();
    assert!(other.snapshot().directory.agent("ana").is_none());
    other.accept(vec![assigned("evt-1", &["ana"])], None).await.unwrap();
    assert!(other.snapshot().directory.agent("ana").is_some());
}

async fn settings_merge_into_nested_objects(rig: Rig) {
    let deep = |body: Value| {
        let Value::Object(body) = body else { panic!("settings are an object") };
        let change = EditChange::MergeDeep(body);
        Edit { kind: RecordKind::Settings, id: "settings".into(), change, pointer: String::new() }
    };
    rig.store.edit(vec![deep(json!({"categories": {"chat": "off"}, "wording": "frappe"}))]).await.unwrap();
    let snapshot = rig.store.edit(vec![deep(json!({"categories": {"mention": "required"}}))]).await.unwrap();
    assert_eq!(snapshot.settings.categories.len(), 2);
    assert_eq!(json!(snapshot.settings.wording), "frappe");
}

async fn watches_are_kept_per_ticket(rig: Rig) {
    rig.post(assigned("evt-1", &["ben"])).await;
    assert!(rig.store.set_watch(&"ana".into(), &"HD-1".into(), true).await.unwrap());
    assert!(!rig.store.set_watch(&"ana".into(), &"HD-1".into(), true).await.unwrap());
    assert!(rig.store.set_watch(&"ana".into(), &"HD-2".into(), true).await.unwrap());
    let watched = rig.store.watches(&"ana".into()).await.unwrap();
    let mut numbers: Vec<&str> = watched.iter().map(|watch| &*watch.ticket.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["123", "HD-2"]);
    rig.store.set_watch(&"ana".into(), &"HD-1".into(), false).await.unwrap();
    let ticket = rig.store.ticket("HD-1").await.unwrap().unwrap();
    assert_eq!((ticket.watches.len(), ticket.watchers().count()), (1, 0));
    crate::harness::covers(&["R-055", "R-057"]);
}

async fn lists_grow_and_shrink_by_one_and_make_no_record(rig: Rig) {
    const LIST: &str = "external_ids";
    let of = |id: &str, change| Edit { change, ..edit(RecordKind::Agent, id, json!({})) };
    let add = |id: &str, text: &str| of(id, EditChange::AddTo(LIST, text.to_owned()));
    let take = |id: &str, text: &str| of(id, EditChange::TakeFrom(LIST, text.to_owned()));
    rig.store.edit(vec![edit(RecordKind::Agent, "ana", json!({"name": "Ana"}))]).await.unwrap();
    let edits = vec![add("ana", "a:1"), add("ana", "a:2"), add("ana", "a:1"), take("ana", "a:3"), take("ghost", "a:1")];
    let snapshot = rig.store.edit(edits).await.unwrap();
    assert_eq!(snapshot.directory.agent("ana").unwrap().external_ids, ["a:1", "a:2"]);
    assert!(snapshot.directory.agent("ghost").is_none());
    let snapshot = rig.store.edit(vec![take("ana", "a:1")]).await.unwrap();
    assert!(snapshot.directory.find_agent("a", Some("1"), None).is_none());
    let refused = rig.store.edit(vec![take("ana", "a:2"), add("ghost", "a:2")]).await;
    assert!(matches!(refused, Err(Error::NotFound("agent"))));
    let snapshot = rig.store.refresh().await.unwrap();
    assert_eq!(snapshot.directory.agent("ana").unwrap().external_ids, ["a:2"], "nothing of it was done");
}

async fn people_whom_nobody_matched_are_counted_by_name_and_taken_off(rig: Rig) {
    let names = |name: &str| DeliveryNote { error: None, unmatched: vec![("7".to_owned(), name.to_owned())] };
    for name in ["", "Ben Low", ""] {
        rig.store.note_delivery(&"main".into(), names(name)).await.unwrap();
    }
    rig.store.note_delivery(&"other".into(), names("Sam")).await.unwrap();
    let listed = rig.store.source_status(&"main".into()).await.unwrap().unmatched;
    assert_eq!((listed.len(), &*listed[0].name, listed[0].times), (1, "Ben Low", 3), "a name once given is kept");
    rig.store.forget_person(&"main".into(), "7").await.unwrap();
    rig.store.forget_person(&"main".into(), "8").await.unwrap();
    assert!(rig.store.source_status(&"main".into()).await.unwrap().unmatched.is_empty());
    assert_eq!(rig.store.source_status(&"other".into()).await.unwrap().unmatched.len(), 1);
}
