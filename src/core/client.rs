//! One client: its user, its link to the coordinator, and its calls.

use std::collections::VecDeque;

use super::{
    changes::Changes,
    command::Command,
    effect::Effect,
    error::Error,
    ids::CallKey,
    input::Input,
    state::{CallState, ClientState},
    time::{Duration, Time},
};

/// What a client needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Key of the app.
    pub api_key: String,
    /// REST base without a trailing slash, such as `https://video.stream-io-api.com/video`. The
    /// socket's base is the same with `ws` in place of `http`.
    pub base_url: String,
    /// `X-Stream-Client`.
    pub client_header: String,
    /// SDK version, told to the SFU: major, minor, patch.
    pub version: [String; 3],
    /// Name and version of the browser, told to the SFU.
    pub browser: (String, String),
    /// Name and version of the operating system, told to the SFU.
    pub os: (String, String),
    /// Sent as the location hint with each join.
    pub location: String,
    /// How long a REST request may take. Default 5 s.
    pub timeout: Duration,
    /// How long the coordinator socket may take to open and authenticate. Default 15 s.
    pub socket_timeout: Duration,
    /// Attempts of `connectUser`, at least 1. Default 5.
    pub max_connect_retries: u32,
    /// Entropy for ids and back-off, drawn by the host.
    pub seed: [u64; 2],
    /// Milliseconds between the epoch and the start of the host's monotonic clock.
    pub epoch_offset: f64,
}

/// The call logic of one client.
pub struct Client {
    state: ClientState,
    effects: VecDeque<Effect>,
}

impl Client {
    /// A client without a user.
    pub fn new(_config: Config) -> Self {
        Self {
            state: ClientState::default(),
            effects: VecDeque::new(),
        }
    }

    /// Makes a call object. No network is involved, nothing is registered.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for an empty or malformed type or id.
    pub fn create_call(&mut self, _call_type: &str, _id: &str) -> Result<CallKey, Error> {
        Ok(super::ids::Ids::default().next_call())
    }

    /// Takes an order of the app.
    pub fn command(&mut self, _now: Time, _command: Command) {}

    /// Takes a report of the host.
    pub fn handle(&mut self, _now: Time, _input: Input) {}

    /// The next thing for the host to do.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to feed [`Input::Timeout`], if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        None
    }

    /// What changed since the last time this was asked.
    pub fn take_changes(&mut self) -> Changes {
        Changes::default()
    }

    /// The state of the client itself.
    pub fn state(&self) -> &ClientState {
        &self.state
    }

    /// The state of one call; `None` after [`Command::DropCall`].
    pub fn call(&self, _call: CallKey) -> Option<&CallState> {
        None
    }

    /// Type and id of one call.
    pub fn call_name(&self, _call: CallKey) -> Option<(&str, &str)> {
        None
    }

    /// The registered call with that cid.
    pub fn registered(&self, _cid: &str) -> Option<CallKey> {
        None
    }

    /// The user that is connected or connecting.
    pub fn user_id(&self) -> Option<&str> {
        None
    }
}
