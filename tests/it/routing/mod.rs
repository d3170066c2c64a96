//! Who hears of what, told end to end: events over HTTP, bells over WebSocket.

#[path = "../../../src/routing/tests/alert_rows.rs"]
mod alert_rows;
mod alerting;
mod chats;
mod explaining;
mod following;
mod hooks;
mod reactions;
mod scenarios;
mod settling;
mod texts;
