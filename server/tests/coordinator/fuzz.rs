//! What clients send, changed at random: it is taken or refused, and never a fault of the server.
//!
//! `TRUNKLINE_FUZZ_CASES` says how many cases each target has, `TRUNKLINE_FUZZ_SEED` which.

mod mutate;

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::{SinkExt, StreamExt};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, KEY, Reply, TestServer, send};
use mutate::Dice;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The dice of each case, and how to have it again.
fn cases(usual: u64) -> impl Iterator<Item = (Dice, String)> {
    let seed = number("TRUNKLINE_FUZZ_SEED", 12);
    let count = number("TRUNKLINE_FUZZ_CASES", usual);
    (0..count).map(move |n| {
        let seed = seed.wrapping_add(n);
        (Dice::new(seed), format!("TRUNKLINE_FUZZ_SEED={seed} TRUNKLINE_FUZZ_CASES=1"))
    })
}

/// A success, or a refusal in the form of the protocol that blames the client.
fn check(reply: &Reply, again: &str, sent: &dyn std::fmt::Display) {
    let Reply { status, body } = reply;
    let is_refused = (400..500).contains(status)
        && body["code"].is_i64()
        && body["StatusCode"] == *status
        && body["message"].is_string();
    assert!((200..300).contains(status) || is_refused, "{again}: {status} {body} for {sent}");
}

async fn ask(client: &Client, (method, path): (&'static str, &str), body: Vec<u8>) -> Reply {
    let url = format!("{}{path}?api_key={KEY}", client.base);
    let headers =
        vec![("content-type", "application/json".into()), ("authorization", client.token.clone())];
    send(method, url, headers, body).await
}

/// Every route that reads a body, with one that it takes.
fn bodies() -> Vec<((&'static str, &'static str), Value)> {
    let settings = json!({
        "audio": { "mic_default_on": true, "default_device": "speaker" },
        "video": { "target_resolution": { "width": 640, "height": 480, "bitrate": 1 } },
        "ring": { "auto_cancel_timeout_ms": 15000, "incoming_call_timeout_ms": 15000 },
        "limits": { "max_participants": 3, "max_participants_exclude_roles": ["host"] },
        "backstage": { "enabled": true, "join_ahead_time_seconds": 300 },
        "broadcasting": { "hls": { "quality_tracks": ["720p"] } },
        "geofencing": { "names": ["x"] },
    });
    let data = json!({
        "custom": { "a": 1, "b": { "c": [true, null] } },
        "members": [{ "user_id": "bob", "role": "host", "custom": { "a": 1 } }],
        "settings_override": settings, "starts_at": "2030-01-01T00:00:00Z", "team": "red",
    });
    let user =
        json!({ "id": "g", "name": "G", "image": "x", "language": "en", "custom": { "a": 1 } });
    vec![
        (("POST", "/video/call/default/fresh"), json!({ "data": data, "ring": true })),
        (("POST", "/video/call/default/a"), json!({ "data": data, "members_limit": 3 })),
        (
            ("POST", "/video/call/default/a/join"),
            json!({ "location": "x", "create": true, "data": data, "e2ee": false, "notify": true }),
        ),
        (
            ("PATCH", "/api/v2/video/call/default/a"),
            json!({ "custom": { "a": 1 }, "settings_override": settings,
                "starts_at": "2030-01-01T00:00:00Z" }),
        ),
        (
            ("POST", "/video/call/default/a/members"),
            json!({ "update_members": [{ "user_id": "bob", "role": "x" }], "remove_members": ["c"] }),
        ),
        (("POST", "/video/call/default/a/ring"), json!({ "members_ids": ["bob"], "video": true })),
        (("POST", "/video/call/default/a/reject"), json!({ "reason": "busy" })),
        (("POST", "/video/call/default/a/go_live"), json!({ "start_hls": false })),
        (("POST", "/video/call/default/a/block"), json!({ "user_id": "eve" })),
        (("POST", "/video/call/default/a/unblock"), json!({ "user_id": "eve" })),
        (("POST", "/video/call/default/a/kick"), json!({ "user_id": "eve", "block": true })),
        (
            ("POST", "/video/call/default/a/mute_users"),
            json!({ "user_ids": ["bob"], "audio": true, "mute_all_users": false }),
        ),
        (("POST", "/video/call/default/a/pin"), json!({ "user_id": "bob", "session_id": "s" })),
        (("POST", "/video/call/default/a/request_permission"), json!({ "permissions": ["x"] })),
        (
            ("POST", "/video/call/default/a/user_permissions"),
            json!({ "user_id": "bob", "grant_permissions": ["send-audio"],
                "revoke_permissions": ["send-video"] }),
        ),
        (
            ("POST", "/video/call/default/a/reaction"),
            json!({ "type": "x", "emoji_code": ":x:", "custom": { "a": 1 } }),
        ),
        (("POST", "/video/call/default/a/event"), json!({ "custom": { "a": 1 } })),
        (
            ("POST", "/video/call/default/a/feedback"),
            json!({ "rating": 3, "sdk": "x", "sdk_version": "1", "custom": { "a": 1 } }),
        ),
        (("POST", "/video/guest"), json!({ "user": user })),
        (("POST", "/video/devices"), json!({ "id": "d", "push_provider": "apn" })),
        (("POST", "/video/call_client_event"), json!({ "events": [{ "id": "x" }] })),
        (
            ("POST", "/video/call/members"),
            json!({ "type": "default", "id": "a", "filter_conditions": filter(), "limit": 3,
                "sort": [{ "field": "created_at", "direction": 1 }] }),
        ),
        (
            ("POST", "/video/call/default/a/participants"),
            json!({ "filter_conditions": { "user_id": { "$in": ["bob"] } } }),
        ),
    ]
}

fn filter() -> Value {
    json!({
        "$or": [
            { "custom.a": { "$in": [1, "x", true] }, "created_at": { "$gt": "2020-01-01T00:00:00Z" } },
            { "$and": [{ "custom.b.c": { "$exists": true } }, { "custom.a": { "$lte": 3 } }] },
        ],
    })
}

async fn a_server() -> (TestServer, Client) {
    let server = TestServer::start_with(
        "--dev --rate-limit 0 --app-rate-limit 0 --address-rate-limit 0 --guests-per-address 0",
    )
    .await;
    let (alice, _socket) = server.connect_as("alice", Some("admin"), None).await;
    let data = json!({ "data": { "custom": { "a": 1, "b": { "c": 2 } } } });
    alice.post("/call/default/a", data).await.ok(201);
    // The socket ends here.
    (server, Client { connection_id: None, ..alice })
}

#[tokio::test]
async fn changed_bodies_are_taken_or_refused() {
    let (_server, alice) = a_server().await;
    let bodies = bodies();
    for (mut dice, again) in cases(400) {
        let (route, body) = dice.pick(&bodies);
        let text = if dice.below(3) == 0 {
            mutate::bytes(&mut dice, body.to_string().as_bytes())
        } else {
            mutate::value(&mut dice, body).to_string().into_bytes()
        };
        // Much longer ones are hung up on before they are sent.
        if text.len() > 32 * 1024 {
            continue;
        }
        let reply = ask(&alice, *route, text.clone()).await;
        check(&reply, &again, &format!("{route:?} {}", String::from_utf8_lossy(&text)));
    }
    alice.get("/edges").await.ok(200);
}

#[tokio::test]
async fn changed_filters_find_what_may_be_seen_or_are_refused() {
    let (server, alice) = a_server().await;
    let (red, _socket) = server.connect_as("red", None, Some("red")).await;
    red.post("/call/default/secret", json!({ "data": { "team": "red" } })).await.ok(201);
    let (bob, _socket) = server.connect("bob").await;
    let body = json!({
        "filter_conditions": {
            "$or": [filter(), {
                "cid": { "$in": ["default:a", "default:secret"] }, "type": { "$eq": "default" },
                "ongoing": false, "members": { "$in": ["alice"] }, "team": { "$exists": false },
                "starts_at": null, "ended_at": { "$exists": false }, "id": { "$gt": "a", "$lte": "z" },
            }],
        },
        "sort": [{ "field": "created_at", "direction": -1 }, { "field": "cid", "direction": 1 }],
        "limit": 10,
    });
    for (mut dice, again) in cases(400) {
        let changed = mutate::value(&mut dice, &body).to_string();
        if changed.len() > 32 * 1024 {
            continue;
        }
        let reply = ask(&bob, ("POST", "/video/calls"), changed.clone().into_bytes()).await;
        check(&reply, &again, &changed);
        assert!(!reply.body["calls"].to_string().contains("default:secret"), "{again}: {changed}");
    }
    alice.post("/calls", body).await.ok(201);
}

#[tokio::test]
async fn cursors_of_others_are_refused_or_lead_nowhere() {
    let (_server, alice) = a_server().await;
    alice.post("/call/default/b", json!({})).await.ok(201);
    let page = alice.post("/calls", json!({ "limit": 1 })).await.ok(201);
    let cursor = BASE64_URL_SAFE_NO_PAD.decode(page["next"].as_str().unwrap()).unwrap();
    let parts: Value = serde_json::from_slice(&cursor).unwrap();
    for (mut dice, again) in cases(200) {
        let changed = BASE64_URL_SAFE_NO_PAD.encode(mutate::value(&mut dice, &parts).to_string());
        if changed.len() > 32 * 1024 {
            continue;
        }
        let body = json!({ "limit": 1, "next": changed });
        check(&alice.post("/calls", body).await, &again, &changed);
    }
}

#[tokio::test]
async fn a_changed_token_is_nobodys() {
    let (_server, alice) = a_server().await;
    for (mut dice, again) in cases(300) {
        let changed = mutate::bytes(&mut dice, alice.token.as_bytes());
        // What cannot stand in a header is refused before.
        let Ok(token) = String::from_utf8(changed) else {
            continue;
        };
        if token == alice.token || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            continue;
        }
        let nobody = Client { token: token.clone(), ..alice.clone() };
        let reply = ask(&nobody, ("GET", "/video/edges"), vec![]).await;
        assert_eq!(reply.status, 401, "{again}: {token}");
    }
}

#[tokio::test]
async fn signed_tokens_with_changed_claims_are_taken_or_refused() {
    let (server, alice) = a_server().await;
    let claims = json!({
        "user_id": "bob", "iat": 1_600_000_000, "exp": 4_000_000_000_u64, "nbf": 1.5, "role": "user",
        "teams": ["red"], "call_cids": ["default:a"], "server": false,
    });
    let key = EncodingKey::from_secret(server.app.secret.as_bytes());
    for (mut dice, again) in cases(300) {
        let changed = mutate::value(&mut dice, &claims);
        let Ok(token) = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &changed, &key) else {
            continue;
        };
        // Longer ones are refused as headers are.
        if token.len() > 8000 {
            continue;
        }
        let somebody = Client { token, ..alice.clone() };
        for route in [("POST", "/video/calls"), ("POST", "/video/call/default/a")] {
            let reply = ask(&somebody, route, b"{}".to_vec()).await;
            check(&reply, &again, &changed);
        }
    }
}

#[tokio::test]
async fn changed_first_frames_open_a_socket_or_are_refused() {
    let (server, alice) = a_server().await;
    let hello = json!({
        "token": alice.token, "products": ["video"],
        "user_details": { "id": "alice", "name": "A", "custom": { "a": 1 }, "language": "en" },
    });
    for (mut dice, again) in cases(100) {
        let mut socket = server.open(&format!("/video/connect?api_key={KEY}")).await;
        let text = mutate::value(&mut dice, &hello).to_string();
        // One that is too large is not taken to its end.
        drop(socket.send(Message::text(text.clone())).await);
        let first = tokio::time::timeout(Duration::from_secs(20), socket.next()).await.unwrap();
        if let Some(Ok(Message::Text(event))) = first {
            let event: Value = serde_json::from_str(&event).unwrap();
            let status = event["error"]["StatusCode"].as_u64().unwrap_or(200);
            assert!(status < 500, "{again}: {event} for {text}");
        }
    }
}
