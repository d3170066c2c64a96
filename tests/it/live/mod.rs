//! Live connections over real sockets: what a client may do, what it may not, and how the server ends it.

mod acts;
mod bad_input;
mod credentials;
pub mod crowd;
mod endings;
pub mod line;
mod origins;
mod rfc6455;
mod slow;
mod ways;
