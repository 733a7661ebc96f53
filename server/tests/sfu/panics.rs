//! The real binary while it is sent what str0m would panic over.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Instant,
};

use serde_json::Value;
use str0m::{format::Codec, media::Mid, rtp::RtpWrite};
use tempfile::TempDir;
use tokio::{task::spawn_blocking, time::timeout};
use trunkline_protocol::sfu::{event::JoinRequest, models::TrackType};

use crate::support::{Client, PATIENCE, Peer};

#[tokio::test]
async fn a_packet_that_cannot_be_sent_on_costs_nobody_anything() {
    let mut server = Process::start();
    let mut ann = server.join("ann", "first").await;
    ann.publisher = Peer::terse().await;
    let mid = ann.publish_microphone().await;
    let ben = server.join("ben", "first").await;
    let mut cleo = server.join("cleo", "second").await;
    cleo.publish_microphone().await;
    let dan = server.join("dan", "second").await;
    let (anns, cleos) = (ann.stream_id(TrackType::Audio), cleo.stream_id(TrackType::Audio));
    ben.subscriber.packets(&anns, 5).await;
    dan.subscriber.packets(&cleos, 5).await;

    // str0m has no room for it beside the longer header that it gets for Ben.
    ann.publisher.with(move |peer| send_large(&mut peer.rtc, mid)).await;
    server.counted("trunkline_sfu_datagrams_dropped_total{reason=\"oversize\"} 1").await;

    for (listener, heard) in [(&ben, &anns), (&dan, &cleos)] {
        listener.subscriber.clear();
        let packets = listener.subscriber.packets(heard, 40).await;
        assert!(packets.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq), "{packets:?}");
    }
    let health = server.get("/health").await;
    assert_eq!((&health["status"], &health["sfu"]["restarts"]), (&"ok".into(), &0.into()));
    assert!(!server.log.text.lock().unwrap().contains("panicked"), "{:?}", server.log.text);
    assert!(server.child.try_wait().unwrap().is_none(), "it is the same process");
}

/// What everybody knows of a server that is started with `--dev`.
const KEY: &str = "trunkline-dev";
const SECRET: &str = "trunkline-dev-secret";

/// Sends a packet as large as str0m lets it be.
fn send_large(rtc: &mut str0m::Rtc, mid: Mid) {
    const LARGEST: usize = 2000 - 20;
    let params = rtc.codec_config().params();
    let opus = params.iter().find(|params| params.spec().codec == Codec::Opus).unwrap().pt();
    let mut api = rtc.direct_api();
    let stream = api.stream_tx_by_mid(mid, None).unwrap();
    let packet = RtpWrite::new(opus, 1_000.into(), 0, Instant::now(), vec![0xf8; LARGEST]);
    stream.write_rtp(packet);
}

/// A server in a process of its own.
struct Process {
    child: Child,
    base: String,
    log: Arc<Log>,
    _data: TempDir,
}

/// What it has said so far.
#[derive(Default)]
struct Log {
    text: Mutex<String>,
}

impl Process {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_trunkline-server"))
            .args(["--dev", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let base = ready.split_whitespace().last().expect("the ready line").to_owned();
        let log = Arc::<Log>::default();
        let (lines, written) = (BufReader::new(child.stderr.take().unwrap()).lines(), log.clone());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                written.text.lock().unwrap().push_str(&line);
            }
        });
        Self { child, base, log, _data: data }
    }

    /// Waits until it has counted so many of something.
    async fn counted(&self, line: &str) {
        let waiting = async {
            loop {
                let url = format!("{}/metrics", self.base);
                let text = spawn_blocking(|| {
                    ureq::get(url).call().unwrap().body_mut().read_to_string().unwrap()
                });
                if text.await.unwrap().lines().any(|found| found == line) {
                    return;
                }
            }
        };
        assert!(timeout(PATIENCE, waiting).await.is_ok(), "waited for {line}");
    }

    /// A user who has joined a call.
    async fn join(&self, user_id: &str, call: &str) -> Client {
        let put = ["user", "--api-key", KEY, "--api-secret", SECRET, "--id", user_id];
        let put = Command::new(env!("CARGO_BIN_EXE_trunkline-server"))
            .args(put)
            .args(["--url", &self.base])
            .output()
            .unwrap();
        assert!(put.status.success(), "{}", String::from_utf8_lossy(&put.stderr));
        let token = self.get(&format!("/dev/token?user_id={user_id}")).await;
        let joined = self.post(&format!("/call/default/{call}/join"), text(&token["token"])).await;
        let session_id = format!("session-of-{user_id}");
        let request = JoinRequest { session_id, ..JoinRequest::default() };
        let token = text(&joined["credentials"]["token"]);
        Client::join_at(&self.base, token, user_id, request).await
    }

    async fn post(&self, path: &str, token: String) -> Value {
        let request = ureq::post(format!("{}/video{path}?api_key={KEY}", self.base))
            .header("content-type", "application/json")
            .header("stream-auth-type", "jwt")
            .header("authorization", token);
        answer(move || request.send(r#"{"create":true}"#)).await
    }

    async fn get(&self, path: &str) -> Value {
        let request = ureq::get(format!("{}{path}", self.base));
        answer(move || request.call()).await
    }
}

async fn answer(
    send: impl FnOnce() -> Result<ureq::http::Response<ureq::Body>, ureq::Error> + Send + 'static,
) -> Value {
    let answer = spawn_blocking(|| send().unwrap().body_mut().read_to_string().unwrap());
    serde_json::from_str(&answer.await.unwrap()).unwrap()
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
