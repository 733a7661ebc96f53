use std::{
    ops::Deref,
    time::{Duration, Instant},
};

use prost::Message;
use serde_json::Value;
use tokio::time::sleep;
use trunkline_server::native;

use super::PATIENCE;

/// After so long a server that has too much to do says that it may be asked again.
const SOON: Duration = Duration::from_secs(1);

/// The service as one user calls it.
#[derive(Clone)]
pub struct Twirp {
    base: String,
    token: String,
}

/// What came back.
pub struct Reply(native::Reply);

impl Twirp {
    pub fn new(base: &str, token: &str) -> Self {
        Self { base: base.into(), token: token.into() }
    }

    /// Calls a method in protobuf and expects an answer in it. Asks again, as clients do, while the
    /// server has too much to do.
    pub async fn call<A: Message + Default>(&self, method: &str, request: &impl Message) -> A {
        let body = request.encode_to_vec();
        let latest = Instant::now() + PATIENCE;
        let reply = loop {
            let reply = self.post(method, "application/protobuf", body.clone()).await;
            if reply.status != 503 || Instant::now() > latest {
                break reply;
            }
            sleep(SOON).await;
        };
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.content_type, "application/protobuf");
        A::decode(&reply.body[..]).unwrap()
    }

    /// Calls a method in JSON.
    pub async fn json(&self, method: &str, request: &Value) -> Reply {
        self.post(method, "application/json", request.to_string().into_bytes()).await
    }

    pub async fn post(&self, method: &str, content_type: &str, body: Vec<u8>) -> Reply {
        let path = format!("/sfu/twirp/stream.video.sfu.signal.SignalServer/{method}");
        self.send("POST", &path, content_type, body).await
    }

    /// Any request at all.
    pub async fn send(&self, method: &str, path: &str, content_type: &str, body: Vec<u8>) -> Reply {
        let (url, token) = (format!("{}{path}", self.base), format!("Bearer {}", self.token));
        Reply(native::send(method, &url, &token, content_type, body).await.unwrap())
    }
}

impl Deref for Reply {
    type Target = native::Reply;

    fn deref(&self) -> &native::Reply {
        &self.0
    }
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of a success in JSON.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!((self.status, self.content_type.as_str()), (200, "application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Checks that this is a Twirp error and returns its message.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.content_type, "application/json");
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["code"], code, "{body}");
        body["msg"].as_str().unwrap().into()
    }
}
