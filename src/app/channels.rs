//! What goes out beside the bell, and through whom, as the configuration says.

use std::sync::Arc;

use crate::{
    clock::Clock,
    config::Config,
    delivery::{
        Channels, Devices, EmailSender, PushSender, Sender, SmsSender,
        email::Mailer,
        links::LinkSigner,
        sms::Twilio,
        web_push::{WebPush, WebPushOptions},
    },
    domain::delivery::DeliveryChannel,
    error::Result,
    routing::text::Texts,
    store::Store,
};

/// Whoever carries what goes out beside the bell, as the configuration names them.
pub fn channels(
    config: &Config,
    store: &Store,
    clock: &Clock,
    push: &Arc<WebPush>,
    mail: Option<(&Arc<Mailer>, &Arc<LinkSigner>)>,
) -> Result<Channels> {
    let texts = Arc::new(Texts::default());
    let pushes = PushSender { store: store.clone(), push: push.clone(), clock: clock.clone() };
    let mut senders: Vec<(DeliveryChannel, Arc<dyn Sender>)> = vec![(DeliveryChannel::WebPush, Arc::new(pushes))];
    if let Some((mailer, links)) = mail {
        let (mailer, links) = (mailer.clone(), links.clone());
        let emails = EmailSender { store: store.clone(), mailer, links, texts: texts.clone() };
        senders.push((DeliveryChannel::Email, Arc::new(emails)));
    }
    if let Some(sms) = &config.outgoing.sms {
        let twilio = Twilio::new(sms.clone(), &config.http.public_url, clock.clone())?;
        senders.push((DeliveryChannel::Sms, Arc::new(SmsSender { store: store.clone(), twilio, texts })));
    }
    Ok(Channels { senders, endpoints: Arc::new(Devices { store: store.clone(), push: push.clone() }) })
}

/// The sender of pushes; a key that the configuration does not give comes from the store.
pub fn web_push(config: &Config, store: &Store, clock: Clock) -> Result<WebPush> {
    let push = WebPush::new(WebPushOptions {
        config: config.outgoing.web_push.clone(),
        key: store.secret("vapid")?,
        admin_address: config.outgoing.admin_address.clone(),
        public_url: config.http.public_url.clone(),
        clock,
        look_up: None,
        answer_within: None,
    })?;
    let of_onesignal = push.onesignal().and_then(|app| app.warning());
    for warning in push.warning().into_iter().chain(of_onesignal) {
        tracing::warn!("{warning}");
    }
    Ok(push)
}
