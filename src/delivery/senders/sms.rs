//! Text messages: asks for leave to send, fills the template in, and keeps what the provider called it.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{store_failed, story::Story};
use crate::{
    delivery::{
        Job, Outcome, Sender,
        email::{Letter, Links, Recipient},
        recheck::settled_entry,
        sms::{Twilio, segments},
        templates::{self, Values},
    },
    domain::{
        Id,
        delivery::RecipientKind,
        event::ContactRef,
        presence::OFFLINE_SMS,
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
            match sender.try_send(&job).await {
                Ok(outcome) => outcome,
                Err(error) => store_failed(&error),
            }
        })
    }
}

impl SmsSender {
    /// What several rows tell goes out as one message: the newest, and how many more there are.
    async fn try_send(&self, job: &Job) -> Result<Outcome> {
        let (Some(row), Some(newest)) = (job.rows.first(), job.rows.last()) else {
            return Ok(Outcome::Withheld { why: "removed" });
        };
        let recipient = Id::from(&*row.recipient);
        let ticket = newest.ticket_id.as_deref().map(Id::from);
        let kind = if row.purpose == OFFLINE_SMS { SmsKind::Chat } else { SmsKind::Critical };
        let phone = self.phone(newest).await?;
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
        let more = job.rows.len() - 1 + self.kept_back(row).await?;
        let Some(text) = self.text(job, newest, more).await? else {
            return Ok(Outcome::Withheld { why: "removed" });
        };
        let outcome = self.twilio.send(&row.id, &phone, &text).await;
        let segments = segments(&self.twilio.text(&text)).count;
        self.keep(row, &outcome, SentSms { delivery: row.id.clone(), sid: None, segments, phone, ticket, recipient })
            .await?;
        Ok(outcome)
    }

    /// The number as the directory has it, or the ticket, for customers whom nobody told the directory of.
    async fn phone(&self, row: &Queued) -> Result<Option<String>> {
        let snapshot = self.store.snapshot();
        if row.recipient_kind == RecipientKind::Agent.as_str() {
            return Ok(snapshot.directory.agent(&row.recipient).and_then(|agent| agent.phone.clone()));
        }
        let ticket = match &row.ticket_id {
            Some(ticket) => self.store.ticket(ticket).await?,
            None => None,
        };
        let is_them = |contact: &ContactRef| {
            let known_by = contact.id.as_deref().or(contact.email.as_deref());
            known_by.is_some_and(|known| known.eq_ignore_ascii_case(&row.recipient))
        };
        let given = ticket.and_then(|ticket| ticket.customer).filter(is_them).and_then(|customer| customer.phone);
        let known = || snapshot.directory.contact(&row.recipient)?.phone.clone();
        Ok(given.or_else(known))
    }

    /// What the day's limits kept from an agent since the last text message, as far as it still waits for them (D-26).
    async fn kept_back(&self, row: &Queued) -> Result<usize> {
        if row.recipient_kind != RecipientKind::Agent.as_str() {
            return Ok(0);
        }
        let kept = self.store.texts_kept_back(&row.recipient).await?;
        let entries = self.store.entries_now(&kept).await?;
        Ok(entries.values().filter(|now| settled_entry(&now.entry).is_none()).count())
    }

    async fn text(&self, job: &Job, row: &Queued, more: usize) -> Result<Option<String>> {
        let (source, id) = (Id::from(&*row.event_source), Id::from(&*row.event_id));
        let Some(event) = self.store.event(&source, &id).await? else { return Ok(None) };
        let ticket = match &row.ticket_id {
            Some(ticket) => self.store.ticket(ticket).await?,
            None => None,
        };
        let snapshot = self.store.snapshot();
        let is_chat = row.purpose == OFFLINE_SMS;
        let entry = job.entries.iter().find(|entry| row.notification_id.as_deref() == Some(&*entry.id));
        let (texts, purpose) = (&*self.texts, &*row.purpose);
        let story = Story { event: &event, ticket: ticket.as_ref(), snapshot: &snapshot, texts, purpose };
        let mut item = story.item(entry.filter(|_| is_chat));
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
        let name = match (is_chat, is_contact) {
            (true, true) => "sms_chat",
            (true, false) => "sms_chat_agent",
            _ => "sms_critical",
        };
        let template = templates::kind(name).ok_or_else(|| Error::Internal(format!("there is no template {name}")))?;
        let values = Values::of(&letter).and_more(more);
        let (filled, fault) = templates::fill(&snapshot.templates, template, &values);
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
