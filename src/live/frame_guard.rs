//! Looks at a WebSocket frame's header before its payload is buffered (RFC 6455 §5.2).
//!
//! The parser checks the length of a frame only once the whole of it is in memory: who declares 1 GB could make the
//! server hold it, before being authenticated. So the header is read here first. It also leaves the rules of §5.5 for
//! control frames to its callers, and takes lengths in more bytes than they need. What a header says is one thing however
//! many of its bytes have arrived.

/// Why a frame is refused by its header.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// It declares more than the limit.
    TooLarge,
    /// It breaks the rules of framing.
    Broken,
}

/// Opcodes from here on are control frames.
const CONTROL: u8 = 0x8;
/// The longest payload of a control frame, and the longest that is declared in one byte.
const SHORT: u64 = 125;

/// Checks the frame whose first bytes are in `head`; what has not arrived yet is checked when it has.
///
/// # Errors
/// When the header declares more than `limit` bytes, or what no header may say.
pub fn check(head: &[u8], limit: usize) -> Result<(), Refused> {
    let [first, second, ..] = *head else { return Ok(()) };
    let (is_last, reserved, opcode) = (first & 0x80 != 0, first & 0x70, first & 0x0f);
    let (is_masked, short) = (second & 0x80 != 0, second & 0x7f);
    if reserved != 0 || !is_masked || !matches!(opcode, 0x0..=0x2 | CONTROL..=0xa) {
        return Err(Refused::Broken);
    }
    let Some(len) = declared_len(head) else { return Ok(()) };
    if len > limit as u64 {
        return Err(Refused::TooLarge);
    }
    let is_broken_control = opcode >= CONTROL && (len > SHORT || !is_last);
    let is_longer_than_needed = match short {
        126 => len <= SHORT,
        127 => len <= u64::from(u16::MAX),
        _ => false,
    };
    if is_broken_control || is_longer_than_needed { Err(Refused::Broken) } else { Ok(()) }
}

/// Bytes of payload that the header declares; none while it is not complete.
fn declared_len(head: &[u8]) -> Option<u64> {
    let short = head.get(1)? & 0x7f;
    match short {
        126 => head.get(2..4)?.try_into().map(|bytes| u64::from(u16::from_be_bytes(bytes))).ok(),
        127 => head.get(2..10)?.try_into().map(u64::from_be_bytes).ok(),
        short => Some(u64::from(short)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 64 * 1024;

    const MASKED: u8 = 0x80;

    fn header(len: u64) -> Vec<u8> {
        let mut head = vec![0x81];
        match len {
            0..=125 => head.push(MASKED | len as u8),
            126..=65_535 => {
                head.push(MASKED | 126);
                head.extend((len as u16).to_be_bytes());
            }
            _ => {
                head.push(MASKED | 127);
                head.extend(len.to_be_bytes());
            }
        }
        head
    }

    #[test]
    fn a_gigabyte_is_refused_with_the_last_byte_of_its_header_and_not_before() {
        let head = header(1 << 30);
        for arrived in 0..head.len() {
            assert_eq!(check(&head[..arrived], LIMIT), Ok(()), "{arrived} bytes say nothing yet");
        }
        assert_eq!(check(&head, LIMIT), Err(Refused::TooLarge));
    }

    #[test]
    fn what_no_header_may_say_is_refused_with_its_second_byte() {
        for (first, second) in
            [(0x81, 5), (0xc1, 0x85), (0xa1, 0x85), (0x91, 0x85), (0x83, 0x85), (0x87, 0x85), (0x8b, 0x85)]
        {
            assert_eq!(check(&[first], LIMIT), Ok(()));
            assert_eq!(check(&[first, second], LIMIT), Err(Refused::Broken), "{first:#x} {second:#x}");
        }
    }

    #[test]
    fn the_limit_itself_may_be_declared() {
        for (len, verdict) in [
            (0, Ok(())),
            (125, Ok(())),
            (126, Ok(())),
            (65_535, Ok(())),
            (65_536, Ok(())),
            (65_537, Err(Refused::TooLarge)),
        ] {
            assert_eq!(check(&header(len), LIMIT), verdict, "{len} bytes");
        }
    }

    #[test]
    fn lengths_that_no_memory_holds_are_refused() {
        assert_eq!(check(&header(u64::MAX), LIMIT), Err(Refused::TooLarge));
    }

    #[test]
    fn control_and_continuation_frames_are_measured_like_any_other() {
        for first in [0x00, 0x80, 0x88, 0x89, 0x8a] {
            let mut head = header(70_000);
            head[0] = first;
            assert_eq!(check(&head, LIMIT), Err(Refused::TooLarge));
        }
    }

    #[test]
    fn control_frames_are_short_and_whole() {
        for opcode in [0x8, 0x9, 0xa] {
            assert_eq!(check(&[0x80 | opcode, 0x80 | 125], LIMIT), Ok(()));
            assert_eq!(check(&[0x80 | opcode, 0x80 | 126, 0, 126], LIMIT), Err(Refused::Broken));
            assert_eq!(check(&[opcode, 0x80], LIMIT), Err(Refused::Broken), "it may not come in pieces");
        }
    }

    #[test]
    fn a_length_takes_as_few_bytes_as_it_can() {
        assert_eq!(check(&[0x81, 0x80 | 126, 0, 125], LIMIT), Err(Refused::Broken));
        assert_eq!(check(&[0x81, 0x80 | 126, 0, 126], LIMIT), Ok(()));
        assert_eq!(check(&[0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff], LIMIT), Err(Refused::Broken));
        assert_eq!(check(&[0x81, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0], LIMIT), Ok(()));
    }
}
