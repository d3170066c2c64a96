//! Into a store, in portions as it comes: as large as it likes, in little memory. Sending everything again is harmless.

use bytes::{Buf, BytesMut};

use super::{
    MAX_LINE_BYTES,
    line::{Accepts, Line, read},
};
use crate::{
    error::{Error, Result},
    store::{Edit, KeptTemplate, KeptWatch, Store},
};

/// Records in one transaction: few enough that events waiting behind it do not notice.
const PORTION: usize = 500;
/// And bytes, so that a portion of very long lines stays small as well.
const PORTION_BYTES: usize = 4 << 20;

/// Where portions go: all or none of each.
pub(crate) trait Sink {
    /// Carries out edits of records.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the pointer of the first member that does not fit; nothing is changed then.
    async fn edit(&self, edits: Vec<Edit>) -> Result<()>;

    /// Makes watches what is given.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn watch(&self, watches: Vec<KeptWatch>) -> Result<()>;

    /// Takes versions of templates over.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn word(&self, templates: Vec<KeptTemplate>) -> Result<()>;
}

impl Sink for &Store {
    async fn edit(&self, edits: Vec<Edit>) -> Result<()> {
        Store::edit(self, edits).await.map(drop)
    }

    async fn watch(&self, watches: Vec<KeptWatch>) -> Result<()> {
        self.put_watches(watches).await.map(drop)
    }

    async fn word(&self, templates: Vec<KeptTemplate>) -> Result<()> {
        self.put_templates(templates).await.map(drop)
    }
}

/// An import under way.
pub(crate) struct Import<S> {
    sink: S,
    accepts: Accepts,
    buffer: BytesMut,
    edits: Vec<Edit>,
    watches: Vec<KeptWatch>,
    templates: Vec<KeptTemplate>,
    waiting_bytes: usize,
    line: usize,
    stored: usize,
}

impl<S: Sink> Import<S> {
    /// With nothing stored yet.
    pub fn new(sink: S, accepts: Accepts) -> Import<S> {
        let (buffer, edits, watches, templates) = (BytesMut::new(), Vec::new(), Vec::new(), Vec::new());
        Import { sink, accepts, buffer, edits, watches, templates, waiting_bytes: 0, line: 0, stored: 0 }
    }

    /// Takes the next bytes, which need not end with a line.
    ///
    /// # Errors
    /// At the first line that is wrong, with `/<line>` (counted from 0) as the pointer's beginning. The portions before
    /// it stay stored, which the message says.
    pub async fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        let mut begin = self.buffer.len();
        self.buffer.extend_from_slice(chunk);
        while let Some(end) = self.buffer[begin..].iter().position(|byte| *byte == b'\n') {
            let line = self.buffer.split_to(begin + end + 1);
            begin = 0;
            self.take(line.chunk()).await?;
        }
        if self.buffer.len() > MAX_LINE_BYTES {
            return Err(too_long());
        }
        Ok(())
    }

    /// Takes the last line, stores what waits, and says how many lines were stored.
    ///
    /// # Errors
    /// As [`Import::feed`].
    pub async fn finish(mut self) -> Result<usize> {
        let last = std::mem::take(&mut self.buffer);
        self.take(&last).await?;
        self.store().await?;
        Ok(self.stored)
    }

    async fn take(&mut self, line: &[u8]) -> Result<()> {
        if line.len() > MAX_LINE_BYTES {
            return Err(too_long());
        }
        if !line.trim_ascii().is_empty() {
            match read(line, self.line, self.accepts).map_err(|error| self.after_what_is_stored(error))? {
                Line::Record(edit) => self.edits.push(edit),
                Line::Watch(watch) => self.watches.push(watch),
                Line::Template(template) => self.templates.push(template),
            }
            self.waiting_bytes += line.len();
        }
        self.line += 1;
        if self.edits.len() + self.watches.len() + self.templates.len() >= PORTION
            || self.waiting_bytes >= PORTION_BYTES
        {
            self.store().await?;
        }
        Ok(())
    }

    async fn store(&mut self) -> Result<()> {
        self.waiting_bytes = 0;
        let edits = std::mem::take(&mut self.edits);
        if !edits.is_empty() {
            let count = edits.len();
            self.sink.edit(edits).await.map_err(|error| self.after_what_is_stored(error))?;
            self.stored += count;
        }
        let watches = std::mem::take(&mut self.watches);
        if !watches.is_empty() {
            let count = watches.len();
            self.sink.watch(watches).await?;
            self.stored += count;
        }
        let templates = std::mem::take(&mut self.templates);
        if !templates.is_empty() {
            let count = templates.len();
            self.sink.word(templates).await?;
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

fn too_long() -> Error {
    Error::TooLarge { what: "a line", limit: MAX_LINE_BYTES }
}
