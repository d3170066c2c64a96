#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use super::*;
use crate::testkit::covers;

fn sources<'a>(subject: &'a str, text: &'a str, html: Option<&'a str>) -> Sources<'a> {
    Sources { subject, text, html }
}

fn preview(name: &str, subject: &str, text: &str, html: Option<&str>) -> Result<Filled, String> {
    let kind = kind(name).unwrap();
    fill_sources(sources(subject, text, html), kind.medium, &Values::of(&sample::letter(kind)))
}

#[test]
fn every_shipped_template_can_be_saved_and_says_something() {
    for kind in KINDS {
        check(kind.shipped().sources(), kind).unwrap_or_else(|error| panic!("{}: {error}", kind.name));
        let filled = fill(&HashMap::new(), kind, &Values::of(&sample::letter(kind))).0;
        assert_eq!(kind.medium == Medium::Sms, filled.html.is_empty() && filled.subject.is_empty(), "{}", kind.name);
        let desk = filled.text.contains("desk.example.com/tickets") || filled.html.contains("desk.example.com/tickets");
        assert!(!(kind.for_contacts && desk), "{}: customers get no link into the helpdesk", kind.name);
    }
    covers(&["R-219"]);
}

#[test]
fn every_merge_field_is_filled_in_with_single_and_with_double_braces() {
    for (field, _) in MERGE_FIELDS {
        let single = preview("agent_email", "s", &format!("[{{{field}}}]"), None).unwrap();
        let double = preview("agent_email", "s", &format!("[{{{{ {field} }}}}]"), None).unwrap();
        assert_eq!(single, double);
        assert!(!single.text.contains('{') || *field == "message", "{field}: {}", single.text);
    }
    let text =
        "{recipient_name}|{sender_name}|{sender_profile_image}|{attachments}|{conversation_link}|{conversation_id}";
    let filled = preview("agent_email", "s", text, None).unwrap();
    assert!(
        filled.text.starts_with(
            "Ana Lima|Carla Reis|https://desk.example.com/avatars/carla.png|screenshot.png: https://desk.example.com/files/1|\
             https://desk.example.com/tickets/123#comment-0|HD-00123"
        ),
        "{}",
        filled.text
    );
    let contact = preview("contact_reply", "s", "[{conversation_link}] {conversation_id} {message}", None).unwrap();
    assert!(contact.text.starts_with("[] HD-00123 Hello,"), "{}", contact.text);
    covers(&["R-214", "R-215", "R-216", "R-217", "R-218", "R-219", "R-220"]);
}

#[test]
fn plain_text_alone_becomes_html_with_its_lines_and_without_its_markup() {
    let filled = preview("agent_email", "s", "Dear <b>\nsee {conversation_link}\n{message}", None).unwrap();
    for part in [
        "Dear &lt;b&gt;<br>\nsee <a href=\"https://desk.example.com/tickets/123#comment-0\"",
        "<br>\nHello,<br>\n<br>\nI still cannot sign in: the page says &quot;{{ error }}&quot; &amp; &lt;nothing&gt; else.<br>",
    ] {
        assert!(filled.html.contains(part), "{part} in {}", filled.html);
    }
    covers(&["R-213"]);
}

#[test]
fn what_people_wrote_is_never_template_and_never_markup() {
    let kind = kind("agent_email").unwrap();
    let mut letter = sample::letter(kind);
    letter.recipient.name = "{sender_name} {{ 7*7 }}".to_owned();
    letter.items[0].sender_name = "<img src=x onerror=alert(1)>".to_owned();
    letter.items[0].message_text =
        "{% for x in range(9) %}<script>alert(1)</script>{% endfor %} {recipient_name}".to_owned();
    letter.items[0].sender_image = Some("javascript:alert(1)".to_owned());
    let html = "<p>{recipient_name}</p><i title=\"{sender_name}\">{message}</i><img src=\"{sender_profile_image}\">";
    let filled =
        fill_sources(sources("{sender_name}", "{message}", Some(html)), kind.medium, &Values::of(&letter)).unwrap();
    assert_eq!(filled.subject, "<img src=x onerror=alert(1)>");
    assert!(filled.text.starts_with("{% for x in range(9) %}<script>alert(1)</script>{% endfor %} {recipient_name}"));
    assert!(filled.html.contains(
        "<p>{sender_name} {{ 7*7 }}</p><i title=\"&lt;img src=x onerror=alert(1)&gt;\">{% for x in range(9) %}&lt;script&gt;\
         alert(1)&lt;/script&gt;{% endfor %} {recipient_name}</i><img src=\"\">"
    ));
}

#[test]
fn what_does_not_parse_or_does_not_end_is_refused_with_the_part_and_the_line() {
    let kind = kind("agent_email").unwrap();
    let big = "x".repeat(MAX_SOURCE_BYTES + 1);
    for (source, part) in [
        (sources("{{ nothing }}", "x", None), "subject: undefined value"),
        (sources("s", "a\n{% if %}", None), "text: "),
        (sources("s", "x", Some("{{ items|nonsense }}")), "html: "),
        (sources("s", "", None), "text: comes out empty"),
        (sources(" ", "x", None), "subject: comes out empty"),
        (
            sources("s", "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}", None),
            "text: ",
        ),
        (sources("s", "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}", None), "text: "),
        (sources("s", "{% include 'sign_in' %}", None), "text: "),
        (sources("s", "{{ items[0].nothing }}", None), "text: "),
        (sources("s", &big, None), "text: has more than"),
    ] {
        let error = check(source, kind).unwrap_err();
        assert!(error.starts_with(part), "{error}");
    }
    assert!(check(sources("s", "a\n{{ nothing }}", None), kind).unwrap_err().ends_with("(line 2)"));
}

#[test]
fn a_stored_template_that_fails_gives_way_to_the_shipped_one_and_says_so() {
    let stored = |text: &str| Template {
        id: "agent_email".into(),
        version: 3,
        subject: "mine".to_owned(),
        text: text.to_owned(),
        html: None,
        author: "ana".to_owned(),
        created_at: 0,
    };
    let kind = kind("agent_email").unwrap();
    let values = Values::of(&sample::letter(kind));
    let edited = HashMap::from([("agent_email".into(), stored("Hi {recipient_name}"))]);
    let (filled, fault) = fill(&edited, kind, &values);
    assert_eq!((&*filled.subject, filled.text.starts_with("Hi Ana Lima"), fault), ("mine", true, None));
    let edited = HashMap::from([("agent_email".into(), stored("{{ gone_since_the_update }}"))]);
    let (filled, fault) = fill(&edited, kind, &values);
    assert_eq!(filled.subject, "New reply on #123 from Carla Reis - Login Issue");
    let fault = fault.unwrap();
    assert_eq!((&*fault.name, fault.version), ("agent_email", 3));
    assert!(fault.error.starts_with("text: undefined value"), "{}", fault.error);
    covers(&["R-212"]);
}

#[test]
fn a_whole_page_of_an_administrator_stays_as_it_is() {
    let page = "<!DOCTYPE html><html><body>{message}</body></html>";
    let filled = preview("agent_email", "s", "x", Some(page)).unwrap();
    assert!(filled.html.starts_with("<!DOCTYPE html><html><body>Hello,<br>") && !filled.html.contains("Unsubscribe"));
}
