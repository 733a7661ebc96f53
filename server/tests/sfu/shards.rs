//! Calls are divided among workers, which share one media port.

use std::net::Ipv4Addr;

use tokio::net::UdpSocket;
use trunkline_protocol::sfu::{
    event::{JoinRequest, sfu_event::EventPayload as Event, sfu_request::RequestPayload},
    models::{CallEndedReason, PeerType, TrackType},
    signal::{IceRestartRequest, IceRestartResponse},
};
use trunkline_server::control::{Remedy, SfuControl, SfuOrder, Whose};

use crate::support::{Client, Socket, TestServer};

const WORKERS: usize = 2;

async fn start() -> TestServer {
    TestServer::start_with(&format!("--media-workers {WORKERS}")).await
}

/// The name of a call of one of the workers.
fn call_of(server: &TestServer, worker: usize) -> String {
    let mut names = (0..1000).map(|number| format!("1/default:{number}"));
    names.find(|name| server.sfu.worker_of(name) == worker).expect("each worker has some")
}

async fn join(server: &TestServer, call: &str, user_id: &str) -> Client {
    let mut claims = TestServer::claims(user_id);
    claims.cid = call.into();
    let request =
        JoinRequest { session_id: format!("session-of-{user_id}"), ..JoinRequest::default() };
    Client::join_with(server, server.sign(&claims), user_id, request).await
}

/// All of them come from one address, as people behind an address translator do.
#[tokio::test]
async fn calls_of_different_workers_do_not_mix() {
    let server = start().await;
    let (here, there) = (call_of(&server, 0), call_of(&server, 1));
    let mut ann = join(&server, &here, "ann").await;
    let mut zoe = join(&server, &there, "zoe").await;
    let mut ben = join(&server, &here, "ben").await;
    let mut yan = join(&server, &there, "yan").await;
    for publisher in [&mut ann, &mut zoe, &mut ben, &mut yan] {
        publisher.publish_microphone().await;
    }
    for (client, other) in [(&ben, &ann), (&ann, &ben), (&yan, &zoe), (&zoe, &yan)] {
        let audio = other.stream_id(TrackType::Audio);
        let packets = client.subscriber.packets(&audio, 40).await;
        assert!(packets.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq), "{packets:?}");
        assert_eq!(client.subscriber.log().tracks.keys().collect::<Vec<_>>(), [&audio]);
    }

    // An order for one call leaves the other alone.
    let reason = CallEndedReason::Ended;
    server.order(SfuOrder::EndCall { cid: there, reason });
    for client in [&mut zoe, &mut yan] {
        let ended = |event: &Event| matches!(event, Event::CallEnded(_)).then_some(());
        client.hear(ended).await;
        client.socket().end().await;
    }
    ben.subscriber.clear();
    ben.subscriber.packets(&ann.stream_id(TrackType::Audio), 20).await;
}

#[tokio::test]
async fn an_order_for_all_calls_of_an_app_reaches_every_worker() {
    let server = start().await;
    let whose = Whose::User("ann".into());
    let (generation, remedy) = (2, Remedy::Nothing);
    server.order(SfuOrder::Void { cid: "1/".into(), whose, generation, remedy });
    for worker in 0..WORKERS {
        let mut claims = TestServer::claims("ann");
        claims.cid = call_of(&server, worker);
        let token = server.sign(&claims);
        let mut socket = Socket::open(&server).await;
        let request = JoinRequest { token, session_id: "s".into(), ..JoinRequest::default() };
        socket.send(RequestPayload::JoinRequest(request));
        assert!(matches!(socket.event().await, Event::Error(_)), "of worker {worker}");
    }
}

#[tokio::test]
async fn the_end_of_the_server_reaches_the_sockets_of_every_worker() {
    let server = start().await;
    let mut clients = Vec::new();
    for worker in 0..WORKERS {
        clients.push(join(&server, &call_of(&server, worker), &format!("user-{worker}")).await);
    }
    server.sfu.close();
    for client in &mut clients {
        client.socket().end().await;
    }
}

#[tokio::test]
async fn connectivity_checks_for_another_worker_disturb_nobody() {
    let server = start().await;
    let mut pairs = Vec::new();
    for worker in 0..WORKERS {
        let call = call_of(&server, worker);
        let mut publisher = join(&server, &call, &format!("publisher-{worker}")).await;
        publisher.publish_microphone().await;
        let viewer = join(&server, &call, &format!("viewer-{worker}")).await;
        viewer.subscriber.packets(&publisher.stream_id(TrackType::Audio), 5).await;
        pairs.push((publisher, viewer));
    }
    // Their names lead to both workers; they come from somebody whom one of them knows, and from a
    // stranger.
    let (_, port) = server.sfu.addresses();
    let checks = || (0..64).map(|number| check(&format!("name-{number}")));
    for (publisher, viewer) in &pairs {
        for peer in [&publisher.publisher, &viewer.subscriber] {
            peer.with(move |peer| checks().for_each(|check| peer.send_raw(&check, port))).await;
        }
    }
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    for check in checks() {
        stranger.send_to(&check, port).await.unwrap();
    }
    for (publisher, viewer) in &pairs {
        viewer.subscriber.clear();
        let packets = viewer.subscriber.packets(&publisher.stream_id(TrackType::Audio), 40).await;
        assert!(packets.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq), "{packets:?}");
    }
}

/// A binding request for a peer connection of this name, without a signature.
fn check(name: &str) -> Vec<u8> {
    let mut username = format!("{name}:them").into_bytes();
    let length = u8::try_from(username.len()).unwrap();
    username.resize(username.len().next_multiple_of(4), 0);
    let mut datagram = vec![0, 1, 0, u8::try_from(username.len() + 4).unwrap()];
    datagram.extend([0x21, 0x12, 0xa4, 0x42]);
    datagram.extend([7; 12]);
    datagram.extend([0, 6, 0, length]);
    datagram.extend(username);
    datagram
}

/// Each restart gives the peer connection another name, and half of all names lead elsewhere.
#[tokio::test]
async fn who_moves_to_another_port_is_found_there_however_often() {
    let server = start().await;
    for worker in 0..WORKERS {
        let call = call_of(&server, worker);
        let mut ann = join(&server, &call, &format!("ann-{worker}")).await;
        ann.publish_microphone().await;
        let ben = join(&server, &call, &format!("ben-{worker}")).await;
        let audio = ann.stream_id(TrackType::Audio);
        ben.subscriber.packets(&audio, 5).await;
        for _ in 0..4 {
            ann.publisher.with(|peer| peer.change_port().unwrap()).await;
            ann.restart_publisher().await;
            ben.subscriber.clear();
            ben.subscriber.packets(&audio, 20).await;

            ben.subscriber.with(|peer| peer.change_port().unwrap()).await;
            let request = IceRestartRequest {
                session_id: ben.session_id.clone(),
                peer_type: PeerType::Subscriber.into(),
            };
            let response: IceRestartResponse = ben.twirp.call("IceRestart", &request).await;
            assert_eq!(response.error, None);
            ben.subscriber.clear();
            ben.subscriber.packets(&audio, 20).await;
        }
    }
}

#[tokio::test]
async fn all_workers_show_the_same_certificate() {
    let server = start().await;
    let mut fingerprints = Vec::new();
    for worker in 0..WORKERS {
        let client = join(&server, &call_of(&server, worker), &format!("user-{worker}")).await;
        let (mid, offer, _) = client.offer(TrackType::Audio, Vec::new()).await;
        let mut client = client;
        client.tracks.push(crate::support::published(TrackType::Audio, mid));
        let answer = client.set_publisher(&offer).await.unwrap();
        let line = answer.lines().find(|line| line.starts_with("a=fingerprint:"));
        fingerprints.push(line.expect("a fingerprint").to_owned());
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
}
