//! What a client is made of, as apps give it.

use std::num::NonZeroU32;

use js_sys::Function;
use serde::Deserialize;
use wasm_bindgen::JsValue;

use super::{
    log::{Level, LogScope},
    login::{Login, make_login},
};
use crate::{
    api::{
        agent::agent,
        options::{self, invalid},
    },
    core::{Config, Duration, LocationHint},
    web::{Clock, Error, random_bits},
};

const CLOUD: &str = "https://video.stream-io-api.com/video";
const CLOUD_HINT: &str = "https://hint.stream-io-video.com/";
/// What clients say whose place is not known.
const UNKNOWN_LOCATION: &str = "ERR";

/// All that a client is made of.
pub(crate) struct ClientArgs {
    pub(crate) config: Config,
    pub(crate) login: Option<Login>,
    /// Of the app and the user.
    pub(crate) key: Option<String>,
    pub(crate) timer_worker: bool,
    pub(crate) on_connect_user_error: Option<Function>,
    pub(crate) persistence: Option<Persistence>,
    pub(crate) log: LogArgs,
    /// Options that code written for the cloud service gives, and that do nothing.
    pub(crate) ignored: Vec<&'static str>,
}

/// Where the user's choice of devices is kept.
pub(crate) struct Persistence {
    pub(crate) key: String,
    /// The app's own, in place of `localStorage`.
    pub(crate) storage: JsValue,
}

/// Which messages an app wants, and where.
#[derive(Default)]
pub(crate) struct LogArgs {
    pub(crate) level: Option<Level>,
    pub(crate) logger: Option<Function>,
    pub(crate) scopes: Vec<(LogScope, ScopeOptions)>,
}

impl ClientArgs {
    /// Reads `(apiKey, options)` or `({ apiKey, user, token, tokenProvider, options })`.
    pub(crate) fn read(first: &JsValue, second: &JsValue) -> Result<Self, Error> {
        if let Some(api_key) = first.as_string() {
            return Self::with(Some(api_key), None, second);
        }
        if !first.is_object() {
            return Err(invalid("new Client: not an object"));
        }
        let ArgsObject { api_key, user, token, token_provider, options } =
            options::read_shallow(first, "new Client")?;
        let login = match user {
            Some(user) => Some(make_login(&user, token, token_provider)?),
            None if token.is_some() || token_provider.is_some() => {
                return Err(invalid("new Client: token or tokenProvider without a user"));
            }
            None => None,
        };
        Self::with(api_key, login, &options.unwrap_or_default())
    }

    fn with(api_key: Option<String>, login: Option<Login>, given: &JsValue) -> Result<Self, Error> {
        let api_key = api_key
            .filter(|key| !key.is_empty())
            .ok_or_else(|| invalid("new Client: apiKey is missing"))?;
        let options: ClientOptions = options::read_shallow(given, "options")?;
        let base_url = base_url(options.base_url.as_deref())?;
        let key = login.as_ref().map(Login::key).filter(|user| !user.is_empty());
        Ok(Self {
            key: key.map(|user| format!("{api_key}/{user}")),
            login,
            timer_worker: options.enable_timer_worker.unwrap_or(true),
            persistence: persistence(options.device_persistence.as_ref())?,
            log: LogArgs {
                level: options.log_level,
                scopes: scopes(options.log_options.as_ref())?,
                logger: options.logger.clone(),
            },
            ignored: options.ignored(),
            on_connect_user_error: options.on_connect_user_error.clone(),
            config: options.config(api_key, base_url)?,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ArgsObject {
    api_key: Option<String>,
    #[serde(with = "options::object")]
    user: Option<JsValue>,
    token: Option<String>,
    #[serde(with = "options::object")]
    token_provider: Option<Function>,
    #[serde(with = "options::object")]
    options: Option<JsValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ClientOptions {
    #[serde(rename = "baseURL")]
    base_url: Option<String>,
    timeout: Option<NonZeroU32>,
    default_ws_timeout: Option<NonZeroU32>,
    max_connect_user_retries: Option<NonZeroU32>,
    #[serde(with = "options::object")]
    on_connect_user_error: Option<Function>,
    reject_call_when_busy: Option<bool>,
    enable_timer_worker: Option<bool>,
    location: Option<String>,
    #[serde(with = "options::object")]
    device_persistence: Option<JsValue>,
    apply_device_defaults: Option<ApplyDefaults>,
    location_hint_url: Option<String>,
    location_hint_timeout: Option<NonZeroU32>,
    location_hint_max_attempts: Option<NonZeroU32>,
    log_level: Option<Level>,
    #[serde(with = "options::object")]
    log_options: Option<JsValue>,
    #[serde(with = "options::object")]
    logger: Option<Function>,

    #[serde(with = "options::object")]
    persist_user_on_connection_failure: Option<JsValue>,
    #[serde(rename = "WebSocketImpl", with = "options::object")]
    web_socket_impl: Option<JsValue>,
    #[serde(with = "options::object")]
    client_app_identifier: Option<JsValue>,
    #[serde(with = "options::object")]
    client_events_reporting_enabled: Option<JsValue>,
}

/// When the devices that a call wants on are turned on.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ApplyDefaults {
    #[default]
    OnJoin,
    OnLoad,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DevicePersistence {
    enabled: Option<bool>,
    storage_key: Option<String>,
    #[serde(with = "options::object")]
    storage: Option<JsValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LogOptions {
    #[serde(with = "options::object")]
    client: Option<JsValue>,
    #[serde(with = "options::object")]
    core: Option<JsValue>,
    #[serde(with = "options::object")]
    devices: Option<JsValue>,
    #[serde(with = "options::object")]
    rendering: Option<JsValue>,
}

/// What an app wants of one part of the SDK.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ScopeOptions {
    pub(crate) level: Option<Level>,
    #[serde(with = "options::object")]
    pub(crate) sink: Option<Function>,
}

impl ClientOptions {
    fn config(self, api_key: String, base_url: String) -> Result<Config, Error> {
        let millis = |given: Option<NonZeroU32>, default| {
            Duration::from_millis(given.map_or(default, NonZeroU32::get).into())
        };
        let agent = agent();
        Ok(Config {
            api_key,
            location_hint: self.location_hint(&base_url),
            base_url,
            client_header: concat!("trunkline-js-v", env!("CARGO_PKG_VERSION")).into(),
            version: [
                env!("CARGO_PKG_VERSION_MAJOR").into(),
                env!("CARGO_PKG_VERSION_MINOR").into(),
                env!("CARGO_PKG_VERSION_PATCH").into(),
            ],
            browser: (agent.browser, agent.browser_version),
            os: (agent.os, agent.os_version),
            location: self.location.unwrap_or_else(|| UNKNOWN_LOCATION.to_owned()),
            timeout: millis(self.timeout, 5_000),
            socket_timeout: millis(self.default_ws_timeout, 15_000),
            max_connect_retries: self.max_connect_user_retries.map_or(5, NonZeroU32::get),
            defaults_on_load: self.apply_device_defaults == Some(ApplyDefaults::OnLoad),
            reject_when_busy: self.reject_call_when_busy.unwrap_or_default(),
            seed: [entropy()?, entropy()?],
            epoch_offset: Clock.epoch_offset(),
        })
    }

    /// How to find out where this client is; nothing when that is known, or nobody can tell.
    fn location_hint(&self, base_url: &str) -> Option<LocationHint> {
        let of_cloud = (base_url == CLOUD).then(|| CLOUD_HINT.to_owned());
        let url = self.location_hint_url.clone().or(of_cloud);
        let url = url.filter(|_| self.location.is_none())?;
        let timeout = self.location_hint_timeout.map_or(2_000, NonZeroU32::get);
        let attempts = self.location_hint_max_attempts.map_or(3, NonZeroU32::get);
        Some(LocationHint { url, timeout: Duration::from_millis(timeout.into()), attempts })
    }

    fn ignored(&self) -> Vec<&'static str> {
        let given = [
            ("persistUserOnConnectionFailure", &self.persist_user_on_connection_failure),
            ("WebSocketImpl", &self.web_socket_impl),
            ("clientAppIdentifier", &self.client_app_identifier),
            ("clientEventsReportingEnabled", &self.client_events_reporting_enabled),
        ];
        given.into_iter().filter(|(_, given)| given.is_some()).map(|(name, _)| name).collect()
    }
}

fn entropy() -> Result<u64, Error> {
    random_bits().map_err(|thrown| {
        Error::illegal_state("there is no crypto.getRandomValues", "Use a browser that has it.")
            .cause(thrown)
    })
}

fn base_url(given: Option<&str>) -> Result<String, Error> {
    let url = given.unwrap_or(CLOUD);
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    if host.is_none_or(str::is_empty) {
        return Err(invalid("options.baseURL does not begin with http:// or https://"));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// What keeps the user's devices for the next visit; nothing where that is not wanted.
fn persistence(given: Option<&JsValue>) -> Result<Option<Persistence>, Error> {
    let given = given.cloned().unwrap_or_default();
    let given: DevicePersistence = options::read_shallow(&given, "options.devicePersistence")?;
    let storage = given.storage.unwrap_or_default();
    if !(storage.is_undefined() || storage.is_object()) {
        return Err(invalid("options.devicePersistence.storage is no object"));
    }
    let key = given.storage_key.unwrap_or_else(|| "trunkline:devices".to_owned());
    Ok(given.enabled.unwrap_or(true).then_some(Persistence { key, storage }))
}

fn scopes(given: Option<&JsValue>) -> Result<Vec<(LogScope, ScopeOptions)>, Error> {
    let given = given.cloned().unwrap_or_default();
    let LogOptions { client, core, devices, rendering } =
        options::read_shallow(&given, "options.logOptions")?;
    let all = [
        (LogScope::Client, client),
        (LogScope::Core, core),
        (LogScope::Devices, devices),
        (LogScope::Rendering, rendering),
    ];
    let given = all.into_iter().filter_map(|(scope, options)| Some((scope, options?)));
    given
        .map(|(scope, given)| {
            let what = format!("options.logOptions.{}", scope.as_str());
            Ok((scope, options::read_shallow(&given, &what)?))
        })
        .collect()
}
