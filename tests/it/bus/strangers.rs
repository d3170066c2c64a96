//! A bus among others: nonsense on its channels, another installation on its server, addresses and certificates.

use bellhop::{
    bus::{BusState, RedisBus, RedisOptions},
    domain::nudge::Control,
    telemetry::Metrics,
};

use super::{Heard, Node};
use crate::peers::{free_port, redis::RedisServer};

#[tokio::test]
async fn nonsense_on_the_channels_is_dropped_and_the_rest_is_heard() {
    let redis = RedisServer::start();
    let (a, b) = (Node::redis(&redis.url(), "a").up().await, Node::redis(&redis.url(), "b").up().await);
    b.subscribe("ana").await;
    let nonsense: [&[u8]; 9] = [
        b"",
        b"{}",
        b"\x01",
        b"\x01\x00\xff",
        b"\x01\x00\x01x",
        b"\x01\x01\x01x{\"control\":\"dance\"}",
        b"\x01\x09\x01x",
        b"\x02\x02\x01x",
        b"\x01\x00\x01x\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xfe",
    ];
    for channel in ["bellhop:agent:ana", "bellhop:control", "bellhop:probe:b"] {
        for message in nonsense {
            redis.publish(channel, message);
        }
    }
    a.publish("ana", 1);
    b.hears("ana", &[1]).await;
    assert_eq!(b.heard.nudges.lock().unwrap().len(), 1);
    assert!(b.heard.controls.lock().unwrap().is_empty());
    assert_eq!(b.bus.state(), BusState::Up);
}

#[tokio::test]
async fn installations_in_two_databases_of_one_server_do_not_hear_each_other() {
    let redis = RedisServer::start();
    let here = Node::redis(&redis.url(), "a").up().await;
    let there = Node::redis(&format!("{}/1", redis.url()), "b").up().await;
    let also_there = Node::redis(&format!("{}/1", redis.url()), "c").up().await;
    for node in [&here, &there, &also_there] {
        node.subscribe("ana").await;
    }
    also_there.bus.control(Control::Refresh { version: 1 });
    also_there.publish("ana", 1);
    there.hears("ana", &[1]).await;
    assert!(here.heard.nudges.lock().unwrap().is_empty());
    assert!(here.heard.controls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_address_is_an_error_and_an_unreachable_one_is_not() {
    let start = |url: String| {
        RedisBus::start(RedisOptions {
            url,
            node: "a".into(),
            sink: std::sync::Arc::new(Heard::default()),
            metrics: Metrics::new().unwrap(),
        })
    };
    assert!(start("postgres://127.0.0.1".to_owned()).is_err());
    assert!(start("redis://127.0.0.1:port".to_owned()).is_err());
    assert!(start(format!("redis://127.0.0.1:{}", free_port())).is_ok());
}

#[tokio::test]
async fn over_tls_nodes_hear_each_other_and_an_unknown_certificate_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let (certificate_pem, key_pem) = self_signed();
    std::fs::write(&certificate, certificate_pem).unwrap();
    std::fs::write(&key, key_pem).unwrap();
    let tls_port = free_port().to_string();
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let _redis = RedisServer::start_with(&[
        "--tls-port",
        &tls_port,
        "--tls-cert-file",
        certificate,
        "--tls-key-file",
        key,
        "--tls-auth-clients",
        "no",
    ]);
    let url = format!("rediss://127.0.0.1:{tls_port}");
    let wary = Node::redis(&url, "wary");
    // The client's own switch for test installations.
    let (a, b) = (
        Node::redis(&format!("{url}/#insecure"), "a").up().await,
        Node::redis(&format!("{url}/#insecure"), "b").up().await,
    );
    b.subscribe("ana").await;
    a.publish("ana", 1);
    b.hears("ana", &[1]).await;
    assert_eq!(wary.bus.state(), BusState::Degraded);
}

fn self_signed() -> (Vec<u8>, Vec<u8>) {
    use openssl::{asn1::Asn1Time, hash::MessageDigest, pkey::PKey, rsa::Rsa, x509::X509};
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    (certificate.build().to_pem().unwrap(), key.private_key_to_pem_pkcs8().unwrap())
}
