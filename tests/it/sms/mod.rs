//! Text messages: what Twilio is sent, what it tells us, who gets none.

mod client;
mod hooks;
mod limits;
mod refusals;
mod strict;

pub use strict::answer;

use bellhop::{clock::Clock, config::SmsConfig, delivery::sms::Twilio};

/// Twilio's ids have 34 characters.
pub const ACCOUNT: &str = "AC00112233445566778899aabbccddeeff";
pub const TOKEN: &str = "the account's token";
pub const NUMBER: &str = "+15550100999";
/// Whom the tests write to.
pub const PIA: &str = "+15550100123";

pub fn config(url: &str, from: &str) -> SmsConfig {
    SmsConfig {
        url: url.to_owned(),
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.to_owned(),
        from: from.to_owned(),
        max_segments: 3,
    }
}

/// An account that is reached at `url`.
pub fn twilio(url: &str, from: &str) -> Twilio {
    Twilio::new(config(url, from), "https://hub.example.com", Clock::System).unwrap()
}
