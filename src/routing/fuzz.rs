//! What people write: mentions are found in it, and markup is taken out of it, whatever it is.

use super::{
    mentions,
    plain_text::{of_html, shorten},
    testing::agent,
};
use crate::{
    domain::directory::Directory,
    fuzzing::{Target, files_of},
};

#[test]
fn mentions() {
    let mut directory = Directory::default();
    for id in ["john.smith", "agent-b", "Ana", "ben", "eva@example.com", "zoë", "dot.", "ß", "İ"] {
        directory.put_agent(agent(id));
    }
    let seeds =
        ["@john.smith can you, @agent-b, @eva@example.com: @zoë @dot. @ben-", "a@b.c @@ben https://x/@ben @İ @ß @SS"];
    let seeds = seeds.map(|seed| seed.as_bytes().to_vec()).to_vec();
    Target {
        name: "mentions", seeds, tokens: &["@", "@ben", ".", "-", "_", "@example.com", "İ", "ß", "\u{301}", "ǅ"]
    }
    .run(|input| {
        let text = String::from_utf8_lossy(input);
        let mut found = Vec::new();
        mentions::find(&text, &directory, &mut found);
        assert!(found.len() <= text.matches('@').count(), "each stands somewhere: {found:?}");
        for (place, id) in found.iter().enumerate() {
            assert!(!id.is_empty() && !found[..place].contains(id), "each once: {found:?}");
        }
        let mut again = found.clone();
        mentions::find(&text, &directory, &mut again);
        assert_eq!(again, found, "nobody is added twice");
    });
}

#[test]
fn markup() {
    let mut seeds = files_of("hooks/zammad");
    seeds.extend([
        b"<p>Hello <b>Ana</b>,<br/>see <a href=\"https://x.example/?a=1&amp;b=2\">this</a></p><script>alert(1)</script>".to_vec(),
        b"<!-- c --><style>p{}</style>&lt;b&gt; &#x1F600; &#65; &nbsp;<li>1<li>2<table><tr><td>x</td></tr></table>".to_vec(),
    ]);
    const TOKENS: &[&str] = &[
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<style",
        "&",
        ";",
        "&#",
        "&#x",
        "&#xD800;",
        "&amp;",
        "\"",
        "'",
        "=",
        "<p",
        "<![CDATA[",
    ];
    Target { name: "markup", seeds, tokens: TOKENS }.run(|input| {
        let html = String::from_utf8_lossy(input);
        let text = of_html(&html);
        assert!(text.len() <= html.len() * 2 + 16, "{} bytes became {}", html.len(), text.len());
        for most in [0, 1, 7, 80] {
            let short = shorten(&text, most);
            assert!(short.chars().count() <= most.max(1), "{most}: {short:?}");
        }
    });
}
