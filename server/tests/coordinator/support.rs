//! A server in this process, and clients as apps have them.

use std::{
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use futures_util::{SinkExt, StreamExt};
use prost::Message as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpStream, sync::mpsc, task::spawn_blocking, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use trunkline_protocol::sfu::event::{SfuEvent, sfu_event::EventPayload as SignalEvent};
use trunkline_server::{
    admin::put_app,
    app::AppId,
    auth::App,
    config::{Cli, Config, Task},
    control::{self, SfuControl, SfuHealth, SfuNotice, SfuOrder, call_name},
    metrics::Registry,
    serve::{Media, Server},
    sfu::{self, Sfu},
};

use crate::contract;

pub const KEY: &str = "trunkline-dev";
/// Arguments of a server that is not for development.
pub const OWN_APP: &str = "--api-key k --api-secret 0123456789abcdef0123456789abcdef";
/// A test asks from one address, and as fast as it can.
const UNLIMITED: &str = "--dev --rate-limit 0 --app-rate-limit 0 --address-rate-limit 0";

/// A running server whose SFU is the test.
pub struct TestServer {
    pub server: Server,
    pub app: App,
    pub base: String,
    /// Without what makes tokens void.
    pub orders: Arc<Mutex<Vec<SfuOrder>>>,
    pub voids: Arc<Mutex<Vec<SfuOrder>>>,
    /// What the SFU says of itself.
    pub sfu_alive: Arc<AtomicBool>,
    /// What SFU tokens are signed with.
    pub sfu_secret: String,
    notices: mpsc::Sender<SfuNotice>,
    data: TempDir,
}

/// One user of the REST API.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub prefix: &'static str,
    pub api_key: String,
    pub user_id: String,
    pub token: String,
    pub connection_id: Option<String>,
}

/// Status and body of an answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

/// An authenticated socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// How long to wait for what should come.
pub const fn patience() -> Duration {
    PATIENCE
}

pub type Raw = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(UNLIMITED).await
    }

    pub async fn start_with(args: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), args).await
    }

    /// A server with its own SFU: no orders are seen, and the notices are real.
    pub async fn start_with_sfu() -> Self {
        let data = tempfile::tempdir().unwrap();
        let config = config(&format!(
            "trunkline-server --listen 127.0.0.1:0 --udp 127.0.0.1:0 --data {} {UNLIMITED} \
             --sfu-rate-limit 0 --sfu-rate-limit-per-address 0",
            data.path().display()
        ));
        let (notify, received) = control::notices();
        let metrics = Registry::default();
        let sfu = Sfu::start(&config.sfu(), notify.clone(), &metrics).unwrap();
        let limits = config.sfu_limits;
        let (routes, (tell_secret, secret)) = (sfu.clone(), std::sync::mpsc::channel());
        let media = Media {
            control: Arc::new(sfu),
            notices: received,
            routes: Box::new(move |open, secret: String| {
                tell_secret.send(secret.clone()).unwrap();
                sfu::routes(routes, secret, open, limits)
            }),
            edge_name: "test-edge".into(),
            stun: None,
            metrics,
        };
        let server = Server::start(&config, media).await.unwrap();
        let base = format!("http://{}", server.address());
        let sfu_secret = secret.recv().unwrap();
        let (orders, voids, sfu_alive) = (Arc::default(), Arc::default(), Arc::default());
        Self {
            server,
            app: config.app,
            base,
            orders,
            voids,
            sfu_alive,
            sfu_secret,
            notices: notify,
            data,
        }
    }

    /// A server with a second app, which is called `other`.
    pub async fn start_with_two_apps() -> (Self, App) {
        let data = tempfile::tempdir().unwrap();
        let other = App { key: "other".into(), secret: "other-secret".into() };
        // The app of the server has number 1 in every test, and gets its secret at the start.
        put_app(data.path(), App { key: KEY.into(), secret: "old".into() }, None).await.unwrap();
        put_app(data.path(), other.clone(), Some("Other".into())).await.unwrap();
        (Self::start_in(data, UNLIMITED).await, other)
    }

    /// Stops and starts again with the same data.
    pub async fn restart(self) -> Self {
        Self::start_in(self.stop().await, UNLIMITED).await
    }

    /// The data as they are now, for another server.
    pub async fn stop(self) -> TempDir {
        self.server.shutdown().await;
        self.data
    }

    pub async fn start_in(data: TempDir, args: &str) -> Self {
        let config = config(&format!(
            "trunkline-server --listen 127.0.0.1:0 --data {} {args}",
            data.path().display()
        ));
        let (notices, received) = control::notices();
        let (orders, voids) = (Arc::default(), Arc::default());
        let sfu_alive = Arc::new(AtomicBool::new(true));
        let (tell_secret, secret) = std::sync::mpsc::channel();
        let control = Orders {
            others: Arc::clone(&orders),
            voids: Arc::clone(&voids),
            alive: Arc::clone(&sfu_alive),
        };
        let media = Media {
            control: Arc::new(control),
            notices: received,
            routes: Box::new(move |_, secret| {
                tell_secret.send(secret).unwrap();
                Router::new().route("/sfu/panic", get(panicking))
            }),
            edge_name: "test-edge".into(),
            stun: None,
            metrics: Registry::default(),
        };
        let server = Server::start(&config, media).await.unwrap();
        let base = format!("http://{}", server.address());
        let sfu_secret = secret.recv().unwrap();
        Self { server, app: config.app, base, orders, voids, sfu_alive, sfu_secret, notices, data }
    }

    /// A user with a token who has not connected.
    pub fn stranger(&self, user_id: &str) -> Client {
        let token = self.app.token_for(user_id, None, None, None).unwrap();
        self.client(user_id, token)
    }

    pub fn client(&self, user_id: &str, token: String) -> Client {
        Client {
            base: self.base.clone(),
            prefix: "/video",
            api_key: KEY.into(),
            user_id: user_id.into(),
            token,
            connection_id: None,
        }
    }

    /// A user of another app with a token who has not connected.
    pub fn stranger_in(&self, app: &App, user_id: &str) -> Client {
        let token = app.token_for(user_id, None, None, None).unwrap();
        Client { api_key: app.key.clone(), ..self.client(user_id, token) }
    }

    /// The backend of an app.
    pub fn backend(&self, app: &App) -> Client {
        let token = app.server_token(None).unwrap();
        Client { api_key: app.key.clone(), ..self.client("", token) }
    }

    /// A connected user.
    pub async fn connect(&self, user_id: &str) -> (Client, Socket) {
        self.connect_client(self.stranger(user_id)).await
    }

    /// A connected user with role and teams in the token.
    pub async fn connect_as(
        &self,
        user_id: &str,
        role: Option<&str>,
        team: Option<&str>,
    ) -> (Client, Socket) {
        let teams = team.map(|team| vec![team.to_owned()]);
        let token = self.app.token_for(user_id, role.map(Into::into), teams, None).unwrap();
        self.connect_client(self.client(user_id, token)).await
    }

    /// A connected user of another development server.
    pub async fn connect_at(&self, base: &str, user_id: &str) -> (Client, Socket) {
        let client = Client { base: base.into(), ..self.stranger(user_id) };
        self.connect_client(client).await
    }

    pub async fn connect_client(&self, mut client: Client) -> (Client, Socket) {
        let path = if client.prefix == "/video" { "/video/connect" } else { "/api/v2/connect" };
        let url = format!("{}{path}?api_key={}&stream-auth-type=jwt", client.base, client.api_key);
        let mut raw = connect_async(url.replacen("http", "ws", 1)).await.unwrap().0;
        let hello = json!({ "token": client.token, "user_details": { "id": client.user_id } });
        raw.send(Message::text(hello.to_string())).await.unwrap();
        let mut socket = Socket { stream: raw };
        let ok = socket.expect("connection.ok").await;
        client.connection_id = ok["connection_id"].as_str().map(Into::into);
        (client, socket)
    }

    /// The type of the event with which a client is turned away.
    pub async fn refused_event(&self, client: Client) -> String {
        let path = if client.prefix == "/video" { "/video/connect" } else { "/api/v2/connect" };
        let path = format!("{path}?api_key={}&stream-auth-type=jwt", client.api_key);
        let mut raw = self.open(&path).await;
        let hello = json!({ "token": client.token, "user_details": { "id": client.user_id } });
        raw.send(Message::text(hello.to_string())).await.unwrap();
        let event = Socket { stream: raw }.next().await;
        event["type"].as_str().unwrap().into()
    }

    /// A socket on which nothing has been sent.
    pub async fn open(&self, path: &str) -> Raw {
        let url = format!("{}{path}", self.base.replace("http", "ws"));
        connect_async(url).await.unwrap().0
    }

    /// What the SFU would tell.
    pub fn notify(&self, notice: SfuNotice) {
        self.notices.try_send(notice).unwrap();
    }

    /// What the SFU would report.
    pub fn participant_joined(&self, cid: &str, user_id: &str, session_id: &str) {
        self.participant_joined_at(&sfu_name(cid), user_id, session_id);
    }

    /// What the SFU would report about a call of any app, by the name it has for it.
    pub fn participant_joined_at(&self, call_name: &str, user_id: &str, session_id: &str) {
        self.notify(SfuNotice::ParticipantJoined {
            cid: call_name.into(),
            user_id: user_id.into(),
            session_id: session_id.into(),
            anonymous: user_id == "!anon",
        });
    }

    pub fn participant_left(&self, cid: &str, user_id: &str, session_id: &str) {
        self.notify(SfuNotice::ParticipantLeft {
            cid: sfu_name(cid),
            user_id: user_id.into(),
            session_id: session_id.into(),
            anonymous: user_id == "!anon",
            duration_seconds: 7,
        });
    }
}

impl Client {
    /// The same user under `/api/v2`.
    pub fn v2(mut self) -> Self {
        self.prefix = "/api/v2/video";
        self
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.request("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.request("POST", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.request("PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.request("DELETE", path, None).await
    }

    pub async fn request(&self, method: &'static str, path: &str, body: Option<Value>) -> Reply {
        let separator = if path.contains('?') { '&' } else { '?' };
        let watch = self.connection_id.as_ref().map(|id| format!("&connection_id={id}"));
        let url = format!(
            "{}{}{path}{separator}api_key={}&user_id={}{}",
            self.base,
            self.prefix,
            self.api_key,
            self.user_id,
            watch.unwrap_or_default()
        );
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if self.user_id == "!anon" {
            headers.push(("stream-auth-type", "anonymous".to_owned()));
        } else {
            headers.push(("stream-auth-type", "jwt".to_owned()));
            headers.push(("authorization", self.token.clone()));
        }
        let text = body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let reply = send(method, url, headers, text).await;
        contract::check_exchange(method, path, body.as_ref(), &reply);
        reply
    }
}

impl Reply {
    /// The body of a success with this status.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.body["duration"].is_string(), "{}", self.body);
        self.body
    }

    /// Checks that this is the documented refusal and returns its message.
    #[track_caller]
    pub fn refused(self, status: u16, code: i64) -> String {
        assert_eq!(
            (self.status, self.body["code"].as_i64()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert_eq!(self.body["StatusCode"], status);
        assert!(self.body["duration"].is_string());
        assert!(self.body["more_info"].is_string());
        assert_eq!(self.body["details"], json!([]));
        self.body["message"].as_str().unwrap().into()
    }
}

impl Socket {
    /// The next event, whatever it is.
    pub async fn next(&mut self) -> Value {
        loop {
            let frame = timeout(PATIENCE, self.stream.next()).await.expect("an event");
            match frame.expect("an open socket").expect("a frame") {
                Message::Text(text) => {
                    let event = serde_json::from_str(&text).unwrap();
                    contract::check_event(&event);
                    return event;
                }
                Message::Ping(_) | Message::Pong(_) => (),
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next frame of any kind, however long it takes.
    pub async fn next_frame(&mut self) -> Message {
        self.stream.next().await.expect("an open socket").expect("a frame")
    }

    /// The next event, which must be of this type.
    pub async fn expect(&mut self, event_type: &str) -> Value {
        let event = self.next().await;
        assert_eq!(event["type"], event_type, "{event}");
        event
    }

    /// Checks that nothing has come before the answer to a ping.
    pub async fn expect_silence(&mut self) {
        self.send(&json!([{ "type": "health.check", "client_id": "x" }])).await;
        self.expect("health.check").await;
    }

    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Any text at all.
    pub async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Waits until the server closes, and returns the code.
    pub async fn close_code(mut self) -> Option<u16> {
        close_code(&mut self.stream).await
    }

    pub async fn close(mut self) {
        self.stream.close(None).await.unwrap();
        while let Some(Ok(_)) = self.stream.next().await {}
    }
}

/// Waits until the server closes, and returns the code.
pub async fn close_code(stream: &mut Raw) -> Option<u16> {
    loop {
        match timeout(PATIENCE, stream.next()).await.expect("a close frame") {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
            Some(Ok(_)) => (),
            Some(Err(_)) | None => return None,
        }
    }
}

/// The next JSON frame of a socket that need not be authenticated.
pub async fn next_json(stream: &mut Raw) -> Value {
    match timeout(PATIENCE, stream.next()).await.expect("a frame") {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The next event of an SFU socket; none when the server has closed.
pub async fn next_signal(signal: &mut Raw) -> Option<SignalEvent> {
    loop {
        match timeout(PATIENCE, signal.next()).await.expect("a frame") {
            Some(Ok(Message::Binary(bytes))) => {
                return SfuEvent::decode(bytes).unwrap().event_payload;
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => (),
        }
    }
}

/// Any request at all.
pub async fn send(
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
) -> Reply {
    let (status, _, text) = send_raw(method, url, headers, body).await;
    let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"));
    Reply { status, body }
}

/// Status, headers and text of any request at all.
pub async fn send_raw(
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
) -> (u16, ureq::http::HeaderMap, String) {
    spawn_blocking(move || {
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut response = AGENT.run(request.body(body).unwrap()).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), response.headers().clone(), text)
    })
    .await
    .unwrap()
}

pub fn config(args: &str) -> Config {
    use clap::Parser;
    match Cli::try_parse_from(args.split_whitespace()).unwrap().into_task() {
        Ok(Task::Serve(config)) => config,
        Ok(_) => panic!("not a server"),
        Err(error) => panic!("{error}"),
    }
}

/// What the SFU calls a call of the app that the server was started with.
pub fn sfu_name(cid: &str) -> String {
    call_name(AppId(1), cid)
}

async fn panicking() -> &'static str {
    panic!("a bug that a test provokes")
}

struct Orders {
    others: Arc<Mutex<Vec<SfuOrder>>>,
    voids: Arc<Mutex<Vec<SfuOrder>>>,
    alive: Arc<AtomicBool>,
}

impl SfuControl for Orders {
    fn order(&self, order: SfuOrder) {
        let kind = if matches!(order, SfuOrder::Void { .. }) { &self.voids } else { &self.others };
        kind.lock().unwrap().push(order);
    }

    fn drain(&self) {}

    fn close(&self) {}

    fn health(&self) -> SfuHealth {
        SfuHealth { alive: self.alive.load(Relaxed), lag: Duration::ZERO, queued: 0, restarts: 0 }
    }
}

static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .timeout_global(Some(PATIENCE))
        .build()
        .into()
});

/// Longer than anything here takes on a busy machine; waited out only by failing tests.
const PATIENCE: Duration = Duration::from_secs(20);
