//! Taking a person out of rows that hold traces of them, in bounded steps: each is a transaction that nobody waits for
//! long, and each may be repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::Serialize;
use serde_json::Value;

use super::{
    Store,
    bulk::{Bulk, Column, to_json},
    connection::{Conn, write_transaction},
    deliveries,
    inbox::Inboxes,
    memory::Memory,
    notifications::entries,
    schema::{contents, events, inboxes, notifications, source_people, watches},
    tickets::Tickets,
    traces::{Place, Spot},
    upkeep::raise_floor,
};
use crate::{
    domain::{
        Id, Millis,
        erasure::{EntryTexts, Person},
        event::Event,
        nudge::InboxChange,
    },
    error::{Error, Result},
};

/// Notifications removed, or watches ended, in one transaction.
const STEP: i64 = 500;

impl Store {
    /// One step of removing an agent's notifications, at the end with the inbox itself; returns how many went, none when
    /// there is nothing left.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remove_inbox(&self, agent: &Id) -> Result<Option<usize>> {
        let agent = agent.clone();
        self.writers.run(move |conn, memory| Ok((remove_inbox(conn, memory, &agent)?, Vec::new()))).await
    }

    /// One step of removing an agent's watches; returns how many went, 0 at the end.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remove_watches(&self, agent: &Id) -> Result<usize> {
        let agent = agent.clone();
        self.writers.run(move |conn, memory| Ok((remove_watches(conn, memory, &agent)?, Vec::new()))).await
    }

    /// Takes a person out of these rows; returns what is known of the person then, and how many rows they were in. An
    /// inbox whose entries changed gets a new floor, so that its clients read it anew.
    ///
    /// # Errors
    /// When the store cannot be written; these rows are as they were then.
    pub async fn take_out(&self, mut person: Person, place: Place, spots: Vec<Spot>) -> Result<(Person, usize)> {
        let now = self.clock.now();
        let step = move |conn: &mut Conn, memory: &mut Memory| {
            let (count, changes) = match place {
                Place::Tickets => (leave_tickets(conn, memory, &mut person, &spots, now)?, Vec::new()),
                Place::Events => (leave_events(conn, &mut person, &spots)?, Vec::new()),
                Place::Entries => leave_entries(conn, memory, &mut person, &spots)?,
            };
            Ok(((person, count), changes))
        };
        self.writers.run(step).await
    }

    /// Takes a person out of what was sent to them or is to be; returns how many deliveries that were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_recipient(&self, person: &Person) -> Result<usize> {
        let (person, now) = (person.clone(), self.clock.now());
        self.writers.run(move |conn, _| Ok((deliveries::forget(conn, &person, now)?, Vec::new()))).await
    }

    /// Forgets a person among those whom sources named and nobody matched.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_unmatched(&self, person: &Person, external_ids: Vec<String>) -> Result<usize> {
        let names = person.names().to_vec();
        let ids = person.addresses().iter().cloned().chain(external_ids).collect();
        self.writers.run(move |conn, _| Ok((forget_unmatched(conn, &names, ids)?, Vec::new()))).await
    }
}

fn remove_inbox(conn: &mut Conn, memory: &mut Memory, agent: &Id) -> Result<Option<usize>> {
    use notifications::dsl as n;
    write_transaction(conn, |conn| {
        memory.check(conn)?;
        // Locked, and out of the memory.
        let _held = Inboxes::lock(conn, &BTreeSet::from([agent.clone()]), memory)?;
        let theirs = n::notifications.filter(n::agent_id.eq(&**agent));
        let oldest: Vec<(i64, String)> =
            theirs.order(n::seq).limit(STEP).select((n::seq, n::id)).load(conn).map_err(Error::Store)?;
        let Some((last, _)) = oldest.last() else {
            diesel::delete(inboxes::table.find(&**agent)).execute(conn).map_err(Error::Store)?;
            return Ok(None);
        };
        let gone = contents::table.filter(contents::id.eq_any(oldest.iter().map(|(_, id)| id)));
        diesel::delete(gone).execute(conn).map_err(Error::Store)?;
        diesel::delete(theirs.filter(n::seq.le(*last))).execute(conn).map(Some).map_err(Error::Store)
    })
}

fn remove_watches(conn: &mut Conn, memory: &mut Memory, agent: &Id) -> Result<usize> {
    use watches::dsl as w;
    let (removed, left) = write_transaction(conn, |conn| {
        memory.check(conn)?;
        let theirs = w::watches.filter(w::agent_id.eq(&**agent));
        let followed: Vec<String> = theirs.limit(STEP).select(w::ticket_id).load(conn).map_err(Error::Store)?;
        let followed: BTreeSet<Id> = followed.into_iter().map(Id::from).collect();
        let mut held = Tickets::lock(conn, &followed, memory)?;
        for ticket in &followed {
            held.update(ticket, |facts| {
                facts.watches.retain(|watch| watch.agent != *agent);
                false
            });
        }
        let ended = theirs.filter(w::ticket_id.eq_any(followed.iter().map(|ticket| &**ticket)));
        Ok((diesel::delete(ended).execute(conn).map_err(Error::Store)?, held))
    })?;
    memory.keep(left, Inboxes::default());
    Ok(removed)
}

fn leave_tickets(
    conn: &mut Conn,
    memory: &mut Memory,
    person: &mut Person,
    spots: &[Spot],
    now: Millis,
) -> Result<usize> {
    let ids: BTreeSet<Id> = spots.iter().map(|(ticket, _)| ticket.clone()).collect();
    let (count, left) = write_transaction(conn, |conn| {
        memory.check(conn)?;
        let mut held = Tickets::lock(conn, &ids, memory)?;
        let mut count = 0;
        for id in &ids {
            held.update(id, |facts| {
                let was_in_it = person.leave_ticket(facts);
                count += usize::from(was_in_it);
                was_in_it
            });
        }
        held.flush(conn, now)?;
        Ok((count, held))
    })?;
    memory.keep(left, Inboxes::default());
    Ok(count)
}

fn leave_events(conn: &mut Conn, person: &mut Person, spots: &[Spot]) -> Result<usize> {
    write_transaction(conn, |conn| {
        let mut count = 0;
        for (source, id) in spots {
            count += usize::from(leave_event(conn, person, source, id)?);
        }
        Ok(count)
    })
}

fn leave_event(conn: &mut Conn, person: &mut Person, source: &Id, id: &Id) -> Result<bool> {
    use events::dsl as e;
    let this = e::events.find((&**source, &**id));
    let row: Option<(String, String, String)> =
        this.select((e::body, e::explanation, e::notified)).first(conn).optional().map_err(Error::Store)?;
    // Retention may have been faster.
    let Some((body, explanation, notified)) = row else { return Ok(false) };
    let mut candidates: Value = parse(&explanation)?;
    let mut notified: Vec<Id> = parse(&notified)?;
    let (in_event, body) = leave_body(person, &body)?;
    let in_explanation = person.leave_explanation(&mut candidates, &mut notified);
    if in_event || in_explanation {
        let set = (
            e::body.eq(body),
            e::explanation.eq(to_json(&candidates).map_err(Error::Store)?),
            e::notified.eq(to_json(&notified).map_err(Error::Store)?),
        );
        diesel::update(this).set(set).execute(conn).map_err(Error::Store)?;
    }
    Ok(in_event || in_explanation)
}

/// An event of a type that this version does not know any more is still JSON, and must not stop an erasure.
fn leave_body(person: &mut Person, body: &str) -> Result<(bool, String)> {
    if let Ok(mut event) = serde_json::from_str::<Event>(body) {
        let changed = person.leave_event(&mut event);
        return Ok((changed, to_json(&event).map_err(Error::Store)?));
    }
    let mut value: Value = parse(body)?;
    let changed = person.leave_json(&mut value);
    Ok((changed, to_json(&value).map_err(Error::Store)?))
}

fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::Internal(format!("a stored row is unreadable: {error}")))
}

#[derive(Serialize)]
struct Rewritten {
    agent_id: Id,
    seq: i64,
    id: String,
    title: String,
    body: String,
    actor: String,
    ticket_subject: Option<String>,
    resolved: Option<String>,
}

static REWRITE_CONTENT: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = ["id", "title", "body", "actor", "ticket_subject"].map(Column::Text);
    let set = "title = r.title, body = r.body, actor = r.actor, ticket_subject = r.ticket_subject";
    Bulk::update("contents", &columns, set, "t.id = r.id")
});

static REWRITE_STATE: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = [Column::Text("agent_id"), Column::Int("seq"), Column::Text("resolved")];
    Bulk::update("notifications", &columns, "resolved = r.resolved", "t.agent_id = r.agent_id AND t.seq = r.seq")
});

fn leave_entries(
    conn: &mut Conn,
    memory: &mut Memory,
    person: &mut Person,
    spots: &[Spot],
) -> Result<(usize, Vec<InboxChange>)> {
    let mut by_agent: BTreeMap<Id, Vec<i64>> = BTreeMap::new();
    for (agent, seq) in spots {
        by_agent.entry(agent.clone()).or_default().push(parse(seq)?);
    }
    let agents: BTreeSet<Id> = by_agent.keys().cloned().collect();
    write_transaction(conn, |conn| {
        memory.check(conn)?;
        let mut held = Inboxes::lock(conn, &agents, memory)?;
        let (mut count, mut changes) = (0, Vec::new());
        for (agent, seqs) in &by_agent {
            let rewritten = rewritten(conn, person, agent, seqs)?;
            if rewritten.is_empty() {
                continue;
            }
            REWRITE_CONTENT.run(conn, &rewritten).map_err(Error::Store)?;
            let handled: Vec<&Rewritten> = rewritten.iter().filter(|row| row.resolved.is_some()).collect();
            REWRITE_STATE.run(conn, &handled).map_err(Error::Store)?;
            count += rewritten.len();
            changes.push(raise_floor(&mut held, agent)?);
        }
        held.flush(conn)?;
        Ok((count, changes))
    })
}

/// Those of the entries that the person was in, without them.
fn rewritten(conn: &mut Conn, person: &mut Person, agent: &Id, seqs: &[i64]) -> Result<Vec<Rewritten>> {
    use contents::dsl as c;
    use notifications::dsl as n;
    type Columns = (i64, String, String, String, String, Option<String>, Option<String>);
    let rows: Vec<Columns> = entries()
        .filter(n::agent_id.eq(&**agent))
        .filter(n::seq.eq_any(seqs.iter().copied()))
        .select((n::seq, n::id, c::title, c::body, c::actor, c::ticket_subject, n::resolved))
        .load(conn)
        .map_err(Error::Store)?;
    let mut rewritten = Vec::new();
    for (seq, id, title, body, actor, subject, resolved) in rows {
        let resolved = resolved.as_deref().map(parse).transpose()?;
        let mut texts = EntryTexts { title, body, actor: parse(&actor)?, subject, resolved };
        if person.leave_entry(&mut texts) {
            rewritten.push(Rewritten {
                agent_id: agent.clone(),
                seq,
                id,
                title: texts.title,
                body: texts.body,
                actor: to_json(&texts.actor).map_err(Error::Store)?,
                ticket_subject: texts.subject,
                resolved: texts.resolved.map(|resolved| to_json(&resolved)).transpose().map_err(Error::Store)?,
            });
        }
    }
    Ok(rewritten)
}

fn forget_unmatched(conn: &mut Conn, names: &[String], ids: Vec<String>) -> Result<usize> {
    use source_people::dsl as p;
    write_transaction(conn, |conn| {
        let theirs = p::source_people.filter(p::external_id.eq_any(&ids).or(p::name.eq_any(names)));
        diesel::delete(theirs).execute(conn).map_err(Error::Store)
    })
}
