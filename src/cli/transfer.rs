//! `bellhop export` to standard output, `bellhop import` from standard input: beside a running server, or without one.

use std::io::{Read, Write, stdin, stdout};

use super::offline::open;
use crate::{
    config::Config,
    error::{Error, Result},
    transfer::{Accepts, Export, Import},
};

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// Prints every record and watch, a line each.
pub async fn export(config: Config) -> Result<()> {
    let store = open(&config).await?;
    let mut export = Export::begin(store.clone()).await?;
    let mut out = stdout().lock();
    let unwritten = |error: std::io::Error| Error::Internal(format!("standard output cannot be written: {error}"));
    while let Some(lines) = export.next().await? {
        out.write_all(&lines).map_err(unwritten)?;
    }
    out.flush().map_err(unwritten)?;
    drop(export);
    store.close().await;
    Ok(())
}

/// Stores what `export` printed. In force on every node for the next event.
pub async fn import(config: Config) -> Result<()> {
    let store = open(&config).await?;
    let mut import = Import::new(&store, Accepts::Everything);
    let mut input = stdin().lock();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input.read(&mut chunk);
        match read.map_err(|error| Error::Internal(format!("standard input cannot be read: {error}")))? {
            0 => break,
            length => import.feed(&chunk[..length]).await?,
        }
    }
    println!("imported {} lines", import.finish().await?);
    store.close().await;
    Ok(())
}
