//! A directory as a stream of lines, stored in portions as it comes: as large as it likes, in little memory.

use std::time::Duration;

use actix_web::web::{BytesMut, Payload};
use futures_util::StreamExt;
use serde_json::{Map, Value};

use super::{
    AppState,
    body::{MAX_BODY_BYTES, parse},
    directory::upsert,
};
use crate::{
    error::{Error, Result},
    store::{Edit, RecordKind},
};

/// Records in one transaction: few enough that events waiting behind it do not notice.
const PORTION: usize = 500;
/// And bytes, so that a portion of very long lines stays small as well.
const PORTION_BYTES: usize = 4 << 20;
/// A sender that is silent for so long has gone.
const CHUNK_WITHIN: Duration = Duration::from_secs(30);

/// Stores what comes. Answers how many records were made or changed.
///
/// # Errors
/// At the first line that is wrong, with `/<line>` (counted from 0) as the pointer's beginning. The portions before it
/// stay stored, which the message says; sending everything again is harmless.
pub(super) async fn lines(state: &AppState, mut payload: Payload) -> Result<usize> {
    let mut import = Import { state, waiting: Vec::new(), waiting_bytes: 0, line: 0, stored: 0 };
    let mut buffer = BytesMut::new();
    while let Some(chunk) = next(&mut payload).await? {
        buffer.extend_from_slice(&chunk);
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let line = buffer.split_to(end + 1);
            import.take(&line).await?;
        }
        if buffer.len() > MAX_BODY_BYTES {
            return Err(Error::TooLarge { what: "a line", limit: MAX_BODY_BYTES });
        }
    }
    import.take(&buffer).await?;
    import.store().await?;
    Ok(import.stored)
}

async fn next(payload: &mut Payload) -> Result<Option<actix_web::web::Bytes>> {
    let broken = |detail: String| Error::Malformed { code: "body.broken", detail, pointer: None };
    match tokio::time::timeout(CHUNK_WITHIN, payload.next()).await {
        Ok(chunk) => chunk.transpose().map_err(|error| broken(format!("the body did not arrive whole: {error}"))),
        Err(_) => Err(broken("the body stopped for 30 s".to_owned())),
    }
}

struct Import<'a> {
    state: &'a AppState,
    waiting: Vec<Edit>,
    waiting_bytes: usize,
    line: usize,
    stored: usize,
}

impl Import<'_> {
    async fn take(&mut self, line: &[u8]) -> Result<()> {
        if line.len() > MAX_BODY_BYTES {
            return Err(Error::TooLarge { what: "a line", limit: MAX_BODY_BYTES });
        }
        if !line.trim_ascii().is_empty() {
            let edit = read(line, self.line).map_err(|error| self.after_what_is_stored(error))?;
            self.waiting.push(edit);
            self.waiting_bytes += line.len();
        }
        self.line += 1;
        if self.waiting.len() >= PORTION || self.waiting_bytes >= PORTION_BYTES {
            self.store().await?;
        }
        Ok(())
    }

    async fn store(&mut self) -> Result<()> {
        let edits = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let count = edits.len();
        if count > 0 {
            self.state.edit(edits).await.map_err(|error| self.after_what_is_stored(error))?;
            self.stored += count;
        }
        Ok(())
    }

    fn after_what_is_stored(&self, error: Error) -> Error {
        match error {
            Error::Invalid(mut invalid) => {
                invalid.detail = format!("{}; {} records before it are stored", invalid.detail, self.stored);
                Error::Invalid(invalid)
            }
            other => other,
        }
    }
}

fn read(line: &[u8], number: usize) -> Result<Edit> {
    let item: Map<String, Value> = parse(line).map_err(|error| at_line(error, number))?;
    let kinds = [
        ("agent", RecordKind::Agent),
        ("department", RecordKind::Department),
        ("team", RecordKind::Team),
        ("contact", RecordKind::Contact),
    ];
    for (word, kind) in kinds {
        if let Some(Value::Object(record)) = item.get(word) {
            return upsert(kind, record.clone(), format!("/{number}/{word}"));
        }
    }
    let message = "a line holds one of agent, department, team, contact, each an object";
    Err(Error::invalid("directory.line", format!("/{number}"), message))
}

fn at_line(error: Error, number: usize) -> Error {
    match error {
        Error::Malformed { code, detail, .. } => {
            Error::Malformed { code, detail: format!("line {number}: {detail}"), pointer: Some(format!("/{number}")) }
        }
        Error::Invalid(invalid) => Error::invalid(invalid.code, format!("/{number}"), invalid.detail),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn a_line_is_one_record_of_a_known_kind() {
        let edit = read(br#"{"agent":{"id":"ana","name":"Ana"}}"#, 3).unwrap();
        assert_eq!((edit.kind, &*edit.id, edit.pointer.as_str()), (RecordKind::Agent, "ana", "/3/agent"));
        for (line, pointer) in [(&b"{}"[..], "/4"), (b"[]", "/4"), (br#"{"agent":{"name":"?"}}"#, "/4/agent/id")] {
            let Err(Error::Invalid(invalid)) = read(line, 4) else { panic!() };
            assert_eq!(invalid.errors[0].pointer, pointer);
        }
        assert!(matches!(read(b"{", 4), Err(Error::Malformed { pointer: Some(_), .. })));
    }
}
