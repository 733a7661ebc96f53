//! What a request brings along.

use std::{collections::HashMap, convert::Infallible, error::Error, sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, FromRequestParts, MatchedPath, Query, RawPathParams, Request},
    http::{HeaderMap, header, request::Parts},
};
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};
use trunkline_protocol::coordinator::ErrorCode;

use super::{guard::RateSlot, state::AppState};
use crate::{
    address::ClientAddress,
    app::AppId,
    auth::{Credentials, KnownApp},
    coordinator::{Caller, Cid, ConnectionId, Refusal, SfuAccess, is_guest},
    rate_limit::{Asker, Platform, Rate, Subject},
};

/// The head of a request. Nothing is refused before the operation runs, so that every refusal names
/// its operation.
pub(super) struct Incoming {
    path: Result<HashMap<String, String>, Refusal>,
    query: HashMap<String, String>,
    headers: Headers,
    /// Method and route without its prefix, as both prefixes lead to the same operation.
    endpoint: String,
    address: ClientAddress,
    rate: RateSlot,
}

/// What is asked of the headers, copied: a header keeps all bytes that it came with, as long as it is
/// kept, and a socket is open for hours.
struct Headers {
    authorization: Option<String>,
    auth_type: Option<String>,
    client: Option<String>,
    host: Option<String>,
}

/// The body of a request, not yet read.
pub(super) struct Payload {
    is_json: bool,
    body: Body,
}

impl<S: Send + Sync> FromRequestParts<S> for Incoming {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = match RawPathParams::from_request_parts(parts, state).await {
            Ok(params) => {
                Ok(params.iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
            Err(_) => Err(Refusal::input("the path is not valid UTF-8")),
        };
        let query = Query::try_from_uri(&parts.uri).map(|Query(map)| map).unwrap_or_default();
        let route = MatchedPath::from_request_parts(parts, state).await.ok();
        let route = route.as_ref().map(MatchedPath::as_str).unwrap_or_default();
        let prefix = PREFIXES.iter().find_map(|prefix| route.strip_prefix(prefix));
        let address = ClientAddress::from_request_parts(parts, state).await?;
        Ok(Self {
            path,
            query,
            headers: Headers::of(&parts.headers),
            endpoint: format!("{} {}", parts.method, prefix.unwrap_or(route)),
            address,
            rate: parts.extensions.get().cloned().unwrap_or_default(),
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Payload {
    type Rejection = Infallible;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Infallible> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_json = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.trim_start().starts_with("application/json"));
        Ok(Self { is_json, body: request.into_body() })
    }
}

impl Incoming {
    /// Who sends the request.
    pub fn caller(&self, state: &AppState) -> Result<Caller, Refusal> {
        let caller = state.apps.authenticate(self.credentials());
        self.spend_for(state, caller)
    }

    /// The user of a socket, by the token in its first frame.
    pub fn socket_caller(&self, state: &AppState, token: &str) -> Result<Caller, Refusal> {
        let caller = state.apps.authenticate(Credentials {
            // Anonymous users have no socket: nobody could tell their connections apart.
            auth_type: None,
            token: Some(token),
            ..self.credentials()
        });
        self.spend_for(state, caller)
    }

    /// The app whose backend sends the request.
    pub fn backend(&self, state: &AppState) -> Result<AppId, Refusal> {
        let app = state.apps.authenticate_server(self.credentials());
        let app = app.or_else(|refusal| self.stranger(state, refusal))?;
        self.spend(state, app, Asker::Backend)?;
        Ok(app)
    }

    /// The app that the request names, when it needs no more.
    pub fn app(&self, state: &AppState) -> Result<Arc<KnownApp>, Refusal> {
        let known = self.named_app(state).or_else(|refusal| self.stranger(state, refusal))?;
        self.spend(state, known.id, Asker::Nobody)?;
        Ok(known)
    }

    /// The app that wants a guest, if this address may make another one.
    pub fn app_for_guest(&self, state: &AppState) -> Result<Arc<KnownApp>, Refusal> {
        let found = self.app(state)?;
        if !state.guests {
            let detail = "guests are switched off on this server";
            return Err(Refusal::new(ErrorCode::NotAllowed, detail));
        }
        self.heed(state.rate_limits.take_guest(self.address.network(), Instant::now().into()))?;
        Ok(found)
    }

    /// The app that the request names, for those who are asked for more later.
    pub fn named_app(&self, state: &AppState) -> Result<Arc<KnownApp>, Refusal> {
        state.apps.find(self.query("api_key"))
    }

    /// Where the client is.
    pub fn address(&self) -> ClientAddress {
        self.address
    }

    /// The call in the path.
    pub fn cid(&self) -> Result<Cid, Refusal> {
        let path = self.path.as_ref().map_err(Clone::clone)?;
        let part = |name: &str| path.get(name).map(String::as_str).unwrap_or_default();
        Cid::new(part("type"), part("id"))
    }

    /// The socket that wants to watch.
    pub fn watcher(&self) -> Option<ConnectionId> {
        self.query("connection_id").map(|id| ConnectionId(id.into()))
    }

    /// A query parameter; an empty one counts as absent.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A boolean query parameter.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.query(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refusal::input(format!("{name} must be true or false"))),
        }
    }

    /// A numeric query parameter.
    pub fn number(&self, name: &str) -> Result<Option<u32>, Refusal> {
        self.query(name)
            .map(str::parse)
            .transpose()
            .map_err(|_| Refusal::input(format!("{name} must be a number")))
    }

    /// Where this client reaches the SFU: under the address it reached us.
    pub fn sfu(&self, state: &AppState) -> Result<SfuAccess, Refusal> {
        let base = if let Some(url) = &state.public_url {
            url.clone()
        } else {
            let host = self.headers.host.as_deref().filter(|host| is_host(host));
            let host = host.ok_or_else(|| Refusal::input("the Host header is missing"))?;
            format!("{}://{host}", state.scheme)
        };
        // http → ws, https → wss
        let ws_base = base.replacen("http", "ws", 1);
        Ok(SfuAccess {
            edge_name: state.edge_name.clone(),
            url: format!("{base}/sfu/twirp"),
            ws_endpoint: format!("{ws_base}/sfu/ws"),
            secret: state.sfu_secret.clone(),
            sessions_per_user: state.sessions_per_user,
            stun: state.stun.clone(),
            turn: Arc::clone(&state.turn),
        })
    }

    fn credentials(&self) -> Credentials<'_> {
        Credentials {
            api_key: self.query("api_key"),
            auth_type: self.headers.auth_type.as_deref().or_else(|| self.query("stream-auth-type")),
            token: self.headers.authorization.as_deref(),
            user_id: self.query("user_id"),
        }
    }

    fn spend_for(
        &self,
        state: &AppState,
        caller: Result<Caller, Refusal>,
    ) -> Result<Caller, Refusal> {
        let caller = caller.or_else(|refusal| self.stranger(state, refusal))?;
        let who = match caller.user_id.as_str() {
            _ if caller.anonymous => Asker::Nobody,
            id if is_guest(id) => Asker::Guest(id),
            id => Asker::User(id),
        };
        self.spend(state, caller.app, who)?;
        Ok(caller)
    }

    fn spend(&self, state: &AppState, app: AppId, who: Asker<'_>) -> Result<(), Refusal> {
        let client = self.headers.client.as_deref().or_else(|| self.query("X-Stream-Client"));
        let (network, endpoint) = (self.address.network(), self.endpoint.as_str());
        let platform = Platform::of_client(client);
        let subject = Subject { app, who, network, endpoint, platform };
        self.heed(state.rate_limits.take(subject, Instant::now().into()))
    }

    /// Counts a request whose credentials are no good. It is refused in any case.
    fn stranger<T>(&self, state: &AppState, refusal: Refusal) -> Result<T, Refusal> {
        let (network, now) = (self.address.network(), Instant::now().into());
        match state.rate_limits.take_stranger(network, &self.endpoint, now) {
            Some(rate) if rate.exceeded => self.heed(Some(rate)).and(Err(refusal)),
            _ => Err(refusal),
        }
    }

    fn heed(&self, rate: Option<Rate>) -> Result<(), Refusal> {
        let Some(rate) = rate else {
            return Ok(());
        };
        self.rate.set(rate);
        if rate.exceeded {
            let detail = format!("too many requests: at most {} at a time", rate.limit);
            return Err(Refusal::passing(ErrorCode::RateLimit, detail));
        }
        Ok(())
    }
}

impl Headers {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
        Self {
            authorization: text(header::AUTHORIZATION.as_str()),
            auth_type: text("stream-auth-type"),
            client: text("x-stream-client"),
            host: text(header::HOST.as_str()),
        }
    }
}

impl Payload {
    /// Reads the JSON; an absent body counts as `{}`.
    pub async fn read<T: DeserializeOwned>(self) -> Result<T, Refusal> {
        let body = match timeout(BODY_DEADLINE, to_bytes(self.body, MAX_BODY)).await {
            Ok(Ok(body)) => body,
            Ok(Err(error)) if is_too_long(&error) => {
                let detail = format!("the body is larger than {MAX_BODY} bytes");
                return Err(Refusal::new(ErrorCode::PayloadTooBig, detail));
            }
            Ok(Err(_)) => return Err(Refusal::input("the body ended early")),
            Err(_) => {
                let detail = "the body took too long to arrive";
                return Err(Refusal::passing(ErrorCode::RequestTimeout, detail));
            }
        };
        if body.is_empty() {
            return serde_json::from_slice(b"{}").map_err(|error| Refusal::internal(&error));
        }
        if !self.is_json {
            return Err(Refusal::input("the Content-Type must be application/json"));
        }
        serde_json::from_slice(&body)
            .map_err(|error| Refusal::input(format!("the body cannot be read: {error}")))
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    error.source().is_some_and(<dyn Error>::is::<LengthLimitError>)
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

/// Longest first.
const PREFIXES: [&str; 3] = ["/api/v2/video", "/api/v2", "/video"];
/// Bytes. The largest request of the protocol names 100 members with custom data.
const MAX_BODY: usize = 256 * 1024;
const BODY_DEADLINE: Duration = Duration::from_secs(30);
