//! What goes out when no device of a person confirmed a notification, and what goes out in any case: web push, email,
//! text messages.
//!
//! Each channel sends one message and says how that ended ([`Outcome`]); when, to whom, how often again and whether at all
//! is not a channel's business.

pub mod email;
pub mod links;
mod outcome;
pub mod templates;

pub use outcome::Outcome;
