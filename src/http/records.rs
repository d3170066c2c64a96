//! `GET|PUT /api/v1/{agents,departments,teams,contacts}/{id}` and their lists.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    AppState,
    body::{Json, Query},
    problem::Problem,
    who::Admin,
};
use crate::{
    auth::active_agent,
    domain::{
        Id,
        directory::{Agent, Contact, Department, Directory, Team},
        nudge::Control,
        snapshot::Snapshot,
    },
    error::{Error, Result},
    store::{Edit, RecordKind},
};

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// Where a page of a list begins, and how long it is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 1,000; 100 when left out.
    limit: Option<usize>,
}

/// The same, of people and groups that fit.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 1,000; 100 when left out.
    limit: Option<usize>,
    /// A part of the id, the name or the email address, in capitals or not.
    q: Option<String>,
}

/// A page of a list, by id.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub(super) items: Vec<T>,
    /// Goes into `after` for the next page; null at the end.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// The part of `all` that the query asks for.
    pub(super) fn cut(mut all: Vec<T>, query: &PageQuery, id: impl Fn(&T) -> &str) -> Page<T> {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        all.sort_by(|a, b| id(a).cmp(id(b)));
        let begin = query.after.as_deref().map_or(0, |after| all.partition_point(|item| id(item) <= after));
        let mut items = all.split_off(begin);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|item| id(item).to_owned());
        Page { items, next }
    }
}

/// A record of the directory.
trait Record: Clone + Serialize + 'static {
    const KIND: RecordKind;
    const WORD: &'static str;
    fn id(&self) -> &str;
    /// What a search looks at.
    fn words(&self) -> [&str; 3];
    fn find<'a>(directory: &'a Directory, id: &str) -> Option<&'a Self>;
    fn all(directory: &Directory) -> Vec<Self>;
}

/// One kind of records: how it is found, and its three endpoints in a module of their own.
macro_rules! record {
    ($module:ident: $kind:ident, $list:literal, $item:literal, $word:literal, $find:ident, $all:ident, $email:expr) => {
        impl Record for $kind {
            const KIND: RecordKind = RecordKind::$kind;
            const WORD: &'static str = $word;
            fn id(&self) -> &str {
                &self.id
            }
            fn words(&self) -> [&str; 3] {
                let email: fn(&$kind) -> Option<&str> = $email;
                [&self.id, &self.name, email(self).unwrap_or_default()]
            }
            fn find<'a>(directory: &'a Directory, id: &str) -> Option<&'a $kind> {
                directory.$find(id)
            }
            fn all(directory: &Directory) -> Vec<$kind> {
                directory.$all().cloned().collect()
            }
        }

        #[doc = concat!("`", $item, "`")]
        pub mod $module {
            use super::*;

            /// Lists them by id; with `q` those whose id, name or email address contains it
            #[utoipa::path(
                get, path = $list, tag = "Directory", security(("api_key" = [])), params(RecordQuery),
                responses((status = 200, body = Page<$kind>), (status = 401, body = Problem), (status = 403, body = Problem))
            )]
            pub async fn list(_: Admin, state: Data<AppState>, query: Query<RecordQuery>) -> Result<HttpResponse> {
                super::list::<$kind>(&state, &query.0).await
            }

            /// Shows one
            #[utoipa::path(
                get, path = $item, tag = "Directory", security(("api_key" = [])), params(("id" = String, Path)),
                responses((status = 200, body = $kind), (status = 401, body = Problem), (status = 404, body = Problem))
            )]
            pub async fn show(_: Admin, state: Data<AppState>, id: Path<String>) -> Result<HttpResponse> {
                super::show::<$kind>(&state, &id).await
            }

            /// Makes or changes one
            ///
            /// What is given replaces, null clears, what is left out stays.
            #[utoipa::path(
                put, path = $item, tag = "Directory", security(("api_key" = [])), params(("id" = String, Path)),
                request_body = $kind,
                responses((status = 200, body = $kind), (status = 401, body = Problem), (status = 422, body = Problem))
            )]
            pub async fn put(
                _: Admin,
                state: Data<AppState>,
                id: Path<String>,
                body: Json<Map<String, Value>>,
            ) -> Result<HttpResponse> {
                super::put::<$kind>(&state, &id, body.0).await
            }
        }
    };
}

record!(agents: Agent, "/api/v1/agents", "/api/v1/agents/{id}", "agent", agent, agents, |agent| agent.email.as_deref());
record!(departments: Department, "/api/v1/departments", "/api/v1/departments/{id}", "department", department, departments, |_| None);
record!(teams: Team, "/api/v1/teams", "/api/v1/teams/{id}", "team", team, teams, |_| None);
record!(contacts: Contact, "/api/v1/contacts", "/api/v1/contacts/{id}", "contact", contact, contacts, |contact| contact.email.as_deref());

async fn list<R: Record>(state: &AppState, query: &RecordQuery) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let mut all = R::all(&snapshot.directory);
    if let Some(part) = query.q.as_deref().map(str::trim).filter(|part| !part.is_empty()) {
        let part = part.to_lowercase();
        all.retain(|record| record.words().iter().any(|word| word.to_lowercase().contains(&part)));
    }
    let page = PageQuery { after: query.after.clone(), limit: query.limit };
    Ok(HttpResponse::Ok().json(Page::cut(all, &page, R::id)))
}

async fn show<R: Record>(state: &AppState, id: &str) -> Result<HttpResponse> {
    let snapshot = state.store.refresh().await?;
    let record = R::find(&snapshot.directory, id).ok_or(Error::NotFound(R::WORD))?;
    Ok(HttpResponse::Ok().json(record))
}

async fn put<R: Record>(state: &AppState, id: &str, body: Map<String, Value>) -> Result<HttpResponse> {
    if body.get("id").is_some_and(|given| given.as_str() != Some(id)) {
        return Err(Error::invalid("record.id", "/id", "is not the id in the path"));
    }
    let snapshot = state.edit(vec![Edit::merge(R::KIND, id, body, String::new())?]).await?;
    let record = R::find(&snapshot.directory, id).ok_or(Error::NotFound(R::WORD))?;
    Ok(HttpResponse::Ok().json(record))
}

impl AppState {
    /// Carries out edits, tells the other nodes, and ends the sessions of whoever is gone or inactive afterwards.
    ///
    /// # Errors
    /// The store's; nothing is changed then.
    pub(super) async fn edit(&self, edits: Vec<Edit>) -> Result<Arc<Snapshot>> {
        let agents: Vec<Id> =
            edits.iter().filter(|edit| edit.kind == RecordKind::Agent).map(|edit| edit.id.clone()).collect();
        let snapshot = self.store.edit(edits).await?;
        self.bus.control(Control::Refresh { version: snapshot.version });
        for agent in agents {
            if active_agent(&snapshot, &agent).is_none() {
                self.bus.control(Control::EndSessions { agent });
            }
        }
        Ok(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(after: Option<&str>, limit: usize) -> (Vec<&'static str>, Option<String>) {
        let query = PageQuery { after: after.map(str::to_owned), limit: Some(limit) };
        let page = Page::cut(vec!["c", "a", "d", "b"], &query, |id| id);
        (page.items, page.next)
    }

    #[test]
    fn pages_follow_each_other_by_id_and_the_last_one_has_no_next() {
        assert_eq!(page(None, 3), (vec!["a", "b", "c"], Some("c".to_owned())));
        assert_eq!(page(Some("c"), 3), (vec!["d"], None));
        assert_eq!(page(Some("bb"), 2), (vec!["c", "d"], None));
        assert_eq!(page(Some("d"), 2), (vec![], None));
    }
}
