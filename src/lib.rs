//! Bellhop: a notification hub for helpdesks.
//!
//! The way of an event: `http` takes it in, `intake` parses and checks it, `routing` decides who hears of it and why,
//! `store` keeps it with everything it leads to in one transaction, `bus` nudges the nodes, `live` sends the frame.
//!
//! What no device confirmed, and what goes out in any case, `delivery` sends by web push, email and text message; it also
//! tells other programs what they want to hear.
//!
//! Who may use whom: `http → intake → {routing, store, bus}`; `live → {store, bus}`;
//! `delivery → {store, live::presence, routing::text}`; `app` uses all; `domain`, `error`,
//! `config`, `clock`, `telemetry` are used by all and use nobody. Nothing points back.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod erasure;
pub mod error;
#[cfg(test)]
mod fuzzing;
pub mod telemetry;
#[cfg(test)]
pub mod testkit;
pub mod upkeep;

pub mod auth;
pub mod bus;
pub mod delivery;
pub mod http;
pub mod intake;
pub mod live;
pub mod routing;
pub mod store;

mod transfer;
