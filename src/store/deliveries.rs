//! Planned deliveries: written with their event, read for an event's page. Sending them is another's work.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper};
use serde::Serialize;
use uuid::Uuid;

use super::{
    connection::Conn,
    insert::{self, Field, TableRow},
    schema::deliveries,
};
use crate::{
    domain::{Id, Millis, delivery::PlannedDelivery, event::Event},
    error::{Error, Result},
};

/// A planned delivery and the event that it is of.
pub struct NewDelivery<'a> {
    planned: &'a PlannedDelivery,
    event: &'a Event,
    id: String,
    skipped: Option<&'static str>,
    now: Millis,
}

impl<'a> NewDelivery<'a> {
    /// The row of a plan; looks up whether one went out within its time already.
    pub fn new(
        conn: &mut Conn,
        planned: &'a PlannedDelivery,
        event: &'a Event,
        now: Millis,
    ) -> Result<NewDelivery<'a>> {
        let mut skipped = planned.skipped;
        if let (None, Some(within)) = (skipped, planned.once_within)
            && went_out(conn, &planned.recipient, planned.purpose, now - within)?
        {
            skipped = Some("once_in_a_while");
        }
        Ok(NewDelivery { planned, event, id: Uuid::now_v7().to_string(), skipped, now })
    }
}

impl TableRow for NewDelivery<'_> {
    type Kind = NewDelivery<'static>;

    const TABLE: &'static str = "deliveries";
    const CONFLICT: &'static str = "ON CONFLICT DO NOTHING";

    fn fields(&self) -> Vec<Field<'_>> {
        let NewDelivery { planned, event, id, skipped, now } = self;
        vec![
            ("id", (&**id).into()),
            ("event_source", (&*event.source).into()),
            ("event_id", (&*event.id).into()),
            ("recipient", (&*planned.recipient).into()),
            ("recipient_kind", planned.kind.as_str().into()),
            ("channel", planned.channel.as_str().into()),
            ("purpose", planned.purpose.into()),
            ("address", planned.address.as_deref().into()),
            ("ticket_id", event.data.ticket.as_ref().map(|ticket| &*ticket.id).into()),
            ("state", if skipped.is_some() { "skipped" } else { "planned" }.into()),
            ("why", (*skipped).into()),
            ("due_at", skipped.is_none().then_some(*now).into()),
            ("created_at", (*now).into()),
            ("updated_at", (*now).into()),
        ]
    }
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
    /// `planned`, `skipped`.
    pub state: String,
    /// Why it is skipped.
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
