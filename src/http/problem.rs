//! Errors as the outside sees them: RFC 9457 `application/problem+json` with a stable `code`.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;

use crate::error::{Error, FieldError};

/// The body of every answer from 400 on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// Stable, for programs: `event.unknown_type`.
    code: &'static str,
    /// For the person who reads it.
    detail: String,
    /// The members at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Fault>)]
    errors: Vec<FieldError>,
}

/// One member at fault.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "stands for `FieldError` in the reference")]
pub struct Fault {
    /// RFC 6901 pointer, `/data/ticket/id`.
    pointer: String,
    /// What is wrong with it.
    message: String,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = answer(self.status_code(), self.code(), outward_detail(self), faults(self));
        let headers = answer.headers_mut();
        match self {
            Error::Unauthorized => {
                headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
            }
            Error::TooMany { retry_after_s } | Error::Busy { retry_after_s } => {
                headers.insert(header::RETRY_AFTER, header::HeaderValue::from(*retry_after_s));
            }
            // Soon: an outage of seconds is the rule, and the answer to a retry is cheap.
            Error::Unavailable { .. } => {
                headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
            }
            _ => {}
        }
        answer
    }
}

/// What went wrong inside is for the log; what the caller can do about it is for the caller.
fn outward_detail(error: &Error) -> String {
    match error {
        Error::Unavailable { .. } => "not available at the moment; what was sent may or may not have been stored: \
                                      send it again with the same id"
            .to_owned(),
        Error::Store(_) | Error::Config(_) | Error::Internal(_) => "something went wrong inside".to_owned(),
        other => other.to_string(),
    }
}

fn faults(error: &Error) -> Vec<FieldError> {
    match error {
        Error::Invalid(invalid) => invalid.errors.clone(),
        Error::Malformed { pointer: Some(pointer), detail, .. } => {
            vec![FieldError { pointer: pointer.clone(), message: detail.clone() }]
        }
        _ => Vec::new(),
    }
}

fn answer(status: StatusCode, code: &'static str, detail: String, errors: Vec<FieldError>) -> HttpResponse {
    let title = status.canonical_reason().unwrap_or("Error");
    let problem = Problem { kind: "about:blank", title, status: status.as_u16(), code, detail, errors };
    let body = serde_json::to_vec(&problem).unwrap_or_else(|_| b"{}".to_vec());
    HttpResponse::build(status).content_type("application/problem+json").body(body)
}

/// 404 for a path that leads nowhere.
pub async fn no_such_path(request: HttpRequest) -> HttpResponse {
    let detail = format!("there is nothing at {}", request.path().chars().take(200).collect::<String>());
    answer(StatusCode::NOT_FOUND, "not_found", detail, Vec::new())
}

/// 405 for a path that is there, with the methods that it knows in `Allow`.
pub fn method_not_allowed(request: &HttpRequest, allow: &str) -> HttpResponse {
    let detail = format!("{} is not possible here; {allow} is", request.method());
    let mut answer = answer(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail, Vec::new());
    if let Ok(allow) = header::HeaderValue::from_str(allow) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use actix_web::body::to_bytes;
    use serde_json::{Value, json};

    use super::*;

    async fn shown(error: Error) -> (HttpResponse<()>, Value) {
        let (head, body) = error.error_response().into_parts();
        (head, serde_json::from_slice(&to_bytes(body).await.unwrap()).unwrap())
    }

    #[actix_web::test]
    async fn a_wrong_member_is_named_by_pointer_under_a_stable_code() {
        let (head, body) = shown(Error::invalid("event.unknown_type", "/type", "there is no such type")).await;
        assert_eq!(head.headers().get("content-type").unwrap(), "application/problem+json");
        assert_eq!(
            body,
            json!({"type": "about:blank", "title": "Unprocessable Entity", "status": 422,
                   "code": "event.unknown_type", "detail": "there is no such type",
                   "errors": [{"pointer": "/type", "message": "there is no such type"}]})
        );
    }

    #[actix_web::test]
    async fn an_outage_says_when_to_come_back_and_nothing_of_the_inside() {
        let (head, body) = shown(Error::Unavailable { reason: "connection to db-7.internal refused".into() }).await;
        assert_eq!((head.status().as_u16(), head.headers().get("retry-after").unwrap().to_str().unwrap()), (503, "2"));
        assert!(!body.to_string().contains("db-7"));
        let (head, body) = shown(Error::Internal("secret path".into())).await;
        assert_eq!((head.status().as_u16(), &body["code"]), (500, &json!("internal")));
        assert!(!body.to_string().contains("secret"));
        let (head, _) = shown(Error::TooMany { retry_after_s: 45 }).await;
        assert_eq!(head.headers().get("retry-after").unwrap(), "45");
    }
}
