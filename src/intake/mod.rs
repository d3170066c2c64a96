//! What comes in → [`crate::domain::event::Event`]: CloudEvents, the webhooks of helpdesks, and what every event must keep to.

pub mod adapters;
mod check;
pub mod cloudevents;
#[cfg(test)]
mod fuzz;
pub mod headers;
mod json;
