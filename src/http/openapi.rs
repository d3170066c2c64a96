//! The reference of the HTTP interface, generated from the handlers.

use std::sync::LazyLock;

use actix_web::web::Bytes;
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        Components, InfoBuilder, OpenApi as Document,
        path::{Operation, PathItem},
        schema::{ObjectBuilder, Schema},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use super::routes::Paths;

/// What happened in the helpdesk, as a CloudEvent 1.0.
#[derive(ToSchema)]
#[schema(example = json!({
    "specversion": "1.0", "id": "evt-1", "source": "/helpdesk", "type": "ticket.assigned",
    "time": "2026-11-20T09:00:00Z",
    "data": {
        "actor": {"kind": "agent", "id": "jane", "name": "Jane Smith"},
        "ticket": {
            "id": "HD-00123", "number": "123", "subject": "Login Issue",
            "url": "https://desk.example.com/tickets/123", "assignees": ["ben"]
        },
        "assigned": {"agents": ["ben"]}
    }
}))]
#[expect(dead_code, reason = "stands for the body in the reference")]
pub struct CloudEvent {
    /// `1.0`
    specversion: String,
    /// Unique within the source: with it the idempotency key.
    id: String,
    /// Which system it comes from.
    source: String,
    /// `ticket.assigned`, `message.received`, …
    #[schema(schema_with = event_type)]
    r#type: String,
    /// RFC 3339; the time of arrival when left out.
    time: Option<String>,
    /// `actor`, `ticket`, `message` and what the type adds.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

/// Up to 1,000 events.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for the body in the reference")]
pub struct CloudEvents(Vec<CloudEvent>);

fn event_type() -> Schema {
    use crate::domain::event::EventType;
    let names = EventType::ALL.iter().filter(|kind| !kind.is_internal()).map(|kind| kind.as_str());
    ObjectBuilder::new().schema_type(utoipa::openapi::Type::String).enum_values(Some(names)).into()
}

const TAGS: &[(&str, &str)] = &[
    ("Producers", "Post what happened. `Authorization: Bearer <API key>` with the scope events."),
    ("Agents", "An agent's own inbox. `Authorization: Bearer <JWT>`, or the session cookie of the bundled pages."),
    ("Directory", "People and groups. An API key with the scope admin, or an agent with the role admin."),
    ("Deliveries", "What goes out beside the bell, and what became of it."),
    ("Settings", "What administrators set, and why somebody hears of something."),
    ("Emails", "Their wording, their way, and addresses to which none are sent."),
    ("Sources", "Helpdesks that post their own webhooks."),
    ("Text messages", "Who gets none, and what Twilio tells."),
    ("Webhooks", "Other programs that are told what happens, as Standard Webhooks."),
    ("Operations", "For whoever runs it."),
];

/// The reference as a document.
pub fn document() -> Document {
    let mut document = Paths::openapi();
    document.info = InfoBuilder::new()
        .title("Bellhop")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("A notification hub for helpdesks. Errors are RFC 9457 problems with a stable `code`."))
        .build();
    let tag = |(name, about): &(&str, &str)| TagBuilder::new().name(*name).description(Some(*about)).build();
    document.tags = Some(TAGS.iter().map(tag).collect());
    add_security(document.components.get_or_insert_with(Components::new));
    for (path, item) in &mut document.paths.paths {
        name_operations(path, item);
    }
    document
}

fn add_security(components: &mut Components) {
    let bearer = |about: &str| HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
    components.add_security_scheme("api_key", SecurityScheme::Http(bearer("An API key, `bh_…`.")));
    components.add_security_scheme("agent", SecurityScheme::Http(bearer("A JWT whose `sub` is the agent.")));
}

/// Unique ids, from method and path: handlers of different resources share their names.
fn name_operations(path: &str, item: &mut PathItem) {
    let place = path.trim_start_matches("/api/v1").replace(['/', '-', '.'], "_").replace(['{', '}'], "");
    let methods: [(&str, &mut Option<Operation>); 5] = [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    for (method, operation) in methods {
        if let Some(operation) = operation {
            operation.operation_id = Some(format!("{method}{place}"));
        }
    }
}

/// The reference as it is served: written once.
pub(super) fn json() -> Bytes {
    static JSON: LazyLock<Bytes> = LazyLock::new(|| {
        let text = document().to_json().expect("a document of strings and maps is always JSON");
        Bytes::from(text)
    });
    JSON.clone()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{super::routes::ROUTES, *};

    #[test]
    fn the_reference_holds_every_route_and_nothing_else() {
        let document: Value = serde_json::from_slice(&json()).unwrap();
        let documented: BTreeSet<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
            .collect();
        let served: BTreeSet<String> = ROUTES
            .iter()
            .flat_map(|(path, methods)| methods.iter().map(move |method| format!("{method} {path}")))
            .collect();
        assert_eq!(documented, served);
    }

    #[test]
    fn every_operation_has_a_summary_a_tag_and_an_id_of_its_own() {
        let document: Value = serde_json::from_slice(&json()).unwrap();
        let mut ids = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{method} {path}");
                assert!(TAGS.iter().any(|(name, _)| operation["tags"][0] == *name), "{method} {path}");
                assert!(ids.insert(operation["operationId"].to_string()), "{method} {path}");
            }
        }
    }

    #[test]
    fn no_two_bodies_share_a_name() {
        let names: Vec<&str> = SOURCES.iter().flat_map(|source| schemas_in(source)).collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        assert!(names.len() > 20 && names.len() == distinct.len(), "{names:?}");
    }

    /// The names of the types in a file of this module that derive a schema.
    fn schemas_in(source: &str) -> impl Iterator<Item = &str> {
        source.split("ToSchema").skip(1).filter_map(|rest| rest.split_once("pub struct ")).filter_map(
            |(between, rest)| {
                let is_its_own = !between.contains("fn ") && !between.contains("struct ");
                rest.split([' ', '<', '(']).next().filter(|_| is_its_own)
            },
        )
    }

    const SOURCES: &[&str] = &[
        include_str!("changes.rs"),
        include_str!("directory.rs"),
        include_str!("email.rs"),
        include_str!("events.rs"),
        include_str!("explain.rs"),
        include_str!("hooks.rs"),
        include_str!("import.rs"),
        include_str!("inbox.rs"),
        include_str!("me.rs"),
        include_str!("notifications.rs"),
        include_str!("ops.rs"),
        include_str!("preferences.rs"),
        include_str!("problem.rs"),
        include_str!("records.rs"),
        include_str!("session.rs"),
        include_str!("sms.rs"),
        include_str!("sign_in_link.rs"),
        include_str!("sources.rs"),
        include_str!("templates.rs"),
        include_str!("test.rs"),
        include_str!("twilio.rs"),
        include_str!("watches.rs"),
        include_str!("webhook_log.rs"),
        include_str!("webhooks.rs"),
        include_str!("why.rs"),
    ];

    #[test]
    fn every_reference_inside_the_document_leads_somewhere() {
        let document: Value = serde_json::from_slice(&json()).unwrap();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}
