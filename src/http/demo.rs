//! `GET /demo/state`: what the pretend helpdesk in the browser starts from. Exists in demo mode only, which listens on
//! loopback only.

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};

use super::AppState;
use crate::error::{Error, Result};

pub(super) fn register(config: &mut ServiceConfig) {
    config.service(web::resource("/demo/state").route(web::get().to(state)));
}

async fn state(state: Data<AppState>) -> Result<HttpResponse> {
    let demo = state.demo.as_ref().ok_or(Error::NotFound("demo"))?;
    Ok(HttpResponse::Ok().json(demo()))
}
