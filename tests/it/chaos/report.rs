//! The row of a fault. `make chaos` names a file in `BELLHOP_CHAOS_TABLE`, gathers the rows there and prints them as a table.

use std::{fs::OpenOptions, io::Write, time::Duration};

/// What became of the events of one run.
pub struct Row {
    pub fault: String,
    pub accepted: usize,
    pub lost: usize,
    pub doubled: usize,
    pub recovered_in: Duration,
}

impl Row {
    /// Shows it, and fails when it is not as it has to be.
    pub fn report(&self) {
        let Row { fault, accepted, lost, doubled, recovered_in } = self;
        let row = format!("{fault}|{accepted}|{lost}|{doubled}|{:.1}", recovered_in.as_secs_f64());
        eprintln!("{row}");
        if let Ok(path) = std::env::var("BELLHOP_CHAOS_TABLE") {
            let mut table = OpenOptions::new().append(true).create(true).open(path).expect("the table can be written");
            writeln!(table, "{row}").expect("the table can be written");
        }
        assert!(*accepted > 0, "{fault}: there was no load");
        assert_eq!((*lost, *doubled), (0, 0), "{fault}: accepted events that are lost, and that are there twice");
    }
}
