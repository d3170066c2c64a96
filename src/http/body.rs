//! Reading what comes in, with a bound on every size: raw bodies, JSON with a pointer to what is wrong in it, queries.

use std::time::Duration;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    web::{self, Bytes, BytesMut},
};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::state_of;
use crate::{
    error::{Error, Result},
    live::Share,
};

/// One event, and every other JSON body: 1 MiB.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// A batch, a webhook, a directory: 16 MiB.
pub const MAX_LARGE_BODY_BYTES: usize = 16 << 20;
/// How long a body may take to arrive: a caller that trickles holds a buffer for that long and no longer.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// What is read and thrown away of a body that is too large, so that the caller gets to read the refusal instead of
/// a broken connection.
const DRAIN_BYTES: usize = 32 << 20;
const DRAIN_WITHIN: Duration = Duration::from_secs(5);

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// [`Error::TooLarge`] above it, [`Error::Malformed`] when it breaks off or takes longer than 30 s.
pub async fn read(
    request: &HttpRequest,
    payload: &mut web::Payload,
    limit: usize,
    what: &'static str,
) -> Result<Bytes> {
    read_while(request, payload, limit, what, |_| true).await
}

/// As [`read`], but above [`MAX_BODY_BYTES`] only while `goes_on` says so of the beginning.
///
/// # Errors
/// As [`read`].
pub async fn read_while(
    request: &HttpRequest,
    payload: &mut web::Payload,
    limit: usize,
    what: &'static str,
    goes_on: impl Fn(&[u8]) -> bool,
) -> Result<Bytes> {
    let declared = request.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    let state = state_of(request)?;
    let mut bounds = Bounds { limit, what, large_bodies: &state.options.large_bodies, share: state.live.hold(0) };
    let read = collect(payload, declared.unwrap_or(0), &mut bounds, goes_on);
    let read = tokio::time::timeout(BODY_WITHIN, read).await.unwrap_or_else(|_| Err(broken("it took too long")));
    if matches!(read, Err(Error::TooLarge { .. })) {
        drain(payload).await;
    }
    read
}

/// What a body may take.
struct Bounds<'a> {
    limit: usize,
    what: &'static str,
    /// Few large ones come in at a time.
    large_bodies: &'a Semaphore,
    /// What has arrived counts under the node's memory budget.
    share: Share,
}

async fn collect(
    payload: &mut web::Payload,
    declared: usize,
    bounds: &mut Bounds<'_>,
    goes_on: impl Fn(&[u8]) -> bool,
) -> Result<Bytes> {
    let Bounds { limit, what, large_bodies, share } = bounds;
    let (limit, what) = (*limit, *what);
    if declared > limit {
        return Err(Error::TooLarge { what, limit });
    }
    let Some(first) = payload.next().await.transpose().map_err(broken)? else {
        return Ok(Bytes::new());
    };
    // Nearly every event is one chunk: it is handed on as it came.
    if first.len() == declared && declared <= MAX_BODY_BYTES {
        return Ok(first);
    }
    let mut body = BytesMut::with_capacity(declared.min(MAX_BODY_BYTES).max(first.len()));
    let mut chunk = Some(first);
    let mut permit = None;
    while let Some(bytes) = chunk {
        let above = body.len() + bytes.len() > MAX_BODY_BYTES;
        if body.len() + bytes.len() > limit {
            return Err(Error::TooLarge { what, limit });
        }
        body.extend_from_slice(&bytes);
        share.hold(body.len());
        if above && !goes_on(&body) {
            return Err(Error::TooLarge { what, limit: MAX_BODY_BYTES });
        }
        if above && permit.is_none() {
            permit = Some(large_bodies.acquire().await.map_err(broken)?);
        }
        chunk = payload.next().await.transpose().map_err(broken)?;
    }
    Ok(body.freeze())
}

async fn drain(payload: &mut web::Payload) {
    let drained = async {
        let mut left = DRAIN_BYTES;
        while let Some(Ok(bytes)) = payload.next().await {
            left = left.saturating_sub(bytes.len());
            if left == 0 {
                break;
            }
        }
    };
    if tokio::time::timeout(DRAIN_WITHIN, drained).await.is_err() {
        tracing::debug!("a body that is too large did not end in time; its connection is cut");
    }
}

fn broken(why: impl std::fmt::Display) -> Error {
    Error::Malformed { code: "body.broken", detail: format!("the body did not arrive whole: {why}"), pointer: None }
}

/// A JSON body of at most 1 MiB.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Json<T>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = web::Payload::from_request(&request, payload).into_inner();
        async move {
            let mut payload = payload.map_err(broken)?;
            parse(&read(&request, &mut payload, MAX_BODY_BYTES, "the body").await?).map(Json)
        }
        .boxed_local()
    }
}

/// Reads JSON; what is wrong in it is named by pointer.
///
/// # Errors
/// [`Error::Malformed`] (400) for what is not JSON, [`Error::Invalid`] (422) for a member of the wrong type.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    let mut from = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let pointer = pointer_of(error.path());
        wrong(error.into_inner(), pointer)
    })?;
    from.end().map_err(|error| wrong(error, String::new()))?;
    Ok(value)
}

fn wrong(error: serde_json::Error, pointer: String) -> Error {
    match error.classify() {
        serde_json::error::Category::Data => Error::invalid("body.invalid", pointer, error.to_string()),
        _ => {
            Error::Malformed { code: "body.not_json", detail: format!("the body is not JSON: {error}"), pointer: None }
        }
    }
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } | Segment::Enum { variant: key } => Some(format!("/{}", escape(key))),
        Segment::Unknown => None,
    };
    path.iter().filter_map(part).collect()
}

/// A member's name as a part of an RFC 6901 pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The query of the request's address.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Error;
    type Future = std::future::Ready<Result<Query<T>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = web::Query::<T>::from_query(request.query_string());
        let read = read.map_err(|error| Error::invalid("query.invalid", "", format!("the query is wrong: {error}")));
        std::future::ready(read.map(|query| Query(query.into_inner())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Shape {
        #[expect(dead_code, reason = "read only to be refused")]
        agents: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "read only to be refused")]
        name: String,
    }

    #[test]
    fn a_member_of_the_wrong_type_is_named_and_broken_json_is_another_error() {
        let Err(Error::Invalid(invalid)) = parse::<Shape>(br#"{"agents":[{"name":"a"},{"name":7}]}"#) else { panic!() };
        assert_eq!((invalid.code, invalid.errors[0].pointer.as_str()), ("body.invalid", "/agents/1/name"));
        assert!(matches!(parse::<Shape>(b"{\"agents\":["), Err(Error::Malformed { code: "body.not_json", .. })));
        assert!(matches!(parse::<Shape>(b"{\"agents\":[]} x"), Err(Error::Malformed { .. })));
    }

    async fn read_of(bytes: usize, limit: usize, goes_on: bool) -> Result<Bytes> {
        let (request, mut payload) = TestRequest::default().set_payload(vec![b'['; bytes]).to_http_parts();
        let mut payload = web::Payload::from_request(&request, &mut payload).await.unwrap();
        let large_bodies = Semaphore::new(1);
        let share = Share::of_nothing();
        let mut bounds = Bounds { limit, what: "a batch", large_bodies: &large_bodies, share };
        collect(&mut payload, 0, &mut bounds, |_| goes_on).await
    }

    #[actix_web::test]
    async fn a_body_is_read_up_to_its_limit_and_not_a_byte_more() {
        assert_eq!(read_of(1000, 1000, true).await.unwrap().len(), 1000);
        assert!(matches!(read_of(1001, 1000, true).await, Err(Error::TooLarge { what: "a batch", limit: 1000 })));
        assert_eq!(read_of(MAX_BODY_BYTES, MAX_LARGE_BODY_BYTES, false).await.unwrap().len(), MAX_BODY_BYTES);
        assert_eq!(read_of(MAX_BODY_BYTES + 1, MAX_LARGE_BODY_BYTES, true).await.unwrap().len(), MAX_BODY_BYTES + 1);
        let refused = read_of(MAX_BODY_BYTES + 1, MAX_LARGE_BODY_BYTES, false).await;
        assert!(matches!(refused, Err(Error::TooLarge { limit: MAX_BODY_BYTES, .. })));
    }
}
