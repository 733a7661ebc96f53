//! Why a command is refused.

use std::fmt;

use trunkline_protocol::coordinator::{ApiError, ErrorCode};

use crate::store::{StoreError, condition::QueryError};

/// A command that is not carried out, and why. The route adds its name and the time it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Stable code.
    pub code: ErrorCode,
    /// HTTP status.
    pub status: u16,
    /// For people.
    pub detail: String,
    /// Repeating the request cannot succeed.
    pub unrecoverable: bool,
}

impl Refusal {
    /// A refusal that a repeat cannot cure.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { unrecoverable: true, ..Self::passing(code, detail) }
    }

    /// A refusal that may pass: a fresh token, a later time, a new connection cures it.
    pub fn passing(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, status: code.status(), detail: detail.into(), unrecoverable: false }
    }

    /// Nothing can be stored at the moment, and nothing of the request is.
    pub fn unavailable() -> Self {
        let detail = "the server cannot store anything at the moment; nothing was changed";
        Self { status: 503, ..Self::passing(ErrorCode::InternalSystem, detail) }
    }

    /// The server is to end, and lets nobody new into its calls.
    pub fn draining() -> Self {
        let detail = "the server is shutting down and lets nobody new in; try again soon";
        Self { status: 503, ..Self::passing(ErrorCode::InternalSystem, detail) }
    }

    /// The request is malformed.
    pub fn input(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Input, detail)
    }

    /// A fault of the server. The cause goes to the log only: it may hold paths or data.
    pub fn internal(cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::passing(ErrorCode::InternalSystem, "internal error")
    }

    /// The body that tells the client.
    pub fn to_api_error(&self, operation: &str, duration: String) -> ApiError {
        ApiError {
            code: self.code.code(),
            message: format!("{operation} failed with error: \"{}\"", self.detail),
            status_code: self.status,
            duration,
            more_info: String::new(),
            details: Vec::new(),
            exception_fields: None,
            unrecoverable: self.unrecoverable.then_some(true),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.detail, self.code.code())
    }
}

impl std::error::Error for Refusal {}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused => Self::unavailable(),
            StoreError::TooSlow => {
                let detail = "the query takes too long: ask for less, or by what has an index";
                Self::passing(ErrorCode::RequestTimeout, detail)
            }
            error => Self::internal(&error),
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<QueryError> for Refusal {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Input(detail) => Self::input(detail),
            QueryError::Sql(error) => error.into(),
        }
    }
}
