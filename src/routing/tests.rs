//! The rule book, row by row, on small worlds.

mod alert_rows;
mod alerting;
mod bell;
mod chat;
mod circumstances;
mod explaining;
mod following;
mod outward;
mod properties;
mod worded;
