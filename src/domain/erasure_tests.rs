#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
use super::*;

fn carla() -> Person {
    Person::new(PersonKind::Contact, "c1".into()).named("Carla Reis").at(Some("carla@example.org"))
}

fn ana() -> Person {
    Person::new(PersonKind::Agent, "ana".into()).named("Ana").at(Some("ana@example.com"))
}

fn replaced(person: &Person, text: &str) -> String {
    let mut text = text.to_owned();
    person.leave_texts(true, vec![&mut text]);
    text
}

#[test]
fn in_texts_a_person_is_replaced_as_a_whole_word_only() {
    let ana = ana().named("Ana Souza");
    assert_eq!(replaced(&ana, "Ana Souza, ana! Ask @ana."), "Erased person, Erased person! Ask @erased.");
    assert_eq!(replaced(&ana, "Banana, Anastasia, Ana-Maria, @ana-2"), "Banana, Anastasia, Ana-Maria, @ana-2");
    assert_eq!(replaced(&ana, "<ANA@example.com>"), "<erased>");
    assert_eq!(replaced(&ana, "ÄAna Ana"), "ÄAna Erased person");
    assert_eq!(replaced(&carla(), "@c1 is nobody's id of an agent"), "@c1 is nobody's id of an agent");
}

#[test]
fn a_name_of_one_word_counts_only_where_something_else_leads_to_the_person() {
    let mut person = carla().named("Visitor");
    let entry = |body: &str, actor: Option<&str>| EntryTexts {
        title: "A visitor wrote".into(),
        body: body.into(),
        actor: ShownActor { kind: ActorKind::Customer, id: actor.map(Id::from), ..ShownActor::default() },
        subject: None,
        resolved: None,
    };
    let mut left = |mut entry: EntryTexts| {
        person.leave_entry(&mut entry);
        entry.title
    };
    assert_eq!(left(entry("Hello", Some("c2"))), "A visitor wrote");
    assert_eq!(left(entry("It is Carla Reis", Some("c2"))), "A visitor wrote");
    assert_eq!(left(entry("Hello", Some("c1"))), "A Erased person wrote");
    assert_eq!(left(entry("Write to carla@example.org", Some("c2"))), "A Erased person wrote");
    assert!(!person.traces().contains(&"Visitor".to_owned()));
}

#[test]
fn a_customer_leaves_every_place_of_an_event() {
    let given = json!({"source": "/s", "id": "1", "type": "message.received", "time": 0, "data": {
        "actor": {"kind": "customer", "id": "c1", "name": "Carla R."},
        "ticket": {"id": "c1", "subject": "For Carla Reis", "assignees": ["c1"],
                   "customer": {"id": "c1", "name": "Carla", "email": "private@example.org", "phone": "+15550100"},
                   "participants": [{"id": null, "name": "C", "email": "CARLA@example.org"}, {"id": "c2", "name": "Tom", "email": null}]},
        "message": {"text": "Call +15550100, private@example.org. Carla R.", "mentions": ["c1"]}}});
    let mut event: Event = serde_json::from_value(given).unwrap();
    let mut person = carla();
    assert!(person.leave_event(&mut event));
    let left = serde_json::to_value(&event).unwrap();
    let text = left.to_string();
    for gone in ["Carla", "CARLA", "private", "+15550100"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    assert_eq!(left["data"]["actor"]["name"], ERASED_NAME);
    assert_eq!(left["data"]["ticket"]["participants"][1]["name"], "Tom");
    assert_eq!((&left["data"]["ticket"]["id"], &left["data"]["ticket"]["assignees"]), (&json!("c1"), &json!(["c1"])));
    assert!(person.names().iter().any(|name| name == "Carla R."), "learnt");
    assert!(!person.leave_event(&mut event), "nothing is left to do");
}

#[test]
fn of_json_that_is_no_event_any_more_texts_and_ids_are_taken() {
    let mut body = json!({"type": "ticket.forgotten", "data": {"by": "ana", "texts": ["Ask Ana", 7, null, "banana"]}});
    assert!(ana().leave_json(&mut body));
    assert_eq!(body["data"], json!({"by": "erased", "texts": ["Ask Erased person", 7, null, "banana"]}));
    assert!(!ana().leave_json(&mut body));
}

#[test]
fn an_agent_leaves_every_place_of_a_ticket() {
    let mut facts = TicketFacts {
        assignees: vec!["ana".into(), "ben".into()],
        previous_assignees: vec!["ana".into()],
        respondents: vec!["ana".into()],
        no_access: vec!["ana".into()],
        pm: Some("ana".into()),
        customer: Some(ContactRef { id: Some("ana".into()), ..ContactRef::default() }),
        ..TicketFacts::new("ana".into())
    };
    assert!(ana().leave_ticket(&mut facts));
    assert_eq!((facts.assignees.len(), facts.pm.is_none(), &*facts.id), (1, true, "ana"));
    assert!(facts.previous_assignees.is_empty() && facts.respondents.is_empty() && facts.no_access.is_empty());
    assert!(facts.customer.as_ref().is_some_and(|customer| customer.id.is_some()), "a contact of the same id");
    assert!(!ana().leave_ticket(&mut facts));
}

#[test]
fn an_explanation_keeps_what_was_decided_and_not_about_whom() {
    let mut candidates = json!([{"recipient": "ana", "kind": "agent", "outcome": "notified"},
                                {"recipient": "ana", "kind": "contact"}, {"recipient": "ben", "kind": "agent"}]);
    let mut notified: Vec<Id> = vec!["ana".into(), "ben".into()];
    assert!(ana().leave_explanation(&mut candidates, &mut notified));
    assert_eq!(candidates[0], json!({"recipient": "erased", "kind": "agent", "outcome": "notified"}));
    assert_eq!((&candidates[1]["recipient"], &candidates[2]["recipient"]), (&json!("ana"), &json!("ben")));
    assert_eq!(notified, [Id::from("erased"), "ben".into()]);
    let mut notified: Vec<Id> = vec!["c1".into()];
    assert!(!carla().leave_explanation(&mut json!([]), &mut notified), "an agent of the same id");
}

#[test]
fn a_notification_forgets_who_did_it_and_who_handled_it() {
    let actor = ShownActor {
        kind: ActorKind::Agent,
        id: Some("ana".into()),
        name: Some("Ana S.".into()),
        avatar_url: Some("/a".into()),
    };
    let resolved = Resolved { at: 1, by: Some("ana".into()), by_name: Some("Ana".into()), how: "answered".into() };
    let mut entry = EntryTexts {
        title: "Ana S. assigned #1".into(),
        body: "For ana".into(),
        actor,
        subject: Some("Ana".into()),
        resolved: Some(resolved),
    };
    assert!(ana().leave_entry(&mut entry));
    assert_eq!((entry.title.as_str(), entry.body.as_str()), ("Erased person assigned #1", "For Erased person"));
    assert_eq!((entry.actor.id, entry.actor.avatar_url, entry.actor.name), (None, None, Some(ERASED_NAME.into())));
    assert_eq!(entry.resolved.unwrap().by_name.unwrap(), ERASED_NAME);
}

#[test]
fn traces_are_looked_for_as_they_stand_in_text_and_in_json() {
    let person =
        Person::new(PersonKind::Contact, "c\"1".into()).named("Carla \"C\" Reis").named("x").named(" ").at(None);
    assert_eq!(person.traces(), ["\"c\\\"1\"", "@c\"1", "Carla \"C\" Reis", "Carla \\\"C\\\" Reis"].map(str::to_owned));
}
