//! The figures of one server, in the order in which they were measured.

use crate::tally::Outcome;

/// Whether more of it is better, for the ratios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// A rate.
    More,
    /// A time or a cost.
    Less,
    /// Not compared.
    Neither,
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it is, with its unit.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Digits after the point.
    pub digits: usize,
    /// For the ratios.
    pub better: Better,
}

/// What one server did in one round.
#[derive(Debug, Clone, Default)]
pub struct Figures(pub Vec<Figure>);

impl Figures {
    /// Adds one.
    pub fn add(&mut self, name: impl Into<String>, value: f64, digits: usize, better: Better) {
        self.0.push(Figure { name: name.into(), value, digits, better });
    }

    /// Adds what a closed loop shows: how many, at what cost.
    pub fn add_closed(&mut self, of: &str, outcome: &Outcome) {
        self.add(format!("deliveries/s, {of}"), outcome.per_second, 0, Better::More);
        self.add(format!("CPU µs per event, {of}"), outcome.cpu_us, 1, Better::Less);
        self.add(format!("p50 ms, {of}"), outcome.latency_ms[0], 2, Better::Neither);
        self.add(format!("p99 ms, {of}"), outcome.latency_ms[2], 2, Better::Neither);
        self.add_faults(of, outcome);
    }

    /// Adds what an open loop shows: how soon.
    pub fn add_open(&mut self, of: &str, outcome: &Outcome) {
        for (place, name) in ["p50", "p90", "p99", "p99.9"].iter().enumerate() {
            self.add(format!("{name} ms, {of}"), outcome.latency_ms[place], 2, Better::Less);
        }
        self.add(format!("CPU µs per event, {of}"), outcome.cpu_us, 1, Better::Less);
        self.add_faults(of, outcome);
    }

    /// Adds what was lost, doubled or led astray: to the sums, and by name where there is any.
    fn add_faults(&mut self, of: &str, outcome: &Outcome) {
        for (name, count) in
            [("lost", outcome.lost), ("doubled", outcome.doubled), ("to the wrong agent", outcome.strayed)]
        {
            if count > 0 {
                eprintln!("{of}: {count} {name}");
            }
            self.add_fault(name, count);
        }
    }

    /// Adds to the sum of that fault.
    pub fn add_fault(&mut self, name: &str, count: u64) {
        match self.0.iter_mut().find(|figure| figure.name == name) {
            Some(figure) => figure.value += count as f64,
            None => self.add(name, count as f64, 0, Better::Neither),
        }
    }
}
