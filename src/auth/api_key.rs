//! API keys of producers and administrators: shown once, kept as a hash, revocable at once.
//!
//! A key reads `bh_<id>_<secret>`; the hash is over the whole of it, so that a guess must be right in every part.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    domain::{
        Id, Millis,
        snapshot::{ApiKey, Scope, Snapshot},
    },
    error::{Error, Result},
    store::{Edit, EditChange, RecordKind, Store},
};

/// What every key that Bellhop makes begins with.
pub const KEY_PREFIX: &str = "bh_";

/// What a presented key may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyClaim {
    /// Its hash, for the store to check again in the transaction; none for the key that the environment gives.
    pub hash: Option<String>,
    scopes: Vec<Scope>,
}

impl KeyClaim {
    /// Whether it may do this.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// The key that the environment gives, as its hash.
pub(super) struct AdminKey([u8; 32]);

impl AdminKey {
    pub(super) fn new(key: &str) -> AdminKey {
        AdminKey(Sha256::digest(key.as_bytes()).into())
    }
}

/// Looks a presented key up by its hash. What differs in time is which hash is looked for, and a hash tells nothing
/// of the key behind it.
pub(super) fn find(admin: Option<&AdminKey>, snapshot: &Snapshot, presented: &str) -> Option<KeyClaim> {
    let digest: [u8; 32] = Sha256::digest(presented.as_bytes()).into();
    if admin.is_some_and(|admin| admin.0.ct_eq(&digest).into()) {
        return Some(KeyClaim { hash: None, scopes: vec![Scope::Events, Scope::Admin] });
    }
    let hash = hex::encode(digest);
    let key = snapshot.api_keys.get(&hash)?;
    Some(KeyClaim { scopes: key.scopes.clone(), hash: Some(hash) })
}

/// Makes a key: the record to keep, and the key to show once.
pub fn new_key(name: &str, scopes: Vec<Scope>, now: Millis) -> (ApiKey, String) {
    let id = hex::encode(rand::random::<[u8; 6]>());
    let key = format!("{KEY_PREFIX}{id}_{}", hex::encode(rand::random::<[u8; 32]>()));
    let hash = hex::encode(Sha256::digest(key.as_bytes()));
    (ApiKey { id: Id::from(id), name: name.to_owned(), hash, scopes, created_at: now }, key)
}

/// Makes a key and stores its record. Answers the record and the key, which cannot be shown again.
///
/// # Errors
/// When the name is empty or no scope is given, or the store fails.
pub async fn create_key(store: &Store, name: &str, scopes: Vec<Scope>, now: Millis) -> Result<(ApiKey, String)> {
    if name.trim().is_empty() || scopes.is_empty() {
        return Err(Error::invalid("key.incomplete", "/name", "a key needs a name and at least one scope"));
    }
    let (record, key) = new_key(name, scopes, now);
    store.edit(vec![edit(&record.id, EditChange::Merge(as_map(&record)?))]).await?;
    Ok((record, key))
}

/// All keys, the newest last.
pub fn list_keys(snapshot: &Snapshot) -> Vec<ApiKey> {
    let mut keys: Vec<ApiKey> = snapshot.api_keys.values().cloned().collect();
    keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    keys
}

/// Takes a key back: the next event posted with it is refused, on every node.
///
/// # Errors
/// [`Error::NotFound`] when there is no key of that id; the store's when it fails.
pub async fn revoke_key(store: &Store, id: &Id) -> Result<()> {
    if !store.refresh().await?.api_keys.values().any(|key| key.id == *id) {
        return Err(Error::NotFound("API key"));
    }
    store.edit(vec![edit(id, EditChange::Delete)]).await?;
    Ok(())
}

fn edit(id: &Id, change: EditChange) -> Edit {
    Edit { kind: RecordKind::ApiKey, id: id.clone(), change, pointer: String::new() }
}

fn as_map(key: &ApiKey) -> Result<Map<String, Value>> {
    match serde_json::to_value(key) {
        Ok(Value::Object(map)) => Ok(map),
        other => Err(Error::Internal(format!("a key is no JSON object: {other:?}"))),
    }
}
