//! Where the people are to whom a text message of a chat is about to go, and what happened in the chat meanwhile: it goes
//! to whoever is offline and was not told in this absence, of what nobody has answered yet (D-10, R-160, R-161).

use std::{collections::HashMap, sync::Arc};

use super::{planner::Presences, recheck::Verdict};
use crate::{
    domain::{
        Id, Millis,
        presence::{OFFLINE_SMS, address_key},
    },
    error::Result,
    live::Whereabouts,
    store::{Queued, Store},
};

/// Why what was planned is not to go out, or not yet.
const ONLINE: &str = "online";
const LEAVING: &str = "leaving";
const ANSWERED: &str = "answered";
const TOLD: &str = "one_per_offline_session";

/// Whoever knows where people are, asked before text messages of chats are sent.
pub struct Absences {
    /// The store: contacts' presences, tickets, what was sent before.
    pub store: Store,
    /// Where agents are, on whichever node.
    pub presences: Arc<dyn Presences>,
}

impl Absences {
    /// What stands against each of these rows, by id. Rows of other purposes are not asked about.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn obstacles(&self, rows: &[Queued], now: Millis) -> Result<HashMap<String, Verdict>> {
        let of_chats: Vec<&Queued> = rows.iter().filter(|row| row.purpose == OFFLINE_SMS).collect();
        let (agents, contacts): (Vec<&Queued>, Vec<&Queued>) =
            of_chats.into_iter().partition(|row| row.recipient_kind == "agent");
        let mut obstacles = HashMap::new();
        for row in contacts {
            if self.is_contact_online(&row.recipient, now).await? {
                obstacles.insert(row.id.clone(), Verdict::Skip(ONLINE));
            }
        }
        let ids: Vec<Id> = agents.iter().map(|row| Id::from(&*row.recipient)).collect();
        let places = if ids.is_empty() { Vec::new() } else { self.presences.whereabouts(&ids).await? };
        for (row, place) in agents.into_iter().zip(places) {
            let obstacle = match place {
                Whereabouts::Connected { .. } => Some(Verdict::Skip(ONLINE)),
                Whereabouts::Leaving { away_at } => Some(Verdict::Hold { until: away_at, why: LEAVING }),
                Whereabouts::Away if self.is_answered(row).await? => Some(Verdict::Cancel(ANSWERED)),
                Whereabouts::Away if self.was_told(row).await? => Some(Verdict::Skip(TOLD)),
                Whereabouts::Away => None,
            };
            obstacles.extend(obstacle.map(|verdict| (row.id.clone(), verdict)));
        }
        Ok(obstacles)
    }

    /// A contact without an id is known by their address.
    async fn is_contact_online(&self, contact: &str, now: Millis) -> Result<bool> {
        let known = match self.store.contact_presence(&Id::from(contact)).await? {
            None if contact.contains('@') => self.store.contact_presence(&address_key(contact)).await?,
            known => known,
        };
        Ok(known.is_some_and(|presence| presence.is_online_at(now)))
    }

    /// By an agent, this one included, or by the bot, at the time of the message or after it.
    async fn is_answered(&self, row: &Queued) -> Result<bool> {
        let Some(ticket) = row.ticket_id.as_deref() else { return Ok(false) };
        let Some(answered_at) = self.store.ticket(ticket).await?.and_then(|ticket| ticket.answered_at) else {
            return Ok(false);
        };
        let event = self.store.event(&Id::from(&*row.event_source), &Id::from(&*row.event_id)).await?;
        Ok(event.is_some_and(|event| answered_at >= event.time))
    }

    /// A text message about this chat went to the agent, and they have not been back since: no device confirmed or read
    /// what it told of.
    async fn was_told(&self, row: &Queued) -> Result<bool> {
        let Some(ticket) = row.ticket_id.as_deref() else { return Ok(false) };
        let Some(before) = self.store.last_chat_text(&row.recipient, ticket).await? else { return Ok(false) };
        let entries = self.store.entries_now(std::slice::from_ref(&before)).await?;
        let entry = before.notification_id.and_then(|id| entries.get(&id).cloned());
        Ok(entry.is_some_and(|now| {
            let is_touched = now.entry.read_at.is_some() || now.entry.cleared_at.is_some();
            !is_touched && now.acked_seq.max(now.seen_seq) < before.stage
        }))
    }
}
