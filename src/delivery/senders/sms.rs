//! Text messages: asks for leave to send, fills the template in, and keeps what the provider called it.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{store_failed, story::Story};
use crate::{
    delivery::{
        Job, Outcome, Sender,
        email::{Letter, Links, Recipient},
        sms::{Twilio, segments},
        templates::{self, Values},
    },
    domain::{
        Id,
        delivery::RecipientKind,
        sms::{OptOutSource, SentSms, SmsClaim, SmsKind, normalize},
    },
    error::{Error, Result},
    routing::text::Texts,
    store::{Queued, Store},
};

/// Sends text messages.
#[derive(Clone)]
pub struct SmsSender {
    /// The store.
    pub store: Store,
    /// The way out.
    pub twilio: Twilio,
    /// What the bell says.
    pub texts: Arc<Texts>,
}

impl Sender for SmsSender {
    fn send(&self, job: Job) -> BoxFuture<'static, Outcome> {
        let sender = self.clone();
        Box::pin(async move {
            let Some(row) = job.rows.first() else { return Outcome::Withheld { why: "removed" } };
            match sender.try_send(row).await {
                Ok(outcome) => outcome,
                Err(error) => store_failed(&error),
            }
        })
    }
}

impl SmsSender {
    async fn try_send(&self, row: &Queued) -> Result<Outcome> {
        let snapshot = self.store.snapshot();
        let recipient = Id::from(&*row.recipient);
        let agent = snapshot.directory.agent(&recipient);
        let contact = || snapshot.directory.contact(&recipient)?.phone.clone();
        let phone = row.address.clone().or_else(|| agent.and_then(|agent| agent.phone.clone())).or_else(contact);
        let ticket = row.ticket_id.as_deref().map(Id::from);
        let kind = if row.purpose.contains("chat") { SmsKind::Chat } else { SmsKind::Critical };
        let claim = SmsClaim {
            delivery: row.id.clone(),
            kind,
            ticket: ticket.clone(),
            recipient: recipient.clone(),
            phone: phone.clone(),
        };
        if let Err(why) = self.store.claim_sms(claim).await? {
            return Ok(Outcome::Withheld { why });
        }
        let Some(phone) = phone.as_deref().and_then(normalize) else {
            return Ok(Outcome::Withheld { why: "no_number" });
        };
        let Some(text) = self.text(row, kind).await? else { return Ok(Outcome::Withheld { why: "removed" }) };
        let outcome = self.twilio.send(&row.id, &phone, &text).await;
        self.keep(
            row,
            &outcome,
            SentSms {
                delivery: row.id.clone(),
                sid: None,
                segments: segments(&self.twilio.text(&text)).count,
                phone,
                ticket,
                recipient,
            },
        )
        .await?;
        Ok(outcome)
    }

    async fn text(&self, row: &Queued, kind: SmsKind) -> Result<Option<String>> {
        let (source, id) = (Id::from(&*row.event_source), Id::from(&*row.event_id));
        let Some(event) = self.store.event(&source, &id).await? else { return Ok(None) };
        let ticket = match &row.ticket_id {
            Some(ticket) => self.store.ticket(ticket).await?,
            None => None,
        };
        let snapshot = self.store.snapshot();
        let (texts, purpose) = (&*self.texts, &*row.purpose);
        let story = Story { event: &event, ticket: ticket.as_ref(), snapshot: &snapshot, texts, purpose };
        let mut item = story.item(None);
        let is_contact = row.recipient_kind == RecipientKind::Contact.as_str();
        if is_contact {
            // Customers have no way into the helpdesk's own pages.
            item.url = None;
        }
        let recipient = Recipient {
            name: String::new(),
            address: String::new(),
            kind: if is_contact { RecipientKind::Contact } else { RecipientKind::Agent },
            locale: None,
            time_zone: None,
        };
        let (id, purpose) = (row.id.clone(), row.purpose.clone());
        let letter = Letter { id, purpose, recipient, items: vec![item], links: Links::default() };
        let name = if kind == SmsKind::Chat { "sms_chat" } else { "sms_critical" };
        let template = templates::kind(name).ok_or_else(|| Error::Internal(format!("there is no template {name}")))?;
        let (filled, fault) = templates::fill(&snapshot.templates, template, &Values::of(&letter));
        if let Some(fault) = fault {
            let (version, error) = (fault.version, fault.error);
            tracing::error!(template = name, version, %error, "a stored template fails; the shipped one is used");
        }
        Ok(Some(filled.text))
    }

    /// A message that was surely not taken gives its place in the day's limit back.
    async fn keep(&self, row: &Queued, outcome: &Outcome, sent: SentSms) -> Result<()> {
        match outcome {
            Outcome::Sent { provider_id } => {
                let kept = self.store.note_sms_sent(SentSms { sid: provider_id.clone(), ..sent }).await;
                // It is sent: a failure to note more of it must not send it again.
                kept.or_else(|error| {
                    tracing::warn!(%error, "a text message was sent and could not be noted");
                    Ok(())
                })
            }
            Outcome::Gone { why, .. } => {
                self.store.release_sms(&row.id).await?;
                if *why == "opted_out" {
                    self.store.opt_out(&sent.phone, OptOutSource::Provider, None).await?;
                }
                Ok(())
            }
            Outcome::Failed { .. } | Outcome::Misconfigured { .. } => self.store.release_sms(&row.id).await,
            Outcome::Later { .. } | Outcome::Unknown { .. } | Outcome::Withheld { .. } => Ok(()),
        }
    }
}
