//! Text that arrives in pieces. Each piece is checked as UTF-8 when it comes, so that a message which cannot become text is
//! refused before all of it is held; a code point may be cut in two by the pieces' border (RFC 6455 §5.6, §8.1).

use bytes::{Bytes, BytesMut};

/// Bytes that are not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct NotText;

/// What has arrived of a text so far.
#[derive(Debug, Default)]
pub struct Text {
    bytes: BytesMut,
    /// So many bytes are whole code points.
    checked: usize,
}

impl Text {
    /// One more piece.
    ///
    /// # Errors
    /// When no further piece could make this text.
    pub fn push(&mut self, piece: BytesMut) -> Result<(), NotText> {
        if self.bytes.is_empty() {
            self.bytes = piece;
        } else {
            self.bytes.extend_from_slice(&piece);
        }
        match std::str::from_utf8(&self.bytes[self.checked..]) {
            Ok(_) => self.checked = self.bytes.len(),
            Err(cut) if cut.error_len().is_none() => self.checked += cut.valid_up_to(),
            Err(_) => return Err(NotText),
        }
        Ok(())
    }

    /// Bytes that have arrived.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The text, whole.
    ///
    /// # Errors
    /// When its last code point is not.
    pub fn end(self) -> Result<Bytes, NotText> {
        if self.checked == self.bytes.len() { Ok(self.bytes.freeze()) } else { Err(NotText) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(pieces: &[&[u8]]) -> Result<Bytes, NotText> {
        let mut text = Text::default();
        for piece in pieces {
            text.push(BytesMut::from(*piece))?;
        }
        text.end()
    }

    #[test]
    fn a_code_point_may_be_cut_anywhere() {
        let whole = "κόσμε €𝄞".as_bytes();
        for at in 0..=whole.len() {
            assert_eq!(text_of(&[&whole[..at], &whole[at..]]), Ok(Bytes::from_static(whole)), "cut at {at}");
        }
        let drops: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(text_of(&drops), Ok(Bytes::from_static(whole)));
    }

    #[test]
    fn what_is_no_text_is_known_at_the_piece_that_makes_it_so() {
        let mut text = Text::default();
        assert_eq!(text.push(BytesMut::from(&b"\xf4"[..])), Ok(()));
        // U+110000 and above do not exist.
        assert_eq!(text.push(BytesMut::from(&b"\x90"[..])), Err(NotText));
        assert_eq!(text_of(&[b"ok \xe2\x82"]), Err(NotText), "it ends within a code point");
        assert_eq!(text_of(&[b"\xed\xa0\x80"]), Err(NotText), "half of a surrogate pair");
        assert_eq!(text_of(&[b"\xc0\xaf"]), Err(NotText), "longer than it has to be");
    }
}
