//! Who signs out at a desk is not woken there any more.

use serde_json::json;

use super::api::{given, hub_and_service, of, on_both, subscribe};
use crate::{
    harness::{Backend, TestHub, token},
    http_raw::request,
};

on_both!(signing_out_lets_the_named_device_sleep_and_no_other);

async fn cookie(hub: &TestHub, agent: &str) -> String {
    let answer = request(hub, "POST", "/session").json(&json!({"token": token(agent)})).send().await;
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn signing_out_lets_the_named_device_sleep_and_no_other(backend: Backend) {
    let (hub, fake) = hub_and_service(backend).await;
    let endpoint = |name: &str| format!("{}/push/{name}", fake.origin());
    for (agent, name) in [("ana", "a1"), ("ana", "a2"), ("ana", "a3"), ("ben", "b1")] {
        let mut body = given(&endpoint(name));
        body["device"] = json!(name);
        subscribe(&hub, agent, &body).await;
    }
    let devices = async |agent: &str| -> Vec<String> {
        let mut names: Vec<_> =
            of(&hub, agent).await.iter().map(|one| one["device"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let own = format!("http://{}", hub.addr());
    let ana = cookie(&hub, "ana").await;
    let out = |path: &str| request(&hub, "DELETE", path).header("cookie", &ana).header("origin", &own);

    assert_eq!(out("/session").send().await.status, 204);
    assert_eq!(devices("ana").await, ["a1", "a2", "a3"], "no device was named");
    let answer = out("/session?device=a1").send().await;
    assert_eq!((answer.status, answer.header("set-cookie").contains("Max-Age=0")), (204, true));
    assert_eq!(devices("ana").await, ["a2", "a3"]);
    assert_eq!(out("/session").json(&json!({"endpoint": endpoint("a2")})).send().await.status, 204);
    assert_eq!(devices("ana").await, ["a3"]);

    out("/session?device=b1").send().await;
    out("/session").json(&json!({"endpoint": endpoint("b1")})).send().await;
    assert_eq!(devices("ben").await, ["b1"], "another's device is not ana's to name");
    let nobody = request(&hub, "DELETE", "/session?device=a3").header("origin", &own).send().await;
    assert_eq!((nobody.status, devices("ana").await.len()), (204, 1));
    out("/session").body("not json").send().await.problem(400, "body.not_json");
}
