//! What all REST operations have.

use serde::Serialize;

/// A REST operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Unique; part of error messages.
    pub id: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Below `/video` and, unless [`is_root`](Self::is_root), `/api/v2/video`.
    pub paths: &'static [&'static str],
    /// What its requests are counted with.
    pub rate: Rate,
    /// Directly below `/api/v2`.
    pub is_root: bool,
    /// Needs no token.
    pub is_public: bool,
    /// Our server has it.
    pub is_implemented: bool,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

/// What requests are counted with: a user may send so many of one kind in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rate {
    /// Loads something by its name.
    Read,
    /// Searches.
    Query,
    /// Creates calls.
    Create,
    /// Joins calls.
    Join,
    /// Changes something.
    Write,
    /// Sends something to everyone in a call.
    Signal,
    /// Creates guests; has no user to count by.
    Guest,
    /// Reports how clients do.
    Telemetry,
    /// Sent by the app's backend.
    Server,
}

impl Operation {
    pub(super) const fn new(
        id: &'static str,
        method: Method,
        paths: &'static [&'static str],
        rate: Rate,
    ) -> Self {
        Self { id, method, paths, rate, is_root: false, is_public: false, is_implemented: false }
    }

    pub(super) const fn root(self) -> Self {
        Self { is_root: true, ..self }
    }

    pub(super) const fn public(self) -> Self {
        Self { is_public: true, ..self }
    }

    pub(super) const fn implemented(self) -> Self {
        Self { is_implemented: true, ..self }
    }
}

/// Every successful body: the operation's own fields and `duration`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timed<T> {
    /// The operation's own fields.
    #[serde(flatten)]
    pub body: T,
    /// How long the request took, such as `2.57ms`.
    pub duration: String,
}

/// The body of operations that have nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Empty {}
