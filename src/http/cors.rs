//! Which answers a page of another origin may read: those of the helpdesks on the list, in whose pages the bell sits.

use actix_web::{
    dev::ServiceRequest,
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web,
};

use super::AppState;

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "authorization, content-type, idempotency-key, last-event-id, cache-control";
const EXPOSED: &str = "retry-after";
/// Browsers ask again after ten minutes, so that a change of the list is soon in force.
const MAX_AGE_S: &str = "600";

/// The headers that let one origin read one answer.
pub(super) struct Allowance {
    origin: HeaderValue,
    with_cookies: bool,
    is_preflight: bool,
}

/// What the request's origin may have; none when it names none or is not on the list.
pub(super) fn allowance(request: &ServiceRequest) -> Option<Allowance> {
    let value = request.headers().get(header::ORIGIN)?;
    let origin = value.to_str().ok()?;
    let state = request.app_data::<web::Data<AppState>>()?;
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let origins = &state.options.origins;
    origins.is_allowed(origin, host).then(|| Allowance {
        origin: value.clone(),
        with_cookies: origins.is_listed(origin),
        is_preflight: is_preflight(request),
    })
}

/// A browser asks before it sends the request proper.
pub(super) fn is_preflight(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    *request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

impl Allowance {
    pub(super) fn add_to(self, headers: &mut HeaderMap) {
        // An answer that is open to everybody anyway stays so: caches may keep one copy of it.
        if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, self.origin);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if self.with_cookies {
            set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if self.is_preflight {
            set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            set(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            set(headers, header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
        } else {
            set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
