//! What goes out when no device of a person confirmed a notification, and what goes out in any case: web push, email,
//! text messages.
//!
//! Each channel sends one message and says how that ended ([`Outcome`]); when, to whom, how often again and whether at all
//! is not a channel's business.

mod outcome;
pub mod web_push;

pub use outcome::Outcome;
