//! Planned deliveries: written with their event, read for an event's page. Sending them is another's work.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    connection::{Conn, write_transaction},
    insert::{self, Field, TableRow},
    schema::{deliveries, delivery_attempts},
};
use crate::{
    domain::{
        Id, Millis,
        delivery::{DeliveryChannel, PlannedDelivery, RecipientKind},
        erasure::{Person, PersonKind},
        event::Event,
        nudge::{Change, InboxChange},
    },
    error::{Error, Result},
};

/// An hour: what [`PlannedDelivery::at_once_per_hour`] counts in.
const HOUR: Millis = 3_600_000;

/// A planned delivery and the event that it is of.
pub struct NewDelivery<'a> {
    planned: &'a PlannedDelivery,
    event: &'a Event,
    id: String,
    state: &'static str,
    why: Option<&'static str>,
    due_at: Option<Millis>,
    /// The entry that it goes with, and its number.
    entry: Option<(&'a str, i64)>,
    now: Millis,
}

impl<'a> NewDelivery<'a> {
    /// The row of a plan; looks up what went out to the person before, where that matters.
    pub fn new(
        conn: &mut Conn,
        planned: &'a PlannedDelivery,
        event: &'a Event,
        now: Millis,
    ) -> Result<NewDelivery<'a>> {
        let (mut state, mut why, mut due_at) = ("planned", None, Some(planned.not_before.unwrap_or(now)));
        let went_out_within =
            |conn: &mut Conn, within| went_out(conn, &planned.recipient, planned.purpose, now - within);
        if let Some(skipped) = planned.skipped {
            (state, why, due_at) = ("skipped", Some(skipped), None);
        } else if let Some(within) = planned.once_within
            && went_out_within(conn, within)?
        {
            (state, why, due_at) = ("skipped", Some("once_in_a_while"), None);
        } else if let Some(limit) = planned.at_once_per_hour
            && let Some(first) = first_of_many(conn, &planned.recipient, i64::from(limit), now - HOUR)?
        {
            (state, why, due_at) = ("held", Some("limit_per_hour"), Some(first + HOUR));
        } else if let Some(until) = planned.held_until {
            (state, why, due_at) = ("held", Some("quiet_hours"), Some(until));
        }
        Ok(NewDelivery { planned, event, id: Uuid::now_v7().to_string(), state, why, due_at, entry: None, now })
    }

    /// With the entry of the same event and agent, for what asks when it is sent how that stands: text messages. `changes`
    /// are the new entries, each with its event.
    pub fn beside(self, changes: &'a [InboxChange], of: &[&'a Event]) -> NewDelivery<'a> {
        let PlannedDelivery { recipient, kind, channel, .. } = self.planned;
        if *channel != DeliveryChannel::Sms || *kind != RecipientKind::Agent {
            return self;
        }
        let made = changes.iter().zip(of).find(|(change, event)| {
            change.agent == *recipient && event.id == self.event.id && event.source == self.event.source
        });
        let entry = made.and_then(|(change, _)| match &change.what {
            Change::Entry(entry) => Some((&*entry.id, entry.seq)),
            _ => None,
        });
        NewDelivery { entry, ..self }
    }
}

impl TableRow for NewDelivery<'_> {
    type Kind = NewDelivery<'static>;

    const TABLE: &'static str = "deliveries";
    const CONFLICT: &'static str = "ON CONFLICT DO NOTHING";

    fn fields(&self) -> Vec<Field<'_>> {
        let NewDelivery { planned, event, id, state, why, due_at, entry, now } = self;
        vec![
            ("id", (&**id).into()),
            ("event_source", (&*event.source).into()),
            ("event_id", (&*event.id).into()),
            ("notification_id", entry.map(|(id, _)| id).into()),
            ("recipient", (&*planned.recipient).into()),
            ("recipient_kind", planned.kind.as_str().into()),
            ("channel", planned.channel.as_str().into()),
            ("purpose", planned.purpose.into()),
            ("stage", entry.map_or(0, |(_, seq)| seq).into()),
            ("address", planned.address.as_deref().into()),
            ("ticket_id", event.data.ticket.as_ref().map(|ticket| &*ticket.id).into()),
            ("batch", (&*planned.batch).into()),
            ("state", (*state).into()),
            ("why", (*why).into()),
            ("due_at", (*due_at).into()),
            ("created_at", (*now).into()),
            ("updated_at", (*now).into()),
        ]
    }
}

/// When the first of the emails to an agent since `since` was planned, if `limit` of them were.
fn first_of_many(conn: &mut Conn, recipient: &str, limit: i64, since: Millis) -> Result<Option<Millis>> {
    use deliveries::dsl as d;
    let at_once = d::deliveries
        .filter(d::recipient.eq(recipient))
        .filter(d::recipient_kind.eq(RecipientKind::Agent.as_str()))
        .filter(d::channel.eq(DeliveryChannel::Email.as_str()))
        .filter(d::created_at.gt(since))
        .filter(d::state.ne_all(["skipped", "held", "cancelled"]))
        .select(d::created_at);
    let mut times: Vec<Millis> = at_once.load(conn).map_err(Error::Store)?;
    times.sort_unstable();
    let is_full = times.len() as i64 >= limit;
    Ok(times.first().copied().filter(|_| is_full))
}

/// Writes the rows of planned deliveries.
pub fn insert(conn: &mut Conn, rows: &[NewDelivery<'_>]) -> Result<()> {
    insert::insert(conn, rows).map(drop).map_err(Error::Store)
}

fn went_out(conn: &mut Conn, recipient: &str, purpose: &str, since: Millis) -> Result<bool> {
    let known: Option<String> = deliveries::table
        .filter(deliveries::recipient.eq(recipient))
        .filter(deliveries::purpose.eq(purpose))
        .filter(deliveries::created_at.gt(since))
        .filter(deliveries::state.ne("skipped"))
        .select(deliveries::id)
        .first(conn)
        .optional()
        .map_err(Error::Store)?;
    Ok(known.is_some())
}

/// Takes a person out of deliveries; what is left says that there was one, and what is still to go out does not.
pub fn forget(conn: &mut Conn, person: &Person, now: Millis) -> Result<usize> {
    use deliveries::dsl as d;
    let kind = if person.kind() == PersonKind::Agent { RecipientKind::Agent } else { RecipientKind::Contact };
    let addresses = person.addresses();
    write_transaction(conn, |conn| {
        let by_id = d::recipient_kind.eq(kind.as_str()).and(d::recipient.eq(&**person.id()));
        let by_address = d::address.eq_any(addresses).or(d::recipient.eq_any(addresses));
        let theirs: Vec<(String, String)> = d::deliveries
            .filter(by_id.or(by_address.assume_not_null()))
            .select((d::id, d::state))
            .load(conn)
            .map_err(Error::Store)?;
        for (id, state) in &theirs {
            let state = if state == "planned" || state == "held" { "cancelled" } else { state };
            // Rows of one event stay apart.
            let tombstone = format!("erased:{id}");
            let set =
                (d::recipient.eq(tombstone), d::address.eq(None::<&str>), d::state.eq(state), d::why.eq("erased"));
            let due = (d::due_at.eq(None::<i64>), d::updated_at.eq(now));
            diesel::update(d::deliveries.find(id)).set((set, due)).execute(conn).map_err(Error::Store)?;
        }
        Ok(theirs.len())
    })
}

/// Removes what was planned before `before`: what was not sent by then is of no use to anybody.
pub fn forget_old(conn: &mut Conn, before: Millis, most: i64) -> Result<usize> {
    use deliveries::dsl as d;
    // Ids grow with time: what is older stands before this.
    let first = format!("{:08x}-{:04x}", before.max(0) >> 16, before & 0xffff);
    let old: Vec<String> = d::deliveries
        .filter(d::id.lt(first))
        .order(d::id)
        .limit(most)
        .select(d::id)
        .load(conn)
        .map_err(Error::Store)?;
    if old.is_empty() {
        return Ok(0);
    }
    let tries = delivery_attempts::table.filter(delivery_attempts::delivery_id.eq_any(&old));
    diesel::delete(tries).execute(conn).map_err(Error::Store)?;
    diesel::delete(d::deliveries.filter(d::id.eq_any(old))).execute(conn).map_err(Error::Store)
}

/// A delivery as an event's page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, utoipa::ToSchema)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    /// Agent or contact id, an address where a contact has no id, `ADMIN`.
    pub recipient: String,
    /// `agent`, `contact`, `address`.
    #[serde(rename = "kind")]
    pub recipient_kind: String,
    /// `email`, `sms`.
    pub channel: String,
    /// The switch or policy that says so.
    pub purpose: String,
    /// `planned`, `held`, `skipped`, `cancelled`.
    pub state: String,
    /// Why it waits or does not go out.
    pub why: Option<String>,
}

/// What one event planned, in the order of its planning.
pub fn of_event(conn: &mut Conn, source: &Id, id: &Id) -> Result<Vec<Delivery>> {
    deliveries::table
        .filter(deliveries::event_source.eq(&**source))
        .filter(deliveries::event_id.eq(&**id))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .load(conn)
        .map_err(Error::Store)
}
