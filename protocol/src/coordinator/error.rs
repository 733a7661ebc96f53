//! Codes of refusals.

/// Application codes an app meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum ErrorCode {
    /// A fault of the server.
    InternalSystem = -1,
    /// The app key is unknown.
    AccessKey = 2,
    /// The request is malformed.
    Input = 4,
    /// The token is missing, unreadable or somebody else's.
    Authentication = 5,
    /// Too many requests.
    RateLimit = 9,
    /// What the request names does not exist.
    DoesNotExist = 16,
    /// The user may not do this.
    NotAllowed = 17,
    /// The server does not offer this feature.
    FeatureNotSupported = 19,
    /// The body is too big.
    PayloadTooBig = 22,
    /// The request took too long to arrive.
    RequestTimeout = 23,
    /// The headers are too big.
    HeadersTooBig = 24,
    /// The token has expired; a fresh one cures it.
    TokenExpired = 40,
    /// `nbf` of the token lies in the future.
    TokenNotValidYet = 41,
    /// `iat` of the token lies in the future.
    TokenUsedBeforeIssuedAt = 42,
    /// The token was not signed with the secret of the app.
    TokenSignatureInvalid = 43,
    /// No such connection, or it belongs to another user.
    ConnectionIdNotFound = 46,
    /// The user or the address has too many open sockets.
    TooManyConnections = 71,
}

impl ErrorCode {
    /// The number on the wire.
    pub const fn code(self) -> i32 {
        self as i32
    }

    /// The HTTP status that goes with the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::InternalSystem => 500,
            Self::AccessKey
            | Self::Authentication
            | Self::TokenExpired
            | Self::TokenNotValidYet
            | Self::TokenUsedBeforeIssuedAt
            | Self::TokenSignatureInvalid => 401,
            Self::Input | Self::FeatureNotSupported | Self::ConnectionIdNotFound => 400,
            Self::RateLimit | Self::TooManyConnections => 429,
            Self::DoesNotExist => 404,
            Self::NotAllowed => 403,
            Self::PayloadTooBig => 413,
            Self::RequestTimeout => 408,
            Self::HeadersTooBig => 431,
        }
    }
}
