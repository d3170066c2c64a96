//! Twilio's own description of its API, and its own count of segments, against ours.

use bellhop::delivery::{
    Outcome,
    sms::{Encoding, fit, segments},
};
use serde_json::json;

use super::{ACCOUNT, NUMBER, PIA, TOKEN, twilio};
use crate::{
    harness::covers,
    peers::program::{LineProgram, Prism},
};

#[tokio::test]
async fn twilios_own_description_accepts_what_is_sent() {
    covers(&["R-008", "R-158", "R-159"]);
    let prism = Prism::start().await;
    for (from, body) in [
        (NUMBER, "Ticket #123 is critical"),
        ("BELLHOP", "🚨 “feuer” – 100 %"),
        ("MG00112233445566778899aabbccddeeff", "a=b&c=d+e\nf"),
    ] {
        let outcome = twilio(&prism.url, from).send("d-1", PIA, body).await;
        let Outcome::Sent { provider_id: Some(sid) } = outcome else { panic!("{from}: {outcome:?}") };
        assert!(sid.starts_with("SM"), "{sid}");
    }
    // It does refuse: what it accepts above means something.
    let path = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", prism.url);
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    let client = reqwest::Client::new();
    let form = "application/x-www-form-urlencoded";
    let missing = client.post(&path).basic_auth(ACCOUNT, Some(TOKEN)).header("content-type", form).body("Body=hi");
    assert_eq!(status(missing).await, 422);
    let anonymous = client.post(&path).header("content-type", form).body("To=%2B15550100123&From=X&Body=hi");
    assert_eq!(status(anonymous).await, 401);
    let json = client.post(&path).basic_auth(ACCOUNT, Some(TOKEN)).json(&json!({"To": PIA, "Body": "hi"}));
    assert_ne!(status(json).await, 201);
}

#[tokio::test]
async fn segments_are_counted_as_twilio_counts_them() {
    let mut twilios = LineProgram::segments();
    let mut texts: Vec<String> =
        ["", "hi", "€[]{}~|\\^", "é à Ω ñ", "ç", "“quoted”", "😀", "👨‍👩‍👧‍👦", "日本語"].map(str::to_owned).into();
    for unit in ["a", "€", "ж", "😀", "é", "[x"] {
        for count in
            [1, 33, 34, 35, 36, 66, 67, 68, 69, 70, 71, 79, 80, 81, 134, 135, 152, 153, 154, 160, 161, 306, 307, 460]
        {
            texts.push(unit.repeat(count));
        }
    }
    for before in 150..=161 {
        texts.push(format!("{}€{}", "a".repeat(before), "b".repeat(170)));
    }
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let theirs = twilios.ask(&json!(text));
        let ours = segments(text);
        let name = if ours.encoding == Encoding::Gsm7 { "GSM-7" } else { "UCS-2" };
        assert_eq!(json!([name, ours.count]), theirs, "{} x {text:.20}", text.chars().count());
        let fitted = twilios.ask(&json!(fit(text, 2)));
        assert!(fitted[1].as_i64().unwrap() <= 2, "{fitted} {text:.20}");
    }
}
