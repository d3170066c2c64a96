//! The floor of our stack: an actix hub with actix-ws that passes a posted body on to one agent's socket, and does
//! nothing else. Nobody is asked who they are, nothing is stored, and a socket that does not keep up fills its channel.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    web::{self, Bytes, Data},
};
use actix_ws::{Message, Session};
use bytestring::ByteString;
use serde::Deserialize;

/// By what they listen to: an agent's own channel has one of them, a department's has many.
type Sessions = Mutex<HashMap<String, Vec<Session>>>;

#[derive(Deserialize)]
struct To {
    id: String,
}

/// Serves until the process is ended.
pub fn serve(addr: SocketAddr) -> std::io::Result<()> {
    let sessions: Data<Sessions> = Data::from(Arc::new(Sessions::default()));
    let app = move || {
        App::new()
            .app_data(sessions.clone())
            .route("/ws", web::get().to(subscribe))
            .route("/pub", web::post().to(publish))
    };
    actix_web::rt::System::new().block_on(HttpServer::new(app).backlog(4_096).bind(addr)?.run())
}

async fn subscribe(
    request: HttpRequest,
    body: web::Payload,
    to: web::Query<To>,
    sessions: Data<Sessions>,
) -> actix_web::Result<HttpResponse> {
    let (response, mut session, mut messages) = actix_ws::handle(&request, body)?;
    sessions
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(to.into_inner().id)
        .or_default()
        .push(session.clone());
    actix_web::rt::spawn(async move {
        while let Some(Ok(message)) = messages.recv().await {
            if let Message::Ping(payload) = message
                && session.pong(&payload).await.is_err()
            {
                return;
            }
        }
    });
    Ok(response)
}

async fn publish(to: web::Query<To>, body: Bytes, sessions: Data<Sessions>) -> HttpResponse {
    let listening = sessions.lock().unwrap_or_else(PoisonError::into_inner).get(&to.id).cloned();
    let (Ok(text), Some(listening)) = (ByteString::try_from(body), listening) else {
        return HttpResponse::NotFound().body("{}");
    };
    for mut session in listening {
        if session.text(text.clone()).await.is_err() {
            return HttpResponse::Gone().body("{}");
        }
    }
    HttpResponse::Accepted().body("{}")
}
