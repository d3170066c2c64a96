//! `GET /demo/state`: what the pretend helpdesk in the browser starts from. Exists in demo mode only, which listens on
//! loopback only.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::HOST,
    web::{self, Data, ServiceConfig},
};

use super::AppState;
use crate::error::{Error, Result};

pub(super) fn register(config: &mut ServiceConfig) {
    config.service(web::resource("/demo/state").route(web::get().to(state)));
}

async fn state(request: HttpRequest, state: Data<AppState>) -> Result<HttpResponse> {
    let demo = state.demo.as_ref().filter(|_| names_this_machine(&request)).ok_or(Error::NotFound("demo"))?;
    Ok(HttpResponse::Ok().json(demo()))
}

/// A page elsewhere whose host name was made to lead to this machine names that host, and gets nothing.
fn names_this_machine(request: &HttpRequest) -> bool {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}
