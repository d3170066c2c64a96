//! Which servers there are to measure.

use std::{fmt, str::FromStr};

/// A kind of server, and how many workers where that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Bellhop with durable SQLite.
    Bellhop,
    /// Another build of it (`--against`).
    Other,
    /// nginx + nchan with so many workers, storing nothing.
    Nchan(usize),
    /// Socket.IO with its Redis adapter, storing nothing.
    SocketIo,
    /// A hub of actix-ws that does nothing else: the floor of our stack.
    Bare,
}

impl Kind {
    /// Whether it is Bellhop.
    pub fn is_bellhop(self) -> bool {
        matches!(self, Kind::Bellhop | Kind::Other)
    }

    /// Whether several of it can serve the same agents.
    pub fn has_nodes(self) -> bool {
        self.is_bellhop() || self == Kind::SocketIo
    }

    /// Whether it looks after idle connections; the others leave that to TCP.
    pub fn has_heartbeat(self) -> bool {
        self.is_bellhop() || self == Kind::SocketIo
    }

    /// Whether a reader who takes nothing leaves its publishers alone. The bare hub waits for the slowest of all.
    pub fn bears_stalled_readers(self) -> bool {
        self != Kind::Bare
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        match text {
            "bellhop" => Ok(Kind::Bellhop),
            "other" => Ok(Kind::Other),
            "nchan-1" => Ok(Kind::Nchan(1)),
            "nchan-2" => Ok(Kind::Nchan(2)),
            "socketio" => Ok(Kind::SocketIo),
            "bare" => Ok(Kind::Bare),
            other => Err(format!("{other:?} is none of bellhop, other, nchan-1, nchan-2, socketio, bare")),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Bellhop => to.write_str("Bellhop"),
            Kind::Other => to.write_str("the other build"),
            Kind::Nchan(workers) => write!(to, "nchan, {workers} worker{}", if *workers == 1 { "" } else { "s" }),
            Kind::SocketIo => to.write_str("Socket.IO + Redis"),
            Kind::Bare => to.write_str("bare actix-ws"),
        }
    }
}
