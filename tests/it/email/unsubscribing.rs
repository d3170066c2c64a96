//! The links at the foot of emails: whoever opens them changes nothing, a POST acts, and can be undone.

use bellhop::{
    clock::Clock,
    delivery::{
        email::{Links, Mailer},
        links::{Action, LinkSigner},
    },
    domain::Id,
};
use serde_json::{Value, json};

use super::letter;
use crate::{
    harness::{Backend, HubOptions, TestHub},
    http_raw::{Raw, request},
    peers::databases::TestDatabase,
};

/// A hub, and a second hand on its store: the links are made as the worker makes them.
struct Rig {
    hub: TestHub,
    links: LinkSigner,
    _database: TestDatabase,
}

impl Rig {
    async fn start(backend: Backend) -> Rig {
        let database = if backend == Backend::Postgres { TestDatabase::postgres() } else { TestDatabase::sqlite() };
        let options = HubOptions::default().with("BELLHOP_STORE__URL", database.url_text());
        let hub = TestHub::with(options).await;
        let secret = secret_of(&database);
        let links = LinkSigner::new(&secret, &format!("http://{}", hub.addr()), Clock::System).unwrap();
        hub.directory(json!({"agents": [{"id": "ana", "name": "Ana", "email": "ana@example.org"}]})).await;
        Rig { hub, links, _database: database }
    }

    fn path(&self, action: Action) -> String {
        let url = self.links.url(action);
        url.strip_prefix(&format!("http://{}", self.hub.addr())).unwrap().to_owned()
    }

    async fn post(&self, path: &str, form: &str) -> Raw {
        let kind = "application/x-www-form-urlencoded";
        request(&self.hub, "POST", path).header("content-type", kind).body(form.to_owned()).send().await
    }

    async fn preferences(&self) -> Value {
        self.hub.get_as("ana", "/api/v1/me/preferences").await
    }

    /// Everything that the links may touch.
    async fn state(&self) -> Value {
        let suppressions = self.hub.get("/api/v1/email/suppressions").await.body;
        json!([self.preferences().await, self.hub.get_as("ana", "/api/v1/me/watches").await, suppressions])
    }
}

fn secret_of(database: &TestDatabase) -> String {
    use diesel::{
        Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text,
    };
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let query = "SELECT value FROM secrets WHERE name = 'link'";
    let url = database.url_text();
    let row: Row = match url.strip_prefix("sqlite://") {
        Some(path) => sql_query(query).get_result(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
        None => sql_query(query).get_result(&mut PgConnection::establish(&url).unwrap()).unwrap(),
    };
    row.value
}

fn row<'v>(preferences: &'v Value, category: &str) -> &'v Value {
    let rows = preferences["categories"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == category).unwrap()
}

fn unsubscribe(category: Option<&str>) -> Action {
    Action::Unsubscribe { agent: "ana".into(), category: category.map(Id::from) }
}

/// What the page sends when its button is pressed.
fn form_of(page: &str) -> String {
    let fields = page.split("<input type=\"hidden\" name=\"").skip(1).map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"").unwrap();
        format!("{name}={}", rest.split_once('"').unwrap().0)
    });
    fields.collect::<Vec<_>>().join("&")
}

async fn opening_every_link_of_a_mail_changes_nothing(backend: Backend) {
    let rig = Rig::start(backend).await;
    let mute = Action::Mute { agent: "ana".into(), ticket: "HD-00123".into() };
    let mut letter = letter("ana@example.org");
    letter.links = Links {
        preferences: Some(rig.links.preferences()),
        unsubscribe: Some(rig.links.url(unsubscribe(Some("mention")))),
        mute_ticket: Some(rig.links.url(mute)),
    };
    let mailer = mailer();
    let email = mailer.compose(&letter, &super::no_templates());
    let before = rig.state().await;
    let base = format!("http://{}", rig.hub.addr());
    let texts = [email.text.as_str(), email.html.as_str()];
    let mut opened = 0;
    for text in texts {
        for rest in text.split(base.as_str()).skip(1) {
            let path = rest.split(['"', ' ', '\n', '#', '<']).next().unwrap();
            for method in ["GET", "HEAD"] {
                let page = request(&rig.hub, method, path).send().await;
                assert!(page.status == 200 || method == "HEAD", "{path}: {}", page.status);
                opened += 1;
            }
        }
    }
    assert!(opened >= 12, "{opened}");
    assert_eq!(rig.state().await, before);
}

fn mailer() -> Mailer {
    super::mailer_for(super::MailServer::start().server())
}

#[tokio::test]
async fn db_sqlite_opening_every_link_of_a_mail_changes_nothing() {
    opening_every_link_of_a_mail_changes_nothing(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_opening_every_link_of_a_mail_changes_nothing() {
    opening_every_link_of_a_mail_changes_nothing(Backend::Postgres).await;
}

async fn post_ends_emails_and_undo_brings_back_what_was(backend: Backend) {
    let rig = Rig::start(backend).await;
    let chosen = json!({"alert_email": {"mention": true}});
    rig.hub.send(reqwest::Method::PUT, "/api/v1/me/preferences", &crate::harness::token("ana"), Some(chosen)).await;
    let before = rig.preferences().await;
    for (action, form) in [
        (unsubscribe(Some("mention")), "List-Unsubscribe=One-Click"),
        (unsubscribe(Some("mention")), ""),
        (unsubscribe(None), "List-Unsubscribe=One-Click"),
    ] {
        let path = rig.path(action.clone());
        let page = rig.post(&path, form).await;
        assert_eq!((page.status, page.text.contains(">Undo</button>")), (200, true), "{}", page.text);
        let now = rig.preferences().await;
        match &action {
            Action::Unsubscribe { category: None, .. } => assert_eq!(now["channels"]["email"], false),
            _ => {
                let mention = row(&now, "mention");
                assert_eq!((&mention["alert_email"], &mention["fallback_email"]), (&false.into(), &false.into()));
                assert_eq!(row(&now, "overdue"), row(&before, "overdue"), "no other kind is touched");
            }
        }
        // A second time is no harm, and its undo means that emails are wanted.
        let again = rig.post(&path, form).await;
        assert_eq!(rig.post(&path, &form_of(&page.text)).await.status, 200);
        assert_eq!(rig.preferences().await, before);
        rig.post(&path, form).await;
        rig.post(&path, &form_of(&again.text)).await;
        let mention = rig.preferences().await;
        assert_eq!(
            (&row(&mention, "mention")["fallback_email"], &mention["channels"]["email"]),
            (&true.into(), &true.into())
        );
    }
}

#[tokio::test]
async fn db_sqlite_post_ends_emails_and_undo_brings_back_what_was() {
    post_ends_emails_and_undo_brings_back_what_was(Backend::Sqlite).await;
}

#[tokio::test]
async fn db_postgres_post_ends_emails_and_undo_brings_back_what_was() {
    post_ends_emails_and_undo_brings_back_what_was(Backend::Postgres).await;
}

#[tokio::test]
async fn muting_ends_the_watch_and_undo_watches_again() {
    let rig = Rig::start(Backend::Sqlite).await;
    let ana = crate::harness::token("ana");
    let follow = rig.hub.send(reqwest::Method::PUT, "/api/v1/me/watches/HD-1", &ana, None);
    follow.await.expect(reqwest::StatusCode::OK);
    let watched = async || rig.hub.get_as("ana", "/api/v1/me/watches").await["items"].as_array().unwrap().len();
    let path = rig.path(Action::Mute { agent: "ana".into(), ticket: "HD-1".into() });
    let page = rig.post(&path, "List-Unsubscribe=One-Click").await;
    assert_eq!((page.status, watched().await), (200, 0));
    rig.post(&path, &form_of(&page.text)).await;
    assert_eq!(watched().await, 1);
    // Who did not watch before does not afterwards.
    let other = rig.path(Action::Mute { agent: "ana".into(), ticket: "HD-2".into() });
    let page = rig.post(&other, "").await;
    rig.post(&other, &form_of(&page.text)).await;
    assert_eq!(watched().await, 1);
}

#[tokio::test]
async fn customer_unsubscribes_their_address_and_undo_lifts_nothing_else() {
    let rig = Rig::start(Backend::Sqlite).await;
    let path = rig.path(Action::Suppress { address: "Carla@Example.org".to_owned() });
    let list = async || rig.hub.get("/api/v1/email/suppressions").await.body["items"].clone();
    let page = rig.post(&path, "List-Unsubscribe=One-Click").await;
    let listed = list().await;
    assert_eq!((&listed[0]["address"], &listed[0]["reason"]), (&"carla@example.org".into(), &"unsubscribed".into()));
    rig.post(&path, &form_of(&page.text)).await;
    assert_eq!(list().await, json!([]));
}

#[tokio::test]
async fn required_emails_go_on_and_strange_links_lead_nowhere() {
    let rig = Rig::start(Backend::Sqlite).await;
    let required = json!({"alert_email": {"mention": "required"}});
    rig.hub.send(reqwest::Method::PATCH, "/api/v1/settings", crate::harness::ADMIN_KEY, Some(required)).await;
    let before = rig.preferences().await;
    let page = rig.post(&rig.path(unsubscribe(Some("mention"))), "").await;
    assert!(page.text.contains("Your administrator requires emails"), "{}", page.text);
    let nobody = Action::Unsubscribe { agent: "nobody".into(), category: None };
    for path in [rig.path(nobody), "/l/none".to_owned(), "/l/a.b".to_owned(), format!("/l/{}", "x".repeat(5_000))] {
        assert_eq!(rig.post(&path, "undo=1").await.status, 404, "{path}");
        assert_eq!(rig.post(&path, "").await.status, 404, "{path}");
    }
    assert_eq!(rig.preferences().await, before);
    let page = request(&rig.hub, "GET", &rig.path(unsubscribe(None))).send().await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("same-origin", "no-store"));
    assert!(!page.text.contains("<script") && page.text.contains("color-scheme"));
}
