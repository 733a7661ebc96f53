//! Requests that wait for their answers in threads of their own.

use std::{sync::LazyLock, time::Duration};

use tokio::task::spawn_blocking;

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status, which may be that of a failure.
    pub status: u16,
    /// `content-type`, or nothing.
    pub content_type: String,
    /// `retry-after`, in seconds.
    pub retry_after: Option<u64>,
    /// All of it.
    pub body: Vec<u8>,
}

/// Nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The request cannot be made.
    #[error("not a request: {0}")]
    Request(#[from] ureq::http::Error),
    /// The server cannot be reached, or does not answer.
    #[error(transparent)]
    Exchange(#[from] ureq::Error),
    /// The runtime is going.
    #[error("given up")]
    GivenUp,
}

/// Sends any request at all, with this token.
pub async fn send(
    method: &str,
    url: &str,
    token: &str,
    content_type: &str,
    body: Vec<u8>,
) -> Result<Reply, HttpError> {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", token)
        .header("content-type", content_type)
        .body(body)?;
    let sent = spawn_blocking(move || {
        let mut response = AGENT.run(request)?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header("content-type").unwrap_or_default().to_owned();
        let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
        Ok::<_, ureq::Error>(Reply {
            status: response.status().as_u16(),
            content_type,
            retry_after,
            body: response.body_mut().read_to_vec()?,
        })
    });
    Ok(sent.await.map_err(|_| HttpError::GivenUp)??)
}

static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .timeout_global(Some(PATIENCE))
        .build()
        .into()
});

const PATIENCE: Duration = Duration::from_secs(30);
