//! Plain text out of what people wrote: HTML to text, and a beginning that fits below a title.

use std::borrow::Cow;

use crate::domain::event::Message;

/// Characters of an excerpt.
pub const MAX_EXCERPT_CHARS: usize = 200;

/// The message as plain text: its text, else its HTML without markup.
pub fn of_message(message: &Message) -> Cow<'_, str> {
    match (&message.text, &message.html) {
        (Some(text), _) => Cow::Borrowed(text),
        (None, Some(html)) => Cow::Owned(of_html(html)),
        (None, None) => Cow::Borrowed(""),
    }
}

/// At most `max_chars` characters on one line; an ellipsis where something was cut off.
pub fn shorten(text: &str, max_chars: usize) -> String {
    let mut short = String::with_capacity(text.len().min(max_chars * 4));
    let (mut count, mut gap) = (0, false);
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = count > 0;
            continue;
        }
        let needed = 1 + usize::from(gap);
        if count + needed > max_chars {
            return cut_off(short, count == max_chars);
        }
        short.extend(gap.then_some(' '));
        short.push(c);
        (count, gap) = (count + needed, false);
    }
    short
}

fn cut_off(mut short: String, is_full: bool) -> String {
    if is_full {
        short.pop();
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Elements whose content is no text.
const SILENT: [&str; 4] = ["script", "style", "head", "title"];
/// Elements that end a line; the others stand within one.
const BLOCKS: [&str; 15] =
    ["br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table", "blockquote", "h1", "h2", "h3", "pre"];

/// Text without markup: what a browser would show, roughly. Never fails, whatever the HTML.
pub fn of_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        push_decoded(&mut text, before);
        rest = match Tag::read(after) {
            Some(tag) => {
                if BLOCKS.iter().any(|block| tag.name.eq_ignore_ascii_case(block)) {
                    text.push('\n');
                }
                tag.after_content()
            }
            None => {
                text.push('<');
                after
            }
        };
    }
    push_decoded(&mut text, rest);
    text
}

struct Tag<'a> {
    name: &'a str,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads behind `<`. None when it is a lone `<`, as in "a < b".
    fn read(after: &'a str) -> Option<Tag<'a>> {
        if let Some(comment) = after.strip_prefix("!--") {
            return Some(Tag { name: "", rest: comment.split_once("-->").map_or("", |(_, rest)| rest) });
        }
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            return None;
        }
        let (inside, rest) = after.split_once('>').unwrap_or((after, ""));
        let bare = inside.strip_prefix('/').unwrap_or(inside);
        let end = bare.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(bare.len());
        Some(Tag { name: &bare[..end], rest })
    }

    /// What follows the tag, or the whole element where its content is no text.
    fn after_content(&self) -> &'a str {
        let Some(silent) = SILENT.iter().find(|name| self.name.eq_ignore_ascii_case(name)) else {
            return self.rest;
        };
        let closing = format!("</{silent}");
        let found =
            self.rest.as_bytes().windows(closing.len()).position(|w| w.eq_ignore_ascii_case(closing.as_bytes()));
        // What never closes swallows the rest, as in a browser; it also keeps the whole linear.
        found.map_or("", |at| self.rest[at..].split_once('>').map_or("", |(_, rest)| rest))
    }
}

/// Longest name of a character reference that is decoded, `&` and `;` not counted.
const MAX_REFERENCE: usize = 8;

fn push_decoded(text: &mut String, part: &str) {
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let end = after.bytes().take(MAX_REFERENCE + 1).position(|byte| byte == b';');
        rest = match end.and_then(|end| Some((decode(&after[..end])?, &after[end + 1..]))) {
            Some((decoded, rest)) => {
                text.push(decoded);
                rest
            }
            None => {
                text.push('&');
                after
            }
        };
    }
    text.push_str(rest);
}

fn decode(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        "nbsp" => return Some(' '),
        _ => name.strip_prefix('#')?,
    };
    let value = match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => code.parse(),
    };
    value.ok().and_then(char::from_u32).filter(|c| *c != '\0')
}

#[cfg(test)]
mod tests {
    use super::{of_html, shorten};

    #[test]
    fn html_becomes_what_a_reader_would_see() {
        assert_eq!(of_html("<p>Hello &amp; <b>good</b> day</p>"), "\nHello & good day\n");
        assert_eq!(of_html("a<style>p{x:y}</STYLE>b<!-- <i>c</i> -->d<script>alert(1)</script>e"), "abde");
        assert_eq!(of_html("1 < 2 &lt;script&gt; &#233;&#x1F514; &unknown; & co"), "1 < 2 <script> é🔔 &unknown; & co");
        assert_eq!(of_html("cut <a href=\"x"), "cut ");
        assert_eq!(of_html("before<style>never ends"), "before");
    }

    #[test]
    fn html_made_to_be_slow_is_not() {
        let start = std::time::Instant::now();
        for part in ["&", "<style>", "<", "<a", "<!--", "<script></script", "&#x;"] {
            of_html(&part.repeat((1 << 20) / part.len()));
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "grows with the square of the length");
    }

    #[test]
    fn an_excerpt_is_one_line_that_fits() {
        assert_eq!(shorten("  two\n\nwords\t ", 200), "two words");
        assert_eq!(shorten("exactly ten", 11), "exactly ten");
        assert_eq!(shorten("exactly ten", 10), "exactly t…");
        assert_eq!(shorten("exactly ten", 8), "exactly…");
        assert_eq!(shorten("exactly ten", 9), "exactly…");
        assert_eq!(shorten("", 10), "");
        for length in 1..40 {
            let short = shorten("Ünïcödé is counted in characters, not in bytes", length);
            assert!(short.chars().count() <= length, "{length}: {short}");
        }
    }
}
