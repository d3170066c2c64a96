//! The embedded migrations, and what a store has from its first start: an epoch and the shared secrets.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, connection::SimpleConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use openssl::{
    ec::{EcGroup, EcKey},
    nid::Nid,
};
use uuid::Uuid;

use super::{
    connection::{Conn, on_backend, write_transaction},
    schema::{meta, secrets},
};
use crate::{
    domain::Millis,
    error::{Error, Result},
};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number that no other program uses on the same database: nodes that start together migrate one after another.
const MIGRATION_LOCK: i64 = 0x6265_6c6c_686f_7001;

/// Secrets that all nodes share, by name.
pub const SECRETS: [&str; 4] = ["jwt", "session", "link", VAPID];

/// The private key of web push: not any random text, but a number that the curve P-256 knows.
const VAPID: &str = "vapid";

/// Brings the tables up to date.
///
/// # Errors
/// When a migration fails; the ones before it stay.
pub fn migrate(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => run(c, SQLITE),
        Conn::Pg(c) => {
            let lock = format!("SET lock_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK});");
            c.batch_execute(&lock).map_err(Error::Store)?;
            let migrated = run(c, POSTGRES);
            let unlock = format!("SELECT pg_advisory_unlock({MIGRATION_LOCK}); SET lock_timeout = 10000;");
            c.batch_execute(&unlock).map_err(Error::Store)?;
            migrated
        }
    }
}

fn run<DB: diesel::backend::Backend>(conn: &mut impl MigrationHarness<DB>, source: EmbeddedMigrations) -> Result<()> {
    let done =
        conn.run_pending_migrations(source).map_err(|error| Error::Internal(format!("a migration failed: {error}")))?;
    for version in done {
        tracing::info!(%version, "migrated the store");
    }
    Ok(())
}

/// Makes what a store has from its first start, once, whichever node is first.
pub fn found(conn: &mut Conn, now: Millis) -> Result<()> {
    write_transaction(conn, |conn| {
        let epoch = (meta::id.eq(1), meta::epoch.eq(Uuid::now_v7().to_string()), meta::version.eq(0_i64));
        on_backend!(conn, c => diesel::insert_into(meta::table).values(epoch).on_conflict_do_nothing().execute(c))
            .map_err(Error::Store)?;
        for name in SECRETS {
            let value = if name == VAPID { vapid_key()? } else { random_secret() };
            add_secret(conn, name, &value, now)?;
        }
        Ok(())
    })
}

fn add_secret(conn: &mut Conn, name: &str, value: &str, now: Millis) -> Result<usize> {
    let row = (secrets::name.eq(name), secrets::value.eq(value), secrets::created_at.eq(now));
    on_backend!(conn, c => diesel::insert_into(secrets::table).values(row).on_conflict_do_nothing().execute(c))
        .map_err(Error::Store)
}

/// Notes that something of that name was done; true for whoever was first.
pub fn first_time(conn: &mut Conn, name: &str, now: Millis) -> Result<bool> {
    write_transaction(conn, |conn| Ok(add_secret(conn, name, "done", now)? == 1))
}

/// 256 random bits in hex.
pub fn random_secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// A fresh private key on P-256: 32 bytes in base64url, as every web push library writes it.
fn vapid_key() -> Result<String> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1);
    let scalar = group.and_then(|group| EcKey::generate(&group)?.private_key().to_vec_padded(32));
    let scalar = scalar.map_err(|error| Error::Internal(format!("no key could be made: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(scalar))
}

/// A shared secret.
pub fn secret(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    secrets::table.find(name).select(secrets::value).first(conn).optional().map_err(Error::Store)
}

/// Another epoch: every client starts anew.
pub fn new_epoch(conn: &mut Conn) -> Result<String> {
    let epoch = Uuid::now_v7().to_string();
    write_transaction(conn, |conn| {
        let renewed = diesel::update(meta::table.find(1)).set(meta::epoch.eq(&epoch)).execute(conn);
        renewed.map_err(Error::Store)
    })?;
    Ok(epoch)
}

#[cfg(test)]
mod tests {
    use diesel::{backend::Backend, migration::MigrationSource};

    use super::*;

    fn names<DB: Backend>(source: &EmbeddedMigrations) -> Vec<String> {
        let all = MigrationSource::<DB>::migrations(source).expect("they are compiled in");
        all.iter().map(|migration| migration.name().to_string()).collect()
    }

    #[test]
    fn both_databases_have_the_same_migrations() {
        assert_eq!(names::<diesel::sqlite::Sqlite>(&SQLITE), names::<diesel::pg::Pg>(&POSTGRES));
    }
}
