//! A PostgreSQL database of its own for a measurement.

use bellhop::config::StoreUrl;
use diesel::{Connection, PgConnection, RunQueryDsl};

/// On the server that `BELLHOP_TEST_POSTGRES_URL` names.
pub fn fresh_database(server: &str) -> StoreUrl {
    let name = format!("bench_{}", uuid::Uuid::now_v7().simple());
    let mut conn = PgConnection::establish(server).unwrap();
    diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut conn).unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    StoreUrl::Postgres(format!("{base}/{name}"))
}
