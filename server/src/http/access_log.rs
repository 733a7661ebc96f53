//! Request ids, and the log of requests.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

use crate::address::ClientAddress;

/// Gives each request an id, which is in all that the log says of it, and in the answer. Writes the
/// request to the log when that is wanted: its route without the names in it, so that neither users nor
/// tokens are.
pub(super) async fn follow(
    State(is_logged): State<bool>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = given_id(request.headers());
    let id = id.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let client = request.extensions().get::<ClientAddress>().copied();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    if is_logged {
        let _entered = span.enter();
        tracing::info!(
            target: "trunkline_server::access",
            %method,
            route = route.as_ref().map_or("(none)", MatchedPath::as_str),
            status = response.status().as_u16(),
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            client = client.map(tracing::field::display),
        );
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The id that a proxy or a client has given. It goes into the log, so it has to be short and plain.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(REQUEST_ID).or_else(|| headers.get(CLIENT_REQUEST_ID))?;
    let id = given.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (!id.is_empty() && id.len() <= MAX_ID && id.bytes().all(is_plain)).then(|| id.to_owned())
}

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The one of the SDKs.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");
/// Bytes.
const MAX_ID: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_was_given_is_taken_when_it_is_short_and_plain() {
        let given = |name: HeaderName, value: &[u8]| {
            let value = HeaderValue::from_bytes(value).unwrap();
            given_id(&HeaderMap::from_iter([(name, value)]))
        };
        let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(given(REQUEST_ID, id.as_bytes()).as_deref(), Some(id));
        assert_eq!(given(CLIENT_REQUEST_ID, b"a_b.C").as_deref(), Some("a_b.C"));
        for wrong in [&b""[..], b"a b", b"a\"b", "ä".as_bytes(), &[b'x'; 65], b"a\xff", b"a\tb"] {
            assert_eq!(given(REQUEST_ID, wrong), None, "{wrong:?}");
        }
    }
}
