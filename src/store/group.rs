//! One transaction for everything that is waiting: events, acts and acknowledgements of many callers.
//!
//! Order of locks: tickets, then contacts' presences, then inboxes, each in id order; whoever takes them in another order
//! risks a deadlock, which costs a repetition and nothing else.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{
    acts,
    connection::{Conn, write_transaction},
    deliveries::{self, NewDelivery},
    due_list,
    events::{self, Key, NewEvent},
    inbox::Inboxes,
    memory::Memory,
    notifications::{self, NewEntry, new_entry},
    presences::Presences,
    records, renewal,
    request::{Answer, Committed, Context, Failure, Request},
    resolve,
    tickets::Tickets,
    webhook_messages,
};
use crate::{
    domain::{
        Id, Millis,
        act::{Act, Op, Selector},
        delivery::PlannedDelivery,
        event::{Event, EventType},
        notification::Draft,
        nudge::InboxChange,
        plan::{Facts, Plan, Receipt, ReceiptStatus},
        presence,
        snapshot::Snapshot,
        webhook::WebhookType,
    },
    error::{Error, Result},
};

/// Runs the requests, and the acknowledgements that gathered meanwhile, as one transaction.
pub fn commit(
    conn: &mut Conn,
    requests: &[&Request],
    acks: &HashMap<Id, i64>,
    memory: &mut Memory,
    context: &Context<'_>,
) -> Result<Committed, Failure> {
    let mut again = false;
    let done = write_transaction(conn, |conn| {
        let mut group = Group::begin(conn, requests, memory, context)?;
        group.lock_presences(conn, requests)?;
        group.route(conn, requests)?;
        group.find_sleepers(conn)?;
        group.lock_inboxes(conn, requests, acks, memory)?;
        group.place_drafts()?;
        if !group.keep(conn)? {
            again = true;
            return Err(Error::Conflict("another node stored one of the events first".to_owned()));
        }
        group.carry_out_acts(conn, requests)?;
        group.note_acks(acks)?;
        due_list::note_in_rows(conn, &group.changes, &mut group.inboxes, group.now)?;
        group.inboxes.flush(conn)?;
        Ok(group.finish())
    });
    done.map_err(|error| if again { Failure::Again } else { error.into() })
}

/// A transaction under way.
struct Group<'a> {
    context: &'a Context<'a>,
    snapshot: Arc<Snapshot>,
    now: Millis,
    known: HashMap<Key, Vec<Id>>,
    tickets: Tickets,
    presences: Presences,
    inboxes: Inboxes,
    routed: Vec<Routed<'a>>,
    answers: Vec<Option<Answer>>,
    /// The event behind each of the first changes, which are new entries.
    notified_of: Vec<&'a Event>,
    changes: Vec<InboxChange>,
}

/// A new event and what it leads to.
struct Routed<'a> {
    event: &'a Event,
    body: &'a str,
    plan: Plan,
    notified: Vec<Id>,
    /// Drafts that renew an entry where there is one.
    renewing: Vec<Draft>,
    /// Heads of the inboxes in which it settles something, as they were before it.
    heads: Vec<i64>,
    accepted_us: i64,
}

impl<'a> Group<'a> {
    /// Brings the memory up to date, finds out what is known, and locks the tickets.
    fn begin(
        conn: &mut Conn,
        requests: &[&'a Request],
        memory: &mut Memory,
        context: &'a Context<'a>,
    ) -> Result<Group<'a>> {
        let snapshot = records::refreshed(conn, &context.snapshot)?;
        memory.check(conn)?;
        let events = || requests.iter().filter_map(|request| accepted(request)).flatten();
        let known = events::known(conn, events())?;
        let fresh = events().filter(|event| !known.contains_key(&key(event)));
        let tickets: BTreeSet<Id> =
            fresh.filter_map(|event| event.data.ticket.as_ref()).map(|t| t.id.clone()).collect();
        Ok(Group {
            context,
            snapshot,
            now: context.clock.now(),
            known,
            tickets: Tickets::lock(conn, &tickets, memory)?,
            presences: Presences::default(),
            inboxes: Inboxes::default(),
            routed: Vec::new(),
            answers: Vec::new(),
            notified_of: Vec::new(),
            changes: Vec::new(),
        })
    }

    /// Locks the presences that the events tell of, in order, as far as they can be known before the events are gone
    /// through.
    fn lock_presences(&mut self, conn: &mut Conn, requests: &[&Request]) -> Result<()> {
        let events = requests.iter().filter_map(|request| accepted(request)).flatten();
        let concerned = |event: &Event| {
            let ticket = event.data.ticket.as_ref().and_then(|ticket| self.tickets.get(&ticket.id));
            presence::concerned(event, ticket).filter(|_| !self.known.contains_key(&key(event)))
        };
        let contacts: BTreeSet<Id> = events.filter_map(concerned).collect();
        self.presences.lock(conn, &contacts)
    }

    /// Decides every new event in order, each seeing what the ones before it changed.
    fn route(&mut self, conn: &mut Conn, requests: &[&'a Request]) -> Result<()> {
        for request in requests {
            let answer = match request {
                Request::Act { .. } => None,
                Request::Accept { api_key: Some(hash), .. } if !self.snapshot.api_keys.contains_key(hash) => {
                    Some(Answer::Refused(Error::Unauthorized))
                }
                Request::Accept { events, bodies, accepted_us, .. } => {
                    self.note_superseding(events);
                    let each = events.iter().zip(bodies);
                    let receipts = each.map(|(event, body)| self.route_event(conn, event, body, *accepted_us));
                    Some(Answer::Receipts(receipts.collect::<Result<_>>()?))
                }
            };
            self.answers.push(answer);
        }
        Ok(())
    }

    /// Of a message and a reopening in one batch that are one act of the customer, the reopening is told (D-27): it
    /// counts as known before the message is looked at.
    fn note_superseding(&mut self, events: &'a [Event]) {
        for event in events.iter().skip(1).filter(|event| event.kind == EventType::TicketReopened) {
            if let (Some(ticket), false) = (&event.data.ticket, self.known.contains_key(&key(event))) {
                self.tickets.note_act(&ticket.id, event);
            }
        }
    }

    fn route_event(&mut self, conn: &mut Conn, event: &'a Event, body: &'a str, accepted_us: i64) -> Result<Receipt> {
        let key = key(event);
        if let Some(notified) = self.known.get(&key) {
            return Ok(events::receipt(&event.id, ReceiptStatus::Duplicate, notified));
        }
        let ticket = event.data.ticket.as_ref().map(|ticket| ticket.id.clone());
        if let Some(ticket) = &ticket {
            self.tickets.update(ticket, |facts| facts.take_event(event));
        }
        let mut plan = self.decide(conn, event)?;
        if let Some(ticket) = &ticket {
            self.tickets.update(ticket, |facts| facts.after_event(event));
            self.tickets.note_act(ticket, event);
            // What a closed ticket leaves open is spared by every further settling too.
            if let Some(resolution) = plan.resolution.as_ref().filter(|_| ends_ticket(event.kind)) {
                self.tickets.update(ticket, |facts| {
                    facts.told.retain(|agent| !resolution.agents.contains(agent));
                    true
                });
            }
            self.tickets.update(ticket, |facts| facts.note_told(plan.drafts.iter().map(|draft| &draft.agent)));
            plan.watches.iter().for_each(|watch| self.tickets.watch(ticket, watch));
        }
        let notified = std::mem::take(&mut plan.notified);
        let receipt = events::receipt(&event.id, ReceiptStatus::Accepted, &notified);
        self.known.insert(key, notified.clone());
        self.routed.push(Routed { event, body, plan, notified, renewing: Vec::new(), heads: Vec::new(), accepted_us });
        Ok(receipt)
    }

    /// Asks the router, and notes what the event tells of a contact's presence.
    fn decide(&mut self, conn: &mut Conn, event: &Event) -> Result<Plan> {
        let ticket = event.data.ticket.as_ref().and_then(|ticket| self.tickets.get(&ticket.id));
        let contact = presence::concerned(event, ticket);
        if let Some(contact) = &contact {
            // As a rule it is held already.
            self.presences.lock(conn, &BTreeSet::from([contact.clone()]))?;
            if let Some(sign) = presence::sign_of(event, ticket) {
                self.presences.update(contact, |known| known.take(&sign));
            }
        }
        let known = contact.as_ref().and_then(|contact| self.presences.get(contact));
        let plan =
            self.context.router.route(Facts { event, ticket, contact: known, snapshot: &self.snapshot, now: self.now });
        if let Some(contact) = contact.filter(|_| plan.deliveries.iter().any(PlannedDelivery::tells_absent_contact)) {
            self.presences.update(&contact, |known| {
                known.note_told(event.time);
                true
            });
        }
        Ok(plan)
    }

    /// A plan wakes whoever the event concerns; of those only few are asleep, and others may be who are not in the plan.
    /// One question to the store for all tickets that wake, instead of an act for each candidate.
    fn find_sleepers(&mut self, conn: &mut Conn) -> Result<()> {
        let waking = |plan: &Plan| plan.acts.iter().filter_map(woken_ticket).collect::<BTreeSet<Id>>();
        let tickets: BTreeSet<Id> = self.routed.iter().flat_map(|routed| waking(&routed.plan)).collect();
        if tickets.is_empty() {
            return Ok(());
        }
        let sleepers = acts::asleep_until_reply(conn, &tickets)?;
        for routed in &mut self.routed {
            let wake = waking(&routed.plan);
            routed.plan.acts.retain(|act| woken_ticket(act).is_none());
            let theirs = sleepers.iter().filter(|(_, ticket)| wake.contains(ticket));
            let acts =
                theirs.map(|(agent, ticket)| (agent.clone(), Op::Wake, Selector::Ticket { ticket: ticket.clone() }));
            routed.plan.acts.extend(acts);
        }
        Ok(())
    }

    fn lock_inboxes(
        &mut self,
        conn: &mut Conn,
        requests: &[&Request],
        acks: &HashMap<Id, i64>,
        memory: &mut Memory,
    ) -> Result<()> {
        let settled = self.routed.iter().flat_map(|routed| routed.plan.resolution.iter().flat_map(|r| &r.agents));
        let drafted = self.routed.iter().flat_map(|routed| routed.plan.drafts.iter().map(|draft| &draft.agent));
        let planned = self.routed.iter().flat_map(|routed| routed.plan.acts.iter().map(|(agent, ..)| agent));
        let acting = requests.iter().filter_map(|request| match request {
            Request::Act { agent, .. } => Some(agent),
            Request::Accept { .. } => None,
        });
        let agents: BTreeSet<Id> =
            drafted.chain(settled).chain(planned).chain(acting).chain(acks.keys()).cloned().collect();
        self.inboxes = Inboxes::lock(conn, &agents, memory)?;
        Ok(())
    }

    fn place_drafts(&mut self) -> Result<()> {
        for routed in &mut self.routed {
            // What is settled by an event is what was there before it.
            for agent in routed.plan.resolution.iter().flat_map(|resolution| &resolution.agents) {
                routed.heads.push(self.inboxes.get_to_add(agent)?.seq);
            }
            let (renewing, new) = std::mem::take(&mut routed.plan.drafts).into_iter().partition(|draft| draft.renews);
            routed.renewing = renewing;
            for draft in new {
                let draft: Draft = draft;
                let inbox = self.inboxes.get_to_add(&draft.agent)?;
                self.changes.push(notifications::place(draft, inbox, self.now, routed.accepted_us));
                self.notified_of.push(routed.event);
            }
        }
        Ok(())
    }

    /// Writes events, tickets and notifications; false when another node has one of the events.
    fn keep(&mut self, conn: &mut Conn) -> Result<bool> {
        let mut rows = Vec::with_capacity(self.routed.len());
        for routed in &mut self.routed {
            let explanation = std::mem::take(&mut routed.plan.explanation);
            rows.push(NewEvent::new(routed.event, routed.body, explanation, &routed.notified, self.now)?);
        }
        if !events::insert(conn, &rows)? {
            return Ok(false);
        }
        self.tickets.flush(conn, self.now)?;
        self.presences.flush(conn)?;
        let made = self.changes.iter().zip(&self.notified_of).filter_map(|(change, event)| new_entry(change, event));
        let entries: Vec<NewEntry<'_>> = made.collect::<Result<_>>()?;
        notifications::insert(conn, &entries)?;
        self.plan_deliveries(conn)?;
        self.tell_webhooks(conn)?;
        Ok(true)
    }

    /// Keeps `notification.created` for the programs that want it; as a rule there are none, and nothing happens.
    fn tell_webhooks(&self, conn: &mut Conn) -> Result<()> {
        let made = || self.changes.iter().filter_map(notifications::told).collect();
        webhook_messages::enqueue_all(conn, &self.snapshot, WebhookType::NotificationCreated, self.now, made)?;
        Ok(())
    }

    fn plan_deliveries(&self, conn: &mut Conn) -> Result<()> {
        for routed in self.routed.iter().filter(|routed| !routed.plan.deliveries.is_empty()) {
            // One event at a time: a later one may have to know what an earlier one sent.
            let row = |planned| {
                let row = NewDelivery::new(conn, planned, routed.event, self.now)?;
                Ok(row.beside(&self.changes, &self.notified_of))
            };
            let rows: Vec<NewDelivery<'_>> = routed.plan.deliveries.iter().map(row).collect::<Result<_>>()?;
            deliveries::insert(conn, &rows)?;
        }
        Ok(())
    }

    fn carry_out_acts(&mut self, conn: &mut Conn, requests: &[&Request]) -> Result<()> {
        for routed in &mut self.routed {
            for draft in routed.renewing.drain(..) {
                let inbox = self.inboxes.get_mut(&draft.agent)?;
                let change = renewal::renew(conn, draft, routed.event, inbox, self.now, routed.accepted_us)?;
                self.changes.push(change);
            }
            if let Some(resolution) = &routed.plan.resolution {
                for (agent, up_to) in resolution.agents.iter().zip(&routed.heads) {
                    let inbox = self.inboxes.get_mut(agent)?;
                    self.changes.extend(resolve::resolve(conn, agent, inbox, *up_to, resolution, self.now)?);
                }
            }
            for (agent, op, selector) in &routed.plan.acts {
                let act = Act { op: *op, selector: selector.clone(), until: None, reference: None };
                let inbox = self.inboxes.get_mut(agent)?;
                let (_, changes) = acts::run(conn, agent, &act, inbox, self.now)?;
                self.changes.extend(changes);
            }
        }
        for (request, answer) in requests.iter().zip(&mut self.answers) {
            if let Request::Act { agent, act } = request {
                let (outcome, changes) = acts::run(conn, agent, act, self.inboxes.get_mut(agent)?, self.now)?;
                self.changes.extend(changes);
                *answer = Some(Answer::Acted(outcome));
            }
        }
        Ok(())
    }

    fn note_acks(&mut self, acks: &HashMap<Id, i64>) -> Result<()> {
        for (agent, seq) in acks {
            let inbox = self.inboxes.get_mut(agent)?;
            // Nobody can have what was never given out: a client may lie, or come from before a restore.
            inbox.acked_seq = inbox.acked_seq.max((*seq).min(inbox.seq));
            if inbox.acked_seq == inbox.seq {
                inbox.fallback_due_at = None;
            }
        }
        Ok(())
    }

    fn finish(self) -> Committed {
        let missing = || Answer::Refused(Error::Internal("a request was left without an answer".to_owned()));
        Committed {
            // Readers may see it from now on.
            number: self.context.durability.begin(),
            answers: self.answers.into_iter().map(|answer| answer.unwrap_or_else(missing)).collect(),
            changes: self.changes,
            snapshot: self.snapshot,
            read_upon: self.context.snapshot.version,
            notifications: self.notified_of.len(),
            tickets: self.tickets,
            inboxes: self.inboxes,
        }
    }
}

fn accepted(request: &Request) -> Option<&[Event]> {
    match request {
        Request::Accept { events, .. } => Some(events),
        Request::Act { .. } => None,
    }
}

fn woken_ticket((_, op, selector): &(Id, Op, Selector)) -> Option<Id> {
    match (op, selector) {
        (Op::Wake, Selector::Ticket { ticket }) => Some(ticket.clone()),
        _ => None,
    }
}

fn key(event: &Event) -> Key {
    (event.source.clone(), event.id.clone())
}

fn ends_ticket(kind: EventType) -> bool {
    matches!(kind, EventType::TicketClosed | EventType::TicketMerged)
}
