//! Answers of servers that we do not know: read up to a bound, and shown as text.

use reqwest::Response;

/// Read of an answer at most.
pub const MOST_BYTES: usize = 64 << 10;

/// Reads the body up to [`MOST_BYTES`], as [`read_at_most`] does.
pub async fn read_some(response: Response) -> Vec<u8> {
    read_at_most(response, MOST_BYTES).await
}

/// Reads the body up to `most` bytes; what comes after that is left unread, and an answer that breaks off ends there. The
/// client's total timeout is its limit in time.
pub async fn read_at_most(mut response: Response, most: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = most - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == most {
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
