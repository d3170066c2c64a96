//! Every path of the interface, once: the application's routes and the reference are made from the same list.

use actix_web::{
    HttpRequest, Resource,
    web::{self, ServiceConfig},
};
use utoipa::OpenApi;

use super::{
    changes, deliveries, directory, email, events, explain, hooks, import, inbox, keys, links, me, notifications, ops,
    people, preferences, presence, problem, push,
    records::{agents, contacts, departments, teams},
    remove, session, settings, sign_in_link, sms, sources, system, templates, test, twilio, watches, webhook_log,
    webhooks, why,
};

macro_rules! routes {
    ($($path:literal { $($method:ident $module:ident::$handler:ident),+ $(,)? })+) => {
        /// Paths with their methods.
        #[cfg(test)]
        pub(super) const ROUTES: &[(&str, &[&str])] = &[$(($path, &[$(stringify!($method)),+])),+];

        /// Adds the routes. Matched in this order: the hot path stands first.
        pub(super) fn register(config: &mut ServiceConfig) {
            $(config.service(resource($path, &[$(stringify!($method)),+])$(.route(web::$method().to($module::$handler)))+);)+
        }

        #[derive(OpenApi)]
        #[openapi(paths($($($module::$handler,)+)+))]
        pub(super) struct Paths;
    };
}

routes! {
    "/api/v1/events" { post events::accept }
    "/ws" { get changes::socket }
    "/api/v1/me/ack" { post changes::ack }
    "/api/v1/me/activity" { post changes::activity }
    "/api/v1/me/changes" { get changes::poll }
    "/api/v1/me/stream" { get changes::stream }
    "/api/v1/me/notifications" { get inbox::list }
    "/api/v1/me/notifications/read" { post inbox::read }
    "/api/v1/me/notifications/unread" { post inbox::unread }
    "/api/v1/me/notifications/clear" { post inbox::clear }
    "/api/v1/me/notifications/restore" { post inbox::restore }
    "/api/v1/me/notifications/seen" { post inbox::seen }
    "/api/v1/me/notifications/snooze" { post inbox::snooze }
    "/api/v1/me/notifications/{id}" { get inbox::show }
    "/api/v1/me/notifications/{id}/why" { get why::notification }
    "/api/v1/me/notifications/{id}/timeline" { get deliveries::of_notification }
    "/api/v1/me" { get me::show }
    "/api/v1/me/presence" { get presence::mine }
    "/api/v1/me/preferences" { get preferences::show, put preferences::change }
    "/api/v1/me/watches" { get watches::list }
    "/api/v1/me/watches/{ticket}" { put watches::follow, delete watches::unfollow }
    "/api/v1/me/test" { post test::send }
    "/api/v1/me/push-subscriptions" { get push::list, post push::create }
    "/api/v1/me/push-subscriptions/{id}" { delete push::remove }
    "/api/v1/me/push-subscriptions/{id}/test" { post push::test }
    "/api/v1/me/beams-auth" { get push::beams_auth }
    "/api/v1/push-key" { get push::key }
    "/session" { post session::sign_in, delete session::sign_out }
    "/hooks/twilio/status" { post twilio::status }
    "/hooks/twilio/inbound" { post twilio::inbound }
    "/session/link" { post sign_in_link::ask }
    "/session/link/{token}" { get sign_in_link::show, post sign_in_link::follow }
    "/l/{token}" { get links::show, post links::act }
    "/hooks/{kind}/{source}" { post hooks::accept }
    "/api/v1/notifications" { post notifications::create }
    "/api/v1/events/{id}/explanation" { get why::event }
    "/api/v1/events/{id}/timeline" { get deliveries::of_event }
    "/api/v1/deliveries" { get deliveries::list }
    "/api/v1/deliveries/run" { post deliveries::run }
    "/api/v1/deliveries/{id}" { get deliveries::show }
    "/api/v1/explain" { post explain::explain }
    "/api/v1/keys" { get keys::list, post keys::create }
    "/api/v1/keys/{id}" { delete keys::revoke }
    "/api/v1/figures" { get system::figures }
    "/api/v1/system" { get system::show }
    "/api/v1/settings" { get settings::show, patch settings::change }
    "/api/v1/directory" { put directory::put }
    "/api/v1/export" { get import::export }
    "/api/v1/import" { post import::import }
    "/api/v1/agents" { get agents::list }
    "/api/v1/agents/{id}" { get agents::show, put agents::put, delete remove::agent }
    "/api/v1/agents/{id}/presence" { get presence::of_agent }
    "/api/v1/contacts/{id}/presence" { get presence::of_contact }
    "/api/v1/presence" { get presence::list }
    "/api/v1/departments" { get departments::list }
    "/api/v1/departments/{id}" { get departments::show, put departments::put, delete remove::department }
    "/api/v1/teams" { get teams::list }
    "/api/v1/teams/{id}" { get teams::show, put teams::put, delete remove::team }
    "/api/v1/contacts" { get contacts::list }
    "/api/v1/contacts/{id}" { get contacts::show, put contacts::put, delete remove::contact }
    "/api/v1/sources" { get sources::list }
    "/api/v1/sources/{source}" { get sources::show, put sources::put, delete sources::remove }
    "/api/v1/sources/{source}/people/{external_id}" { put people::put, delete people::remove }
    "/api/v1/sms/opt-outs" { get sms::list }
    "/api/v1/sms/opt-outs/{phone}" { put sms::put, delete sms::remove }
    "/api/v1/webhooks" { get webhooks::list, post webhooks::create }
    "/api/v1/webhooks/{id}" { get webhooks::show, put webhooks::put, delete webhooks::remove }
    "/api/v1/webhooks/{id}/rotate" { post webhooks::rotate }
    "/api/v1/webhooks/{id}/messages" { get webhook_log::list }
    "/api/v1/webhooks/{id}/messages/{message}/replay" { post webhook_log::replay }
    "/api/v1/templates" { get templates::list }
    "/api/v1/templates/{name}" { get templates::show, put templates::put, delete templates::remove }
    "/api/v1/templates/{name}/versions" { get templates::versions }
    "/api/v1/templates/{name}/restore" { post templates::restore }
    "/api/v1/templates/{name}/preview" { post templates::preview }
    "/api/v1/templates/{name}/test" { post templates::test }
    "/api/v1/email/test" { post email::test }
    "/api/v1/email/bounces" { post email::bounces }
    "/api/v1/email/suppressions" { get email::suppressions }
    "/api/v1/email/suppressions/{address}" { delete email::unsuppress }
    "/healthz" { get ops::health }
    "/readyz" { get ops::ready }
    "/metrics" { get ops::metrics }
    "/openapi.json" { get ops::reference }
}

/// A path that answers 405 to every method it does not know.
fn resource(path: &str, methods: &[&str]) -> Resource {
    let allow = methods.join(", ").to_uppercase();
    web::resource(path).default_service(web::to(move |request: HttpRequest| {
        std::future::ready(problem::method_not_allowed(&request, &allow))
    }))
}
