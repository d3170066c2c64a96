//! The words of Bellhop as plain types: no I/O, no clock, no database. Used by every other module.

pub mod act;
pub mod alerts;
pub mod delivery;
pub mod directory;
pub mod erasure;
pub mod event;
pub mod fallback;
pub mod inbox;
pub mod notification;
pub mod nudge;
pub mod plan;
pub mod preferences;
pub mod presence;
pub mod quiet_hours;
pub mod settings;
pub mod sms;
pub mod snapshot;
pub mod template;
pub mod ticket;
pub mod ticket_acts;
pub mod time;
pub mod webhook;

use std::sync::Arc;

/// An identifier that came from the helpdesk (agent, ticket, department, …): cheap to clone, compared as text.
pub type Id = Arc<str>;

/// Characters of an identifier that comes from outside.
pub const MAX_ID_CHARS: usize = 255;

pub use time::Millis;
