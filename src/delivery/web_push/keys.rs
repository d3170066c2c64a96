//! The VAPID key: with it a push service knows that messages come from the installation that a browser subscribed to
//! (RFC 8292).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openssl::{
    bn::{BigNum, BigNumContext},
    ec::{EcGroup, EcKey, EcPoint, PointConversionForm},
    error::ErrorStack,
    nid::Nid,
    pkey::PKey,
};
use serde::Serialize;

use crate::error::{Error, Result};

/// The private key, and the public one that browsers subscribe with.
#[derive(Clone)]
pub(super) struct VapidKeys {
    signing: EncodingKey,
    public: String,
}

impl fmt::Debug for VapidKeys {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("VapidKeys").field("public", &self.public).finish_non_exhaustive()
    }
}

/// RFC 8292 §2: for whom, until when, and whom to write to.
#[derive(Debug, Serialize)]
pub(super) struct Claims<'a> {
    pub aud: &'a str,
    pub exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<&'a str>,
}

impl VapidKeys {
    /// From the private key, 32 bytes in base64url.
    ///
    /// # Errors
    /// [`Error::Config`] when that is no key on P-256.
    pub fn new(private: &str) -> Result<VapidKeys> {
        let wrong = || Error::Config("web_push.private_key must be a P-256 key: 32 bytes in base64url".to_owned());
        let scalar = URL_SAFE_NO_PAD.decode(private.trim().trim_end_matches('=')).map_err(|_| wrong())?;
        if scalar.len() != 32 {
            return Err(wrong());
        }
        let (signing, public) = pair(&scalar).map_err(|_| wrong())?;
        Ok(VapidKeys { signing: EncodingKey::from_ec_der(&signing), public: URL_SAFE_NO_PAD.encode(public) })
    }

    /// The public key as a browser takes it for `applicationServerKey`: an uncompressed point in base64url.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// A signed token (ES256).
    pub fn sign(&self, claims: &Claims<'_>) -> Result<String> {
        let signed = jsonwebtoken::encode(&Header::new(Algorithm::ES256), claims, &self.signing);
        signed.map_err(|error| Error::Internal(format!("a VAPID token could not be signed: {error}")))
    }
}

/// The private key in PKCS#8, and the public one as an uncompressed point.
fn pair(scalar: &[u8]) -> Result<(Vec<u8>, Vec<u8>), ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new()?;
    let scalar = BigNum::from_slice(scalar)?;
    let mut point = EcPoint::new(&group)?;
    point.mul_generator2(&group, &scalar, &mut context)?;
    let key = EcKey::from_private_components(&group, &scalar, &point)?;
    // Zero, and what is beyond the group's order.
    key.check_key()?;
    let public = point.to_bytes(&group, PointConversionForm::UNCOMPRESSED, &mut context)?;
    Ok((PKey::from_ec_key(key)?.private_key_to_pkcs8()?, public))
}

/// Whether these are the 65 bytes of an uncompressed point that lies on P-256 (RFC 8291 §3.1). A point that does not lie
/// on it would tell an attacker something about our ephemeral key.
pub(super) fn is_point(bytes: &[u8]) -> bool {
    let on_curve = || -> Result<(), ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let point = EcPoint::from_bytes(&group, bytes, &mut *BigNumContext::new()?)?;
        EcKey::from_public_key(&group, &point)?.check_key()
    };
    bytes.len() == 65 && bytes[0] == 4 && on_curve().is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;

    #[test]
    fn the_public_key_is_the_one_that_other_libraries_derive() {
        // A pair of the web-push crate's own tests.
        let keys = VapidKeys::new("IQ9Ur0ykXoHS9gzfYX0aBjy9lvdrjx_PFUXmie9YRcY").unwrap();
        let public = "BMjQIp55pdbU8pfCBKyXcZjlmER_mXt5LqNrN1hrXbdBS5EnhIbMu3Au-RV53iIpztzNXkGI56BFB1udQ8Bq_H4";
        assert_eq!(keys.public(), public);
        assert!(!format!("{keys:?}").contains("IQ9U"));
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated_in_the_error() {
        let zero = URL_SAFE_NO_PAD.encode([0; 32]);
        let beyond = URL_SAFE_NO_PAD.encode([255; 32]);
        for wrong in ["", "short", "not base64!", &zero, &beyond, &URL_SAFE_NO_PAD.encode([1; 33])] {
            let Err(Error::Config(text)) = VapidKeys::new(wrong) else { panic!("{wrong} is taken") };
            assert!(wrong.is_empty() || !text.contains(wrong));
        }
    }

    #[test]
    fn only_points_on_the_curve_are_points() {
        let keys = VapidKeys::new("IQ9Ur0ykXoHS9gzfYX0aBjy9lvdrjx_PFUXmie9YRcY").unwrap();
        let good = URL_SAFE_NO_PAD.decode(keys.public()).unwrap();
        assert!(is_point(&good));
        let mut beside = good.clone();
        beside[64] ^= 1;
        let compressed = [&[2 + (good[64] & 1)], &good[1..33]].concat();
        for wrong in [beside, compressed, good[..64].to_vec(), [&good[..], &[0]].concat(), vec![0], vec![4; 65], vec![]]
        {
            assert!(!is_point(&wrong));
        }
    }
}
