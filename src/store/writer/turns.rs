//! Which of PostgreSQL's writers begins the next transaction: one at a time while little is waiting, so that what comes
//! meanwhile goes into one, which costs the database hardly more than the first row of it. Where much is waiting they
//! overlap, and nobody waits long behind one who is held up by another node's lock.

use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

/// So long a transaction may take before another writer goes on without its turn.
const HELD_UP: Duration = Duration::from_millis(50);

/// The turns of a store's writers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Turns {
    free: Receiver<()>,
    back: Sender<()>,
}

/// Somebody's turn; over when it is dropped.
#[derive(Debug)]
pub struct Turn {
    back: Sender<()>,
}

impl Turns {
    /// It is nobody's turn.
    pub fn new() -> Turns {
        let (back, free) = crossbeam_channel::bounded(1);
        drop(Turn { back: back.clone() });
        Turns { free, back }
    }

    /// Waits for a turn; none when whoever has it is held up, or has nothing to do.
    pub fn next(&self) -> Option<Turn> {
        self.free.recv_timeout(HELD_UP).ok().map(|()| Turn { back: self.back.clone() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // There is room: it is the only one.
        let _ = self.back.try_send(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_writer_s_turn_at_a_time() {
        let turns = Turns::new();
        let other = turns.clone();
        let mine = turns.next();
        assert!(mine.is_some());
        assert!(other.next().is_none(), "who waits for long hears that there is none");
        let waiting = std::thread::spawn(move || other.next());
        drop(mine);
        assert!(waiting.join().is_ok_and(|turn| turn.is_some()), "the next one has it as soon as it is over");
        assert!(turns.next().is_some(), "and gave it back");
    }
}
