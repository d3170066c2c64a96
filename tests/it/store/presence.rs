//! Presence of contacts, kept with the events that tell of it.

use bellhop::{
    domain::{
        Id, Millis,
        event::{Actor, ActorKind, ContactRef, Event, EventData, EventType},
        presence::ContactPresence,
        ticket::TicketSnapshot,
    },
    erasure::{Subject, erase},
};

use super::{NOW, Rig, on_both};

on_both!(
    a_presence_is_kept_and_an_old_one_that_comes_late_changes_nothing,
    a_message_in_a_chat_means_online_and_one_by_email_does_not,
    who_has_no_id_is_known_by_their_address,
    several_contacts_of_one_batch_are_kept_apart,
    what_is_known_goes_with_the_person,
);

fn contact(id: Option<&str>, email: Option<&str>) -> ContactRef {
    ContactRef { id: id.map(Id::from), name: None, email: email.map(str::to_owned), phone: None }
}

fn presence(id: &str, contact: ContactRef, online: bool, time: Millis) -> Event {
    let data = EventData { contact: Some(contact), online: Some(online), ..EventData::default() };
    Event { source: "/desk".into(), id: id.into(), kind: EventType::ContactPresence, time, data }
}

fn message(id: &str, ticket: &str, channel: &str) -> Event {
    let ticket = TicketSnapshot {
        id: ticket.into(),
        channel: Some(Some(channel.to_owned())),
        customer: Some(Some(contact(Some("c1"), Some("c@example.org")))),
        ..TicketSnapshot::default()
    };
    let actor = Actor { kind: ActorKind::Customer, id: Some("c1".into()), ..Actor::default() };
    let data = EventData { actor, ticket: Some(ticket), ..EventData::default() };
    Event { source: "/desk".into(), id: id.into(), kind: EventType::MessageReceived, time: NOW, data }
}

async fn known(rig: &Rig, key: &str) -> Option<ContactPresence> {
    rig.store.contact_presence(&key.into()).await.unwrap()
}

async fn a_presence_is_kept_and_an_old_one_that_comes_late_changes_nothing(rig: Rig) {
    let carla = || contact(Some("c1"), Some("c@example.org"));
    assert_eq!(known(&rig, "c1").await, None);
    rig.post(presence("e1", carla(), true, NOW)).await;
    assert!(known(&rig, "c1").await.unwrap().is_online_at(NOW));
    let mut gone = presence("e2", carla(), false, NOW + 60_000);
    gone.data.last_seen = Some(NOW + 50_000);
    rig.post(gone).await;
    let expected =
        ContactPresence { online: false, last_seen: Some(NOW + 50_000), known_at: NOW + 60_000, emailed_at: None };
    assert_eq!(known(&rig, "c1").await, Some(expected));
    rig.post(presence("e3", carla(), true, NOW + 30_000)).await;
    assert_eq!(known(&rig, "c1").await, Some(expected), "it is older than what is known");
    let again = rig.second_node().await;
    assert_eq!(again.contact_presence(&"c1".into()).await.unwrap(), Some(expected));
}

async fn a_message_in_a_chat_means_online_and_one_by_email_does_not(rig: Rig) {
    rig.post(message("e1", "HD-1", "email")).await;
    assert_eq!(known(&rig, "c1").await, None);
    let mut vacation = message("e2", "HD-2", "chat");
    vacation.data.auto_reply = true;
    rig.post(vacation).await;
    assert!(!known(&rig, "c1").await.unwrap_or_default().online, "an answering machine is nobody");
    rig.post(message("e3", "HD-2", "chat")).await;
    assert!(known(&rig, "c1").await.unwrap().is_online_at(NOW));
}

async fn who_has_no_id_is_known_by_their_address(rig: Rig) {
    rig.post(presence("e1", contact(None, Some("Carla@Example.org")), true, NOW)).await;
    assert!(known(&rig, "carla@example.org").await.unwrap().online);
    rig.post(presence("e2", contact(None, None), true, NOW)).await;
}

async fn several_contacts_of_one_batch_are_kept_apart(rig: Rig) {
    let of = |id: &str, who: &str, online, at| presence(id, contact(Some(who), None), online, NOW + at);
    let batch = vec![of("e1", "c2", true, 1), of("e2", "c1", true, 2), of("e3", "c2", false, 3)];
    rig.store.accept(batch, None).await.unwrap();
    let online = [known(&rig, "c1").await.unwrap().online, known(&rig, "c2").await.unwrap().online];
    assert_eq!(online, [true, false]);
}

async fn what_is_known_goes_with_the_person(rig: Rig) {
    rig.post(message("e1", "HD-1", "chat")).await;
    rig.post(presence("e2", contact(None, Some("C@example.org")), true, NOW)).await;
    rig.post(presence("e3", contact(Some("c2"), None), true, NOW)).await;
    erase(&rig.store, Subject::contact("c1".into(), None)).await.unwrap();
    assert_eq!(known(&rig, "c1").await, None);
    assert_eq!(known(&rig, "c@example.org").await, None, "the address was learnt from the ticket");
    assert!(known(&rig, "c2").await.is_some(), "somebody else's stays");
}
