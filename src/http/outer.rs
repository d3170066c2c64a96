//! Around every request: preflights are answered, answers get their security and CORS headers, are counted and logged.

use std::time::Instant;

use actix_web::{
    Error as WebError, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};

use super::{AppState, cors};

/// Pages: own scripts only, talking to the hub only, in nobody's frame.
pub(super) const PAGE_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: https:; connect-src 'self' ws: wss:; frame-ancestors 'none'; object-src 'none'; \
    base-uri 'none'";
/// Everything else is data and may do nothing at all.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The middleware.
pub(super) async fn around<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, WebError> {
    let began = Instant::now();
    let allowance = cors::allowance(&request);
    let mut answer = if cors::is_preflight(&request) {
        request.into_response(HttpResponse::NoContent().finish()).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    // "Not modified" names no type, and its headers replace those that the browser keeps with the page.
    if answer.status() != StatusCode::NOT_MODIFIED {
        add_security_headers(answer.headers_mut());
    }
    if let Some(allowance) = allowance {
        allowance.add_to(answer.headers_mut());
    }
    record(&answer, began);
    Ok(answer)
}

fn add_security_headers(headers: &mut HeaderMap) {
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    // The service worker has one of its own, being neither a page nor mere data; and a page may ask for less than others.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        set(headers, header::CONTENT_SECURITY_POLICY, policy);
    }
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !headers.contains_key(header::REFERRER_POLICY) {
        set(headers, header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    }
    // Inboxes and directories are nothing for a cache; what may be kept has said so.
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Counts the answer, and writes its line: one for each request at level debug, those that failed inside as warnings.
fn record<B>(answer: &ServiceResponse<B>, began: Instant) {
    let status = answer.status();
    if let Some(state) = answer.request().app_data::<web::Data<AppState>>() {
        state.metrics.responses.with_label_values(&[class(status)]).inc();
    }
    let ms = began.elapsed().as_millis();
    if status.is_server_error() {
        let cause = answer.response().error().map(ToString::to_string).unwrap_or_default();
        let reason = inner_cause(answer).unwrap_or(cause);
        tracing::warn!(method = %answer.request().method(), route = route(answer), status = status.as_u16(), ms, reason, "request failed");
    } else if tracing::enabled!(tracing::Level::DEBUG) {
        tracing::debug!(method = %answer.request().method(), route = route(answer), status = status.as_u16(), ms, "request");
    }
}

/// What our own error says to operators; the answer's text hides it.
fn inner_cause<B>(answer: &ServiceResponse<B>) -> Option<String> {
    answer.response().error()?.as_error::<crate::error::Error>().map(ToString::to_string)
}

/// The pattern of the route, never the path itself: paths hold ids.
fn route<B>(answer: &ServiceResponse<B>) -> String {
    answer.request().match_pattern().unwrap_or_else(|| "none".to_owned())
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, middleware::from_fn, test, web};

    use super::*;

    #[actix_web::test]
    async fn a_page_that_is_not_modified_keeps_the_policy_it_came_with() {
        let page = || async { HttpResponse::Ok().content_type("text/html; charset=utf-8").body("<h1>Hello</h1>") };
        let unchanged = || async { HttpResponse::NotModified().finish() };
        let data = || async { HttpResponse::Ok().json(1) };
        let app = App::new().wrap(from_fn(around)).route("/page", web::get().to(page));
        let app = app.route("/unchanged", web::get().to(unchanged)).route("/data", web::get().to(data));
        let app = test::init_service(app).await;
        for (path, policy) in [("/page", Some(PAGE_POLICY)), ("/unchanged", None), ("/data", Some(DATA_POLICY))] {
            let answer = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
            let given = answer.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
            assert_eq!(given, policy, "{path}");
        }
    }
}
