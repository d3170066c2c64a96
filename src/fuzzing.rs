//! Fuzzing on stable Rust: bytes are made from a corpus by mutation, and a check must hold for all of them. `make test` runs
//! a few hundred cases a target; `BELLHOP_FUZZ_SECONDS` (`make fuzz`) goes on for so long.
//!
//! `tests/data/fuzz/<target>/` holds inputs that are run every time, among them whatever once failed: a finding is shrunk
//! and written there before the test fails.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says so, and shows its count")]

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestError, TestRunner},
};
use sha2::{Digest, Sha256};

/// Cases of the short run, and of each portion of a long one.
const CASES: u32 = 200;
/// The longest input: what is longer is cut, so that a long run sees many and not a few.
const MAX_BYTES: usize = 16 * 1024;

/// A thing that takes bytes from outside.
pub struct Target {
    /// The folder of its corpus.
    pub name: &'static str,
    /// Inputs that reach far into it.
    pub seeds: Vec<Vec<u8>>,
    /// What its grammar is made of.
    pub tokens: &'static [&'static str],
}

/// Words that JSON is made of, and what readers of it stumble over.
pub const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1e400",
    "9223372036854775808",
    "1.5",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "\"\"",
    "[]",
    "{}",
    "\u{feff}",
    "\u{202e}",
    "𝄞",
    "[[[[[[[[[[[[[[[[",
    "{\"\":",
];

/// One step away from an input: what is done, where, and with what.
type Mutation = (u8, usize, usize);

/// How long the run may take; none: the short form.
fn long_run() -> Option<Duration> {
    let seconds = std::env::var("BELLHOP_FUZZ_SECONDS").ok()?;
    Some(Duration::from_secs(seconds.parse().unwrap()))
}

/// Runs `check`, which panics when something does not hold, on what a strategy of the caller's own makes.
pub fn run<S: Strategy>(name: &str, strategy: &S, check: impl Fn(S::Value)) {
    if let Err((reason, input)) = cases_of(name, 0, strategy, check) {
        panic!("{name}: {reason}\n{input:?}");
    }
}

/// Portions of cases until the time is over; the reason and the smallest case where something does not hold.
fn cases_of<S: Strategy>(
    name: &str,
    before: u64,
    strategy: &S,
    check: impl Fn(S::Value),
) -> Result<(), (String, S::Value)> {
    let (began, cases) = (Instant::now(), Cell::new(before));
    loop {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(strategy, |input| {
            cases.set(cases.get() + 1);
            check(input);
            Ok(())
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(reason, input)) => return Err((reason.to_string(), input)),
            Err(TestError::Abort(reason)) => panic!("{name}: {reason}"),
        }
        if long_run().is_none_or(|limit| began.elapsed() >= limit) {
            println!("fuzz {name}: {} cases in {:.0?}", cases.get(), began.elapsed());
            return Ok(());
        }
    }
}

impl Target {
    /// Runs `check`, which panics when something does not hold, on the corpus and on whatever can be made of it.
    pub fn run(mut self, check: impl Fn(&[u8])) {
        self.seeds.extend(self.corpus());
        self.seeds.iter().for_each(|seed| check(seed));
        let from_corpus = self.seeds.len() as u64;
        match cases_of(self.name, from_corpus, &self.inputs(), |input: Vec<u8>| check(&input)) {
            Ok(()) => {}
            Err((reason, input)) => {
                let kept = self.keep(&input);
                panic!("{}: {reason}\nkept as {}: {:?}", self.name, kept.display(), String::from_utf8_lossy(&input));
            }
        }
    }

    /// A seed, changed in a few places; or bytes that come from nowhere.
    fn inputs(&self) -> impl Strategy<Value = Vec<u8>> {
        let (seeds, tokens) = (self.seeds.clone(), self.tokens);
        let changed = (any::<usize>(), vec(any::<Mutation>(), 0..12));
        let changed = changed.prop_map(move |(seed, mutations)| {
            let mut input = seeds.get(seed % seeds.len().max(1)).cloned().unwrap_or_default();
            mutations.iter().for_each(|mutation| mutate(&mut input, *mutation, &seeds, tokens));
            input.truncate(MAX_BYTES);
            input
        });
        prop_oneof![9 => changed, 1 => vec(any::<u8>(), 0..400)]
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/fuzz").join(self.name)
    }

    fn corpus(&self) -> Vec<Vec<u8>> {
        if self.folder().exists() { read_all(&self.folder()) } else { Vec::new() }
    }

    fn keep(&self, input: &[u8]) -> PathBuf {
        std::fs::create_dir_all(self.folder()).unwrap();
        let path = self.folder().join(format!("found-{}", &hex::encode(Sha256::digest(input))[..12]));
        std::fs::write(&path, input).unwrap();
        path
    }
}

fn mutate(input: &mut Vec<u8>, (what, at, with): Mutation, seeds: &[Vec<u8>], tokens: &[&str]) {
    let at = at % (input.len() + 1);
    let until = (at + 1 + with % 64).min(input.len());
    match what % 8 {
        0 if at < input.len() => input[at] ^= 1 << (with % 8),
        1 => input.insert(at, with as u8),
        2 => drop(input.drain(at..until)),
        3 => {
            let again = input[at..until].to_vec();
            let times = 1 + (with >> 8) % 40;
            drop(input.splice(at..at, again.repeat(times)));
        }
        4 | 5 if !tokens.is_empty() => {
            let token = tokens[with % tokens.len()].bytes();
            let end = if what % 8 == 4 { at } else { (at + token.len()).min(input.len()) };
            drop(input.splice(at..end, token));
        }
        6 if !seeds.is_empty() => {
            let other = &seeds[with % seeds.len()];
            let from = (with >> 16) % (other.len() + 1);
            let piece = other[from..(from + 200).min(other.len())].to_vec();
            drop(input.splice(at..at, piece));
        }
        _ => input.truncate(at),
    }
}

/// The files of one folder of `tests/data`.
pub fn files_of(folder: &str) -> Vec<Vec<u8>> {
    read_all(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder))
}

/// The files of a folder, by name.
fn read_all(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}
