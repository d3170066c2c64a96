//! As much of WebSocket framing (RFC 6455 §5) as the load needs: whole frames out of a byte stream, small masked
//! frames into it.

/// A frame that has arrived completely.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// 1 text, 8 close, 9 ping, 10 pong.
    pub opcode: u8,
    /// What it carries; servers do not mask.
    pub payload: &'a [u8],
}

/// Splits the first whole frame off; none when more bytes are needed. Returns the frame and its length with header.
pub fn first(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let [opcode, length, rest @ ..] = bytes else { return None };
    let (header, length) = match length & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]))),
        127 => (10, usize::try_from(u64::from_be_bytes(rest.get(..8)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    let payload = bytes.get(header..header + length)?;
    Some((Frame { opcode: opcode & 0x0f, payload }, header + length))
}

/// A client's frame. The mask is zero, which leaves the payload as it is.
pub fn client(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&u16::try_from(length).expect("the load sends small frames").to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}
