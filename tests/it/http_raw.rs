//! Requests as no well-behaved client sends them: any header, any bytes; and the answer with its headers.

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

use crate::harness::{ADMIN_KEY, SOON, TestHub, token};

/// What came back.
#[derive(Debug)]
pub struct Raw {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// One request under construction.
pub struct Request(reqwest::RequestBuilder);

/// A request to a hub, without credentials. Its client keeps no cookies and follows no redirects.
pub fn request(hub: &TestHub, method: &str, path: &str) -> Request {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    Request(client.request(method, format!("http://{}{path}", hub.addr())).timeout(SOON * 3))
}

impl Request {
    pub fn header(self, name: &str, value: &str) -> Request {
        Request(self.0.header(name, value))
    }

    /// As the administrator, who may post events too.
    pub fn admin(self) -> Request {
        self.bearer(ADMIN_KEY)
    }

    pub fn agent(self, id: &str) -> Request {
        self.bearer(&token(id))
    }

    pub fn bearer(self, secret: &str) -> Request {
        self.header("authorization", &format!("Bearer {secret}"))
    }

    pub fn body(self, body: impl Into<reqwest::Body>) -> Request {
        Request(self.0.body(body))
    }

    pub fn json(self, body: &Value) -> Request {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub async fn send(self) -> Raw {
        let answer = self.0.send().await.expect("the hub answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Raw { status, headers, text: answer.text().await.expect("the body arrives") }
    }
}

impl Raw {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A problem of this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!((self.status, &problem["code"]), (status, &Value::from(code)), "{problem}");
        assert_eq!(problem["status"], status);
        problem
    }

    /// The pointers of a problem's errors.
    pub fn pointers(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}
