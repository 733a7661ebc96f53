//! Why an operation failed: for programs a code, for people what was tried and what to do next.

use std::{any::Any, fmt, rc::Rc};

/// A failed operation, as the app sees it in a rejected promise.
#[derive(Clone, Debug)]
pub struct Error {
    /// Which JavaScript class it becomes.
    pub class: ErrorClass,
    /// Stable, kebab-case, documented in `docs/errors.md`.
    pub code: &'static str,
    /// What the failure is about.
    pub category: Category,
    /// What was tried and what went wrong.
    pub message: String,
    /// One sentence that says what to do about it.
    pub hint: &'static str,
    /// Whether the same thing again, unchanged, can succeed.
    pub retryable: bool,
    /// The coordinator's or SFU's own code.
    pub server_code: Option<i32>,
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// `x-client-request-id` of the request, for the server's log.
    pub request_id: Option<String>,
    /// The server says that a repeat is in vain.
    pub unrecoverable: bool,
    /// The failure of each attempt, oldest first, when there was more than one.
    pub attempts: Vec<Error>,
    /// What the browser or the app threw.
    pub cause: Option<Cause>,
}

/// The JavaScript class of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// `VideoError` itself.
    Video,
    /// `ErrorFromResponse`: the coordinator answered with an error.
    Response,
    /// `SfuJoinError`: the SFU refused the join.
    SfuJoin,
    /// `SfuTimeoutError`: the SFU did not answer in time.
    SfuTimeout,
    /// `DeviceError`: camera or microphone.
    Device,
    /// `JoinAbortedError`: `leave()` won over `join()`; its `name` is `AbortError`.
    JoinAborted,
    /// `IllegalStateError`: the call cannot do that at this time.
    IllegalState,
}

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// User, token, key.
    Auth,
    /// Not allowed to this user.
    Permission,
    /// No such call or user.
    NotFound,
    /// Bad input, or it clashes with what exists.
    Conflict,
    /// Too many requests.
    RateLimit,
    /// No answer, or not in time.
    Network,
    /// The SFU refused or failed.
    Sfu,
    /// Camera, microphone.
    Device,
    /// Not possible in this state.
    State,
    /// Given up on the app's wish.
    Abort,
    /// A bug, here or on the server.
    Internal,
}

impl Category {
    /// The name apps see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Permission => "permission",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::RateLimit => "rate-limit",
            Self::Network => "network",
            Self::Sfu => "sfu",
            Self::Device => "device",
            Self::State => "state",
            Self::Abort => "abort",
            Self::Internal => "internal",
        }
    }
}

/// A value of the host that explains a failure, carried through untouched.
#[derive(Clone)]
pub struct Cause(Rc<dyn Any>);

impl Cause {
    /// Wraps a value of the host.
    pub fn new(value: impl Any) -> Self {
        Self(Rc::new(value))
    }

    /// The host's own value, if it is of type `T`.
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cause")
    }
}
