//! Who hears of what, told end to end: events over HTTP, bells over WebSocket.

mod explaining;
mod following;
mod hooks;
mod scenarios;
mod texts;
