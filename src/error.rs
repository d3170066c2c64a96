//! The one error of the crate: what went wrong, what the outside is told, and whether trying again can help.

use std::fmt;

/// What went wrong, by what a caller can do about it. The message is for the person who reads it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is wrong; nothing was stored.
    #[error("{0}")]
    Invalid(Invalid),
    /// The body is not JSON, or not of the shape; nothing was stored.
    #[error("{detail}")]
    Malformed {
        /// Stable code, `event.not_json` for example.
        code: &'static str,
        /// For the person who reads it.
        detail: String,
        /// RFC 6901 pointer to the member at fault, if known.
        pointer: Option<String>,
    },
    /// No, wrong, unknown, revoked or expired credentials: no hint of which part was wrong.
    #[error("authentication is required, and what was sent is missing or not valid")]
    Unauthorized,
    /// Known, but not allowed to do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// More bytes than are accepted.
    #[error("{what} may have at most {limit} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How large it may be.
        limit: usize,
    },
    /// Too many requests.
    #[error("too many requests; try again in {retry_after_s} s")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u64,
    },
    /// This node takes no further connection at the moment; nothing was begun.
    #[error("this node takes no more connections at the moment; try again in {retry_after_s} s")]
    Busy {
        /// Seconds to wait.
        retry_after_s: u64,
    },
    /// The store cannot be reached or has no room. Whatever was being written may or may not be in:
    /// the same id may be sent again.
    #[error("the store is not available: {reason}")]
    Unavailable {
        /// What the database or queue said.
        reason: String,
    },
    /// A database error that is not an outage: this statement or value is at fault.
    #[error("the store refused: {0}")]
    Store(#[source] diesel::result::Error),
    /// A setting is missing or wrong.
    #[error("{0}")]
    Config(String),
    /// Something that should not happen; logged, and the outside is told only that.
    #[error("internal error: {0}")]
    Internal(String),
}

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Input that is JSON of the right shape, with members that are not acceptable (422).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Stable code, `event.unknown_type` for example.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub detail: String,
    /// Which members.
    pub errors: Vec<FieldError>,
}

/// One member that is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// RFC 6901 pointer, `/data/ticket/id`.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Invalid {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.detail)
    }
}

impl Error {
    /// One wrong member.
    pub fn invalid(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Error {
        let message = message.into();
        Error::Invalid(Invalid {
            code,
            detail: message.clone(),
            errors: vec![FieldError { pointer: pointer.into(), message }],
        })
    }

    /// HTTP status that the outside is told.
    pub fn status(&self) -> u16 {
        match self {
            Error::Invalid(_) => 422,
            Error::Malformed { .. } => 400,
            Error::Unauthorized => 401,
            Error::Forbidden(_) => 403,
            Error::NotFound(_) => 404,
            Error::Conflict(_) => 409,
            Error::TooLarge { .. } => 413,
            Error::TooMany { .. } => 429,
            Error::Busy { .. } | Error::Unavailable { .. } => 503,
            Error::Store(_) | Error::Config(_) | Error::Internal(_) => 500,
        }
    }

    /// Stable code that programs may branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Invalid(invalid) => invalid.code,
            Error::Malformed { code, .. } => code,
            Error::Unauthorized => "auth.required",
            Error::Forbidden(_) => "auth.forbidden",
            Error::NotFound(_) => "not_found",
            Error::Conflict(_) => "conflict",
            Error::TooLarge { .. } => "too_large",
            Error::TooMany { .. } => "too_many_requests",
            Error::Busy { .. } => "node.busy",
            Error::Unavailable { .. } => "store.unavailable",
            Error::Store(_) | Error::Config(_) | Error::Internal(_) => "internal",
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Unavailable { .. } | Error::Busy { .. } | Error::TooMany { .. })
    }
}
