//! What becomes of participants when a worker fails, or hangs.

use std::time::Duration;

use tokio::time::timeout;
use trunkline_protocol::sfu::{event::sfu_event::EventPayload, models::TrackType};

use super::*;
use crate::sfu::{Sfu, SfuOptions, media::certificate};
use crate::{
    control::{SfuClaims, SfuControl},
    sfu::{
        ids::TrackKey,
        signalling::{AvailableTrack, Codecs, Join, Wish},
    },
};

const CALL: &str = "1/default:a";

fn start(workers: usize, notices: mpsc::Sender<SfuNotice>) -> Sfu {
    let udp = "127.0.0.1:0".parse().unwrap();
    let sizes = Sizes { large_call: 250, loudest: 10 };
    let options = SfuOptions { udp, public_ip: None, sizes, workers };
    Sfu::start(&options, notices, &Registry::default()).unwrap()
}

fn join(socket: u64, call: &str, session_id: &str) -> Box<Join> {
    let claims = SfuClaims { seat: session_id.into(), ..SfuClaims::plain("ann", call) };
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
    knock_at(sfu, CALL, socket, session_id).await
}

async fn knock_at(sfu: &Sfu, call: &str, socket: u64, session_id: &str) -> mpsc::Receiver<Frame> {
    let (frames, inbox) = mpsc::channel(100);
    let join = join(socket, call, session_id);
    sfu.inlet(call).unwrap().send(Request::Join { join, frames }).await;
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
        Some(Frame::Offer(_) | Frame::Close { .. }) | None => false,
    }
}

#[tokio::test]
async fn after_a_panic_sockets_hang_up_and_a_fresh_worker_takes_people_when_it_knows_whom_not_to() {
    let (notify, mut notices) = crate::control::notices();
    let sfu = start(1, notify);
    let mut before = knock(&sfu, 1, "s1").await;
    assert!(is_answered(&mut before).await);
    assert!(matches!(next(&mut notices).await, Some(SfuNotice::ParticipantJoined { .. })));

    sfu.inlet(CALL).unwrap().command(Command::Panic);
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
    sfu.order(SfuOrder::Report { cid: CALL.into() });
    let nobody = next(&mut notices).await;
    assert!(
        matches!(&nobody, Some(SfuNotice::Present { sessions, .. }) if sessions.is_empty()),
        "{nobody:?}"
    );
    sfu.order(SfuOrder::Open { worker });
    let mut after = knock(&sfu, 4, "s3").await;
    assert!(is_answered(&mut after).await, "on the same port, with the same handle");
}

#[tokio::test]
async fn who_is_with_another_worker_notices_nothing_of_one_that_hangs_or_fails() {
    let (notify, mut notices) = crate::control::notices();
    let sfu = start(2, notify);
    let call_of = |worker| {
        let mut names = (0..1000).map(|number| format!("1/default:{number}"));
        names.find(|name| sfu.worker_of(name) == worker).unwrap()
    };
    let (here, there) = (call_of(0), call_of(1));
    let mut ann = knock_at(&sfu, &here, 1, "ann").await;
    assert!(is_answered(&mut ann).await);
    let (go_on, wait) = std::sync::mpsc::channel();
    sfu.inlet(&here).unwrap().command(Command::Hang(wait));

    let mut late = knock_at(&sfu, &here, 2, "late").await;
    let mut zoe = knock_at(&sfu, &there, 3, "zoe").await;
    assert!(is_answered(&mut zoe).await);
    sfu.order(SfuOrder::Report { cid: there.clone() });
    let mut told = Vec::new();
    while !matches!(told.last(), Some(SfuNotice::Present { .. })) {
        told.push(next(&mut notices).await.unwrap());
    }
    let of_zoe = |notice: &SfuNotice| match notice {
        SfuNotice::ParticipantJoined { session_id, .. } => session_id == "zoe",
        SfuNotice::Present { sessions, .. } => sessions[0].session_id == "zoe",
        _ => false,
    };
    // What is told of one call is told in its order.
    assert_eq!(told.iter().filter(|notice| of_zoe(notice)).count(), 2, "{told:?}");
    assert!(late.try_recv().is_err(), "it waits");

    go_on.send(()).unwrap();
    assert!(is_answered(&mut late).await, "what waits is taken afterwards");
    sfu.inlet(&here).unwrap().command(Command::Panic);
    while next(&mut ann).await.is_some() {}
    // Who is with the other worker stays.
    let mut yan = knock_at(&sfu, &there, 4, "yan").await;
    assert!(is_answered(&mut yan).await);
    assert!(is_told_of_another(&mut zoe).await);
}

/// Whether somebody else came.
async fn is_told_of_another(frames: &mut mpsc::Receiver<Frame>) -> bool {
    while let Some(Frame::Event(event)) = next(frames).await {
        let event = SfuEvent::decode(event).unwrap().event_payload;
        if matches!(event, Some(EventPayload::ParticipantJoined(_))) {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn what_all_are_told_is_encoded_once() {
    let (notify, _notices) = crate::control::notices();
    let sfu = start(1, notify);
    let mut listeners = Vec::new();
    for number in 0..5 {
        let mut frames = knock(&sfu, number, &format!("s{number}")).await;
        assert!(is_answered(&mut frames).await);
        listeners.push(frames);
    }
    let joined = |frame: &Option<Frame>| match frame {
        Some(Frame::Event(event)) => {
            let payload = SfuEvent::decode(event.clone()).unwrap().event_payload;
            matches!(payload, Some(EventPayload::ParticipantJoined(_))).then(|| event.as_ptr())
        }
        _ => None,
    };
    // The last one told the four before it.
    let mut told = Vec::new();
    for (number, frames) in listeners.iter_mut().enumerate().take(4) {
        for _ in number + 1..4 {
            assert!(joined(&next(frames).await).is_some());
        }
        told.push(joined(&next(frames).await).unwrap());
    }
    assert!(told.iter().all(|frame| *frame == told[0]), "the same bytes: {told:?}");
}

#[tokio::test]
async fn others_have_their_turn_however_much_is_left_that_nothing_waits_for() {
    let network = Network::open("127.0.0.1:0".parse().unwrap(), None).unwrap();
    let shard = Shard::all(1).next().unwrap();
    let (metrics, (notices, _)) = (Registry::default(), crate::control::notices());
    let outset = Outset {
        sizes: Sizes { large_call: 250, loudest: 10 },
        endpoint: Endpoint {
            addresses: network.addresses(),
            certificate: certificate().unwrap(),
            shard,
        },
        network: Arc::new(network),
        routes: Arc::new(Routes::new(1)),
        notices,
        counters: Counters::new(&metrics),
        outbound: Outbound::new(&metrics),
        pulse: Arc::new(Pulse::new(Instant::now(), shard.index(), &metrics)),
        metrics,
    };
    let mut worker = Worker::new(WorkerId { number: 0, is_successor: false }, &outset);
    let everybody = || (1..=20).map(SessionKey).collect();
    worker.errands.of(SessionKey(0), everybody());
    let mut turns = 0;
    while worker.has_more() {
        worker.go_on(|| false);
        turns += 1;
    }
    assert_eq!(turns, 20, "one in each where the time is over at once");
    worker.errands.of(SessionKey(0), everybody());
    worker.go_on(|| true);
    assert!(!worker.has_more(), "as many as there is time for");

    let track = AvailableTrack {
        key: TrackKey { publisher: SessionKey(0), kind: TrackType::Audio },
        stream_id: "ann:audio".into(),
        codec: String::new(),
        stereo: false,
        live: true,
        wish: Some(Wish::default()),
    };
    worker.media.subscribe(SessionKey(1), &[track], Instant::now());
    worker.media.begin_upkeep(Instant::now());
    worker.errands.of(SessionKey(0), everybody());
    assert!(worker.media.has_upkeep());
    worker.go_on(|| false);
    assert!(!worker.media.has_upkeep(), "it does not wait until nobody has an errand");
}
