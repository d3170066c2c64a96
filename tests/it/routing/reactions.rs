//! Emoji reactions: told where the installation and the author want it, and one entry for all of a comment's.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Backend, Event, HubOptions, TestHub, covers, event, token};

fn reacted(by: &str, emoji: &str, kind: &str) -> Event {
    event(kind).by(by).data("comment", json!({"id": "Comment-1", "author": "ana"})).data("emoji", json!(emoji))
}

async fn list(hub: &TestHub) -> Vec<Value> {
    hub.get_as("ana", "/api/v1/me/notifications").await["items"].as_array().unwrap().clone()
}

async fn reactions_of_a_comment_are_one_entry(backend: Backend) {
    let hub = TestHub::with(HubOptions { backend, ..HubOptions::default() }).await;
    let mut ana = hub.agent("ana").connect().await;
    let people: Vec<Value> = ["ben", "eva", "tom"].iter().map(|id| json!({"id": id})).collect();
    hub.directory(json!({"agents": people})).await;
    let react =
        async |by: &str, emoji: &str| hub.event(reacted(by, emoji, "comment.reacted")).await["notified"].clone();
    assert_eq!(react("ben", "👍").await, json!([]), "the installation does not tell");
    let told = json!({"categories": {"emoji_reaction": "off"}});
    hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(told)).await.expect(StatusCode::OK);
    let told = json!({"categories": {"emoji_reaction": "on"}});
    hub.send(Method::PATCH, "/api/v1/settings", ADMIN_KEY, Some(told)).await.expect(StatusCode::OK);

    assert_eq!(react("ana", "🙂").await, json!([]), "nobody hears of their own");
    react("eva", "🎉").await;
    let first = ana.expect_notification("emoji").await;
    assert_eq!(first["title"], "2 people reacted to your comment", "ben had, before");
    react("tom", "👍").await;
    let renewed = ana.expect_notification("emoji").await;
    assert_eq!((&renewed["id"], &renewed["title"]), (&first["id"], &json!("3 people reacted to your comment")));
    assert_eq!((list(&hub).await.len(), ana.inbox.counts.unread, ana.inbox.counts.unseen), (1, 1, 1));
    assert_eq!(renewed["actor"]["id"], "tom");

    ana.act("read", json!({"ids": [first["id"]]})).await;
    ana.forget_unasked();
    hub.event(reacted("ben", "👍", "comment.unreacted")).await;
    hub.event(reacted("tom", "👍", "comment.unreacted")).await;
    ana.expect_nothing().await;
    react("eva", "❤️").await;
    let again = ana.expect_notification("emoji").await;
    assert_eq!((&again["id"], &again["read_at"]), (&first["id"], &Value::Null), "renewed is unread again");
    assert_eq!(again["title"], "❤️ reacted to your comment", "eva alone is left");
    hub.assert_same(&mut ana).await;

    ana.act("clear", json!({"ids": [first["id"]]})).await;
    ana.forget_unasked();
    react("tom", "👍").await;
    let new = ana.expect_notification("emoji").await;
    assert_ne!(new["id"], first["id"], "what was dismissed stays away");
    hub.assert_same(&mut ana).await;
    let off = json!({"categories": {"emoji_reaction": "off"}});
    hub.send(Method::PUT, "/api/v1/me/preferences", &token("ana"), Some(off)).await.expect(StatusCode::OK);
    react("ben", "👍").await;
    ana.expect_nothing().await;
    covers(&["R-103", "R-104"]);
}

#[tokio::test]
async fn db_sqlite_reactions_of_a_comment_are_one_entry() {
    reactions_of_a_comment_are_one_entry(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_reactions_of_a_comment_are_one_entry() {
    reactions_of_a_comment_are_one_entry(Backend::Postgres).await;
}
