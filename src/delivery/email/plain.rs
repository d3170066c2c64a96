//! Texts from outside on their way into headers, plain text and HTML.

use crate::routing::{links, plain_text};

/// Characters of a subject; mail programs show some seventy.
pub const MAX_SUBJECT_CHARS: usize = 200;
/// Characters of a name.
pub const MAX_NAME_CHARS: usize = 100;
/// Characters of what a server said, as it is kept.
const MAX_DETAIL_CHARS: usize = 500;

/// One line without control characters, and without those that turn the direction of writing around: a name must not be
/// able to make its neighbours read otherwise.
pub fn line(text: &str, max_chars: usize) -> String {
    plain_text::shorten(&without_tricks(text), max_chars)
}

/// Several lines, the same; at most `max_chars` characters.
pub fn lines(text: &str, max_chars: usize) -> String {
    let clean = without_tricks(&text.replace("\r\n", "\n").replace('\r', "\n"));
    let clean: String = clean.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
    let clean = clean.trim_matches('\n').trim_end();
    match clean.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", clean[..end].trim_end()),
        None => clean.to_owned(),
    }
}

/// Bidirectional controls (Unicode UAX #9) and the zero-width ones that hide within words; the joiner of emoji stays.
fn without_tricks(text: &str) -> String {
    let is_trick = |c: char| {
        matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{2028}' | '\u{2029}' | '\u{e0000}'..='\u{e007f}')
    };
    text.chars()
        .map(|c| if matches!(c, '\u{2028}' | '\u{2029}') { '\n' } else { c })
        .filter(|c| !is_trick(*c))
        .collect()
}

/// The address if a mail may link to it: http(s), absolute, and with nothing in it that ends an attribute or a line.
pub fn web_address(url: &str) -> Option<String> {
    let url = links::safe(url)?;
    let parsed = url::Url::parse(url).ok().filter(|parsed| matches!(parsed.scheme(), "http" | "https"))?;
    parsed.host_str().is_some().then(|| parsed.to_string())
}

/// Text in HTML, within an element or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// Text as HTML: escaped, its lines kept.
pub fn as_html(text: &str) -> String {
    escape(text).replace('\n', "<br>\n")
}

/// The same, with web addresses as links.
pub fn as_linked_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(start) = next_address(rest) {
        let (before, after) = rest.split_at(start);
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(after.len());
        let address = after[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        html.push_str(&as_html(before));
        match web_address(address) {
            Some(url) => {
                let (url, shown) = (escape(&url), escape(address));
                html.push_str(&format!("<a href=\"{url}\" class=\"link\" style=\"color:#1d4ed8\">{shown}</a>"));
            }
            None => html.push_str(&as_html(address)),
        }
        rest = &after[address.len()..];
    }
    html.push_str(&as_html(rest));
    html
}

fn next_address(text: &str) -> Option<usize> {
    [text.find("https://"), text.find("http://")].into_iter().flatten().min()
}

/// What a server said, for the person who looks into it: one line, and the addresses in it taken out, so that it may be
/// kept and logged.
pub fn without_addresses(said: &str) -> String {
    let words = said.split_whitespace().map(|word| if word.contains('@') { "(address)" } else { word });
    line(&words.collect::<Vec<_>>().join(" "), MAX_DETAIL_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_reads_in_one_direction() {
        assert_eq!(line("Hi\r\nBcc: eve@evil.example", 100), "Hi Bcc: eve@evil.example");
        assert_eq!(line("invoice\u{202e}fdp.exe\u{2066}\u{200b}", 100), "invoicefdp.exe");
        assert_eq!(line("👩\u{200d}💻 ok", 100), "👩\u{200d}💻 ok");
        assert_eq!(line(&"x".repeat(10_000), MAX_SUBJECT_CHARS).chars().count(), MAX_SUBJECT_CHARS);
        assert_eq!(lines("a\r\nb\0\u{1b}[31m\rc\n\n", 100), "a\nb[31m\nc");
        assert_eq!(lines("abcdef", 3), "abc…");
    }

    #[test]
    fn only_absolute_web_addresses_are_linked_to() {
        assert_eq!(web_address("https://desk.example/t/1?a=b").as_deref(), Some("https://desk.example/t/1?a=b"));
        for url in
            ["javascript:alert(1)", "/t/1", "ftp://desk.example", "https://", "data:text/html,x", "https://a\r\nb"]
        {
            assert_eq!(web_address(url), None, "{url}");
        }
        assert_eq!(
            as_linked_html("See https://desk.example/1. <b>\nhttp:// javascript:x"),
            "See <a href=\"https://desk.example/1\" class=\"link\" style=\"color:#1d4ed8\">https://desk.example/1</a>. \
             &lt;b&gt;<br>\nhttp:// javascript:x"
        );
        let two = as_linked_html("https://a.example/\"onclick=x https://b.example");
        assert_eq!((two.matches("<a ").count(), two.contains("\"onclick")), (2, false), "{two}");
    }

    #[test]
    fn what_a_server_said_names_no_address() {
        let said = "5.1.1 <ana@example.org>: Recipient address rejected:\n User unknown";
        assert_eq!(without_addresses(said), "5.1.1 (address) Recipient address rejected: User unknown");
    }
}
