//! Blocking, kicking, muting, permissions, pins: state, events, and what the SFU is told.

use serde_json::{Value, json};
use trunkline_protocol::sfu::models::{CallEndedReason, TrackType};
use trunkline_server::control::{Muted, Remedy, SfuClaims, SfuOrder, Whose};

use crate::support::{Client, Socket, TestServer, sfu_name};

const CID: &str = "default:a";

/// A call of alice's in which bob is too. Alice watches.
struct Pair {
    server: TestServer,
    alice: Client,
    socket: Socket,
    bob: Client,
    _bobs: Socket,
}

impl Pair {
    async fn start() -> Self {
        let server = TestServer::start().await;
        let (alice, mut socket) = server.connect("alice").await;
        let (bob, bobs) = server.connect("bob").await;
        alice.post("/call/default/a", json!({})).await.ok(201);
        server.participant_joined(CID, "alice", "s1");
        server.participant_joined(CID, "bob", "s2");
        for event_type in [
            "call.created",
            "call.session_started",
            "call.session_participant_joined",
            "call.session_participant_joined",
        ] {
            socket.expect(event_type).await;
        }
        Self { server, alice, socket, bob, _bobs: bobs }
    }

    /// Alice, who created the call, does something.
    async fn does(&self, action: &str, body: Value) {
        self.alice.post(&format!("/call/default/a/{action}"), body).await.ok(201);
    }

    fn orders(&self) -> Vec<SfuOrder> {
        std::mem::take(&mut *self.server.orders.lock().unwrap())
    }

    fn voids(&self) -> Vec<SfuOrder> {
        std::mem::take(&mut *self.server.voids.lock().unwrap())
    }

    async fn join(&self) -> SfuClaims {
        let joined = self.bob.post("/call/default/a/join", json!({})).await.ok(201);
        let token = joined["credentials"]["token"].as_str().unwrap();
        SfuClaims::verify(token, &self.server.sfu_secret).unwrap()
    }
}

fn remove_bob() -> SfuOrder {
    let (cid, user_id) = (sfu_name(CID), "bob".into());
    SfuOrder::RemoveUser { cid, user_id, reason: CallEndedReason::Kicked }
}

/// Bob's tokens of before are void.
fn void_bob(generation: i64, remedy: Remedy) -> SfuOrder {
    SfuOrder::Void { cid: sfu_name(CID), whose: Whose::User("bob".into()), generation, remedy }
}

#[tokio::test]
async fn a_blocked_user_is_put_out_and_stays_out() {
    let mut pair = Pair::start().await;
    pair.does("block", json!({ "user_id": "bob" })).await;
    let event = pair.socket.expect("call.blocked_user").await;
    assert_eq!(
        (&event["user"]["id"], &event["blocked_by_user"]["id"]),
        (&json!("bob"), &json!("alice"))
    );
    assert_eq!(pair.orders(), [remove_bob()]);
    assert_eq!(pair.voids(), [void_bob(1, Remedy::Nothing)]);
    let loaded = pair.bob.get("/call/default/a").await.ok(200);
    assert_eq!(loaded["call"]["blocked_user_ids"], json!(["bob"]));
    assert_eq!(loaded["own_capabilities"], json!(["read-call"]));
    let reply = pair.bob.post("/call/default/a/join", json!({})).await;
    assert_eq!(reply.body["unrecoverable"], true);
    assert!(reply.refused(403, 17).contains("blocked"));
    pair.bob.post("/call/default/a/ring", json!({})).await.refused(403, 17);
    pair.does("block", json!({ "user_id": "bob" })).await;
    pair.socket.expect_silence().await;
    assert_eq!(pair.orders(), []);

    pair.does("unblock", json!({ "user_id": "bob" })).await;
    assert_eq!(pair.socket.expect("call.unblocked_user").await["user"]["id"], "bob");
    assert_eq!(pair.orders(), [], "the coordinator lets in again");
    assert_eq!(pair.join().await.generation, 1);
    pair.does("unblock", json!({ "user_id": "bob" })).await;
    pair.socket.expect_silence().await;
}

#[tokio::test]
async fn nobody_blocks_themselves_or_nonsense() {
    let pair = Pair::start().await;
    for user_id in ["alice", "", "no spaces"] {
        let body = json!({ "user_id": user_id });
        pair.alice.post("/call/default/a/block", body).await.refused(400, 4);
    }
    let body = json!({ "user_id": "nobody", "block": true });
    pair.alice.post("/call/default/a/kick", body).await.refused(404, 16);
    assert_eq!(pair.orders(), []);
}

#[tokio::test]
async fn a_kicked_user_may_come_back_unless_blocked_too() {
    let mut pair = Pair::start().await;
    pair.does("kick", json!({ "user_id": "bob" })).await;
    let event = pair.socket.expect("call.kicked_user").await;
    assert_eq!(
        (&event["user"]["id"], &event["kicked_by_user"]["id"]),
        (&json!("bob"), &json!("alice"))
    );
    assert_eq!(pair.orders(), [remove_bob()]);
    assert_eq!(pair.voids(), [void_bob(1, Remedy::Nothing)]);
    assert_eq!(pair.join().await.generation, 1, "a new token holds");

    pair.does("kick", json!({ "user_id": "bob", "block": true })).await;
    pair.socket.expect("call.blocked_user").await;
    pair.socket.expect("call.kicked_user").await;
    assert_eq!(pair.orders(), [remove_bob()]);
    assert_eq!(pair.voids(), [void_bob(2, Remedy::Nothing)]);
    pair.bob.post("/call/default/a/join", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn every_kind_of_muting_reaches_the_sfu() {
    let mut pair = Pair::start().await;
    let users = |ids: &[&str]| Muted::Users(ids.iter().map(|id| (*id).to_owned()).collect());
    let cases = [
        (json!({ "user_ids": ["bob"], "audio": true }), users(&["bob"]), vec![TrackType::Audio]),
        (
            json!({ "user_ids": ["alice", "bob"], "video": true, "screenshare_audio": true }),
            users(&["alice", "bob"]),
            vec![TrackType::Video, TrackType::ScreenShareAudio],
        ),
        (
            json!({ "mute_all_users": true, "screenshare": true, "audio": false }),
            Muted::AllBut("alice".into()),
            vec![TrackType::ScreenShare],
        ),
    ];
    for (body, whose, kinds) in cases {
        pair.does("mute_users", body).await;
        assert_eq!(pair.orders(), [SfuOrder::MuteTracks { cid: sfu_name(CID), whose, kinds }]);
        let event = pair.socket.expect("call.user_muted").await;
        assert_eq!(event["from_user_id"], "alice");
        assert!(event["muted_user_ids"].as_array().unwrap().contains(&json!("bob")));
    }
    for body in [
        json!({ "user_ids": ["bob"] }),
        json!({ "user_ids": ["bob"], "audio": false }),
        json!({ "audio": true }),
        json!({ "user_ids": [], "audio": true }),
    ] {
        pair.alice.post("/call/default/a/mute_users", body).await.refused(400, 4);
    }
    assert_eq!(pair.orders(), []);
    pair.socket.expect_silence().await;
}

#[tokio::test]
async fn everybody_mutes_themselves_and_only_the_entitled_mute_others() {
    let pair = Pair::start().await;
    let mute = |body: Value| pair.bob.post("/call/default/a/mute_users", body);
    mute(json!({ "user_ids": ["bob"], "audio": true })).await.ok(201);
    for body in [
        json!({ "user_ids": ["bob", "alice"], "audio": true }),
        json!({ "user_ids": ["bob"], "mute_all_users": true, "audio": true }),
        json!({ "audio": true }),
    ] {
        mute(body).await.refused(403, 17);
    }
}

#[tokio::test]
async fn permissions_are_asked_for_granted_and_revoked_for_the_call() {
    let mut pair = Pair::start().await;
    let asked = json!({ "permissions": ["screenshare", "send-audio", "screenshare"] });
    pair.bob.post("/call/default/a/request_permission", asked).await.ok(201);
    let event = pair.socket.expect("call.permission_request").await;
    assert_eq!(event["permissions"], json!(["screenshare", "send-audio"]));
    assert_eq!(event["user"]["id"], "bob");

    let revoke = json!({ "user_id": "bob", "revoke_permissions": ["send-video"] });
    pair.does("user_permissions", revoke).await;
    let event = pair.socket.expect("call.permissions_updated").await;
    assert_eq!(event["user"]["id"], "bob");
    let own = event["own_capabilities"].as_array().unwrap().clone();
    assert!(!own.contains(&json!("send-video")) && own.contains(&json!("send-audio")));
    let grants = |granted: &[&str], revoked: &[&str]| SfuOrder::SetGrants {
        cid: sfu_name(CID),
        user_id: "bob".into(),
        granted: granted.iter().map(|name| (*name).to_owned()).collect(),
        revoked: revoked.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(pair.orders(), [grants(&[], &["send-video"])]);
    assert_eq!(pair.voids(), [void_bob(1, Remedy::Rejoin)]);
    assert_eq!(pair.bob.get("/call/default/a").await.ok(200)["own_capabilities"], json!(own));
    assert!(!pair.join().await.may("send-video"), "a new token knows");

    let grant = json!({ "user_id": "bob", "grant_permissions": ["send-video"], "revoke_permissions": ["screenshare"] });
    pair.does("user_permissions", grant).await;
    pair.socket.expect("call.permissions_updated").await;
    assert_eq!(pair.orders(), [grants(&["send-video"], &["screenshare"])]);
    let claims = pair.join().await;
    assert!(claims.may("send-video") && !claims.may("screenshare"));

    pair.alice.post("/call/default/b", json!({})).await.ok(201);
    let elsewhere = pair.bob.get("/call/default/b").await.ok(200);
    assert!(elsewhere["own_capabilities"].as_array().unwrap().contains(&json!("screenshare")));
}

#[tokio::test]
async fn what_a_role_does_not_have_can_be_granted() {
    let server = TestServer::start().await;
    let (host, _socket) = server.connect("host").await;
    let (viewer, _socket) = server.connect("viewer").await;
    host.post("/call/livestream/a", json!({})).await.ok(201);
    host.post("/call/livestream/a/go_live", json!({})).await.ok(201);
    let own =
        || async { viewer.get("/call/livestream/a").await.ok(200)["own_capabilities"].clone() };
    assert!(!own().await.as_array().unwrap().contains(&json!("send-audio")));
    let grant = json!({ "user_id": "viewer", "grant_permissions": ["send-audio"] });
    viewer.post("/call/livestream/a/user_permissions", grant.clone()).await.refused(403, 17);
    host.post("/call/livestream/a/user_permissions", grant).await.ok(201);
    assert!(own().await.as_array().unwrap().contains(&json!("send-audio")));
    // The settings of a livestream do not let viewers ask.
    let ask = json!({ "permissions": ["send-video"] });
    viewer.post("/call/livestream/a/request_permission", ask).await.refused(403, 17);
}

#[tokio::test]
async fn permissions_that_cannot_be_granted_fail_the_whole_request() {
    let mut pair = Pair::start().await;
    let update = |body: Value| pair.alice.post("/call/default/a/user_permissions", body);
    for body in [
        json!({ "user_id": "bob", "grant_permissions": ["send-audio", "end-call"] }),
        json!({ "user_id": "bob", "revoke_permissions": ["x"] }),
        json!({ "user_id": "bob" }),
        json!({ "user_id": "bob", "grant_permissions": ["send-audio"], "revoke_permissions": ["send-audio"] }),
    ] {
        update(body).await.refused(400, 4);
    }
    update(json!({ "user_id": "nobody", "grant_permissions": ["send-audio"] }))
        .await
        .refused(404, 16);
    for permissions in [json!([]), json!(["end-call"])] {
        let body = json!({ "permissions": permissions });
        pair.bob.post("/call/default/a/request_permission", body).await.refused(400, 4);
    }
    assert_eq!(pair.orders(), []);
    pair.socket.expect_silence().await;
}

#[tokio::test]
async fn only_who_is_in_the_call_is_pinned() {
    let pair = Pair::start().await;
    let pin = |pinned| SfuOrder::Pin {
        cid: sfu_name(CID),
        user_id: "bob".into(),
        session_id: "s2".into(),
        pinned,
    };
    pair.does("pin", json!({ "user_id": "bob", "session_id": "s2" })).await;
    pair.does("unpin", json!({ "user_id": "bob", "session_id": "s2" })).await;
    assert_eq!(pair.orders(), [pin(true), pin(false)]);
    for (user_id, session_id) in [("alice", "s2"), ("bob", "s3"), ("carol", "")] {
        let body = json!({ "user_id": user_id, "session_id": session_id });
        pair.alice.post("/call/default/a/pin", body).await.refused(404, 16);
    }
    assert_eq!(pair.orders(), []);
}

#[tokio::test]
async fn a_restarted_sfu_is_told_which_tokens_are_void() {
    let Pair { server, alice, socket: _socket, .. } = Pair::start().await;
    let revoke = json!({ "user_id": "bob", "revoke_permissions": ["send-audio"] });
    alice.post("/call/default/a/user_permissions", revoke).await.ok(201);
    alice.post("/call/default/a/block", json!({ "user_id": "bob" })).await.ok(201);
    alice.post("/call/default/a/stop_live", json!({})).await.ok(201);
    alice.post("/call/default/b", json!({})).await.ok(201);
    alice.post("/call/default/b/mark_ended", json!({})).await.ok(201);
    let server = server.restart().await;
    let void = |cid, whose, generation| SfuOrder::Void {
        cid: sfu_name(cid),
        whose,
        generation,
        remedy: Remedy::Nothing,
    };
    let told = [
        void_bob(1, Remedy::Rejoin),
        void_bob(2, Remedy::Nothing),
        void(CID, Whose::Viewers, 3),
        void("default:b", Whose::Everybody, 4),
    ];
    assert_eq!(*server.voids.lock().unwrap(), told);
    assert_eq!(*server.orders.lock().unwrap(), []);
    let (bob, _socket) = server.connect("bob").await;
    bob.post("/call/default/a/join", json!({})).await.refused(403, 17);
}

#[tokio::test]
async fn a_change_of_the_room_makes_older_tokens_good_for_another_one_only() {
    let pair = Pair::start().await;
    let limit = |most| json!({ "settings_override": { "limits": { "max_participants": most } } });
    assert_eq!(pair.join().await.room, None);
    pair.alice.patch("/call/default/a", limit(3)).await.ok(200);
    let void = SfuOrder::Void {
        cid: sfu_name(CID),
        whose: Whose::Everybody,
        generation: 1,
        remedy: Remedy::Rejoin,
    };
    assert_eq!(pair.voids(), [void]);
    let claims = pair.join().await;
    assert_eq!((claims.room, claims.exempt, claims.generation), (Some(3), false, 1));
    pair.alice.patch("/call/default/a", limit(3)).await.ok(200);
    assert_eq!(pair.voids(), []);
    assert_ne!(pair.join().await.seat, claims.seat, "each join is a seat of its own");
}

#[tokio::test]
async fn another_role_is_another_right_to_publish_at_once() {
    let server = TestServer::start().await;
    let (host, _socket) = server.connect("host").await;
    host.post("/call/livestream/a", json!({ "data": { "members": [{ "user_id": "bob" }] } }))
        .await
        .ok(201);
    host.post("/call/livestream/a/go_live", json!({})).await.ok(201);
    let change = |body: Value| host.post("/call/livestream/a/members", body);
    let orders = || std::mem::take(&mut *server.orders.lock().unwrap());
    let grants = |granted: &[&str], revoked: &[&str]| SfuOrder::SetGrants {
        cid: sfu_name("livestream:a"),
        user_id: "bob".into(),
        granted: granted.iter().map(|name| (*name).to_owned()).collect(),
        revoked: revoked.iter().map(|name| (*name).to_owned()).collect(),
    };
    let directing = ["join-backstage", "screenshare", "send-audio", "send-video"];
    let role = |role: &str| json!({ "update_members": [{ "user_id": "bob", "role": role }] });
    change(role("host")).await.ok(201);
    assert_eq!(orders(), [grants(&directing, &[])]);
    change(role("moderator")).await.ok(201);
    assert_eq!(orders(), [grants(&[], &["screenshare"])]);
    let custom =
        json!({ "update_members": [{ "user_id": "bob", "custom": {} }, { "user_id": "new" }] });
    change(custom).await.ok(201);
    assert_eq!(orders(), []);
    change(json!({ "remove_members": ["bob"] })).await.ok(201);
    assert_eq!(orders(), [grants(&[], &["join-backstage", "send-audio", "send-video"])]);

    // The same on the way through getOrCreate, which every client of an app may take.
    let members = json!({ "data": { "members": [{ "user_id": "bob", "role": "moderator" }] } });
    host.post("/call/livestream/a", members).await.ok(201);
    assert_eq!(orders(), [grants(&["join-backstage", "send-audio", "send-video"], &[])]);
    host.post("/call/livestream/a/stop_live", json!({})).await.ok(201);
    let end_live = SfuOrder::EndLive { cid: sfu_name("livestream:a") };
    assert_eq!(orders(), [end_live]);
    change(json!({ "remove_members": ["bob"] })).await.ok(201);
    let put_out = SfuOrder::RemoveUser {
        cid: sfu_name("livestream:a"),
        user_id: "bob".into(),
        reason: CallEndedReason::Kicked,
    };
    assert_eq!(orders(), [put_out], "nobody is backstage who may not be");
}
