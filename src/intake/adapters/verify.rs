//! Signatures of webhooks, compared in constant time: how long the comparison takes tells nothing about the secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac, digest::Output};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{
    domain::Millis,
    error::{Error, Result},
};

/// Further away than this from our clock, a signed timestamp is a replay.
pub const MAX_AGE_MS: Millis = 5 * 60_000;

/// HMAC-SHA1 of the parts one after the other.
pub fn hmac_sha1(secret: &str, parts: &[&[u8]]) -> Output<Sha1> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes()
}

/// HMAC-SHA256 of the parts one after the other.
pub fn hmac_sha256(secret: &str, parts: &[&[u8]]) -> Output<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes()
}

/// Compares a signature in hex, with or without `prefix` (`sha256=`), with the one we made.
///
/// # Errors
/// [`Error::Unauthorized`], whatever is wrong with it.
pub fn same_hex(given: Option<&str>, prefix: &str, ours: &[u8]) -> Result<()> {
    let given = given.ok_or(Error::Unauthorized)?.trim();
    let hex = given.strip_prefix(prefix).unwrap_or(given);
    let bytes = hex::decode(hex).map_err(|_| Error::Unauthorized)?;
    same(&bytes, ours)
}

/// Compares a signature in base64 with the one we made.
///
/// # Errors
/// [`Error::Unauthorized`], whatever is wrong with it.
pub fn same_base64(given: Option<&str>, ours: &[u8]) -> Result<()> {
    let given = given.ok_or(Error::Unauthorized)?.trim();
    let bytes = STANDARD.decode(given).map_err(|_| Error::Unauthorized)?;
    same(&bytes, ours)
}

/// Compares the secret that stands in the address, `?token=`, for senders that do not sign.
///
/// # Errors
/// [`Error::Unauthorized`] when it is missing or another one.
pub fn same_token(query: &str, secret: &str) -> Result<()> {
    let given = query.split('&').find_map(|pair| pair.strip_prefix("token=")).ok_or(Error::Unauthorized)?;
    same(given.as_bytes(), secret.as_bytes())
}

fn same(given: &[u8], ours: &[u8]) -> Result<()> {
    if bool::from(given.ct_eq(ours)) { Ok(()) } else { Err(Error::Unauthorized) }
}

/// Compares a secret that came as it is, in the body or the address, with the source's. An empty one never fits.
///
/// # Errors
/// [`Error::Unauthorized`], whatever is wrong with it.
pub fn same_secret(given: Option<&str>, ours: &str) -> Result<()> {
    let given = given.filter(|given| !given.is_empty()).ok_or(Error::Unauthorized)?;
    same(given.as_bytes(), ours.as_bytes())
}

/// Refuses a signed time in seconds that is too far from ours.
///
/// # Errors
/// [`Error::Unauthorized`] when it is missing, no number, or more than [`MAX_AGE_MS`] away.
pub fn is_recent(timestamp_s: Option<&str>, now: Millis) -> Result<()> {
    let at: i64 = timestamp_s.and_then(|text| text.trim().parse().ok()).ok_or(Error::Unauthorized)?;
    let age = now.saturating_sub(at.saturating_mul(1_000)).saturating_abs();
    if age <= MAX_AGE_MS { Ok(()) } else { Err(Error::Unauthorized) }
}
