//! What apps give to a client, read once at the edge.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    error::invalid_argument,
    request::{check_object, copy, count, function, option, text},
};
use crate::{
    core::{Config, Duration, Error, JoinOptions, LeaveOptions, Tokens, User, UserKind},
    web::{Agent, Clock, JsNode},
};

/// What a client is made of.
pub(crate) struct ClientArgs {
    pub(crate) config: Config,
    pub(crate) log: LogOptions,
    /// The user to connect at once.
    pub(crate) login: Option<Login>,
    /// Options that have no effect here.
    pub(crate) ignored: Vec<String>,
}

/// Where messages go.
#[derive(Default)]
pub(crate) struct LogOptions {
    pub(crate) logger: Option<Function>,
    /// Only failures are logged that no promise reports.
    pub(crate) errors_only: bool,
}

/// A user to connect.
pub(crate) struct Login {
    pub(crate) user: User,
    pub(crate) tokens: Tokens,
    pub(crate) provider: Option<Function>,
}

impl ClientArgs {
    /// Reads `(apiKey, options)` or `({ apiKey, user, token, tokenProvider, options })`.
    pub(crate) fn read(first: &JsValue, second: &JsValue) -> Result<Self, Error> {
        if let Some(api_key) = first.as_string() {
            return Self::new(api_key, second, None);
        }
        check_object(first, "new Client")?;
        let api_key = text(first, "apiKey", "new Client")?
            .ok_or_else(|| invalid_argument("new Client: apiKey is missing"))?;
        let options = option(first, "options", "new Client")?.unwrap_or_default();
        let user = option(first, "user", "new Client")?;
        let token = text(first, "token", "new Client")?;
        let provider = function(first, "tokenProvider", "new Client")?;
        if user.is_none() && (token.is_some() || provider.is_some()) {
            return Err(invalid_argument("new Client: token or tokenProvider without a user"));
        }
        let login = user.map(|user| Login::new(&user, token, provider)).transpose()?;
        Self::new(api_key, &options, login)
    }

    fn new(api_key: String, options: &JsValue, login: Option<Login>) -> Result<Self, Error> {
        if api_key.is_empty() {
            return Err(invalid_argument("new Client: apiKey is empty"));
        }
        let mut ignored = Vec::new();
        if !options.is_undefined() && !options.is_null() {
            check_object(options, OPTIONS)?;
            for key in Object::keys(options.unchecked_ref::<Object>()).iter() {
                let key = key.as_string().unwrap_or_default();
                if OF_THE_CLOUD.contains(&key.as_str()) {
                    ignored.push(key);
                } else if !KNOWN.contains(&key.as_str()) {
                    return Err(invalid_argument(
                        [OPTIONS, ".", &key, " is no option of trunkline"].concat(),
                    ));
                }
            }
        }
        let timeout = count(options, "timeout", 1, OPTIONS)?.unwrap_or(5_000);
        let socket_timeout = count(options, "defaultWsTimeout", 1, OPTIONS)?.unwrap_or(15_000);
        let agent = Agent::detect();
        let config = Config {
            api_key,
            base_url: base_url(text(options, "baseURL", OPTIONS)?)?,
            client_header: concat!("trunkline-js-v", env!("CARGO_PKG_VERSION")).into(),
            version: [
                env!("CARGO_PKG_VERSION_MAJOR").into(),
                env!("CARGO_PKG_VERSION_MINOR").into(),
                env!("CARGO_PKG_VERSION_PATCH").into(),
            ],
            browser: agent.browser,
            os: agent.os,
            location: text(options, "location", OPTIONS)?.unwrap_or_else(|| "ERR".into()),
            timeout: Duration::from_millis(timeout.into()),
            socket_timeout: Duration::from_millis(socket_timeout.into()),
            max_connect_retries: count(options, "maxConnectUserRetries", 1, OPTIONS)?.unwrap_or(5),
            seed: seed(),
            epoch_offset: Clock.epoch_offset(),
            parse_json: JsNode::parse,
        };
        Ok(Self { config, log: LogOptions::read(options)?, login, ignored })
    }
}

impl LogOptions {
    fn read(options: &JsValue) -> Result<Self, Error> {
        let errors_only = match text(options, "logLevel", OPTIONS)?.as_deref() {
            None | Some("trace" | "debug" | "info" | "warn") => false,
            Some("error") => true,
            Some(_) => {
                let message = [OPTIONS, ".logLevel is no level"].concat();
                return Err(invalid_argument(message));
            }
        };
        Ok(Self { logger: function(options, "logger", OPTIONS)?, errors_only })
    }
}

impl Login {
    /// Reads `connectUser(user, tokenOrProvider)`.
    pub(crate) fn read(user: &JsValue, token: &JsValue) -> Result<Self, Error> {
        if let Some(token) = token.as_string() {
            return Self::new(user, Some(token), None);
        }
        let provider = match token.dyn_ref::<Function>() {
            Some(provider) => Some(provider.clone()),
            None if token.is_undefined() || token.is_null() => None,
            None => {
                return Err(invalid_argument(
                    "connectUser: the token is neither a string nor a function",
                ));
            }
        };
        Self::new(user, None, provider)
    }

    fn new(
        user: &JsValue,
        token: Option<String>,
        provider: Option<Function>,
    ) -> Result<Self, Error> {
        let Some(details) = copy(user, "user")? else {
            return Err(invalid_argument("user: not an object"));
        };
        let kind = match text(user, "type", "user")?.as_deref() {
            None | Some("authenticated") => UserKind::Authenticated,
            Some("guest") => UserKind::Guest,
            Some("anonymous") => UserKind::Anonymous,
            Some(_) => return Err(invalid_argument("user.type is no kind of user")),
        };
        Ok(Self {
            user: User {
                kind,
                id: text(user, "id", "user")?.unwrap_or_default(),
                details: Some(details),
            },
            tokens: Tokens { fixed: token, provider: provider.is_some() },
            provider,
        })
    }
}

/// Reads the options of `join`.
pub(crate) fn join_options(options: &JsValue) -> Result<JoinOptions, Error> {
    let request = copy(options, "join")?;
    if let Some(request) = &request {
        // What is meant for this side is not sent. The copy is ours to change.
        let request = JsNode::unwrap(request);
        for key in [RETRIES, JOIN_TIMEOUT, RPC_TIMEOUT] {
            let _ = Reflect::delete_property(
                request.unchecked_ref::<Object>(),
                &JsValue::from_str(key),
            );
        }
    }
    Ok(JoinOptions {
        request,
        max_join_retries: count(options, RETRIES, 1, "join")?,
        join_response_timeout: count(options, JOIN_TIMEOUT, 1, "join")?.map(u64::from),
        rpc_request_timeout: count(options, RPC_TIMEOUT, 1, "join")?.map(u64::from),
    })
}

/// Reads the options of `leave`.
pub(crate) fn leave_options(options: &JsValue) -> Result<LeaveOptions, Error> {
    let message = match text(options, "message", "leave")? {
        Some(message) => Some(message),
        None => text(options, "reason", "leave")?,
    };
    Ok(LeaveOptions { message })
}

fn base_url(given: Option<String>) -> Result<String, Error> {
    let Some(url) = given else {
        return Ok("https://video.stream-io-api.com/video".into());
    };
    let web = url.starts_with("http://") || url.starts_with("https://");
    if web {
        Ok(url.trim_end_matches('/').into())
    } else {
        Err(invalid_argument("options.baseURL does not begin with http:// or https://"))
    }
}

fn seed() -> [u64; 2] {
    let mut bytes = [[0_u8; 8]; 2];
    for half in &mut bytes {
        // `Math.random` would do for ids and back-off, were there no `crypto`.
        for byte in half.iter_mut() {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 255
            let random = (js_sys::Math::random() * 256.0) as u8;
            *byte = random;
        }
        if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
            let _ = crypto.get_random_values_with_u8_array(half);
        }
    }
    bytes.map(u64::from_le_bytes)
}

const OPTIONS: &str = "options";
const RETRIES: &str = "maxJoinRetries";
const JOIN_TIMEOUT: &str = "joinResponseTimeout";
const RPC_TIMEOUT: &str = "rpcRequestTimeout";

const KNOWN: [&str; 7] = [
    "baseURL",
    "timeout",
    "defaultWsTimeout",
    "maxConnectUserRetries",
    "location",
    "logLevel",
    "logger",
];

/// Options that code written for the cloud service may give: accepted, with a warning.
const OF_THE_CLOUD: [&str; 12] = [
    "logOptions",
    "onConnectUserError",
    "persistUserOnConnectionFailure",
    "rejectCallWhenBusy",
    "devicePersistence",
    "enableTimerWorker",
    "locationHintUrl",
    "locationHintTimeout",
    "locationHintMaxAttempts",
    "WebSocketImpl",
    "clientAppIdentifier",
    "clientEventsReportingEnabled",
];
