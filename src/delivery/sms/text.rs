//! How many segments a text takes, and how it is cut so that it takes no more than it may.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::gsm::{plain, septets};

/// Twilio takes no more, counted as JavaScript and Java count (UTF-16).
const MAX_UNITS: u32 = 1_600;

/// In which alphabet a text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a character: 160 in one segment, 153 in each of several.
    Gsm7,
    /// Sixteen bits a unit: 70 in one segment, 67 in each of several.
    Ucs2,
}

/// What a text costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// In which alphabet.
    pub encoding: Encoding,
    /// How many; an empty text takes one.
    pub count: u32,
}

impl Encoding {
    fn alone(self) -> u32 {
        if self == Encoding::Gsm7 { 160 } else { 70 }
    }

    fn of_several(self) -> u32 {
        if self == Encoding::Gsm7 { 153 } else { 67 }
    }

    /// Units of a character: septets, or UTF-16 units.
    fn units(self, character: char) -> u32 {
        match self {
            Encoding::Gsm7 => septets(character).unwrap_or(1),
            Encoding::Ucs2 => character.len_utf16() as u32,
        }
    }

    fn of(text: &str) -> Encoding {
        if text.chars().all(|c| septets(c).is_some()) { Encoding::Gsm7 } else { Encoding::Ucs2 }
    }
}

/// Counts the segments of a text as it is. A character of two units is not divided between two of them.
pub fn segments(text: &str) -> Segments {
    let encoding = Encoding::of(text);
    let mut fill = Fill::new(encoding);
    text.chars().for_each(|character| fill.add(character));
    Segments { encoding, count: fill.segments() }
}

/// What is sent of a text: typographic quotes, dashes and spaces are written plainly where that saves the large
/// alphabet, and what does not fit into `most` segments and 1,600 characters ends in an ellipsis instead.
pub fn fit(text: &str, most: u32) -> String {
    let text = text.trim();
    let plainly = plain(text);
    let text = if Encoding::of(&plainly) == Encoding::Gsm7 { plainly } else { Cow::Borrowed(text) };
    let encoding = Encoding::of(&text);
    let end = if encoding == Encoding::Gsm7 { "..." } else { "…" };
    let mut fill = Fill::new(encoding);
    // As far as it may be cut, with room for the ellipsis.
    let mut cut = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        grapheme.chars().for_each(|character| fill.add(character));
        if !fill.is_within(most) {
            return format!("{}{end}", text[..cut].trim_end());
        }
        let mut ended = fill;
        end.chars().for_each(|character| ended.add(character));
        if ended.is_within(most) {
            cut = at + grapheme.len();
        }
    }
    text.into_owned()
}

/// Segments as they fill up.
#[derive(Clone, Copy)]
struct Fill {
    encoding: Encoding,
    /// Of the whole text, as if it were one segment.
    units: u32,
    /// Segments that are full, and units in the last one, as if there were several.
    full: u32,
    last: u32,
    /// UTF-16 units, whatever the alphabet.
    length: u32,
}

impl Fill {
    fn new(encoding: Encoding) -> Fill {
        Fill { encoding, units: 0, full: 0, last: 0, length: 0 }
    }

    fn add(&mut self, character: char) {
        let units = self.encoding.units(character);
        self.length = self.length.saturating_add(character.len_utf16() as u32);
        self.units = self.units.saturating_add(units);
        if self.last + units > self.encoding.of_several() {
            self.full += 1;
            self.last = 0;
        }
        self.last += units;
    }

    fn segments(self) -> u32 {
        if self.units <= self.encoding.alone() { 1 } else { self.full + 1 }
    }

    fn is_within(self, most: u32) -> bool {
        self.segments() <= most.max(1) && self.length <= MAX_UNITS
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Encoding::*, *};

    fn counted(text: &str) -> (Encoding, u32) {
        let Segments { encoding, count } = segments(text);
        (encoding, count)
    }

    #[test]
    fn segments_are_counted_as_networks_count_them() {
        let a = |count| "a".repeat(count);
        for (text, expected) in [
            (String::new(), (Gsm7, 1)),
            (a(160), (Gsm7, 1)),
            (a(161), (Gsm7, 2)),
            (a(306), (Gsm7, 2)),
            (a(307), (Gsm7, 3)),
            (a(459), (Gsm7, 3)),
            (a(460), (Gsm7, 4)),
            ("€".repeat(80), (Gsm7, 1)),
            ("€".repeat(81), (Gsm7, 2)),
            (format!("{}€", a(158)), (Gsm7, 1)),
            (format!("{}€", a(159)), (Gsm7, 2)),
            // The escape and its character stay together: the first segment ends one short.
            (format!("{}€{}", a(152), a(152)), (Gsm7, 3)),
            (format!("{}€{}", a(151), a(153)), (Gsm7, 2)),
            ("[]{}\\~|^€\u{c}".to_owned(), (Gsm7, 1)),
            ("é\nà\rΩ ¿".to_owned(), (Gsm7, 1)),
            ("ж".repeat(70), (Ucs2, 1)),
            ("ж".repeat(71), (Ucs2, 2)),
            ("ж".repeat(134), (Ucs2, 2)),
            ("ж".repeat(135), (Ucs2, 3)),
            (format!("{}ж", a(69)), (Ucs2, 1)),
            (format!("{}ж", a(70)), (Ucs2, 2)),
            ("😀".repeat(35), (Ucs2, 1)),
            ("😀".repeat(36), (Ucs2, 2)),
            // 67 is odd: 33 of them in each segment.
            ("😀".repeat(66), (Ucs2, 2)),
            ("😀".repeat(67), (Ucs2, 3)),
            ("“quoted”".to_owned(), (Ucs2, 1)),
            ("a\tb".to_owned(), (Ucs2, 1)),
        ] {
            assert_eq!(counted(&text), expected, "{} characters: {text}", text.chars().count());
        }
    }

    #[test]
    fn typography_is_written_plainly_where_that_saves_the_large_alphabet() {
        assert_eq!(fit("“Ticket #7” – it’s urgent…", 3), "\"Ticket #7\" - it's urgent...");
        assert_eq!(fit("“Билет” – срочно…", 3), "“Билет” – срочно…");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_as_people_see_them() {
        let cut = fit(&"a".repeat(5_000), 3);
        assert_eq!((cut.len(), counted(&cut), cut.ends_with("a...")), (459, (Gsm7, 3), true));
        assert_eq!(fit(&"a".repeat(459), 3), "a".repeat(459));
        let family = "👨‍👩‍👧‍👦";
        let cut = fit(&family.repeat(100), 1);
        assert_eq!(cut, format!("{}…", family.repeat(6)), "11 units each, one for the ellipsis");
        let cut = fit(&format!("{}🇵🇹🇩🇪", "ж".repeat(66)), 1);
        assert_eq!(cut, format!("{}…", "ж".repeat(66)), "no flag is taken apart");
        assert_eq!(fit("  hello \n", 1), "hello");
        assert_eq!(fit("", 1), "");
        let longest = fit(&"a".repeat(5_000), 50);
        assert_eq!(longest.len(), 1_600);
    }

    proptest! {
        #[test]
        fn what_is_sent_always_fits(text in "(\\PC|[“”…€\\[😀é]){0,700}", most in 1_u32..6) {
            let sent = fit(&text, most);
            prop_assert!(segments(&sent).count <= most);
            prop_assert!(sent.encode_utf16().count() <= 1_600);
        }
    }
}
