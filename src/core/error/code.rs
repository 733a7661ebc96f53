//! The stable names of failures.

use std::fmt;

use serde::{Serialize, Serializer};

/// Declares each code once: for Rust, and for TypeScript.
macro_rules! codes {
    ($($doc:literal $name:ident = $text:literal,)*) => {
        /// What went wrong, for programs. Documented in `docs/errors.md`.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Code { $(#[doc = $doc] $name),* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The value apps see: kebab-case, never reworded.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }

        /// The type that apps see.
        pub const ERROR_CODE_TYPE: &str = concat!(
            "/**\n * A stable name for a failure; never reworded. What to do about each stands in\n",
            " * `docs/errors.md`. New ones may come, so keep a default branch.\n */\n",
            "export type ErrorCode =\n",
            $("  /** ", $doc, " */\n  | '", $text, "'\n",)*
            "  /** One that this version does not know. */\n  | (string & {});\n",
        );
    };
}

codes! {
    "`init()` has not been awaited."
    NotInitialized = "not-initialized",
    "The WebAssembly module did not come, or is none; the hint says what to do."
    ModuleNotLoaded = "module-not-loaded",
    "The WebAssembly instance stopped after a bug; reload the page."
    InstanceDead = "instance-dead",
    "JavaScript and WebAssembly are of different versions, or a bug."
    Internal = "internal",
    "The client was disposed of."
    Disposed = "disposed",
    "An argument has the wrong type or form, or the server did not accept it; the message names it."
    InvalidArgument = "invalid-argument",
    "The call or client cannot do that at this time."
    IllegalState = "illegal-state",
    "No user is connected."
    NotConnected = "not-connected",
    "No app has that API key."
    AuthKeyInvalid = "auth-key-invalid",
    "The user has neither a token nor a token provider."
    AuthTokenMissing = "auth-token-missing",
    "The token is malformed, for another user, or not made with this app's secret."
    AuthTokenInvalid = "auth-token-invalid",
    "The token has expired."
    AuthTokenExpired = "auth-token-expired",
    "The app's token provider threw."
    AuthProviderFailed = "auth-provider-failed",
    "The user may not do that; or the page may not use the device."
    PermissionDenied = "permission-denied",
    "The user closed the browser's question without an answer."
    PermissionDismissed = "permission-dismissed",
    "No such call, user or device."
    NotFound = "not-found",
    "The ring was answered on another device of the user."
    AnsweredElsewhere = "answered-elsewhere",
    "Too many requests."
    RateLimited = "rate-limited",
    "The request holds too much."
    PayloadTooLarge = "payload-too-large",
    "The server failed."
    ServerError = "server-error",
    "No answer at all."
    Network = "network",
    "No answer in time."
    Timeout = "timeout",
    "The socket was lost meanwhile."
    ConnectionLost = "connection-lost",
    "The socket was closed before it was ready."
    WsClosed = "ws-closed",
    "Something between this page and the server answers in its place."
    BadResponse = "bad-response",
    "The server sends its clients to another address."
    Redirected = "redirected",
    "The SFU refused the join, or closed the socket during it."
    SfuJoinFailed = "sfu-join-failed",
    "The SFU did not answer in time."
    SfuTimeout = "sfu-timeout",
    "The SFU has no room."
    SfuFull = "sfu-full",
    "The call has no room."
    CallFull = "call-full",
    "The SFU refused something."
    SfuError = "sfu-error",
    "The connection was lost again and again, however often it was made."
    RejoinLimit = "rejoin-limit",
    "Audio and video find no way between this browser and the SFU; `ice` says what was tried."
    MediaUnreachable = "media-unreachable",
    "The browser made no connection, or could not send a track."
    MediaNegotiationFailed = "media-negotiation-failed",
    "`leave()` won over `join()`."
    JoinAborted = "join-aborted",
    "Given up on the app's wish, or for a later one."
    Aborted = "aborted",
    "The device is used by another program."
    InUse = "in-use",
    "The device cannot deliver what was asked for."
    Overconstrained = "overconstrained",
    "Devices need HTTPS or localhost."
    InsecureContext = "insecure-context",
    "A part of a connectivity test could not be asked; the message says why."
    NotTested = "not-tested",
    "The browser lacks a feature."
    Unsupported = "unsupported",
}

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::collections::BTreeSet;

    use super::Code;

    const GUIDE: &str = include_str!("../../../docs/errors.md");

    /// The codes in the first columns of the guide's tables.
    fn documented() -> BTreeSet<&'static str> {
        let (codes, _) = GUIDE.split_once("## Why a call was lost").unwrap();
        let (_, codes) = codes.split_once("## Before anything is sent").unwrap();
        let rows = codes.lines().filter_map(|line| line.strip_prefix("| `"));
        let first = rows.filter_map(|row| row.split('|').next());
        first.flat_map(|cell| cell.split(['`', ',', ' '])).filter(|word| !word.is_empty()).collect()
    }

    #[test]
    fn the_guide_lists_every_code_and_no_other() {
        let known: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();

        assert_eq!(documented(), known);
        assert_eq!(known.len(), Code::ALL.len());
    }
}
