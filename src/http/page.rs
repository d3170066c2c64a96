//! Small pages that the server writes itself, for people who come from an email: no script, nothing loaded, one form.

use std::sync::LazyLock;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::delivery::email::plain::escape;

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f1f4f9;--card:#fff;--line:#dde3ec;--ink:#1b2333;--quiet:#5b6678;--blue:#2848b8}\
@media(prefers-color-scheme:dark){:root{--ground:#0b1120;--card:#151e31;--line:#2a3650;--ink:#e5e9f2;--quiet:#a3aec2;\
--blue:#3b63e0}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--ground);color:var(--ink);\
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}\
main{width:100%;max-width:440px;padding:32px;background:var(--card);border:1px solid var(--line);border-radius:12px}\
h1{margin:0 0 12px;font-size:22px;line-height:1.3}\
p{margin:0 0 24px;overflow-wrap:anywhere}\
p.quiet{margin:24px 0 0;color:var(--quiet);font-size:14px}\
button{width:100%;min-height:48px;padding:12px 20px;border:0;border-radius:8px;background:var(--blue);color:#fff;\
font:inherit;font-weight:600;cursor:pointer}\
a.way{display:block;padding:12px 20px;border:1px solid var(--line);border-radius:8px;color:inherit;font-weight:600;\
text-align:center;text-decoration:none}\
button.second{background:transparent;color:inherit;border:1px solid var(--line)}\
button:focus-visible,a:focus-visible{outline:3px solid #7aa2ff;outline-offset:2px}";

/// Nothing but this one style, and forms to ourselves.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
});

/// A page: everything in it is text.
#[derive(Default)]
pub(super) struct Page<'a> {
    /// The heading, and the title of the window.
    pub(super) title: &'a str,
    /// What there is to say.
    pub(super) text: &'a str,
    /// What can be done.
    pub(super) button: Option<Button<'a>>,
    /// Below it.
    pub(super) note: &'a str,
    /// Where to go from here, and what stands on it.
    pub(super) way: Option<(&'a str, &'a str)>,
}

/// A form of one button, to the page's own address.
pub(super) struct Button<'a> {
    /// What stands on it.
    pub(super) label: &'a str,
    /// Whether it is not what most people came for.
    pub(super) second: bool,
    /// What goes along.
    pub(super) fields: &'a [(&'a str, &'a str)],
}

impl Page<'_> {
    /// The page as an answer.
    pub(super) fn answer(&self, status: StatusCode) -> HttpResponse {
        let mut builder = HttpResponseBuilder::new(status);
        builder
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()))
            // The address holds a secret; but forms without any referrer name no origin.
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header(("X-Robots-Tag", "noindex, nofollow"))
            .content_type("text/html; charset=utf-8")
            .body(self.html())
    }

    fn html(&self) -> String {
        let (title, text) = (escape(self.title), escape(self.text));
        let form = self.button.as_ref().map(Button::html).unwrap_or_default();
        let way =
            self.way.map(|(path, label)| format!("<a class=\"way\" href=\"{}\">{}</a>", escape(path), escape(label)));
        let way = way.unwrap_or_default();
        let note = match self.note {
            "" => String::new(),
            note => format!("<p class=\"quiet\">{}</p>", escape(note)),
        };
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head>\
             <body><main><h1>{title}</h1><p>{text}</p>{form}{way}{note}</main></body></html>"
        )
    }
}

impl Button<'_> {
    fn html(&self) -> String {
        let fields = self.fields.iter().map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
        });
        let class = if self.second { " class=\"second\"" } else { "" };
        let label = escape(self.label);
        format!("<form method=\"post\">{}<button{class}>{label}</button></form>", fields.collect::<String>())
    }
}
