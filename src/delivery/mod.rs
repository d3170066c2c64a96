//! What goes out when no device of a person confirmed a notification, and what goes out in any case: web push, email,
//! text messages. And what other programs are told of it.
//!
//! Each channel sends one message and says how that ended ([`Outcome`]); when, to whom, how often again and whether at all
//! is not a channel's business.

mod outcome;
mod read_some;
mod retry_after;

pub mod address;
pub mod sms;
pub mod webhooks;

pub use outcome::Outcome;
