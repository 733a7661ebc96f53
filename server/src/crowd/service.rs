//! The requests of a crowd: to the coordinator, and to the SFU that it names.

use std::{fmt::Write, io, net::IpAddr};

use prost::Message;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::{
    net::{UdpSocket, lookup_host},
    sync::Semaphore,
};
use trunkline_protocol::{coordinator::UpdateUsersRequest, sfu::models::Error as SfuError};

use super::{
    error::CrowdError,
    plan::{Crowd, JOINING},
};
use crate::native::{self, HttpError};

/// Asks the server.
pub struct Service {
    crowd: Crowd,
    /// With the port.
    host: String,
    /// Each takes a thread as long as it is not answered.
    requests: Semaphore,
}

/// Where the SFU is, and what it lets a participant in with.
#[derive(Debug, Deserialize)]
pub struct Credentials {
    pub server: Address,
    pub token: String,
}

/// Of an SFU.
#[derive(Debug, Deserialize)]
pub struct Address {
    /// Base of the Twirp service.
    pub url: String,
    /// Of the socket.
    pub ws_endpoint: String,
}

impl Service {
    pub fn new(crowd: &Crowd) -> Result<Self, CrowdError> {
        let unreachable =
            |error: &str| CrowdError::Unreachable { url: crowd.url.clone(), error: error.into() };
        let uri: ureq::http::Uri = crowd.url.parse().map_err(|_| unreachable("it is no URL"))?;
        let host = uri.host().ok_or_else(|| unreachable("it names no host"))?;
        let host = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        Ok(Self { crowd: crowd.clone(), host, requests: Semaphore::new(JOINING) })
    }

    /// The address from which this machine reaches the server.
    pub async fn local_address(&self) -> Result<IpAddr, CrowdError> {
        let find = async || {
            let mut found = lookup_host(&self.host).await?;
            let server = found.next().ok_or_else(|| io::Error::other("no such host"))?;
            let any: IpAddr = if server.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
            let socket = UdpSocket::bind((any, 0)).await?;
            socket.connect(server).await?;
            Ok(socket.local_addr()?.ip())
        };
        let found: io::Result<IpAddr> = find().await;
        found.map_err(|error| CrowdError::Unreachable {
            url: self.crowd.url.clone(),
            error: error.to_string(),
        })
    }

    /// Creates users, or gives them their names.
    pub async fn update_users(&self, users: &UpdateUsersRequest) -> Result<(), CrowdError> {
        let token = self.crowd.app.server_token(Some(TOKEN_SECONDS)).map_err(CrowdError::Token)?;
        let path = format!("/api/v2/users?api_key={}", escape(&self.crowd.app.key));
        self.post("creating the participants", &path, &token, users).await.map(drop)
    }

    /// Asks for the way into the call.
    pub async fn join(&self, user_id: &str) -> Result<Credentials, CrowdError> {
        #[derive(Deserialize)]
        struct Joined {
            credentials: Credentials,
        }
        let token = self.crowd.app.token_for(user_id, None, None, Some(TOKEN_SECONDS));
        let token = token.map_err(CrowdError::Token)?;
        let (kind, id) = (escape(&self.crowd.call.0), escape(&self.crowd.call.1));
        let key = escape(&self.crowd.app.key);
        let path = format!("/video/call/{kind}/{id}/join?api_key={key}&user_id={user_id}");
        let body = serde_json::json!({ "create": true, "location": "LCL" });
        let who = format!("the join of {user_id}");
        let body = self.post(&who, &path, &token, &body).await?;
        let joined: Joined = self.read(&body)?;
        let address = &joined.credentials.server;
        for url in [&address.url, &address.ws_endpoint] {
            if !url.starts_with("http://") && !url.starts_with("ws://") {
                return Err(CrowdError::Tls(url.clone()));
            }
        }
        Ok(joined.credentials)
    }

    /// Calls a method of the SFU.
    pub async fn call<A: Message + Default>(
        &self,
        credentials: &Credentials,
        method: &str,
        request: &impl Message,
    ) -> Result<A, CrowdError> {
        let base = &credentials.server.url;
        let url = format!("{base}/stream.video.sfu.signal.SignalServer/{method}");
        let token = format!("Bearer {}", credentials.token);
        let body = request.encode_to_vec();
        let reply = self.send(&url, &token, "application/protobuf", body).await;
        let reply = reply.map_err(|error| CrowdError::unreachable(&url, &error))?;
        if reply.status != 200 {
            let reason = String::from_utf8_lossy(&reply.body).into_owned();
            let code = reply.status.into();
            return Err(CrowdError::Refused { who: method.into(), code, reason });
        }
        A::decode(&reply.body[..])
            .map_err(|error| CrowdError::NotOurs { url, reason: error.to_string() })
    }

    async fn post(
        &self,
        who: &str,
        path: &str,
        token: &str,
        body: &impl serde::Serialize,
    ) -> Result<Vec<u8>, CrowdError> {
        #[derive(Default, Deserialize)]
        struct Refusal {
            message: String,
        }
        let body =
            serde_json::to_vec(body).map_err(|error| CrowdError::Fault(error.to_string()))?;
        let url = format!("{}{path}", self.crowd.url);
        let reply = self.send(&url, token, "application/json", body).await;
        let reply = reply.map_err(|error| CrowdError::unreachable(&self.crowd.url, &error))?;
        if (200..300).contains(&reply.status) {
            return Ok(reply.body);
        }
        let Refusal { message } = serde_json::from_slice(&reply.body).unwrap_or_default();
        let code = reply.status.into();
        Err(CrowdError::Refused { who: who.into(), code, reason: message })
    }

    async fn send(
        &self,
        url: &str,
        token: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<native::Reply, HttpError> {
        // Nobody closes it.
        let _turn = self.requests.acquire().await;
        native::send("POST", url, token, content_type, body).await
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, CrowdError> {
        serde_json::from_slice(body).map_err(|error| CrowdError::NotOurs {
            url: self.crowd.url.clone(),
            reason: error.to_string(),
        })
    }
}

/// The error in an answer of the SFU, if there is one.
pub fn check(who: &str, error: Option<SfuError>) -> Result<(), CrowdError> {
    match error {
        None => Ok(()),
        Some(error) => {
            Err(CrowdError::Refused { who: who.into(), code: error.code, reason: error.message })
        }
    }
}

/// For a place in a URL.
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~!".contains(&byte) {
            escaped.push(byte.into());
        } else {
            // Writing to a string does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

const TOKEN_SECONDS: u32 = 24 * 60 * 60;
