//! Mails as a browser shows them, light and dark, on a telephone and on a desk: nothing sticks out, everything can be read.

use std::process::Command;

use bellhop::delivery::email::{Letter, Mailer};
use serde_json::Value;

use super::{MailServer, item, letter, mailer_for, no_templates, ticket};

/// Measures the mail in the frame: what is wider than the frame, and the lowest contrast of text against what is behind it.
const MEASURE: &str = r#"
const page = document.querySelector('iframe').contentDocument;
const view = page.defaultView;
const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
const light = (colour) => {
  const [r, g, b] = numbers(colour).map((n) => { n /= 255; return n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = view.getComputedStyle(at).backgroundColor;
    if ((numbers(colour)[3] ?? 1) > 0) return colour;
  }
  return 'rgb(255, 255, 255)';
};
let lowest = 99, where = '';
for (const element of page.body.querySelectorAll('*')) {
  const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const style = view.getComputedStyle(element);
  if (!words || style.display === 'none' || !element.offsetParent) continue;
  const [a, b] = [light(style.color), light(behind(element))].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  if (contrast < lowest) { lowest = contrast; where = element.textContent.trim().slice(0, 40); }
}
const card = view.getComputedStyle(page.querySelector('.card')).backgroundColor;
document.querySelector('pre').textContent =
  JSON.stringify({ wide: page.documentElement.scrollWidth, lowest, where, card, font: view.getComputedStyle(page.querySelector('.card')).fontSize });
"#;

fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned())
}

fn measured(html: &str, width: u32, dark: bool) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let quoted = html.replace('&', "&amp;").replace('"', "&quot;");
    let page = format!(
        "<!doctype html><body><iframe style=\"border:0\" width=\"{width}\" height=\"800\" srcdoc=\"{quoted}\"></iframe>\
         <pre></pre><script>addEventListener('load', () => {{ {MEASURE} }})</script>"
    );
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let output = Command::new(chromium())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--dump-dom", "--virtual-time-budget=3000"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("chromium must be installed (package chromium)");
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let pre =
        dom.rsplit_once("<pre>").and_then(|(_, rest)| rest.split_once("</pre>")).unwrap_or_else(|| panic!("{dom}")).0;
    serde_json::from_str(&pre.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
        .unwrap_or_else(|_| panic!("{pre}"))
}

fn letters() -> Vec<Letter> {
    let mut assignment = letter("ana@example.org");
    assignment.purpose = "alerts.assignment.agent".to_owned();
    let mut long = letter("ana@example.org");
    long.items[0].message_text =
        format!("{}\nhttps://desk.example.com/{}", "Donaudampfschiff".repeat(40), "path/".repeat(60));
    long.items[0].sender_name = "W".repeat(300);
    let mut digest = letter("ana@example.org");
    let mut other = item("Elsewhere.");
    other.ticket = Some(ticket(124, &"VeryLongSubject".repeat(20)).into());
    digest.items = vec![item("One."), other];
    let mut reply = letter("carla@example.org");
    reply.recipient.kind = bellhop::domain::delivery::RecipientKind::Contact;
    let mut sign_in = letter("ana@example.org");
    sign_in.purpose = "sign_in".to_owned();
    vec![letter("ana@example.org"), assignment, long, digest, reply, sign_in]
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_fit_a_telephone_and_can_be_read_in_light_and_dark() {
    let mailer: Mailer = mailer_for(MailServer::start().server());
    for letter in letters() {
        let email = mailer.compose(&letter, &no_templates());
        let mut cards = Vec::new();
        for dark in [false, true] {
            for width in [360, 800] {
                let html = email.html.clone();
                let seen = tokio::task::spawn_blocking(move || measured(&html, width, dark)).await.unwrap();
                let at = format!("{} at {width} px, dark: {dark}: {seen}", email.subject);
                assert!(seen["wide"].as_u64().unwrap() <= u64::from(width), "{at}");
                assert!(seen["lowest"].as_f64().unwrap() >= 4.5, "{at}");
                assert_eq!(seen["font"], "16px", "{at}");
                cards.push(seen["card"].clone());
            }
        }
        assert_ne!(cards[0], cards[2], "dark is dark");
    }
}
