//! Coordinator and SFU together: two apps may have a call of the same name.

use futures_util::{SinkExt, StreamExt};
use prost::Message as _;
use serde_json::json;
use tokio_tungstenite::{connect_async, tungstenite::Message};
use trunkline_protocol::sfu::event::{
    JoinRequest, SfuEvent, SfuRequest, sfu_event::EventPayload, sfu_request::RequestPayload,
};
use trunkline_server::{admin::put_app, auth::App};

use crate::{
    process::Process,
    support::{Client, Raw, TestServer},
};

/// Joins the call and the SFU; returns the socket and who is there.
async fn join(client: &Client, session_id: &str) -> (Raw, Vec<String>) {
    let request = json!({ "create": true, "location": "x" });
    let joined = client.post("/call/default/a/join", request).await.ok(201);
    let credentials = &joined["credentials"];
    let endpoint = credentials["server"]["ws_endpoint"].as_str().unwrap();
    let mut socket = connect_async(endpoint).await.unwrap().0;
    let request = JoinRequest {
        token: credentials["token"].as_str().unwrap().into(),
        session_id: session_id.into(),
        ..JoinRequest::default()
    };
    let request = SfuRequest { request_payload: Some(RequestPayload::JoinRequest(request)) };
    socket.send(Message::binary(request.encode_to_vec())).await.unwrap();
    loop {
        if let EventPayload::JoinResponse(response) = next(&mut socket).await {
            let participants = response.call_state.unwrap().participants;
            let ids = participants.into_iter().map(|participant| participant.session_id);
            return (socket, ids.collect());
        }
    }
}

async fn next(socket: &mut Raw) -> EventPayload {
    let frame = socket.next().await.unwrap().unwrap();
    SfuEvent::decode(frame.into_data()).unwrap().event_payload.unwrap()
}

#[tokio::test]
async fn calls_of_the_same_name_in_two_apps_are_two_calls_for_the_sfu() {
    let (data, lender) = (tempfile::tempdir().unwrap(), TestServer::start().await);
    let other = App { key: "other".into(), secret: "other-secret".into() };
    put_app(data.path(), other.clone(), None).await.unwrap();
    let process = Process::start(data.path());
    let at = |client: Client| Client { base: process.base.clone(), ..client };
    let (mine, mut coordinator) = lender.connect_client(at(lender.stranger("alice"))).await;
    let (theirs, _their_coordinator) =
        lender.connect_client(at(lender.stranger_in(&other, "alice"))).await;

    let (mut first, there) = join(&mine, "s1").await;
    assert_eq!(there, ["s1"]);
    let (_their_socket, there) = join(&theirs, "t1").await;
    assert_eq!(there, ["t1"]);
    // Had the SFU told the first of the other app's participant, that would come before this.
    let (_second, there) = join(&mine, "s2").await;
    assert_eq!(there, ["s1", "s2"]);
    let joined = loop {
        if let EventPayload::ParticipantJoined(joined) = next(&mut first).await {
            break joined;
        }
    };
    assert_eq!(joined.participant.unwrap().session_id, "s2");
    assert_eq!(joined.call_cid, "default:a", "clients see no app");

    // The notices found their way back to the app they belong to.
    coordinator.expect("call.created").await;
    coordinator.expect("call.session_started").await;
    for session in ["s1", "s2"] {
        let event = coordinator.expect("call.session_participant_joined").await;
        assert_eq!(event["participant"]["user_session_id"], session);
    }
    coordinator.expect_silence().await;
}
