//! The floor under every durable answer: how long the disk takes to say that 8 KB are on it, at the open loop's rate and
//! in the same folder.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::tally::{at, nanos_of};

/// What a small commit writes.
const BYTES: usize = 8 * 1024;
/// Written over and over, as a log of the database is: a file that grows would be slower.
const FILE_BYTES: usize = 4 * 1024 * 1024;

/// Milliseconds that 50 and 99 of a hundred do not exceed.
pub async fn measure(folder: &Path, rate: u64, length: Duration) -> Result<(f64, f64), String> {
    let place = folder.join("floor");
    let measured = tokio::task::spawn_blocking(move || write(&place, rate, length)).await;
    let mut nanos = measured.map_err(|error| error.to_string())?.map_err(|error| format!("the floor: {error}"))?;
    nanos.sort_unstable();
    Ok((at(&nanos, 0.5), at(&nanos, 0.99)))
}

/// One after the other: who is late does not hurry afterwards, so that each time is that of one write.
fn write(place: &Path, rate: u64, length: Duration) -> std::io::Result<Vec<u64>> {
    let file = File::create(place)?;
    file.write_all_at(&vec![1; FILE_BYTES], 0)?;
    file.sync_all()?;
    let (bytes, every) = (vec![2; BYTES], Duration::from_secs(1) / u32::try_from(rate.max(1)).unwrap_or(u32::MAX));
    let (began, mut due, mut nanos) = (Instant::now(), Instant::now(), Vec::new());
    for number in 0.. {
        if began.elapsed() > length {
            break;
        }
        sleep(due.saturating_duration_since(Instant::now()));
        let from = Instant::now();
        file.write_all_at(&bytes, (number * BYTES % FILE_BYTES) as u64)?;
        file.sync_data()?;
        nanos.push(nanos_of(from.elapsed()));
        due = (due + every).max(Instant::now());
    }
    std::fs::remove_file(place)?;
    Ok(nanos)
}
