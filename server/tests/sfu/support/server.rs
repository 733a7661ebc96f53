use std::sync::Arc;

use clap::Parser;
use tempfile::TempDir;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use trunkline_server::{
    config::{Cli, Task},
    control::{self, PublishTarget, SfuClaims, SfuControl, SfuOrder},
    metrics::Registry,
    serve::{Media, Server},
    sfu::{self, Sfu},
};
use uuid::Uuid;

use super::{Client, Twirp};

/// The call of every client that does not name another one.
pub const CALL: &str = "default:test";

/// A running server with its real SFU.
pub struct TestServer {
    pub server: Server,
    pub sfu: Sfu,
    pub secret: String,
    pub base: String,
    pub metrics: Registry,
    _data: TempDir,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// With more arguments.
    pub async fn start_with(more: &str) -> Self {
        // Silent unless RUST_LOG asks; the first test of the process sets it up for all.
        let filter = EnvFilter::builder().with_default_directive(LevelFilter::OFF.into());
        let log = tracing_subscriber::fmt().with_env_filter(filter.from_env_lossy());
        let _ = log.with_test_writer().try_init();
        let data = tempfile::tempdir().unwrap();
        let arguments = format!(
            "trunkline-server --dev --listen 127.0.0.1:0 --data {} {more}",
            data.path().display()
        );
        let arguments = Cli::try_parse_from(arguments.split_whitespace()).unwrap();
        let Ok(Task::Serve(config)) = arguments.into_task() else { panic!("not a server") };
        let (notify, notices) = control::notices();
        let metrics = Registry::default();
        let sfu = Sfu::start(&config.sfu(), notify, &metrics).unwrap();
        let (tell_secret, secret) = std::sync::mpsc::channel();
        let (handle, limits) = (sfu.clone(), config.sfu_limits);
        let media = Media {
            control: Arc::new(sfu.clone()),
            notices,
            routes: Box::new(move |open, secret| {
                tell_secret.send(secret.clone()).unwrap();
                sfu::routes(handle, secret, open, limits)
            }),
            edge_name: "test".into(),
            stun: Some(sfu.addresses().1),
            metrics: metrics.clone(),
        };
        let server = Server::start(&config, media).await.unwrap();
        let secret = secret.recv().unwrap();
        let base = format!("http://{}", server.address());
        Self { server, sfu, secret, base, metrics, _data: data }
    }

    pub fn order(&self, order: SfuOrder) {
        self.sfu.order(order);
    }

    /// A token for the call with every right.
    pub fn token(&self, user_id: &str) -> String {
        // Somebody may be in the call twice.
        self.sign(&SfuClaims { seat: Uuid::new_v4().to_string(), ..Self::claims(user_id) })
    }

    pub fn sign(&self, claims: &SfuClaims) -> String {
        claims.sign(&self.secret).unwrap()
    }

    pub fn claims(user_id: &str) -> SfuClaims {
        let unset = PublishTarget { width: 0, height: 0, bitrate: 0 };
        SfuClaims {
            user_id: user_id.into(),
            cid: CALL.into(),
            name: user_id.to_uppercase(),
            image: String::new(),
            custom: serde_json::Map::new(),
            roles: vec!["user".into()],
            capabilities: ["send-audio", "send-video", "screenshare"].map(String::from).into(),
            anonymous: user_id == "!anon",
            seat: user_id.into(),
            generation: 1,
            sessions_per_user: 1000,
            room: None,
            exempt: false,
            video: unset,
            screen_share: unset,
            iat: 0,
            exp: 4_000_000_000,
        }
    }

    /// A user who has joined the call.
    pub async fn join(&self, user_id: &str) -> Client {
        Client::join(self, self.token(user_id), user_id).await
    }

    pub fn twirp(&self, token: &str) -> Twirp {
        Twirp::new(&self.base, token)
    }
}
