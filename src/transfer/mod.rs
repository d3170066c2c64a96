//! What people entered (directory, settings, preferences, templates, watches) as lines of JSON: out of one store, into
//! another.
//! Used by `http` and by the commands `export` and `import`.

mod export;
mod import;
mod line;

pub(crate) use self::{
    export::Export,
    import::{Import, Sink},
    line::Accepts,
};

/// A line may have 1 MiB.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;
