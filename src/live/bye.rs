//! How a connection ends: the codes of `bye` and of the WebSocket Close frame after it.
//!
//! 4000–4499: come back after `retry_in_ms`. 4500–4999: do not come back in the same way.
//!
//! | code | why |
//! |---|---|
//! | 4000 | the server is going away (drain) |
//! | 4001 | the token has expired: come back with a fresh one |
//! | 4003 | nothing was heard from the client for two heartbeats |
//! | 4004 | the client did not read for two heartbeats |
//! | 4005 | no `hello` in time |
//! | 4008 | more messages a second than allowed |
//! | 4009 | the store or the bus could not be reached |
//! | 4010 | too many are connecting at once |
//! | 4500 | replaced: the agent has more sessions than allowed, and the newest wins |
//! | 4501 | no valid token |
//! | 4503 | the agent is inactive or has been deleted |
//! | 4509 | a frame or message above the size limit |
//! | 4510 | a binary frame |
//! | 4511 | not the protocol: a first message that is not `hello` |
//! | 4512 | broken framing; Close carries 1002 |
//! | 4513 | a text that is not UTF-8; Close carries 1007 |

use std::time::Duration;

use serde::Serialize;

use super::closing;

/// The last frame of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bye {
    /// Why, as a number of the table above.
    pub code: u16,
    /// Milliseconds to wait before coming back, spread by the server; absent where the client should stay away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_in_ms: Option<u64>,
}

impl Bye {
    /// A sentence for logs and for the text of the Close frame.
    pub fn why(self) -> &'static str {
        Reason::of(self.code).map_or("bye", Reason::as_str)
    }

    /// The code of the Close frame.
    pub fn close_code(self) -> u16 {
        Reason::of(self.code).map_or(self.code, Reason::close_code)
    }
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table at the top of the file says it")]
pub enum Reason {
    Draining,
    TokenExpired,
    Silent,
    TooSlow,
    NoHello,
    TooManyMessages,
    Unavailable,
    Crowded,
    Replaced,
    Unauthorized,
    Inactive,
    TooLarge,
    Binary,
    Protocol,
    Framing,
    NotText,
}

impl Reason {
    /// The code of `bye`.
    pub fn code(self) -> u16 {
        match self {
            Reason::Draining => 4000,
            Reason::TokenExpired => 4001,
            Reason::Silent => 4003,
            Reason::TooSlow => 4004,
            Reason::NoHello => 4005,
            Reason::TooManyMessages => 4008,
            Reason::Unavailable => 4009,
            Reason::Crowded => 4010,
            Reason::Replaced => 4500,
            Reason::Unauthorized => 4501,
            Reason::Inactive => 4503,
            Reason::TooLarge => 4509,
            Reason::Binary => 4510,
            Reason::Protocol => 4511,
            Reason::Framing => 4512,
            Reason::NotText => 4513,
        }
    }

    /// The code of Close: that of `bye`, but where WebSocket itself has one (RFC 6455 §7.4.1).
    pub fn close_code(self) -> u16 {
        match self {
            Reason::Framing => closing::PROTOCOL_ERROR,
            Reason::NotText => closing::NOT_TEXT,
            reason => reason.code(),
        }
    }

    /// The reason of a code.
    pub fn of(code: u16) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.code() == code)
    }

    const ALL: [Reason; 16] = [
        Reason::Draining,
        Reason::TokenExpired,
        Reason::Silent,
        Reason::TooSlow,
        Reason::NoHello,
        Reason::TooManyMessages,
        Reason::Unavailable,
        Reason::Crowded,
        Reason::Replaced,
        Reason::Unauthorized,
        Reason::Inactive,
        Reason::TooLarge,
        Reason::Binary,
        Reason::Protocol,
        Reason::Framing,
        Reason::NotText,
    ];

    /// Whether the client should stay away.
    pub fn is_final(self) -> bool {
        self.code() >= 4500
    }

    /// A sentence for logs and for the text of the Close frame.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Draining => "the server is going away",
            Reason::TokenExpired => "token expired",
            Reason::Silent => "nothing was heard for two heartbeats",
            Reason::TooSlow => "nothing was read for two heartbeats",
            Reason::NoHello => "no hello in time",
            Reason::TooManyMessages => "too many messages",
            Reason::Unavailable => "store or bus not available",
            Reason::Crowded => "too many are connecting",
            Reason::Replaced => "replaced by a newer session",
            Reason::Unauthorized => "no valid token",
            Reason::Inactive => "the agent is not active",
            Reason::TooLarge => "frame too large",
            Reason::Binary => "binary frames are not understood",
            Reason::Protocol => "not the protocol",
            Reason::Framing => "broken framing",
            Reason::NotText => "a text that is not UTF-8",
        }
    }

    /// Milliseconds over which those who come back are spread.
    fn spread_ms(self) -> u64 {
        match self {
            Reason::Unavailable | Reason::TooManyMessages => 5_000,
            _ => 1_000,
        }
    }

    /// The frame, with the client's return spread over a window that suits the reason. `share`: 0 to 1.
    pub fn bye(self, share: f64) -> Bye {
        self.bye_within(self.spread_ms(), share)
    }

    /// The frame, with the client's return after `wait`, which was spread already.
    pub fn bye_in(self, wait: Duration) -> Bye {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Bye { code: self.code(), retry_in_ms: (!self.is_final()).then_some(wait) }
    }

    /// The frame, with the client's return spread over `window_ms`. `share`: 0 to 1.
    pub fn bye_within(self, window_ms: u64, share: f64) -> Bye {
        // A moment's pause in any case, so that who is refused at once does not come back in a tight loop.
        let wait = 250 + (window_ms as f64 * share) as u64;
        Bye { code: self.code(), retry_in_ms: (!self.is_final()).then_some(wait) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_table_for_those_who_write_clients() {
        let page = include_str!("../../docs/live.md");
        for reason in Reason::ALL {
            assert!(page.contains(&format!("\n| {} |", reason.code())), "{reason:?} is missing in docs/live.md");
            assert_eq!(Reason::of(reason.code()), Some(reason), "codes are told apart");
        }
    }

    #[test]
    fn who_may_come_back_is_told_when_and_who_may_not_is_not() {
        assert_eq!(Reason::Draining.bye_within(5_000, 0.0).retry_in_ms, Some(250));
        assert_eq!(Reason::Draining.bye_within(5_000, 1.0).retry_in_ms, Some(5_250));
        assert_eq!(Reason::Replaced.bye(0.5).retry_in_ms, None);
    }
}
