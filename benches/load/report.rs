//! The figures as Markdown: medians over the rounds, and Bellhop's share of each other server's.

use std::collections::BTreeMap;

use crate::{
    figures::{Better, Figure, Figures},
    kind::Kind,
    options::Options,
};

/// Figures by server and name.
#[derive(Debug, Default)]
pub struct Report {
    /// Names in the order in which they came first.
    rows: Vec<Figure>,
    values: BTreeMap<Kind, BTreeMap<String, Vec<f64>>>,
}

impl Report {
    /// One server's figures of one round.
    pub fn add(&mut self, kind: Kind, figures: Figures) {
        let of_kind = self.values.entry(kind).or_default();
        for figure in figures.0 {
            of_kind.entry(figure.name.clone()).or_default().push(figure.value);
            if self.rows.iter().all(|row| row.name != figure.name) {
                self.rows.push(figure);
            }
        }
    }

    /// The whole.
    pub fn markdown(&self, options: &Options) -> String {
        let mut text = conditions(options);
        let kinds: Vec<Kind> = self.values.keys().copied().collect();
        table(&mut text, &kinds, &self.rows, |row, kind| self.cell(row, kind));
        if let Some(ours) = kinds.first().copied().filter(|kind| kind.is_bellhop() && kinds.len() > 1) {
            text.push_str(&format!(
                "\nHow much better than the others {ours} is, by the medians (below 1: worse):\n\n"
            ));
            let compared: Vec<Figure> = self.rows.iter().filter(|row| self.is_compared(row, ours)).cloned().collect();
            table(&mut text, &kinds[1..], &compared, |row, kind| self.ratio(row, ours, kind));
        }
        text
    }

    fn cell(&self, row: &Figure, kind: Kind) -> String {
        let Some((least, median, most)) = self.spread(row, kind) else { return "–".to_owned() };
        let digits = row.digits;
        if least.to_bits() == most.to_bits() {
            return format!("{median:.digits$}");
        }
        format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
    }

    fn is_compared(&self, row: &Figure, ours: Kind) -> bool {
        let has = |kind: &Kind| self.spread(row, *kind).is_some();
        row.better != Better::Neither && has(&ours) && self.values.keys().any(|kind| *kind != ours && has(kind))
    }

    fn ratio(&self, row: &Figure, ours: Kind, theirs: Kind) -> String {
        let (Some(ours), Some(theirs)) = (self.spread(row, ours), self.spread(row, theirs)) else {
            return "–".to_owned();
        };
        let ratio = if row.better == Better::More { ours.1 / theirs.1 } else { theirs.1 / ours.1 };
        format!("{ratio:.2} ×")
    }

    /// The smallest, the median and the largest.
    fn spread(&self, row: &Figure, kind: Kind) -> Option<(f64, f64, f64)> {
        let mut values = self.values.get(&kind)?.get(&row.name)?.clone();
        values.retain(|value| value.is_finite());
        values.sort_by(f64::total_cmp);
        Some((*values.first()?, values[values.len() / 2], *values.last()?))
    }
}

fn conditions(options: &Options) -> String {
    format!(
        "\n{} agents connected by WebSocket unless a row says otherwise; closed loops with single POSTs or batches of {}, \
         open loops at {} events/s; {} s each after {} s of warming up, medians of {} interleaved round(s). Bellhop stores \
         durably, the others store nothing. Agents confirm {}. In brackets: the smallest and the largest.\n\n",
        options.agents,
        options.batch,
        options.rate,
        options.seconds,
        options.warm_up,
        options.rounds,
        if options.confirm { "what they are told" } else { "nothing" }
    )
}

fn table(text: &mut String, kinds: &[Kind], rows: &[Figure], cell: impl Fn(&Figure, Kind) -> String) {
    line(text, "", kinds.iter().map(ToString::to_string));
    line(text, "---", kinds.iter().map(|_| "---:".to_owned()));
    for row in rows {
        line(text, &row.name, kinds.iter().map(|kind| cell(row, *kind)));
    }
}

fn line(text: &mut String, name: &str, cells: impl Iterator<Item = String>) {
    text.push_str(&format!("| {name} | {} |\n", cells.collect::<Vec<_>>().join(" | ")));
}
