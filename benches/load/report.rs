//! The figures as Markdown: medians over the rounds, and Bellhop's share of each other server's.

use std::{collections::BTreeMap, fmt::Write};

use crate::{Figures, Options, tally::Outcome, target::Kind};

/// Figures by server, in the order of the rounds.
#[derive(Debug, Default)]
pub struct Report {
    rounds: BTreeMap<Kind, Vec<Figures>>,
}

type Row = (&'static str, fn(&Figures) -> f64, usize);

/// What is shown: name, figure, digits after the point.
const ROWS: &[Row] = &[
    ("deliveries/s, closed loop", |f| f.closed.per_second, 0),
    ("CPU µs per event, closed loop", |f| f.closed.cpu_us, 1),
    ("p50 ms, closed loop", |f| f.closed.latency_ms[0], 2),
    ("p99 ms, closed loop", |f| f.closed.latency_ms[2], 2),
    ("deliveries/s, in batches", |f| f.batches.map_or(f64::NAN, |batches| batches.per_second), 0),
    ("CPU µs per event, in batches", |f| f.batches.map_or(f64::NAN, |batches| batches.cpu_us), 1),
    ("p50 ms, open loop", |f| f.open.latency_ms[0], 2),
    ("p90 ms, open loop", |f| f.open.latency_ms[1], 2),
    ("p99 ms, open loop", |f| f.open.latency_ms[2], 2),
    ("p99.9 ms, open loop", |f| f.open.latency_ms[3], 2),
    ("CPU µs per event, open loop", |f| f.open.cpu_us, 1),
    ("lost", |f| f.sum(|of| of.lost), 0),
    ("doubled", |f| f.sum(|of| of.doubled), 0),
    ("to the wrong agent", |f| f.sum(|of| of.strayed), 0),
    ("KB of memory (PSS) per connection", |f| f.bytes_per_connection / 1024.0, 1),
    ("connects/s", |f| f.connects_per_second, 0),
];

impl Report {
    /// One server's figures of one round.
    pub fn add(&mut self, kind: Kind, figures: Figures) {
        self.rounds.entry(kind).or_default().push(figures);
    }

    /// The whole.
    pub fn markdown(&self, options: &Options) -> String {
        let mut text = format!(
            "\n{} agents connected by WebSocket, single POSTs; closed loop with {} publishers, batches of {} events, \
             open loop at {} events/s; {} s each, medians of {} interleaved round(s). Bellhop stores durably in SQLite, \
             the others store nothing. Agents confirm {}. In brackets: the smallest and the largest.\n\n",
            options.agents,
            options.publishers,
            options.batch,
            options.rate,
            options.seconds,
            options.rounds,
            if options.confirm { "what they are told" } else { "nothing" }
        );
        let heads: Vec<String> = self.rounds.keys().map(ToString::to_string).collect();
        line(&mut text, "", &heads);
        line(&mut text, "---", &vec!["---:".to_owned(); heads.len()]);
        for (name, figure, digits) in ROWS {
            let cells: Vec<String> = self.rounds.values().map(|rounds| cell(rounds, *figure, *digits)).collect();
            line(&mut text, name, &cells);
        }
        self.ratios(&mut text);
        text
    }

    fn ratios(&self, text: &mut String) {
        let single = |rounds: &[Figures]| spread(rounds, |f| f.closed.per_second).1;
        let Some(ours) = self.rounds.get(&Kind::Bellhop) else { return };
        let in_batches = spread(ours, |f| f.batches.map_or(f64::NAN, |batches| batches.per_second)).1;
        for (kind, theirs) in self.rounds.iter().filter(|(kind, _)| **kind != Kind::Bellhop) {
            let theirs = single(theirs);
            // A String takes every write.
            let _infallible = write!(
                text,
                "\nSingle POSTs: {:.2} × the rate of {kind}; in batches: {:.2} × its single POSTs.",
                single(ours) / theirs,
                in_batches / theirs
            );
        }
        text.push('\n');
    }
}

impl Figures {
    /// Over all loops.
    fn sum(&self, of: fn(&Outcome) -> u64) -> f64 {
        [Some(self.closed), self.batches, Some(self.open)].iter().flatten().map(of).sum::<u64>() as f64
    }
}

fn line(text: &mut String, name: &str, cells: &[String]) {
    text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
}

fn cell(rounds: &[Figures], figure: fn(&Figures) -> f64, digits: usize) -> String {
    let (least, median, most) = spread(rounds, figure);
    if median.is_nan() {
        return "–".to_owned();
    }
    if rounds.len() == 1 {
        format!("{median:.digits$}")
    } else {
        format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
    }
}

fn spread(rounds: &[Figures], figure: fn(&Figures) -> f64) -> (f64, f64, f64) {
    let mut values: Vec<f64> = rounds.iter().map(figure).collect();
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2], values[values.len() - 1])
}
