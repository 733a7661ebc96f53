//! How many packets the SFU forwards per second and core, to how many subscribers, with one worker
//! and with two; and how long a worker is busy with one thing when many publish.
//!
//! Each call has one publisher, a microphone and a camera; the subscribers join, negotiate, do the
//! DTLS handshake, decrypt and report what arrives as any client. What is measured is the SFU:
//! decryption, encryption, pacing, sending and the reports that it gets, and the reader of the media
//! port. Both have threads of their own, and their time on a core is the kernel's figure, so that
//! other load does not count. Beside it stands what a bare `send_to` of as many bytes costs.
// Clippy recognises tests, not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// The tests need more of it.
#[allow(dead_code, unused_imports)]
#[path = "../tests/sfu/support/mod.rs"]
mod support;
#[path = "requests/unlimited.rs"]
mod unlimited;

use std::{
    env, fs,
    net::UdpSocket,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    runtime::{self, Runtime},
    task::JoinSet,
    time::sleep,
};
use trunkline_protocol::sfu::{event::JoinRequest, models::TrackType};

use unlimited::UNLIMITED;

use support::{Client, Source, TestServer, wish};

const WORKERS: [usize; 2] = [1, 2];
/// In all calls together.
const SUBSCRIBERS: [usize; 3] = [50, 200, 500];
/// bits/s. As little as lets all subscribers decrypt what they get on the other core of two.
const CAMERA: usize = 200_000;
/// Bytes of a datagram that carries a packet of such a camera, on average with the sound.
const DATAGRAM: usize = 420;
const WARM_UP: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(5);
/// Who joins at the same time.
const AT_ONCE: usize = 10;
const PUBLISHERS: [usize; 3] = [25, 50, 100];
/// As long as the server remembers its longest turn.
const REMEMBERED: Duration = Duration::from_secs(21);
/// How many publishers mute themselves and speak again.
const MUTES: usize = 10;

fn main() {
    // Both ends of all connections are in this process.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.unwrap();
    // Both parts, or the one that is named.
    let wanted = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |part: &str| wanted.as_deref().is_none_or(|wanted| wanted == part);
    if is_wanted("packets") {
        packets(&runtime);
    }
    if is_wanted("turns") {
        println!("publishers  longest turn while they come, ms  for a mute, ms");
        for publishers in PUBLISHERS {
            runtime.block_on(turns(publishers));
        }
    }
}

fn packets(runtime: &Runtime) {
    println!(
        "workers  subscribers  packets/s  of each  cores of workers  of the reader  packets/s per core"
    );
    for workers in WORKERS {
        runtime.block_on(measure(workers));
    }
    println!();
    println!("bare send_to of {DATAGRAM} bytes: {:.0} packets/s per core", floor());
    println!();
}

async fn start(workers: usize, options: &str) -> Arc<TestServer> {
    let limits = UNLIMITED.join(" ");
    let options = format!("--media-workers {workers} --large-call 100000 {limits} {options}");
    Arc::new(TestServer::start_with(&options).await)
}

/// A call for each worker, with one publisher.
async fn measure(workers: usize) {
    let server = start(workers, "").await;
    let mut publishers = Vec::new();
    for worker in 0..workers {
        let mut names = (0..).map(|number| format!("1/default:{number}"));
        let call = names.find(|name| server.sfu.worker_of(name) == worker).unwrap();
        let mut publisher = join(&server, &call, &format!("publisher-{worker}")).await;
        publisher.publish_microphone().await;
        let mid = publisher.publish(TrackType::Video, &[]).await;
        let camera = Source::camera(mid, None, 7).with_bitrate(CAMERA).from(Instant::now());
        publisher.publisher.with(move |peer| peer.sources.push(camera)).await;
        publishers.push((call, Arc::new(publisher)));
    }
    let counter = Arc::new(AtomicU64::new(0));

    // Those of each subscriber are as many for few as for many, unless the machine is too slow.
    let mut subscribers = Vec::new();
    for count in SUBSCRIBERS {
        while subscribers.len() < count {
            let mut joining = JoinSet::new();
            for number in subscribers.len()..count.min(subscribers.len() + AT_ONCE) {
                let (call, publisher) = &publishers[number % workers];
                let names = (Arc::clone(&server), call.clone(), Arc::clone(publisher));
                joining.spawn(subscribe(names, Arc::clone(&counter), number));
            }
            subscribers.extend(joining.join_all().await);
        }
        sleep(WARM_UP).await;
        let (packets, busy, begin) = (counter.load(Relaxed), Busy::now(), Instant::now());
        sleep(MEASURED).await;
        let elapsed = begin.elapsed().as_secs_f64();
        let packets = f64::from(u32::try_from(counter.load(Relaxed) - packets).unwrap());
        let busy = Busy::now().since(&busy);
        println!(
            "{workers:>7}  {count:>11}  {:>9.0}  {:>7.1}  {:>16.2}  {:>13.2}  {:>18.0}",
            packets / elapsed,
            packets / elapsed / f64::from(u32::try_from(count).unwrap()),
            busy.workers / elapsed,
            busy.reader / elapsed,
            packets / (busy.workers + busy.reader)
        );
    }
}

async fn join(server: &TestServer, call: &str, user_id: &str) -> Client {
    let mut claims = TestServer::claims(user_id);
    claims.cid = call.into();
    let session_id = format!("session-of-{user_id}");
    let request = JoinRequest { session_id, ..JoinRequest::default() };
    Client::join_with(server, server.sign(&claims), user_id, request).await
}

/// Somebody who receives sound, and the picture unless it is paused for want of bandwidth.
async fn subscribe(
    (server, call, publisher): (Arc<TestServer>, String, Arc<Client>),
    counter: Arc<AtomicU64>,
    number: usize,
) -> Client {
    let client = join(&server, &call, &format!("subscriber-{number}")).await;
    client.subscribe(vec![wish(&publisher, TrackType::Video, 640, 360)]).await;
    client.subscriber.packets(&publisher.stream_id(TrackType::Audio), 1).await;
    client.subscriber.with(move |peer| peer.counter = Some(counter)).await;
    client
}

/// A call in which so many have a microphone, and everybody is offered the sound of all the others, as
/// no number of the loudest is set.
async fn turns(publishers: usize) {
    let server = start(1, "--loudest 0").await;
    let longest = || {
        let name = "trunkline_sfu_longest_turn_microseconds";
        let micros = server.metrics.gauge(name, "", &[("worker", "0")]).get();
        Duration::from_micros(u64::try_from(micros).unwrap()).as_secs_f64() * 1e3
    };
    let mut clients = Vec::new();
    let mut coming: f64 = 0.0;
    for number in 0..publishers {
        let mut client = join(&server, support::CALL, &format!("publisher-{number}")).await;
        client.publish(TrackType::Audio, &[]).await;
        clients.push(client);
        coming = coming.max(longest());
    }
    for client in &clients {
        let all = publishers - 1;
        let offered = |log: &support::Log| (log.tracks.len() == all).then_some(());
        client.subscriber.wait("an offer with everybody", offered).await;
    }
    coming = coming.max(longest());
    sleep(REMEMBERED).await;
    for client in clients.iter().take(MUTES) {
        client.mute(TrackType::Audio, true).await;
        client.mute(TrackType::Audio, false).await;
    }
    println!("{publishers:>10}  {coming:>32.1}  {:>14.1}", longest());
}

/// Packets per second of time on a core, of a thread that only sends.
fn floor() -> f64 {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap();
    thread::spawn(move || while receiver.recv(&mut [0; 2000]).is_ok() {});
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let own = PathBuf::from("/proc").join(fs::read_link("/proc/thread-self").unwrap());
    let datagram = [0; DATAGRAM];
    let before = on_core(&own).unwrap();
    let packets = 300_000;
    for _ in 0..packets {
        sender.send_to(&datagram, address).unwrap();
    }
    f64::from(packets) / (on_core(&own).unwrap() - before)
}

/// The time on a core of those of this process who carry media, in seconds.
struct Busy {
    workers: f64,
    reader: f64,
}

impl Busy {
    fn now() -> Self {
        let mut busy = Self { workers: 0.0, reader: 0.0 };
        for thread in fs::read_dir("/proc/self/task").expect("this measures on Linux") {
            let thread = thread.unwrap().path();
            // A thread may end meanwhile.
            let (Ok(name), Some(seconds)) =
                (fs::read_to_string(thread.join("comm")), on_core(&thread))
            else {
                continue;
            };
            match name.trim_end() {
                "media-reader" => busy.reader += seconds,
                name if name.starts_with("media-") => busy.workers += seconds,
                _ => {}
            }
        }
        busy
    }

    fn since(&self, earlier: &Self) -> Self {
        let workers = self.workers - earlier.workers;
        Self { workers, reader: self.reader - earlier.reader }
    }
}

/// The kernel's account of a thread, in seconds.
fn on_core(thread: &std::path::Path) -> Option<f64> {
    let account = fs::read_to_string(thread.join("schedstat")).ok()?;
    let nanoseconds = account.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds).as_secs_f64())
}
