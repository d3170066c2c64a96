//! Where a click goes: only addresses that cannot run anything, and the comment on the ticket's page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{event::Event, ticket::TicketFacts};

/// What may stand in a fragment as it is (RFC 3986 §2.3).
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address if it is http(s) or relative to the helpdesk, else nothing: `javascript:` and the like never reach a
/// browser, and neither does `//elsewhere`.
pub fn safe(url: &str) -> Option<&str> {
    let is_clean = !url.is_empty() && !url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    let has_scheme = ["http://", "https://"].iter().any(|scheme| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && url.len() > scheme.len()
    });
    let before_path = url.split(['/', '?', '#']).next().unwrap_or(url);
    let is_relative = !url.starts_with("//") && !before_path.contains(':');
    (is_clean && (has_scheme || is_relative)).then_some(url)
}

/// Where a notification of this event leads: the message's own address, the comment on the ticket's page (R-037,
/// R-099), or the ticket.
pub fn of_event(event: &Event, ticket: Option<&TicketFacts>) -> Option<String> {
    let message = event.data.message.as_ref();
    if let Some(own) = message.and_then(|message| message.url.as_deref()).and_then(safe) {
        return Some(own.to_owned());
    }
    let page = safe(ticket?.url.as_deref()?)?;
    Some(match comment_id(event) {
        // A page whose address has a fragment already routes by it: there the ticket itself has to do.
        Some(comment) if !page.contains('#') => format!("{page}#{}", utf8_percent_encode(comment, FRAGMENT)),
        _ => page.to_owned(),
    })
}

/// The comment, reply or note that the event is about.
pub fn comment_id(event: &Event) -> Option<&crate::domain::Id> {
    let reacted = event.data.comment.as_ref().map(|comment| &comment.id);
    reacted.or_else(|| event.data.message.as_ref()?.id.as_ref())
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn only_pages_are_linked_to() {
        for url in [
            "https://desk.example.com/tickets/1",
            "HTTP://desk/x",
            "/tickets/1",
            "tickets/1?a=b:c",
            "?id=3",
            "#ticket/zoom/1",
            "https://desk/?next=javascript:x",
        ] {
            assert_eq!(safe(url), Some(url));
        }
        for url in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "vbscript:x",
            "https://",
            "",
            "mailto:a@b",
        ] {
            assert_eq!(safe(url), None, "{url}");
        }
    }
}
