//! `notification.created`: kept in the transaction of its notification, and only where somebody wants it.

use serde_json::{Value, json};

use super::{log, webhook};
use crate::store::{NOW, Rig, assigned, on_both};

on_both!(
    each_new_notification_is_told_once,
    nothing_is_kept_where_nobody_wants_it,
    a_webhook_made_on_another_node_misses_nothing,
);

async fn each_new_notification_is_told_once(rig: Rig) {
    webhook(&rig.store, "w", "https://a.example.com/", &["notification.created"]).await;
    webhook(&rig.store, "v", "https://b.example.com/", &["notification.created", "sms.received"]).await;
    rig.post(assigned("evt-1", &["ana", "ben"])).await;
    rig.post(assigned("evt-1", &["ana", "ben"])).await;
    for webhook in ["w", "v"] {
        let log = log(&rig, webhook).await;
        let bodies: Vec<Value> = log.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
        let agents: Vec<&Value> = bodies.iter().map(|body| &body["data"]["agent"]).collect();
        assert_eq!(agents, [&json!("ana"), &json!("ben")]);
        assert_eq!(
            (&bodies[0]["type"], &bodies[0]["timestamp"]),
            (&json!("notification.created"), &json!("2026-11-20T09:00:00.000Z"))
        );
        let entry = rig.store.changes(&"ana".into(), 0, 10).await.unwrap().entries.remove(0);
        assert_eq!(bodies[0]["data"]["notification"], serde_json::to_value(&entry).unwrap(), "as its agent sees it");
        assert_eq!((log[0].due_at, log[0].created_at), (Some(NOW), NOW));
    }
}

async fn nothing_is_kept_where_nobody_wants_it(rig: Rig) {
    webhook(&rig.store, "w", "https://a.example.com/", &["sms.received", "notification.failed"]).await;
    rig.post(assigned("evt-1", &["ana"])).await;
    assert!(log(&rig, "w").await.is_empty());
}

async fn a_webhook_made_on_another_node_misses_nothing(rig: Rig) {
    let other = rig.second_node().await;
    webhook(&other, "w", "https://a.example.com/", &["notification.created"]).await;
    rig.post(assigned("evt-1", &["ana"])).await;
    assert_eq!(log(&rig, "w").await.len(), 1);
}
