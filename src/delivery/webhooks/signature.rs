//! Signatures of Standard Webhooks: that a message is from us, and from now.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What secrets begin with.
const PREFIX: &str = "whsec_";

/// A new secret: `whsec_` and 32 random bytes in base64.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// `webhook-signature`: one signature for each secret, with a space between them. A secret that cannot be read signs
/// nothing.
pub fn signatures(secrets: &[&str], id: &str, timestamp_s: i64, body: &str) -> String {
    let key = |secret: &&str| STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok();
    let sign = |key: Vec<u8>| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    secrets.iter().filter_map(key).map(sign).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification's own test vectors.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_secret_signs_and_no_two_are_the_same() {
        let (one, other) = (new_secret(), new_secret());
        assert_ne!(one, other);
        let both = signatures(&[&one, &other], "id", 1, "{}");
        assert_eq!(both, format!("{} {}", signatures(&[&one], "id", 1, "{}"), signatures(&[&other], "id", 1, "{}")));
    }
}
