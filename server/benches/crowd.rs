//! What a participant costs who only signals: memory, the join, and each event that is told to all.
//!
//! The server is a process of its own, so that its memory and its time on the cores are its own.
//! Everybody is introduced to everybody. Beside the time per event stands what a bare `write` of as
//! many bytes to as many connections costs.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // figures

#[path = "requests/process.rs"]
mod process;
#[path = "requests/unlimited.rs"]
mod unlimited;

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::Stdio,
    thread,
    time::Duration,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::{runtime::Runtime, sync::watch, time::sleep};
use trunkline_server::{
    auth::App,
    crowd::{self, Crowd, Told},
    native,
};

use process::Process;
use unlimited::UNLIMITED;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PARTICIPANTS: [usize; 3] = [100, 1000, 2000];
const CALLS: usize = 1000;
/// Events that the crowd hears in a second, about: few enough for one core of two.
const EVENTS: usize = 10_000;
const MEASURED: Duration = Duration::from_secs(10);
const SETTLED: Duration = Duration::from_secs(2);

fn main() -> Result<(), Failure> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let runtime = Runtime::new()?;
    println!("an empty call: {:.1} kB", runtime.block_on(empty_calls())? / 1000.0);
    println!(
        "participants  kB each  join, ms  95 %, ms  longest turn, ms  µs per event  a bare write, µs  times"
    );
    for participants in PARTICIPANTS {
        let row = runtime.block_on(measure(participants))?;
        let floor = floor(participants, row.event_bytes)?;
        println!(
            "{participants:>12}  {:>7.1}  {:>8.1}  {:>8.1}  {:>16.1}  {:>12.2}  {:>16.2}  {:>5.1}",
            row.memory / 1000.0,
            millis(row.join),
            millis(row.late_join),
            millis(row.turn),
            micros(row.event),
            micros(floor),
            row.event.as_secs_f64() / floor.as_secs_f64(),
        );
    }
    Ok(())
}

/// Bytes of the server for a call that nobody is in.
async fn empty_calls() -> Result<f64, Failure> {
    let (server, app) = start()?;
    let post = async |path: String, token: &str, body: Value| {
        let url = format!("http://{}{path}?api_key={}", server.address, app.key);
        let body = body.to_string().into_bytes();
        let reply = native::send("POST", &url, token, "application/json", body).await?;
        let text = String::from_utf8_lossy(&reply.body);
        if reply.status == 201 { Ok(()) } else { Err(Failure::from(text)) }
    };
    let backend = app.server_token(None).map_err(|refusal| refusal.detail)?;
    post("/api/v2/users".into(), &backend, json!({ "users": { "owner": {} } })).await?;
    let token = app.token_for("owner", None, None, None).map_err(|refusal| refusal.detail)?;
    let create = async |name: &str, index: usize| {
        post(format!("/video/call/default/{name}-{index}"), &token, json!({})).await
    };
    for index in 0..CALLS / 10 {
        create("before", index).await?;
    }
    let before = memory(&server)?;
    for index in 0..CALLS {
        create("empty", index).await?;
    }
    Ok((memory(&server)? - before) / CALLS as f64)
}

struct Row {
    /// Bytes for each participant.
    memory: f64,
    join: Duration,
    late_join: Duration,
    /// The longest of a worker of the SFU, while people leave and join.
    turn: Duration,
    /// Of the server, for each event and receiver.
    event: Duration,
    event_bytes: usize,
}

/// Fills a call, then has people leave and join.
async fn measure(participants: usize) -> Result<Row, Failure> {
    let (server, app) = start()?;
    let crowd = Crowd {
        url: format!("http://{}", server.address),
        app,
        call: ("default".into(), "crowd".into()),
        participants,
        speakers: 0,
        media: 0,
        // Somebody leaves and somebody joins: two events for each.
        churn: EVENTS as f64 / 2.0 / participants as f64,
        seed: 1,
    };
    // What a server needs for the first of all does not count.
    let quiet = Crowd { participants: 10, churn: 0.0, ..crowd.clone() };
    run(quiet, async || Ok(())).await?;
    let before = memory(&server)?;
    let quiet = Crowd { churn: 0.0, ..crowd.clone() };
    let memory = async || {
        sleep(SETTLED).await;
        Ok((memory(&server)? - before) / participants as f64)
    };
    let (memory, _) = run(quiet, memory).await?;
    let time = async || {
        sleep(SETTLED).await;
        let busy = busy(&server)?;
        sleep(MEASURED).await;
        Ok((self::busy(&server)?.saturating_sub(busy), longest_turn(&server).await?))
    };
    let ((busy, turn), reports) = run(crowd, time).await?;
    // Those of the time that was measured, but for its ends.
    let reports: Vec<_> = reports.iter().rev().skip(1).take(2).collect();
    let rate: f64 = reports.iter().map(|report| report.events_per_second).sum();
    let bytes: f64 = reports.iter().map(|report| report.bytes_per_second).sum();
    let joins = reports.iter().filter_map(|report| report.join_times);
    let (join, late_join) = joins.max().ok_or("nobody joined")?;
    let events = rate / reports.len() as f64 * MEASURED.as_secs_f64();
    let event = busy.div_f64(events);
    Ok(Row { memory, join, late_join, turn, event, event_bytes: (bytes / rate) as usize })
}

/// Does something while everybody is there.
async fn run<T>(
    crowd: Crowd,
    action: impl AsyncFnOnce() -> Result<T, Failure>,
) -> Result<(T, Vec<crowd::Report>), Failure> {
    let (full, mut is_full) = watch::channel(false);
    let mut reports = Vec::new();
    let mut result = None;
    let stop = async {
        // It is dropped only when the crowd has failed, which then says why.
        drop(is_full.wait_for(|full| *full).await);
        result = Some(action().await);
    };
    let tell = |told| match told {
        Told::Everybody => drop(full.send(true)),
        Told::Figures(report) => reports.push(report),
    };
    crowd::run(crowd, stop, tell).await?;
    Ok((result.ok_or("it did not come to that")??, reports))
}

fn start() -> Result<(Process, App), Failure> {
    // Removed by nobody but the system: the process outlives this function.
    let data = tempfile::tempdir()?.keep();
    let app = App { key: "bench".into(), secret: "secret of a benchmark, long enough".into() };
    let arguments = [&UNLIMITED[..], &["--large-call", "100000"]].concat();
    let server = Process::start(&data, &app, &arguments, Stdio::null())?;
    Ok((server, app))
}

/// The longest turn of a worker in the last ten to twenty seconds.
async fn longest_turn(server: &Process) -> Result<Duration, Failure> {
    let url = format!("http://{}/metrics", server.address);
    let reply = native::send("GET", &url, "", "text/plain", Vec::new()).await?;
    let text = String::from_utf8(reply.body)?;
    let shown = text.lines().filter(|line| line.starts_with("trunkline_sfu_longest_turn_"));
    let micros = shown.filter_map(|line| line.rsplit(' ').next()?.parse().ok());
    Ok(Duration::from_micros(micros.max().ok_or("no longest turn")?))
}

/// Bytes of a process that are in memory.
fn memory(process: &Process) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.child.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(1024.0 * kilobytes.parse::<f64>()?)
}

/// How long a process has kept the cores busy.
fn busy(process: &Process) -> Result<Duration, Failure> {
    let mut busy = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{}/task", process.child.id()))? {
        // A thread may end meanwhile.
        let account = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        let nanoseconds = account.split(' ').next().and_then(|text| text.parse().ok());
        busy += Duration::from_nanos(nanoseconds.unwrap_or(0));
    }
    Ok(busy)
}

/// Time on a core of a thread that writes to one connection after the other.
fn floor(connections: usize, bytes: usize) -> Result<Duration, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut senders = Vec::new();
    let mut receivers = Vec::new();
    for _ in 0..connections {
        senders.push(TcpStream::connect(address)?);
        receivers.push(listener.accept()?.0);
    }
    let rounds = 200_000 / connections;
    let writing = thread::spawn(move || -> Result<Duration, Failure> {
        let own = fs::read_link("/proc/thread-self")?;
        let account = std::path::Path::new("/proc").join(own).join("schedstat");
        let spent = || -> Result<u64, Failure> {
            Ok(fs::read_to_string(&account)?.split(' ').next().unwrap_or_default().parse()?)
        };
        let (event, before) = (vec![0; bytes.max(1)], spent()?);
        for _ in 0..rounds {
            for sender in &mut senders {
                sender.write_all(&event)?;
            }
        }
        Ok(Duration::from_nanos(spent()? - before) / u32::try_from(rounds * connections)?)
    });
    let mut buffer = vec![0; bytes.max(1)];
    for _ in 0..rounds {
        for receiver in &mut receivers {
            receiver.read_exact(&mut buffer)?;
        }
    }
    writing.join().map_err(|_| "the writer failed")?
}

fn millis(duration: Duration) -> f64 {
    1e3 * duration.as_secs_f64()
}

fn micros(duration: Duration) -> f64 {
    1e6 * duration.as_secs_f64()
}
