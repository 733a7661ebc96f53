//! Push devices.

use serde_json::json;

use crate::support::{Client, TestServer};

async fn ids(client: &Client) -> Vec<String> {
    let listed = client.get("/devices").await.ok(200);
    let devices = listed["devices"].as_array().unwrap();
    devices.iter().map(|device| device["id"].as_str().unwrap().into()).collect()
}

#[tokio::test]
async fn a_user_has_devices_of_their_own() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    let body = json!({
        "id": "d1", "push_provider": "apn", "push_provider_name": "x", "voip_token": true,
        "hardware_id": "h",
    });
    alice.post("/devices", body).await.ok(201);
    alice.post("/devices", json!({ "id": "d2", "push_provider": "firebase" })).await.ok(201);
    let device = alice.get("/devices").await.ok(200)["devices"][0].clone();
    assert_eq!((&device["id"], &device["user_id"]), (&json!("d1"), &json!("alice")));
    assert_eq!((&device["voip"], &device["hardware_id"]), (&json!(true), &json!("h")));
    assert_eq!(ids(&alice).await, ["d1", "d2"]);
    assert!(ids(&bob).await.is_empty());

    bob.delete("/devices?id=d1").await.refused(404, 16);
    alice.delete("/devices?id=d1").await.ok(200);
    alice.delete("/devices?id=d1").await.refused(404, 16);
    alice.delete("/devices").await.refused(400, 4);
    assert_eq!(ids(&alice).await, ["d2"]);
}

#[tokio::test]
async fn a_device_that_changes_hands_leads_to_its_new_user_only() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    let (bob, _socket) = server.connect("bob").await;
    let body = json!({ "id": "d1", "push_provider": "firebase" });
    alice.post("/devices", body.clone()).await.ok(201);
    bob.post("/devices", body.clone()).await.ok(201);
    bob.post("/devices", body).await.ok(201);
    assert!(ids(&alice).await.is_empty());
    assert_eq!(ids(&bob).await, ["d1"]);
}

#[tokio::test]
async fn devices_are_checked_and_counted() {
    let server = TestServer::start().await;
    let (alice, _socket) = server.connect("alice").await;
    for body in [
        json!({ "push_provider": "apn" }),
        json!({ "id": "x".repeat(256), "push_provider": "apn" }),
        json!({ "id": "x", "push_provider": "pigeon" }),
        json!({ "id": "x" }),
        json!({ "id": "x", "push_provider": "apn", "hardware_id": "x".repeat(256) }),
    ] {
        alice.post("/devices", body).await.refused(400, 4);
    }
    for n in 0..50 {
        let body = json!({ "id": format!("d{n}"), "push_provider": "apn" });
        alice.post("/devices", body).await.ok(201);
    }
    let one_more = json!({ "id": "d50", "push_provider": "apn" });
    alice.post("/devices", one_more).await.refused(400, 4);
    alice.post("/devices", json!({ "id": "d7", "push_provider": "apn" })).await.ok(201);
}
