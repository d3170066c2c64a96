//! An agent's own list over REST, and what they do to it. Whoever calls reaches their own inbox and no other.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};

use super::{
    AppState,
    body::{Json, Query},
    problem::Problem,
    who::AgentUser,
};
use crate::{
    domain::{
        act::Op,
        inbox::{Counts, ListFilter, ListStatus},
        notification::Notification,
    },
    error::{Error, Result},
    live::ActBody,
};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 100;

/// Which entries to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ListQuery {
    /// `all` (not cleared), `unread`, `read`, `cleared`, `snoozed`.
    status: Option<String>,
    /// `assignment`, `mention`, …
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// `assigned`, `mentioned`, …
    reason: Option<String>,
    /// Ticket id.
    ticket: Option<String>,
    /// Words of title, body, ticket subject or number.
    q: Option<String>,
    /// `next` of the page before.
    before: Option<i64>,
    /// 1 to 100; 50 when left out.
    limit: Option<i64>,
    /// `changed`: by last change instead of creation.
    order: Option<String>,
}

/// A page of the list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Listed {
    items: Vec<Notification>,
    /// Goes into `before` for the next page; null at the end.
    next: Option<i64>,
    counts: Counts,
    /// The head of the inbox.
    seq: i64,
}

/// What came of an act.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Acted {
    /// How many entries changed.
    changed: i64,
    /// The head afterwards.
    seq: i64,
    counts: Counts,
}

/// Lists my notifications, the newest first
#[utoipa::path(
    get, path = "/api/v1/me/notifications", tag = "Agents", security(("agent" = [])), params(ListQuery),
    responses((status = 200, body = Listed), (status = 401, body = Problem), (status = 422, body = Problem))
)]
pub async fn list(me: AgentUser, state: Data<AppState>, query: Query<ListQuery>) -> Result<HttpResponse> {
    let page = state.store.list(&me.id, query.0.into_filter()?).await?;
    let (counts, seq) = (page.inbox.counts, page.inbox.seq);
    Ok(HttpResponse::Ok().json(Listed { items: page.items, next: page.next, counts, seq }))
}

/// Shows one of my notifications
#[utoipa::path(
    get, path = "/api/v1/me/notifications/{id}", tag = "Agents", security(("agent" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = Notification), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub async fn show(me: AgentUser, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
    let found = state.store.notification(&me.id, &id).await?;
    Ok(HttpResponse::Ok().json(found.ok_or(Error::NotFound("notification"))?))
}

/// An endpoint for each act: the same body, another verb.
macro_rules! acts {
    ($($name:ident, $op:ident, $path:literal, $summary:literal;)+) => {$(
        #[doc = $summary]
        ///
        /// Takes one selector: `ids`, `ticket`, `comment`, `all` with `up_to`, or `status` with `up_to`.
        #[utoipa::path(
            post, path = $path, tag = "Agents", security(("agent" = [])), request_body = ActBody,
            responses((status = 200, body = Acted), (status = 401, body = Problem), (status = 422, body = Problem))
        )]
        pub async fn $name(me: AgentUser, state: Data<AppState>, body: Json<ActBody>) -> Result<HttpResponse> {
            act(Op::$op, &me, &state, body.0).await
        }
    )+};
}

acts! {
    read, Read, "/api/v1/me/notifications/read", "Marks notifications as read";
    unread, Unread, "/api/v1/me/notifications/unread", "Marks notifications as unread";
    clear, Clear, "/api/v1/me/notifications/clear", "Dismisses notifications";
    restore, Restore, "/api/v1/me/notifications/restore", "Takes a dismissal back";
    seen, Seen, "/api/v1/me/notifications/seen", "Says that the panel was opened, which puts the red indicator out";
    snooze, Snooze, "/api/v1/me/notifications/snooze", "Puts notifications to sleep `until` a time or a `reply`";
}

async fn act(op: Op, me: &AgentUser, state: &AppState, body: ActBody) -> Result<HttpResponse> {
    // Whoever opens the panel without saying what it shows means everything there is.
    let head = match (op, body.up_to) {
        (Op::Seen, None) => state.store.inbox(&me.id).await?.1.seq,
        _ => 0,
    };
    let outcome = state.store.act(&me.id, body.into_act(op, head)?).await?;
    Ok(HttpResponse::Ok().json(Acted { changed: outcome.changed, seq: outcome.seq, counts: outcome.counts }))
}

impl ListQuery {
    fn into_filter(self) -> Result<ListFilter> {
        let status = match self.status.as_deref() {
            None | Some("" | "all") => ListStatus::All,
            Some("unread") => ListStatus::Unread,
            Some("read") => ListStatus::Read,
            Some("cleared") => ListStatus::Cleared,
            Some("snoozed") => ListStatus::Snoozed,
            Some(_) => return Err(wrong("status", "is one of all, unread, read, cleared, snoozed")),
        };
        let by_change = match self.order.as_deref() {
            None | Some("" | "created") => false,
            Some("changed") => true,
            Some(_) => return Err(wrong("order", "is created or changed")),
        };
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(wrong("limit", "is 1 to 100"));
        }
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        Ok(ListFilter {
            status,
            kind: given(self.kind),
            reason: given(self.reason),
            ticket: given(self.ticket),
            q: given(self.q),
            before: self.before,
            limit,
            by_change,
        })
    }
}

fn wrong(parameter: &str, message: &str) -> Error {
    Error::invalid("query.invalid", "", format!("{parameter} {message}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use actix_web::web;

    use super::*;

    fn filter(query: &str) -> Result<ListFilter> {
        web::Query::<ListQuery>::from_query(query).unwrap().into_inner().into_filter()
    }

    #[test]
    fn every_filter_of_the_list_is_understood() {
        let all =
            "status=cleared&type=mention&reason=mentioned&ticket=T%201&q=log%20in&before=46&limit=5&order=changed";
        let expected = ListFilter {
            status: ListStatus::Cleared,
            kind: Some("mention".into()),
            reason: Some("mentioned".into()),
            ticket: Some("T 1".into()),
            q: Some("log in".into()),
            before: Some(46),
            limit: 5,
            by_change: true,
        };
        assert_eq!(filter(all).unwrap(), expected);
        assert_eq!(filter("").unwrap(), ListFilter { limit: 50, ..ListFilter::default() });
        for wrong in ["status=lost", "limit=0", "limit=101", "order=random"] {
            assert!(matches!(filter(wrong), Err(Error::Invalid(_))), "{wrong}");
        }
    }
}
