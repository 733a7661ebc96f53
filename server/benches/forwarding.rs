//! How many packets the SFU forwards per second and core, to how many subscribers.
//!
//! One publisher, a microphone and a camera; the subscribers join, negotiate, do the DTLS handshake,
//! decrypt and report what arrives as any client. What is measured is the SFU: decryption,
//! encryption, pacing, sending and the reports that it gets. It has a thread of its own, and its
//! time on a core is the kernel's figure, so that other load does not count. Beside it stands what
//! a bare `send_to` of as many bytes costs.
// Clippy recognises tests, not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// The tests need more of it.
#[allow(dead_code, unused_imports)]
#[path = "../tests/sfu/support/mod.rs"]
mod support;

use std::{
    fs,
    net::UdpSocket,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime, task::JoinSet, time::sleep};
use trunkline_protocol::sfu::models::TrackType;

use support::{Client, Source, TestServer, wish};

const SUBSCRIBERS: [usize; 3] = [50, 200, 500];
/// bits/s. As little as lets all subscribers decrypt what they get on the other core of two.
const CAMERA: usize = 200_000;
/// Bytes of a datagram that carries a packet of such a camera, on average with the sound.
const DATAGRAM: usize = 420;
const WARM_UP: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(5);
/// Who joins at the same time.
const AT_ONCE: usize = 10;

fn main() {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            tell.send((TestServer::start().await, Core::of_this_thread())).unwrap();
            std::future::pending::<()>().await;
        });
    });
    let (server, core) = told.recv().unwrap();
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.unwrap().block_on(measure(Arc::new(server), core));
    println!();
    let per_core = floor();
    println!("bare send_to of {DATAGRAM} bytes: {per_core:.0} packets/s per core");
}

async fn measure(server: Arc<TestServer>, core: Core) {
    let mut publisher = server.join("publisher").await;
    publisher.publish_microphone().await;
    let mid = publisher.publish(TrackType::Video, &[]).await;
    let camera = Source::camera(mid, None, 7).with_bitrate(CAMERA).from(Instant::now());
    publisher.publisher.with(move |peer| peer.sources.push(camera)).await;
    let publisher = Arc::new(publisher);
    let counter = Arc::new(AtomicU64::new(0));

    // Those of each subscriber are as many for few as for many, unless the machine is too slow.
    println!("subscribers  packets/s  of each  cores of the SFU  packets/s per core");
    let mut subscribers = Vec::new();
    for count in SUBSCRIBERS {
        while subscribers.len() < count {
            let mut joining = JoinSet::new();
            for number in subscribers.len()..count.min(subscribers.len() + AT_ONCE) {
                let names = (Arc::clone(&server), Arc::clone(&publisher), Arc::clone(&counter));
                joining.spawn(subscribe(names.0, names.1, names.2, number));
            }
            subscribers.extend(joining.join_all().await);
        }
        sleep(WARM_UP).await;
        let (packets, busy, begin) = (counter.load(Relaxed), core.busy(), Instant::now());
        sleep(MEASURED).await;
        let elapsed = begin.elapsed().as_secs_f64();
        let packets = f64::from(u32::try_from(counter.load(Relaxed) - packets).unwrap());
        let busy = core.busy() - busy;
        println!(
            "{count:>11}  {:>9.0}  {:>7.1}  {:>16.2}  {:>18.0}",
            packets / elapsed,
            packets / elapsed / f64::from(u32::try_from(count).unwrap()),
            busy / elapsed,
            packets / busy
        );
    }
}

/// Somebody who receives sound, and the picture unless it is paused for want of bandwidth.
async fn subscribe(
    server: Arc<TestServer>,
    publisher: Arc<Client>,
    counter: Arc<AtomicU64>,
    number: usize,
) -> Client {
    let client = server.join(&format!("subscriber-{number}")).await;
    client.subscribe(vec![wish(&publisher, TrackType::Video, 640, 360)]).await;
    client.subscriber.packets(&publisher.stream_id(TrackType::Audio), 1).await;
    client.subscriber.with(move |peer| peer.counter = Some(counter)).await;
    client
}

/// Packets per second of time on a core, of a thread that only sends.
fn floor() -> f64 {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = receiver.local_addr().unwrap();
    thread::spawn(move || while receiver.recv(&mut [0; 2000]).is_ok() {});
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (core, datagram) = (Core::of_this_thread(), [0; DATAGRAM]);
    let busy = core.busy();
    let packets = 300_000;
    for _ in 0..packets {
        sender.send_to(&datagram, address).unwrap();
    }
    f64::from(packets) / (core.busy() - busy)
}

/// The kernel's account of one thread.
struct Core {
    account: PathBuf,
}

impl Core {
    fn of_this_thread() -> Self {
        let thread = fs::read_link("/proc/thread-self").expect("this measures on Linux");
        Self { account: PathBuf::from("/proc").join(thread).join("schedstat") }
    }

    /// The thread's time on a core, in seconds.
    fn busy(&self) -> f64 {
        let account = fs::read_to_string(&self.account).unwrap();
        let nanoseconds = account.split(' ').next().unwrap().parse().unwrap();
        Duration::from_nanos(nanoseconds).as_secs_f64()
    }
}
