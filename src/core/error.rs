//! Why an operation failed: for programs a code, for people what was tried and what to do next.

mod code;

use std::ops::{Deref, DerefMut};

use serde::Serialize;

pub use self::code::{Code, ERROR_CODE_TYPE};
use super::{
    host::{Host, Recordable},
    ice_summary::IceSummary,
    input::DeviceFailure,
    state::DeviceKind,
    time::Duration,
    view::Refusal,
};

/// A failed operation, as the app sees it in a rejected promise.
///
/// One pointer wide: every function that can fail hands it on, and each copy of all the fields is
/// code to download.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub struct Error<H: Host>(Box<Failure<H>>);

/// What an [`Error`] tells.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub struct Failure<H: Host> {
    /// Which JavaScript class it becomes.
    pub class: ErrorClass,
    /// Stable, kebab-case, documented in `docs/errors.md`.
    pub code: Code,
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
    /// How long the server wants no repeat, when it says so.
    pub retry_after: Option<Duration>,
    /// `x-client-request-id` of the request, for the server's log.
    pub request_id: Option<String>,
    /// The server says that a repeat is in vain.
    pub unrecoverable: bool,
    /// The failure of each attempt, oldest first, when there was more than one.
    pub attempts: Vec<Error<H>>,
    /// What the browser or the app threw.
    pub cause: Option<H::Thrown>,
    /// What the coordinator answered.
    pub response: Option<H::Document>,
    /// What media was tried with.
    pub ice: Option<IceSummary>,
    /// The device that failed.
    pub device: Option<FailedDevice>,
}

/// A device that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedDevice {
    /// What it is.
    pub kind: DeviceKind,
    /// The one that was asked for, if one was.
    pub id: Option<String>,
}

/// The JavaScript class of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

impl<H: Host> Deref for Error<H> {
    type Target = Failure<H>;

    fn deref(&self) -> &Failure<H> {
        &self.0
    }
}

impl<H: Host> DerefMut for Error<H> {
    fn deref_mut(&mut self) -> &mut Failure<H> {
        &mut self.0
    }
}

impl<H: Host> Error<H> {
    pub(crate) fn new(code: Code, category: Category, message: impl Into<String>) -> Self {
        Self::of(code, category, message.into())
    }

    fn of(code: Code, category: Category, message: String) -> Self {
        Self(Box::new(Failure {
            class: ErrorClass::Video,
            code,
            category,
            message,
            hint: "",
            retryable: false,
            server_code: None,
            status: None,
            retry_after: None,
            request_id: None,
            unrecoverable: false,
            attempts: Vec::new(),
            cause: None,
            response: None,
            ice: None,
            device: None,
        }))
    }

    /// Message and cause, for the log.
    pub(crate) fn into_warning(self) -> (String, Option<H::Thrown>) {
        (self.0.message, self.0.cause)
    }

    pub(crate) fn class(mut self, class: ErrorClass) -> Self {
        self.class = class;
        self
    }

    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    pub(crate) fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    pub(crate) fn cause(mut self, cause: H::Thrown) -> Self {
        self.cause = Some(cause);
        self
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The app gave something that cannot be used. Nothing was sent.
    pub(crate) fn invalid_argument(message: impl Into<String>, hint: &'static str) -> Self {
        Self::new(Code::InvalidArgument, Category::Conflict, message).hint(hint)
    }

    /// The app gave something that is written as no JSON object. Nothing was sent.
    pub fn no_json() -> Self {
        Self::invalid_argument(
            "the request is no object, or holds something that JSON cannot express",
            "Leave out cycles, functions and BigInts.",
        )
    }

    /// The call or client cannot do that at this time.
    pub(crate) fn illegal_state(message: impl Into<String>, hint: &'static str) -> Self {
        Self::new(Code::IllegalState, Category::State, message)
            .class(ErrorClass::IllegalState)
            .hint(hint)
    }

    /// A device could not be opened. `id` is the one that was asked for, if one was.
    pub(crate) fn device(kind: DeviceKind, failure: DeviceFailure<H>, id: Option<String>) -> Self {
        let (code, hint) = match failure.name.as_str() {
            "NotAllowedError" => (
                Code::PermissionDenied,
                "Allow this page to use the device in the browser's address bar, then try again.",
            ),
            "PermissionDismissedError" => {
                (Code::PermissionDismissed, "Ask again when the user wants it.")
            }
            "InvalidStateError" => (
                Code::PermissionDenied,
                "Ask for it where the user has just touched the page, such as in a click.",
            ),
            "NotFoundError" => (Code::NotFound, "Connect a device, then try again."),
            "NotReadableError" => {
                (Code::InUse, "Close other programs that use the device, then try again.")
            }
            "OverconstrainedError" => (Code::Overconstrained, "Ask for less of the device."),
            "SecurityError" => (Code::InsecureContext, "Open the page over https or on localhost."),
            "AbortError" => (Code::Aborted, "Try again."),
            _ => (Code::Unsupported, "Use another browser or device."),
        };
        let message = match kind {
            DeviceKind::Camera => "the camera could not be opened",
            DeviceKind::Microphone => "the microphone could not be opened",
            DeviceKind::ScreenShare => "the screen could not be shared",
        };
        let mut error = Self::new(code, Category::Device, message)
            .class(ErrorClass::Device)
            .hint(hint)
            .cause(failure.cause);
        error.device = Some(FailedDevice { kind, id });
        error
    }

    /// `leave()` won over `join()`.
    pub(crate) fn join_aborted() -> Self {
        Self::new(Code::JoinAborted, Category::Abort, "the call was left before it was joined")
            .class(ErrorClass::JoinAborted)
            .hint("Nothing to do if the app left on purpose; otherwise call join() again.")
    }

    /// There is no way for media.
    pub(crate) fn media_unreachable(summary: IceSummary) -> Self {
        let message = "audio and video find no way between this browser and the SFU";
        let mut error =
            Self::new(Code::MediaUnreachable, Category::Network, message).hint(summary.hint());
        error.ice = Some(summary);
        error
    }

    /// No answer at all.
    pub(crate) fn network(doing: &str, cause: H::Thrown) -> Self {
        Self::new(Code::Network, Category::Network, format!("no answer while {doing}"))
            .hint("Check the connection and that the server's address is right and reachable.")
            .retryable()
            .cause(cause)
    }

    /// No answer in time.
    pub(crate) fn timeout(doing: &str) -> Self {
        Self::new(Code::Timeout, Category::Network, format!("timed out while {doing}"))
            .hint("Try again; if it stays like this, check the connection and the server.")
            .retryable()
    }

    /// An answer that is none: HTML of a proxy, a body cut short, required fields missing.
    pub(crate) fn bad_response(doing: &str) -> Self {
        Self::new(Code::BadResponse, Category::Network, format!("unusable answer while {doing}"))
            .hint("Something between this page and the server answers in its place; check the address and proxies.")
            .retryable()
    }

    /// The answer sends the request somewhere else. It is not followed: a user's token and data go to
    /// nobody but the server that the app named, and nobody else's answer becomes state.
    pub(crate) fn redirected(doing: &str) -> Self {
        Self::new(
            Code::Redirected,
            Category::Network,
            format!("sent to another address while {doing}"),
        )
        .hint("Give the client the address that the server redirects to, as `baseURL`.")
    }

    /// An answer that refuses, in a form that only a proxy can have written: the status says it all.
    pub(crate) fn refused(doing: &str, status: u16) -> Self {
        let message = format!("the answer has status {status} and no reason");
        Self::response(doing, status, &Refusal { message, ..Refusal::default() }, None)
    }

    /// What a refused acceptance is: a conflict means that another device was first.
    pub(crate) fn of_acceptance(mut self) -> Self {
        if self.class == ErrorClass::Response && self.status == Some(409) {
            self.code = Code::AnsweredElsewhere;
            self.category = Category::Conflict;
            self.unrecoverable = true;
            self.retryable = false;
            return self.hint("Show that the call goes on on another device of the user.");
        }
        self
    }

    /// The coordinator answered with an error (coordinator protocol, errors).
    pub(crate) fn response(
        doing: &str,
        status: u16,
        refusal: &Refusal,
        document: Option<H::Document>,
    ) -> Self {
        #[allow(clippy::cast_possible_truncation)] // codes are small integers
        let server_code = refusal.code.map(|code| code as i32);
        let (code, category, hint) = match (server_code, status) {
            (Some(40), _) => (
                Code::AuthTokenExpired,
                Category::Auth,
                "Give the client a token provider, so that it can get a new token by itself.",
            ),
            (Some(2), _) => (
                Code::AuthKeyInvalid,
                Category::Auth,
                "Check the API key the client was made with.",
            ),
            (Some(46), _) => (
                Code::ConnectionLost,
                Category::Network,
                "The socket was lost meanwhile; try again, the client connects by itself.",
            ),
            (Some(16), _) | (_, 404) => (
                Code::NotFound,
                Category::NotFound,
                "Check type and id, or create the call with getOrCreate() or join({ create: true }).",
            ),
            (Some(17), _) | (_, 403) => (
                Code::PermissionDenied,
                Category::Permission,
                "The user's role lacks the permission; state.ownCapabilities lists what is allowed.",
            ),
            (Some(9 | 71), _) | (_, 429) => {
                (Code::RateLimited, Category::RateLimit, "Wait a moment before the next request.")
            }
            (Some(22), _) | (_, 413) => (
                Code::PayloadTooLarge,
                Category::Conflict,
                "Send less data, for example in `custom`.",
            ),
            (Some(23), _) | (_, 408) => (Code::Timeout, Category::Network, "Try again."),
            (Some(3 | 5 | 41 | 42 | 43), _) | (_, 401) => (
                Code::AuthTokenInvalid,
                Category::Auth,
                "Check that the token is made with this app's secret and for this user.",
            ),
            (_, 500..) => (Code::ServerError, Category::Internal, "Try again later."),
            _ => (
                Code::InvalidArgument,
                Category::Conflict,
                "The message names what the server did not accept.",
            ),
        };
        let unrecoverable = refusal.unrecoverable;
        let retryable = !unrecoverable
            && (status == 429 || status == 408 || status >= 500 || server_code == Some(46));
        let mut message = format!("the coordinator refused while {doing}: ");
        message.push_str(&refusal.message);
        let mut error = Self::new(code, category, message).class(ErrorClass::Response).hint(hint);
        error.server_code = server_code;
        error.status = Some(status);
        error.unrecoverable = unrecoverable;
        error.retryable = retryable;
        error.response = document;
        error
    }
}
