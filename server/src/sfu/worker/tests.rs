//! What becomes of participants when the worker fails.

use std::time::Duration;

use tokio::time::timeout;
use trunkline_protocol::sfu::event::sfu_event::EventPayload;

use super::*;
use crate::sfu::{
    signalling::Codecs,
    token::{PublishTarget, SfuClaims},
};

fn join(socket: u64, session_id: &str) -> Box<Join> {
    let unset = PublishTarget { width: 0, height: 0, bitrate: 0 };
    let claims = SfuClaims {
        user_id: "ann".into(),
        cid: "1/default:a".into(),
        name: String::new(),
        image: String::new(),
        custom: serde_json::Map::new(),
        roles: Vec::new(),
        capabilities: Vec::new(),
        anonymous: false,
        seat: session_id.into(),
        generation: 0,
        sessions_per_user: 1000,
        room: None,
        exempt: false,
        video: unset,
        screen_share: unset,
        iat: 0,
        exp: u64::MAX,
    };
    Box::new(Join {
        socket: SocketId(socket),
        claims,
        session_id: session_id.into(),
        strategy: trunkline_protocol::sfu::models::WebsocketReconnectStrategy::Unspecified,
        previous_session_id: String::new(),
        subscriptions: Vec::new(),
        preferred: Vec::new(),
        encodes: Codecs::default(),
        decodes: Codecs::default(),
        shows_pauses: false,
        prefix: "00".into(),
    })
}

/// Asks to join; returns where the answer comes.
async fn knock(sfu: &Sfu, socket: u64, session_id: &str) -> mpsc::Receiver<Frame> {
    let (frames, inbox) = mpsc::channel(100);
    sfu.inlet().send(Request::Join { join: join(socket, session_id), frames }).await;
    inbox
}

async fn next<T>(receiver: &mut mpsc::Receiver<T>) -> Option<T> {
    timeout(Duration::from_secs(30), receiver.recv()).await.expect("something")
}

async fn is_answered(frames: &mut mpsc::Receiver<Frame>) -> bool {
    match next(frames).await {
        Some(Frame::Event(event)) => {
            let event = SfuEvent::decode(event).unwrap().event_payload;
            matches!(event, Some(EventPayload::JoinResponse(_)))
        }
        Some(Frame::Close { .. }) | None => false,
    }
}

#[tokio::test]
async fn after_a_panic_sockets_hang_up_and_a_fresh_worker_takes_people_when_it_knows_whom_not_to() {
    let (notify, mut notices) = crate::sfu::control::notices();
    let metrics = Registry::default();
    let local = "127.0.0.1:0".parse().unwrap();
    let sfu = Sfu::start(local, None, 250, notify, &metrics).await.unwrap();
    let mut before = knock(&sfu, 1, "s1").await;
    assert!(is_answered(&mut before).await);
    assert!(matches!(next(&mut notices).await, Some(SfuNotice::ParticipantJoined { .. })));

    sfu.inlet().command(Command::Panic);
    let Some(SfuNotice::Restarted { worker }) = next(&mut notices).await else {
        panic!("the coordinator has to know")
    };
    assert!(next(&mut before).await.is_none(), "the socket hangs up");
    assert_eq!(sfu.health().restarts, 1);
    assert!(sfu.health().alive);

    let mut early = knock(&sfu, 2, "s2").await;
    assert!(next(&mut early).await.is_none(), "it does not know yet who is blocked");
    sfu.order(SfuOrder::Open { worker: worker - 1 });
    let mut early = knock(&sfu, 3, "s2").await;
    assert!(next(&mut early).await.is_none(), "meant for another one");
    sfu.order(SfuOrder::Report { cid: "1/default:a".into() });
    let nobody = next(&mut notices).await;
    assert!(
        matches!(&nobody, Some(SfuNotice::Present { sessions, .. }) if sessions.is_empty()),
        "{nobody:?}"
    );
    sfu.order(SfuOrder::Open { worker });
    let mut after = knock(&sfu, 4, "s3").await;
    assert!(is_answered(&mut after).await, "on the same port, with the same handle");
}
