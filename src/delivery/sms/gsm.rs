//! The alphabet of text messages (3GPP TS 23.038): what fits into seven bits, and what can be written in it instead.

use std::borrow::Cow;

/// The basic alphabet, the escape left out.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: an escape and a character.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Septets that a character takes: 1, 2, or none when it is not of the alphabet.
pub fn septets(character: char) -> Option<u32> {
    if character.is_ascii_alphanumeric() || BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

/// The text with typographic quotes, dashes and spaces written plainly.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| instead(c).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match instead(character) {
            Some(other) => plain.push_str(other),
            None => plain.push(character),
        }
    }
    Cow::Owned(plain)
}

fn instead(character: char) -> Option<&'static str> {
    Some(match character {
        '‘' | '’' | '‚' | '‛' | '′' | '‹' | '›' | '`' | '´' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '…' => "...",
        '•' | '·' => "-",
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        // Nothing is seen of these.
        '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => "",
        '\u{2028}' | '\u{2029}' => "\n",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_its_127_characters_and_ten_more() {
        assert_eq!((BASIC.chars().count(), EXTENSION.chars().count()), (127, 10));
        assert!(EXTENSION.chars().all(|c| !BASIC.contains(c)));
        assert_eq!(
            [septets('a'), septets('€'), septets('à'), septets('â'), septets('`')],
            [Some(1), Some(2), Some(1), None, None]
        );
    }

    #[test]
    fn what_is_written_instead_is_of_the_alphabet() {
        let all = (0..=0x3000_u32).filter_map(char::from_u32);
        for character in all.filter(|c| instead(*c).is_some()) {
            let written = instead(character).unwrap_or_default();
            assert!(written.chars().all(|c| septets(c) == Some(1)), "{character:?}");
            assert_eq!(septets(character), None, "{character:?} needs nothing instead");
        }
        assert_eq!(plain("“It’s – well…”"), "\"It's - well...\"");
        assert!(matches!(plain("plain"), Cow::Borrowed(_)));
    }
}
