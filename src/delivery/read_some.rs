//! Answers of servers that we do not know: read up to a bound, and shown as text.

use reqwest::Response;

/// Read of an answer at most.
pub const MOST_BYTES: usize = 64 << 10;

/// Reads the body up to [`MOST_BYTES`]; what comes after that is left unread, and an answer that breaks off ends there.
/// The client's total timeout is its limit in time.
pub async fn read_some(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MOST_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MOST_BYTES {
            break;
        }
    }
    body
}

/// The beginning as text, at most `most` bytes, on one line.
pub fn beginning(body: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(most)]);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}
