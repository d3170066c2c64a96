//! Presences of contacts: locked and read in the transaction that routes by them, written back when they changed. Only
//! events of chats and of presence itself need one; the others pay nothing.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, Queryable, QueryableByName, RunQueryDsl, Selectable,
    SelectableHelper,
};

use super::{
    Store,
    bulk::to_json,
    connection::Conn,
    insert::{self, Field, TableRow},
    raw::Raw,
    schema::contact_presence,
};
use crate::{
    domain::{
        Id, Millis,
        erasure::Person,
        presence::{ContactPresence, address_key},
    },
    error::{Error, Result},
};

/// The presences that a transaction holds.
#[derive(Debug, Default)]
pub struct Presences {
    held: HashMap<Id, Held>,
}

#[derive(Debug, Default)]
struct Held {
    presence: ContactPresence,
    dirty: bool,
}

#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = contact_presence)]
struct Row {
    contact: String,
    online: bool,
    last_seen: Option<Millis>,
    known_at: Millis,
    emailed_at: Option<Millis>,
}

struct Written<'a> {
    contact: &'a Id,
    presence: ContactPresence,
}

impl TableRow for Written<'_> {
    type Kind = Written<'static>;

    const TABLE: &'static str = "contact_presence";
    const CONFLICT: &'static str = "ON CONFLICT (contact) DO UPDATE SET online = excluded.online, \
        last_seen = excluded.last_seen, known_at = excluded.known_at, emailed_at = excluded.emailed_at";

    fn fields(&self) -> Vec<Field<'_>> {
        let Written { contact, presence } = self;
        vec![
            ("contact", (&***contact).into()),
            ("online", presence.online.into()),
            ("last_seen", presence.last_seen.into()),
            ("known_at", presence.known_at.into()),
            ("emailed_at", presence.emailed_at.into()),
        ]
    }
}

impl Presences {
    /// Locks those that are not held yet, in the order of their keys, and reads what is known of them.
    pub fn lock(&mut self, conn: &mut Conn, contacts: &BTreeSet<Id>) -> Result<()> {
        let others: BTreeSet<&Id> = contacts.iter().filter(|contact| !self.held.contains_key(*contact)).collect();
        if others.is_empty() {
            return Ok(());
        }
        let rows = read_locked(conn, &others)?;
        self.held.extend(others.into_iter().map(|contact| (contact.clone(), Held::default())));
        for row in rows {
            if let Some(held) = self.held.get_mut(row.contact.as_str()) {
                held.presence = row.into();
            }
        }
        Ok(())
    }

    /// What is known of a contact that is held.
    pub fn get(&self, contact: &str) -> Option<&ContactPresence> {
        self.held.get(contact).map(|held| &held.presence)
    }

    /// Changes what is known of a contact that is held; `change` says whether it did.
    pub fn update(&mut self, contact: &str, change: impl FnOnce(&mut ContactPresence) -> bool) {
        if let Some(held) = self.held.get_mut(contact) {
            held.dirty |= change(&mut held.presence);
        }
    }

    /// Writes back what was changed.
    pub fn flush(&self, conn: &mut Conn) -> Result<()> {
        let changed = self.held.iter().filter(|(_, held)| held.dirty);
        let rows: Vec<Written<'_>> =
            changed.map(|(contact, held)| Written { contact, presence: held.presence }).collect();
        insert::insert(conn, &rows).map(drop).map_err(Error::Store)
    }
}

impl Store {
    /// What is known of a contact's presence.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn contact_presence(&self, contact: &Id) -> Result<Option<ContactPresence>> {
        let contact = contact.clone();
        self.read(move |conn| read_one(conn, &contact)).await
    }

    /// Forgets a person's presence; returns how many rows that were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_presence(&self, person: &Person) -> Result<usize> {
        let addresses = person.addresses().iter().map(|address| address_key(address).to_string());
        let keys: Vec<String> = addresses.chain([person.id().to_string()]).collect();
        self.writers.run(move |conn, _| Ok((forget(conn, &keys)?, Vec::new()))).await
    }
}

impl From<Row> for ContactPresence {
    fn from(row: Row) -> ContactPresence {
        let Row { contact: _, online, last_seen, known_at, emailed_at } = row;
        ContactPresence { online, last_seen, known_at, emailed_at }
    }
}

const SQLITE: &str = "SELECT p.* FROM json_each($1) AS k CROSS JOIN contact_presence AS p ON p.contact = k.value";
const POSTGRES: &str = "SELECT * FROM contact_presence \
                        WHERE contact = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb))) \
                        ORDER BY contact FOR UPDATE";

fn read_locked(conn: &mut Conn, contacts: &BTreeSet<&Id>) -> Result<Vec<Row>> {
    let keys = to_json(contacts).map_err(Error::Store)?;
    let rows = match conn {
        Conn::Sqlite(c) => Raw::new(SQLITE, &keys).load(c),
        Conn::Pg(c) => {
            let known: Vec<Row> = Raw::new(POSTGRES, &keys).load(c).map_err(Error::Store)?;
            if known.len() == contacts.len() {
                return Ok(known);
            }
            // The rows must exist to be locked: of two answers at one moment, on two nodes, one sends the email.
            let row = |contact| Written { contact, presence: ContactPresence::default() };
            let missing: Vec<Written<'_>> = contacts.iter().copied().map(row).collect();
            insert::insert_missing(c, &missing).map_err(Error::Store)?;
            Raw::new(POSTGRES, &keys).load(c)
        }
    };
    rows.map_err(Error::Store)
}

fn read_one(conn: &mut Conn, contact: &str) -> Result<Option<ContactPresence>> {
    let row: Option<Row> =
        contact_presence::table.find(contact).select(Row::as_select()).first(conn).optional().map_err(Error::Store)?;
    Ok(row.map(ContactPresence::from))
}

fn forget(conn: &mut Conn, keys: &[String]) -> Result<usize> {
    let theirs = contact_presence::table.filter(contact_presence::contact.eq_any(keys));
    diesel::delete(theirs).execute(conn).map_err(Error::Store)
}
