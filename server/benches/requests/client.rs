//! A client that keeps its connection.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::Failure;

/// One request.
pub struct Call {
    method: Method,
    path: String,
    token: String,
    body: Bytes,
}

/// One connection, over which requests go one after the other.
pub struct Connection {
    address: SocketAddr,
    requests: SendRequest<Full<Bytes>>,
}

impl Call {
    pub fn get(path: String, token: &str) -> Self {
        Self { method: Method::GET, path, token: token.into(), body: Bytes::new() }
    }

    pub fn post(path: String, token: &str, body: &Value) -> Self {
        let body = body.to_string().into();
        Self { method: Method::POST, path, token: token.into(), body }
    }
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (requests, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the requests; what goes wrong shows in them.
        tokio::spawn(connection);
        Ok(Self { address, requests })
    }

    /// Sends the request and reads the answer to its end. Anything but a success is an error: a
    /// refusal is quickly given.
    pub async fn send(&mut self, call: &Call) -> Result<(), Failure> {
        let request = Request::builder()
            .method(call.method.clone())
            .uri(&call.path)
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, &call.token)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(call.body.clone()))?;
        self.requests.ready().await?;
        let response = self.requests.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let text = String::from_utf8_lossy(&body);
            return Err(format!("{} {}: {status} {text}", call.method, call.path).into());
        }
        Ok(())
    }
}
