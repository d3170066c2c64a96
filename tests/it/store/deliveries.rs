//! Deliveries that are planned with their event.

use bellhop::domain::{
    Id,
    event::{ContactRef, Event, EventData, EventType},
};

use super::{NOW, Rig, on_both};

on_both!(a_plan_is_kept_with_its_event_and_made_once, at_most_one_goes_out_within_its_time);

fn overlimit(id: &str) -> Event {
    let contact = ContactRef { id: Some("c1".into()), name: None, email: Some("c@example.org".into()), phone: None };
    let data = EventData { contact: Some(contact), ..EventData::default() };
    Event { source: "/desk".into(), id: id.into(), kind: EventType::ContactOverlimit, time: NOW, data }
}

async fn states(rig: &Rig, id: &str) -> Vec<(String, String, Option<String>)> {
    let kept = rig.store.deliveries(&"/desk".into(), &Id::from(id)).await.unwrap();
    kept.into_iter().map(|delivery| (delivery.recipient, delivery.state, delivery.why)).collect()
}

async fn a_plan_is_kept_with_its_event_and_made_once(rig: Rig) {
    for _ in 0..2 {
        rig.post(overlimit("evt-1")).await;
    }
    assert_eq!(states(&rig, "evt-1").await, [("c1".to_owned(), "planned".to_owned(), None)]);
    assert!(states(&rig, "evt-2").await.is_empty());
    let kept = rig.store.deliveries(&"/desk".into(), &Id::from("evt-1")).await.unwrap();
    let kept = (&*kept[0].recipient_kind, &*kept[0].channel, &*kept[0].purpose);
    assert_eq!(kept, ("contact", "email", "autoresponses.overlimit"));
}

async fn at_most_one_goes_out_within_its_time(rig: Rig) {
    let outcome = async |id: &str| {
        rig.post(overlimit(id)).await;
        states(&rig, id).await.remove(0)
    };
    assert_eq!(outcome("evt-1").await.1, "planned");
    rig.clock.advance(23 * 3_600_000);
    let (_, state, why) = outcome("evt-2").await;
    assert_eq!((&*state, why.as_deref()), ("skipped", Some("once_in_a_while")));
    rig.clock.advance(3_600_001);
    assert_eq!(outcome("evt-3").await.1, "planned", "a skipped one does not count");
}
