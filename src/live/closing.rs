//! The client's Close frame, and the code that answers it (RFC 6455 §5.5.1, §7.4).

/// The code in answer to a Close without one.
const NORMAL: u16 = 1000;
/// The peer broke the rules of framing.
pub const PROTOCOL_ERROR: u16 = 1002;
/// The peer sent as text what is none.
pub const NOT_TEXT: u16 = 1007;

/// The code that answers a Close with this payload: its own; 1002 where that must not be on the wire, or is half a
/// code; 1007 where the reason beside it is not UTF-8.
pub fn answer_to(payload: &[u8]) -> u16 {
    match payload {
        [] => NORMAL,
        [_] => PROTOCOL_ERROR,
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            match std::str::from_utf8(reason) {
                _ if !may_be_sent(code) => PROTOCOL_ERROR,
                Err(_) => NOT_TEXT,
                Ok(_) => code,
            }
        }
    }
}

/// Codes that have a meaning on the wire: those of the RFC and of IANA's registry, libraries' and applications'. 1004 is
/// reserved; 1005, 1006 and 1015 are for what was not received.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_echoed_where_it_may_be_sent_at_all() {
        for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1014, 3000, 3999, 4000, 4999] {
            assert_eq!(answer_to(&u16::to_be_bytes(code)), code);
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535] {
            assert_eq!(answer_to(&u16::to_be_bytes(code)), PROTOCOL_ERROR, "{code}");
        }
    }

    #[test]
    fn half_a_code_and_a_reason_that_is_no_text_are_refused() {
        assert_eq!(answer_to(b""), NORMAL);
        assert_eq!(answer_to(b"\x03"), PROTOCOL_ERROR);
        assert_eq!(answer_to(b"\x03\xe8going"), 1000);
        assert_eq!(answer_to(b"\x03\xe8\xff"), NOT_TEXT);
    }
}
