//! Text messages through Twilio: what is sent, how it is cut to size, how Twilio signs what it tells us.

mod gsm;
mod text;
mod twilio;

pub mod signature;

pub use self::{
    text::{Encoding, Segments, fit, segments},
    twilio::Twilio,
};
