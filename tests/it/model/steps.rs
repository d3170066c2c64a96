//! What can happen to a few agents with a few browsers each, as a generated list of steps.

use bellhop::domain::act::Op;
use proptest::prelude::*;

pub const AGENTS: usize = 2;
pub const DEVICES: usize = 4;

/// One step. Numbers pick among what is there: agents, browsers, tickets, entries.
#[derive(Debug, Clone)]
pub enum Step {
    /// Something happened that some agents hear of.
    Event { agents: Vec<usize>, ticket: u8, comment: Option<u8> },
    /// So much happened that a bulk act is told by its selector.
    Many { agent: usize, count: u8 },
    /// An agent opened a ticket in the helpdesk.
    Viewed { agent: usize, ticket: u8 },
    /// The customer replied: wakes what sleeps until then.
    Replied { ticket: u8 },
    /// An act over REST, or by a browser that gets its answer early or late.
    Act { agent: usize, by: Option<(usize, bool)>, op: Op, what: What, until: Option<i64> },
    /// Time passes.
    Advance { ms: i64 },
    /// The job that wakes what is due.
    Wake,
    /// The job that removes what was settled so long ago.
    Retention { older_than_ms: i64 },
    /// A backup is made.
    Backup,
    /// The backup is restored and gets a new epoch; sessions survive or not.
    Restore { restart: bool },
    /// The bus brings the next nudge of a session, or loses it; the socket has room or not.
    Nudge { device: usize, lost: bool, room: bool },
    /// Reading the store for a session gets some stages further: asked, read, handed over.
    Page { device: usize, stages: usize },
    /// The head is compared.
    Heartbeat { device: usize },
    /// So many frames reach the client.
    Deliver { device: usize, frames: usize },
    /// A quiet moment: everything that is on its way to a browser arrives.
    Arrive { device: usize },
    /// The client asks what it missed.
    Sync { device: usize },
    /// The client confirms what it holds.
    Ack { device: usize },
    /// The connection breaks.
    Disconnect { device: usize },
    /// The client connects, from what it holds or from what it held some time ago.
    Connect { device: usize, from: From },
}

/// What an act is about.
#[derive(Debug, Clone)]
pub enum What {
    /// Entries by their place in the inbox; beyond its end: ids that nobody has.
    Some(Vec<usize>),
    Ticket(u8),
    Comment(u8),
    /// Up to a share of the head, in eighths.
    All(i64),
    Read(i64),
}

/// From where a client resumes.
#[derive(Debug, Clone)]
pub enum From {
    Held,
    Earlier(usize),
    Nothing,
}

pub fn steps(at_most: usize) -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 1..at_most)
}

fn step() -> impl Strategy<Value = Step> {
    let (agent, device, ticket) = (0..AGENTS, 0..DEVICES, 0..3_u8);
    prop_oneof![
        12 => (proptest::sample::subsequence((0..AGENTS).collect::<Vec<_>>(), 1..=AGENTS), ticket.clone(), proptest::option::of(0..3_u8))
            .prop_map(|(agents, ticket, comment)| Step::Event { agents, ticket, comment }),
        1 => (agent.clone(), 101..=115_u8).prop_map(|(agent, count)| Step::Many { agent, count }),
        2 => (agent.clone(), ticket.clone()).prop_map(|(agent, ticket)| Step::Viewed { agent, ticket }),
        2 => ticket.clone().prop_map(|ticket| Step::Replied { ticket }),
        12 => act(agent, device.clone(), ticket),
        3 => (1..5_000_i64).prop_map(|ms| Step::Advance { ms }),
        2 => Just(Step::Wake),
        2 => (0..8_000_i64).prop_map(|older_than_ms| Step::Retention { older_than_ms }),
        1 => Just(Step::Backup),
        1 => any::<bool>().prop_map(|restart| Step::Restore { restart }),
        16 => (device.clone(), prop::bool::weighted(0.1), prop::bool::weighted(0.8))
            .prop_map(|(device, lost, room)| Step::Nudge { device, lost, room }),
        12 => (device.clone(), 1..=4_usize).prop_map(|(device, stages)| Step::Page { device, stages }),
        10 => device.clone().prop_map(|device| Step::Arrive { device }),
        4 => device.clone().prop_map(|device| Step::Heartbeat { device }),
        12 => (device.clone(), 1..8_usize).prop_map(|(device, frames)| Step::Deliver { device, frames }),
        2 => device.clone().prop_map(|device| Step::Sync { device }),
        2 => device.clone().prop_map(|device| Step::Ack { device }),
        4 => device.clone().prop_map(|device| Step::Disconnect { device }),
        10 => (device, from()).prop_map(|(device, from)| Step::Connect { device, from }),
    ]
}

fn act(
    agent: impl Strategy<Value = usize>,
    device: impl Strategy<Value = usize>,
    ticket: impl Strategy<Value = u8> + Clone,
) -> impl Strategy<Value = Step> {
    let op = proptest::sample::select(vec![Op::Read, Op::Unread, Op::Clear, Op::Restore, Op::Snooze, Op::Seen]);
    let what = prop_oneof![
        3 => proptest::collection::vec(0..12_usize, 1..5).prop_map(What::Some),
        1 => proptest::collection::vec(0..400_usize, 110..120).prop_map(What::Some),
        2 => ticket.clone().prop_map(What::Ticket),
        1 => ticket.prop_map(What::Comment),
        3 => (0..=9_i64).prop_map(What::All),
        1 => (0..=9_i64).prop_map(What::Read),
    ];
    let by = proptest::option::of((device, any::<bool>()));
    (agent, by, op, what, proptest::option::of(1..6_000_i64)).prop_map(|(agent, by, op, what, until)| Step::Act {
        agent,
        by,
        op,
        what,
        until,
    })
}

fn from() -> impl Strategy<Value = From> {
    prop_oneof![
        8 => Just(From::Held),
        4 => (0..8_usize).prop_map(From::Earlier),
        1 => Just(From::Nothing),
    ]
}
