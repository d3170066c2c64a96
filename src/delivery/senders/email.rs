//! Emails: looks up the address, asks whether anything may go there, and writes the letter.

use std::{collections::HashMap, sync::Arc};

use futures_util::future::BoxFuture;

use super::{store_failed, story::Story};
use crate::{
    delivery::{
        Job, Outcome, Sender,
        email::{Item, Letter, Links, Mailer, Recipient},
        links::{Action, LinkSigner},
    },
    domain::{Id, delivery::RecipientKind, quiet_hours::zone, snapshot::Snapshot, ticket::TicketFacts},
    error::Result,
    routing::text::Texts,
    store::{Bounce, FALLBACK, Queued, Store},
};

/// Sends emails.
#[derive(Clone)]
pub struct EmailSender {
    /// The store.
    pub store: Store,
    /// The way out.
    pub mailer: Arc<Mailer>,
    /// Makes the links at the foot.
    pub links: Arc<LinkSigner>,
    /// What the bell says.
    pub texts: Arc<Texts>,
}

impl Sender for EmailSender {
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

impl EmailSender {
    async fn try_send(&self, job: &Job) -> Result<Outcome> {
        let snapshot = self.store.snapshot();
        let Some(row) = job.rows.first() else { return Ok(Outcome::Withheld { why: "removed" }) };
        let Some(recipient) = recipient(row, &snapshot) else { return Ok(Outcome::Withheld { why: "no_address" }) };
        if !self.store.is_suppressed(&[&recipient.address]).await?.is_empty() {
            return Ok(Outcome::Withheld { why: "suppressed" });
        }
        let items = self.items(job, row, &snapshot).await?;
        if items.is_empty() {
            return Ok(Outcome::Withheld { why: "removed" });
        }
        if let Some(ticket) = row.ticket_id.as_deref().filter(|_| recipient.kind == RecipientKind::Agent)
            && !self.store.muted_tickets(&Id::from(&*row.recipient), &[Id::from(ticket)]).await?.is_empty()
        {
            return Ok(Outcome::Withheld { why: "muted" });
        }
        let address = recipient.address.clone();
        let links = self.links(row, job, &recipient);
        let purpose = if row.purpose == FALLBACK && row.batch == "digest" { "digest" } else { &row.purpose };
        let letter = Letter { id: job.id.clone(), purpose: purpose.to_owned(), recipient, items, links };
        let outcome = self.mailer.send(&self.mailer.compose(&letter, &snapshot)).await;
        let bounce = match &outcome {
            Outcome::Gone { why, .. } => Some((Bounce::Hard, *why)),
            Outcome::Failed { why, .. } => Some((Bounce::Soft, *why)),
            _ => None,
        };
        if let Some((bounce, why)) = bounce {
            self.store.note_bounce(&address, bounce, why).await?;
        }
        Ok(outcome)
    }

    async fn items(&self, job: &Job, row: &Queued, snapshot: &Snapshot) -> Result<Vec<Item>> {
        let mut items = Vec::with_capacity(job.rows.len());
        let mut tickets: HashMap<&str, Option<TicketFacts>> = HashMap::new();
        for each in &job.rows {
            let (source, id) = (Id::from(&*each.event_source), Id::from(&*each.event_id));
            let entry = job.entries.iter().find(|entry| each.notification_id.as_deref() == Some(&*entry.id));
            let Some(event) = self.store.event(&source, &id).await? else { continue };
            let about = each.ticket_id.as_deref();
            // A summary tells many things of few tickets.
            if let Some(ticket) = about.filter(|ticket| !tickets.contains_key(ticket)) {
                tickets.insert(ticket, self.store.ticket(ticket).await?);
            }
            let ticket = about.and_then(|ticket| tickets.get(ticket)?.as_ref());
            let story = Story { event: &event, ticket, snapshot, texts: &self.texts, purpose: &each.purpose };
            let mut item = story.item(entry);
            if row.recipient_kind == RecipientKind::Contact.as_str() {
                // Customers have no way into the helpdesk's own pages.
                item.url = None;
            }
            items.push(item);
        }
        Ok(items)
    }

    fn links(&self, row: &Queued, job: &Job, recipient: &Recipient) -> Links {
        match recipient.kind {
            RecipientKind::Agent => {
                let agent = Id::from(&*row.recipient);
                let categories: Vec<_> = job.entries.iter().map(|entry| entry.category.clone()).collect();
                let same = categories.windows(2).all(|pair| pair[0] == pair[1]);
                let category = categories.into_iter().next().flatten().filter(|_| same);
                let mute = |ticket: &String| Action::Mute { agent: agent.clone(), ticket: Id::from(&**ticket) };
                let one_ticket = job.rows.iter().all(|each| each.ticket_id == row.ticket_id);
                Links {
                    preferences: Some(self.links.preferences()),
                    mute_ticket: row.ticket_id.as_ref().filter(|_| one_ticket).map(|id| self.links.url(mute(id))),
                    unsubscribe: Some(self.links.url(Action::Unsubscribe { agent, category })),
                }
            }
            RecipientKind::Contact => {
                let suppress = Action::Suppress { address: recipient.address.clone() };
                Links { unsubscribe: Some(self.links.url(suppress)), ..Links::default() }
            }
            RecipientKind::Address => Links::default(),
        }
    }
}

fn recipient(row: &Queued, snapshot: &Snapshot) -> Option<Recipient> {
    let directory = &snapshot.directory;
    let plain = |name: String, address: String, kind| Recipient { name, address, kind, locale: None, time_zone: None };
    match &*row.recipient_kind {
        "agent" => {
            let agent = directory.agent(&row.recipient)?;
            let time_zone = agent.time_zone.as_deref().map(|name| zone(Some(name)));
            let recipient = plain(agent.name.clone(), agent.email.clone()?, RecipientKind::Agent);
            Some(Recipient { locale: agent.locale.clone(), time_zone, ..recipient })
        }
        "contact" => {
            let known = directory.contact(&row.recipient);
            let address = row.address.clone().or_else(|| known?.email.clone())?;
            let name = known.map(|contact| contact.name.clone()).unwrap_or_default();
            Some(plain(name, address, RecipientKind::Contact))
        }
        _ => Some(plain(String::new(), row.address.clone()?, RecipientKind::Address)),
    }
}
