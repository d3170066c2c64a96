//! What goes out when no device of a person confirmed a notification, and what goes out in any case: web push, email,
//! text messages. And what other programs are told of it.
//!
//! The `planner` decides the fallback, a `worker` for each channel sends what is due. A channel sends one message and says
//! how that ended ([`Outcome`]); when, to whom, how often again and whether at all is not a channel's business.

pub mod address;
pub mod email;
pub mod links;
pub mod sms;
pub mod templates;
pub mod web_push;
pub mod webhooks;

mod absence;
mod backoff;
mod outcome;
mod planner;
mod presences;
mod read_some;
mod recheck;
mod retry_after;
mod sender;
mod senders;
mod service;
mod timeline;
mod worker;

pub use outcome::Outcome;
pub use planner::{Endpoints, Planner, Presences};
pub use presences::{AgentPresence, ClusterPresences, LocalPresences, NodePresence, PresenceBoard};
pub use sender::{Job, Manner, Sender};
pub use senders::{Devices, EmailSender, PushSender, SmsSender};
pub use service::{Channels, Delivery, DeliveryOptions};
pub use timeline::{Step, timeline};
pub use worker::{Worker, WorkerOptions};
