//! A server with the default configuration, somebody who pings it, and the means of an attacker.

use std::{
    fs,
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use prost::Message as _;
use serde_json::{Value, json};
use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::{interval, timeout},
};
use trunkline_protocol::sfu::event::{
    HealthCheckRequest, JoinRequest, SfuEvent, sfu_event::EventPayload as Event,
    sfu_request::RequestPayload,
};
use trunkline_server::{
    auth::App,
    native::{self, Heard, Reply, Socket},
};

use crate::{Failure, process::Process};

pub struct Rig {
    pub server: Process,
    pub app: App,
    pub base: String,
    /// What the server has logged.
    pub log: PathBuf,
    _data: tempfile::TempDir,
}

/// Somebody in a call.
pub struct Member {
    pub session_id: String,
    pub token: String,
    pub socket: Socket,
}

/// Watches memory and a victim.
pub struct Watch {
    stop: oneshot::Sender<()>,
    memory: JoinHandle<Result<f64, Failure>>,
    victim: JoinHandle<Result<Duration, Failure>>,
}

impl Rig {
    pub async fn start() -> Result<Self, Failure> {
        let data = tempfile::tempdir()?;
        let app = App { key: KEY.into(), secret: "secret of a benchmark, long enough".into() };
        let log = data.path().join("log");
        let stderr = Stdio::from(fs::File::create(&log)?);
        let server = Process::start(&data.path().join("data"), &app, &[], stderr);
        let server = server.map_err(|error| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            format!("{error}; {}", said.lines().last().unwrap_or_default())
        })?;
        let base = format!("http://{}", server.address);
        let rig = Self { server, app, base, log, _data: data };
        // What the first of all needs does not count.
        drop(rig.join("first", "first").await?);
        Ok(rig)
    }

    /// Bytes of the server that are in memory.
    pub fn memory(&self) -> Result<f64, Failure> {
        memory(self.server.child.id())
    }

    /// A request to the coordinator, on behalf of a user.
    pub async fn ask(&self, path: &str, user_id: &str, body: Vec<u8>) -> Result<Reply, Failure> {
        let token = self.app.token_for(user_id, None, None, None);
        let token = token.map_err(|refusal| refusal.detail)?;
        let url = format!("{}{path}?api_key={KEY}", self.base);
        Ok(native::send("POST", &url, &token, "application/json", body).await?)
    }

    /// A request to the SFU's service.
    pub async fn call(
        &self,
        method: &str,
        token: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Reply, Failure> {
        let url = format!("{}/sfu/twirp/{SERVICE}/{method}", self.base);
        let token = format!("Bearer {token}");
        Ok(native::send("POST", &url, &token, content_type, body).await?)
    }

    /// A token for a call.
    pub async fn token(&self, user_id: &str, call: &str) -> Result<String, Failure> {
        let backend = self.app.server_token(None).map_err(|refusal| refusal.detail)?;
        let users = json!({ "users": { user_id: { "id": user_id } } }).to_string().into_bytes();
        let url = format!("{}/api/v2/users?api_key={KEY}", self.base);
        native::send("POST", &url, &backend, "application/json", users).await?;
        let body = json!({ "create": true, "location": "x" }).to_string().into_bytes();
        let path = format!("/video/call/default/{call}/join");
        let reply = self.ask(&path, user_id, body).await?;
        let joined: Value = serde_json::from_slice(&reply.body)?;
        let token = joined["credentials"]["token"].as_str();
        Ok(token.ok_or_else(|| format!("no token: {joined}"))?.into())
    }

    /// Joins a call.
    pub async fn join(&self, user_id: &str, call: &str) -> Result<Member, Failure> {
        let token = self.token(user_id, call).await?;
        self.enter(&token, &format!("session-of-{user_id}")).await
    }

    /// Begins a session.
    pub async fn enter(&self, token: &str, session_id: &str) -> Result<Member, Failure> {
        let mut socket = self.socket().await?;
        let (token, session_id) = (token.to_owned(), session_id.to_owned());
        socket.send(RequestPayload::JoinRequest(JoinRequest {
            token: token.clone(),
            session_id: session_id.clone(),
            ..JoinRequest::default()
        }));
        match next(&mut socket).await? {
            Event::JoinResponse(_) => Ok(Member { session_id, token, socket }),
            other => Err(format!("not let in: {other:?}").into()),
        }
    }

    /// For how long a media worker was busy with one thing, at most, in the last 10 to 20 s.
    pub async fn longest_turn(&self) -> Result<Duration, Failure> {
        let url = format!("{}/metrics", self.base);
        let reply = native::send("GET", &url, "", JSON, Vec::new()).await?;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        let name = "trunkline_sfu_longest_turn_microseconds{";
        let turns = text.lines().filter(|line| line.starts_with(name));
        let micros = turns.filter_map(|line| line.rsplit(' ').next()?.parse().ok()).max();
        Ok(Duration::from_micros(micros.ok_or("the server tells no turns")?))
    }

    pub async fn socket(&self) -> Result<Socket, Failure> {
        let url = format!("{}/sfu/ws?cid=x", self.base.replace("http", "ws"));
        Ok(Socket::open(&url).await?)
    }
}

/// Sends `count` requests, some at a time. Returns how many were answered before one was refused with
/// 413, 429 or 503, and with how many bytes all of them were.
pub async fn flood(
    count: usize,
    request: impl AsyncFn(usize) -> Result<Reply, Failure>,
) -> Result<(Option<usize>, usize), Failure> {
    let (mut refused, mut bytes) = (None, 0);
    let mut begun = 0;
    while begun < count {
        let batch = (begun..count.min(begun + AT_ONCE)).map(|index| request(index));
        begun += AT_ONCE;
        for (place, reply) in futures_util::future::join_all(batch).await.into_iter().enumerate() {
            // The connection of one that is refused may close before all of it is sent.
            let is_refused = reply.as_ref().map_or(true, |it| [413, 429, 503].contains(&it.status));
            bytes += reply.map_or(0, |reply| reply.body.len());
            if is_refused {
                refused.get_or_insert(begun - AT_ONCE + place);
            }
        }
    }
    Ok((refused, bytes))
}

/// The next event of a socket.
pub async fn next(socket: &mut Socket) -> Result<Event, Failure> {
    match timeout(PATIENCE, socket.next()).await? {
        Some(Heard::Frame(frame)) => {
            Ok(SfuEvent::decode(frame)?.event_payload.ok_or("an empty event")?)
        }
        Some(Heard::End(close)) => Err(format!("the socket ended with {close:?}").into()),
        None => Err("the socket has ended".into()),
    }
}

impl Watch {
    pub async fn start(rig: &Rig) -> Result<Self, Failure> {
        let (stop, stopped) = oneshot::channel::<()>();
        let done = Arc::new(AtomicUsize::new(0));
        let id = rig.server.child.id();
        let ended = Arc::clone(&done);
        let memory = tokio::spawn(async move {
            let (mut peak, mut turns) = (0.0, interval(EVERY));
            while ended.load(Ordering::Relaxed) == 0 {
                turns.tick().await;
                peak = f64::max(peak, memory(id)?);
            }
            Ok(peak)
        });
        let mut victim = rig.join("victim", "elsewhere").await?;
        let victim = tokio::spawn(async move {
            let (mut stall, mut turns) = (Duration::ZERO, interval(PINGS));
            let mut stopped = stopped;
            while stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
                turns.tick().await;
                let sent = Instant::now();
                victim.socket.send(RequestPayload::HealthCheckRequest(HealthCheckRequest {}));
                while !matches!(next(&mut victim.socket).await?, Event::HealthCheckResponse(_)) {}
                stall = stall.max(sent.elapsed());
            }
            done.store(1, Ordering::Relaxed);
            Ok(stall)
        });
        Ok(Self { stop, memory, victim })
    }

    /// The highest memory, and the longest that a pong took.
    pub async fn stop(self) -> Result<(f64, Duration), Failure> {
        // Gone only when the victim has failed, which then says why.
        let _ = self.stop.send(());
        let stall = self.victim.await??;
        Ok((self.memory.await??, stall))
    }
}

/// Runs all of them at once, and waits for the end.
pub async fn all<T: Send + 'static>(
    tasks: impl Iterator<Item = impl Future<Output = Result<T, Failure>> + Send + 'static>,
) -> Result<Vec<T>, Failure> {
    let mut running = JoinSet::new();
    tasks.for_each(|task| drop(running.spawn(task)));
    running.join_all().await.into_iter().collect()
}

fn memory(id: u32) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(1024.0 * kilobytes.parse::<f64>()?)
}

pub const KEY: &str = "bench";
pub const JSON: &str = "application/json";
pub const PROTOBUF: &str = "application/protobuf";
const SERVICE: &str = "stream.video.sfu.signal.SignalServer";
const AT_ONCE: usize = 16;
const EVERY: Duration = Duration::from_millis(10);
/// Within what an honest client may send.
const PINGS: Duration = Duration::from_millis(60);
const PATIENCE: Duration = Duration::from_secs(120);
