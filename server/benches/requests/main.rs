//! Time per request of the release server on loopback, with few and with many clients at once, each
//! beside what the machine itself takes: a bare handler, and one flush to the disk.
//!
//! Clients and server share the processors, so that absolute figures are of one machine only.

mod client;
mod process;
mod unlimited;

use std::{
    error::Error,
    fs::File,
    io::Write,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use serde_json::json;
use tokio::{net::TcpListener, task::JoinSet};
use trunkline_server::auth::App;

use client::{Call, Connection};
use process::Process;
use unlimited::UNLIMITED;

type Failure = Box<dyn Error + Send + Sync>;

/// A kind of request. Every client sends its own.
struct Load {
    name: &'static str,
    /// What the `n`th client sends as its `turn`th request.
    call: fn(&Setting, n: usize, turn: usize) -> Call,
}

/// Where the requests go, and who sends them.
#[derive(Clone)]
struct Setting {
    address: SocketAddr,
    /// Tells the calls of one measurement from those of the others.
    round: usize,
    tokens: Vec<String>,
}

struct Figures {
    median: Duration,
    p99: Duration,
    per_second: f64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let data = tempfile::tempdir()?;
    let app = App { key: KEY.into(), secret: "secret of a benchmark, long enough".into() };
    let server = Process::start(data.path(), &app, &UNLIMITED, Stdio::null())?;
    let tokens = (0..CLIENTS_MANY)
        .map(|n| app.token_for(&user(n), None, None, None))
        .collect::<Result<_, _>>();
    let setting = Setting { address: server.address, round: 0, tokens: tokens? };
    seed(&setting, &app).await?;

    println!("\n{:<24}{:>8}  {:>10}{:>10}{:>12}", "", "clients", "median", "p99", "requests/s");
    let flush = flush(data.path())?;
    println!(
        "{:<24}{:>8}  {:>10}{:>10}",
        "flush of 4 KiB to disk",
        "",
        show(flush.median),
        show(flush.p99)
    );
    let bare = Setting { address: bare_handler().await?, ..setting.clone() };
    for (clients, turns) in [(1, TURNS_ALONE), (CLIENTS_MANY, TURNS_EACH)] {
        let floor = measure(&bare, &FLOOR, clients, turns).await?;
        print(&FLOOR, clients, &floor, None);
        for (round, load) in LOADS.iter().enumerate() {
            let setting = Setting { round: clients * 10 + round, ..setting.clone() };
            let figures = measure(&setting, load, clients, turns).await?;
            print(load, clients, &figures, Some(&floor));
        }
    }
    Ok(())
}

/// Users, and calls that they are members of, as a server has them that has run for a while.
async fn seed(setting: &Setting, app: &App) -> Result<(), Failure> {
    let mut connection = Connection::open(setting.address).await?;
    let users: serde_json::Map<_, _> =
        (0..setting.tokens.len()).map(|n| (user(n), json!({ "id": user(n) }))).collect();
    let users: Vec<_> = users.into_iter().collect();
    for part in users.chunks(100) {
        let part: serde_json::Map<_, _> = part.iter().cloned().collect();
        let path = format!("/api/v2/users?api_key={KEY}");
        let token = app.server_token(None)?;
        connection.send(&Call::post(path, &token, &json!({ "users": part }))).await?;
    }
    for n in 0..setting.tokens.len() * CALLS_EACH {
        let members = json!([{ "user_id": user(n % setting.tokens.len()) }]);
        let path = format!("/video/call/default/seed-{n}?api_key={KEY}");
        let body = json!({ "data": { "members": members } });
        connection.send(&Call::post(path, &setting.tokens[0], &body)).await?;
    }
    Ok(())
}

/// Lets the clients send their requests, each the next one when the last is answered.
async fn measure(
    setting: &Setting,
    load: &Load,
    clients: usize,
    turns: usize,
) -> Result<Figures, Failure> {
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        connections.push(Connection::open(setting.address).await?);
    }
    let started = Instant::now();
    let mut running = JoinSet::new();
    for (n, mut connection) in connections.into_iter().enumerate() {
        let (setting, call) = (setting.clone(), load.call);
        running.spawn(async move {
            let mut times = Vec::with_capacity(turns);
            for turn in 0..turns {
                let call = call(&setting, n, turn);
                let sent = Instant::now();
                connection.send(&call).await?;
                times.push(sent.elapsed());
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut times = Vec::with_capacity(clients * turns);
    while let Some(finished) = running.join_next().await {
        times.extend(finished??);
    }
    Ok(figures(times, started.elapsed()))
}

/// What a handler costs that does nothing.
async fn bare_handler() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/health", get(async || "{}"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// What it costs to know that something is on the disk, in the directory of the data.
fn flush(directory: &Path) -> Result<Figures, Failure> {
    let mut file = File::create(directory.join("flushed"))?;
    let started = Instant::now();
    let mut times = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    Ok(figures(times, started.elapsed()))
}

#[allow(clippy::cast_precision_loss)] // a few thousand
fn figures(mut times: Vec<Duration>, total: Duration) -> Figures {
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() * percent) / 100).copied().unwrap_or_default();
    let per_second = times.len() as f64 / total.as_secs_f64();
    Figures { median: at(50), p99: at(99), per_second }
}

fn print(load: &Load, clients: usize, figures: &Figures, floor: Option<&Figures>) {
    let Figures { median, p99, per_second } = figures;
    let ratio = floor.map(|floor| median.as_secs_f64() / floor.median.as_secs_f64());
    let ratio = ratio.map(|ratio| format!("  {ratio:.1} × the bare handler")).unwrap_or_default();
    println!(
        "{:<24}{clients:>8}  {:>10}{:>10}{per_second:>12.0}{ratio}",
        load.name,
        show(*median),
        show(*p99)
    );
}

fn show(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

fn user(n: usize) -> String {
    format!("user-{n}")
}

const FLOOR: Load = Load { name: "bare handler", call: |_, _, _| Call::get("/health".into(), "") };

const LOADS: [Load; 4] = [
    Load { name: "GET /health", call: |_, _, _| Call::get("/health".into(), "") },
    Load {
        name: "get a call",
        call: |setting, n, _| {
            let path = format!("/video/call/default/seed-{n}?api_key={KEY}");
            Call::get(path, &setting.tokens[n])
        },
    },
    Load {
        name: "query calls (5 found)",
        call: |setting, n, _| {
            let filter = json!({ "members": { "$in": [user(n)] } });
            let path = format!("/video/calls?api_key={KEY}");
            Call::post(path, &setting.tokens[n], &json!({ "filter_conditions": filter }))
        },
    },
    Load {
        name: "create a call",
        call: |setting, n, turn| {
            let id = format!("{}-{n}-{turn}", setting.round);
            let path = format!("/video/call/default/{id}?api_key={KEY}");
            Call::post(path, &setting.tokens[n], &json!({}))
        },
    },
];

const KEY: &str = "bench";
const CLIENTS_MANY: usize = 200;
/// Requests of one client that is alone, and of each of many.
const TURNS_ALONE: usize = 1000;
const TURNS_EACH: usize = 50;
/// What a query finds.
const CALLS_EACH: usize = 5;
const FLUSHES: usize = 200;
