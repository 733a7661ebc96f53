//! How sockets begin and end.

use tokio_tungstenite::tungstenite::Message;
use trunkline_protocol::sfu::{
    event::{
        HealthCheckRequest, JoinRequest, LeaveCallRequest, ReconnectDetails,
        sfu_event::EventPayload as Event, sfu_request::RequestPayload,
    },
    models::{CallEndedReason, ErrorCode, GoAwayReason, WebsocketReconnectStrategy as Strategy},
};
use trunkline_server::control::{SfuControl, SfuOrder};

use crate::support::{CALL, Client, Socket, TestServer};

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused() {
    let server = TestServer::start().await;
    let mut expired = TestServer::claims("ann");
    expired.exp = 1;
    for token in [
        String::new(),
        "nonsense".into(),
        server.sign(&expired),
        TestServer::claims("ann").sign("another secret").unwrap(),
        format!("{}x", server.token("ann")),
    ] {
        let mut socket = Socket::open(&server).await;
        let session_id = "s".into();
        let join = JoinRequest { token, session_id, ..JoinRequest::default() };
        socket.send(RequestPayload::JoinRequest(join));
        socket.assert_refused(ErrorCode::Unauthenticated).await;
    }
}

#[tokio::test]
async fn the_first_frame_must_be_a_join_request() {
    let server = TestServer::start().await;
    let health = RequestPayload::HealthCheckRequest(HealthCheckRequest {});
    let leave = RequestPayload::LeaveCallRequest(LeaveCallRequest::default());
    for request in [health, leave] {
        let mut socket = Socket::open(&server).await;
        socket.send(request);
        socket.assert_refused(ErrorCode::RequestValidationFailed).await;
    }
    for frame in [
        Message::text("{}"),
        Message::binary(Vec::new()),
        Message::binary(vec![0xff; 100]),
        Message::binary(vec![0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ] {
        let mut socket = Socket::open(&server).await;
        socket.send_raw(frame);
        socket.assert_refused(ErrorCode::RequestValidationFailed).await;
    }
}

#[tokio::test]
async fn an_oversized_frame_ends_its_own_socket_only() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let mut socket = Socket::open(&server).await;
    socket.send_raw(Message::binary(vec![0; 10_000_000]));
    socket.end().await;
    let mut ben = server.join("ben").await;
    ben.socket().send_raw(Message::binary(vec![0; 10_000_000]));
    ben.socket().end().await;
    ann.hear_until_pong().await;
}

#[tokio::test]
async fn frames_that_cannot_be_read_are_skipped_after_the_join() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.socket().send_raw(Message::text("hello"));
    ann.socket().send_raw(Message::binary(vec![0xff; 50]));
    ann.socket().send(RequestPayload::JoinRequest(JoinRequest::default()));
    ann.hear_until_pong().await;
}

#[tokio::test]
async fn a_shutdown_closes_every_socket() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let mut ben = server.join("ben").await;
    server.server.shutdown().await;
    for client in [&mut ann, &mut ben] {
        let code = client.socket().end().await;
        assert!(code.is_some_and(|code| code != 1000), "they may come back: {code:?}");
    }
}

#[tokio::test]
async fn an_ended_call_is_told_before_the_close() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    ann.hear_until_pong().await;
    let reason = CallEndedReason::Kicked;
    server.order(SfuOrder::RemoveUser { cid: CALL.into(), user_id: "ann".into(), reason });
    let Event::CallEnded(ended) = ann.socket().event().await else { panic!("another event") };
    assert_eq!(ended.reason(), reason);
    assert_eq!(ann.socket().end().await, Some(1000));
}

#[tokio::test]
async fn a_session_id_of_somebody_else_is_refused_and_the_victim_stays() {
    let server = TestServer::start().await;
    let mut ann = server.join("ann").await;
    let mut socket = Socket::open(&server).await;
    socket.send(RequestPayload::JoinRequest(JoinRequest {
        token: server.token("ben"),
        session_id: ann.session_id.clone(),
        ..JoinRequest::default()
    }));
    socket.assert_refused(ErrorCode::PermissionDenied).await;
    assert!(ann.hear_until_pong().await.is_empty());
}

#[tokio::test]
async fn the_join_names_the_participant_and_its_options() {
    let server = TestServer::start().await;
    let ann = Client::join(&server, server.token("ann"), "ann").await;
    assert_eq!(ann.prefix.len(), 16);
    assert_eq!(ann.joined.publish_options.len(), 4);
    assert_eq!(ann.joined.call_state.as_ref().unwrap().participants[0].name, "ANN");
}

#[tokio::test]
async fn a_server_that_is_to_end_takes_back_whom_it_knows_and_then_sends_everybody_away() {
    let server = TestServer::start().await;
    let ann = server.join("ann").await;
    server.sfu.drain();
    let mut stranger = Socket::open(&server).await;
    let join = |user: &str, details| JoinRequest {
        token: server.token(user),
        session_id: format!("another-of-{user}"),
        reconnect_details: details,
        ..JoinRequest::default()
    };
    stranger.send(RequestPayload::JoinRequest(join("bob", None)));
    let Event::Error(refusal) = stranger.event().await else { panic!("let in") };
    assert_eq!(refusal.reconnect_strategy(), Strategy::Migrate);
    let error = refusal.error.unwrap();
    assert_eq!((error.code(), error.should_retry), (ErrorCode::SfuShuttingDown, true));
    assert_eq!(stranger.end().await, Some(1012));

    let details = ReconnectDetails {
        strategy: Strategy::Rejoin.into(),
        previous_session_id: ann.session_id.clone(),
        ..ReconnectDetails::default()
    };
    let mut again = Socket::open(&server).await;
    again.send(RequestPayload::JoinRequest(join("ann", Some(details))));
    assert!(matches!(again.event().await, Event::JoinResponse(_)));
    server.sfu.close();
    loop {
        if let Event::GoAway(away) = again.event().await {
            assert_eq!(away.reason(), GoAwayReason::ShuttingDown);
            break;
        }
    }
    assert_eq!(again.end().await, Some(1013));
    drop(ann);
}
