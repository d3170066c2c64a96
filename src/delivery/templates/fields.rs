//! Merge fields as administrators write them, `{recipient_name}`, made into the template engine's `{{ recipient_name }}`.
//! Only the names that exist, and only outside the engine's own braces: what else stands in braces, CSS for example, is text.

/// The merge fields, and the further ones that the shipped texts use.
pub const MERGE_FIELDS: &[(&str, &str)] = &[
    ("recipient_name", "Name of the user or agent who receives it"),
    ("sender_name", "Name of the person who sent the message"),
    ("sender_profile_image", "Address of the sender's picture"),
    ("message", "Text of the message"),
    ("attachments", "Links to the files attached"),
    ("conversation_link", "Link to the conversation; agents only, empty for customers"),
    ("conversation_id", "Id of the conversation"),
    ("number", "Number of the ticket, without #"),
    ("subject", "Subject of the ticket"),
    ("priority", "Priority of the ticket"),
    ("customer", "Name of the customer"),
    ("title", "First line of the notification"),
    ("body", "Second line of the notification"),
    ("reason", "Why the recipient hears of it"),
    ("time", "When it happened, in the recipient's time zone"),
    ("count", "How many things happened"),
    ("more", "How many of them are not shown; 0 for none"),
    ("link", "Where a click leads; also the link to sign in with"),
    ("preferences_link", "Where emails are switched on and off"),
    ("unsubscribe_link", "Ends emails of this kind"),
    ("mute_link", "Ends emails about this ticket"),
];

/// The source with its merge fields in the engine's own words.
pub fn translate(source: &str) -> String {
    let mut translated = String::with_capacity(source.len() + 32);
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        translated.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest.as_bytes().get(1) {
            Some(b'{') => block(rest, "}}"),
            Some(b'%') => block(rest, "%}"),
            Some(b'#') => block(rest, "#}"),
            _ => match field(rest) {
                Some((name, length)) => {
                    translated.push_str(&format!("{{{{ {name} }}}}"));
                    rest = &rest[length..];
                    continue;
                }
                None => 1,
            },
        };
        translated.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    translated.push_str(rest);
    translated
}

/// How long the engine's own block at the beginning is; to the end where nothing closes it, which the engine reports.
fn block(text: &str, end: &str) -> usize {
    text[2..].find(end).map_or(text.len(), |at| at + 2 + end.len())
}

/// The merge field at the beginning, and how long it is.
fn field(text: &str) -> Option<(&'static str, usize)> {
    let name = text[1..].split_once('}')?.0;
    MERGE_FIELDS.iter().find(|(known, _)| *known == name.trim()).map(|(known, _)| (*known, name.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn merge_fields_become_values_and_nothing_else_does() {
        for (source, translated) in [
            ("Hi {recipient_name}!", "Hi {{ recipient_name }}!"),
            ("{ message }", "{{ message }}"),
            ("{{ message }} {message}", "{{ message }} {{ message }}"),
            ("{% if {message} %}", "{% if {message} %}"),
            ("{# {message} #}{message}", "{# {message} #}{{ message }}"),
            ("p{color:red} {unknown} {}", "p{color:red} {unknown} {}"),
            ("a{b{message}", "a{b{{ message }}"),
            ("{{ message", "{{ message"),
            ("ü{message}ü{", "ü{{ message }}ü{"),
        ] {
            assert_eq!(translate(source), translated);
        }
    }
}
