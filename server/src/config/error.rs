//! What is wrong with a command line, or with a configuration file.

use std::{io, net::SocketAddr, path::PathBuf};

/// The command line asks for something that does not work.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither credentials nor `--dev`.
    #[error(
        "--api-key and --api-secret are required (or TRUNKLINE_API_KEY and TRUNKLINE_API_SECRET); \
         for development on this machine use --dev"
    )]
    NoCredentials,
    /// Well-known credentials would be open to the network.
    #[error(
        "--dev gives everybody a token and therefore listens on loopback only; {0} is not loopback"
    )]
    DevInPublic(SocketAddr),
    /// The JS client cannot reach its socket there.
    #[error(
        "port 3030 does not work: Stream's JavaScript client opens its WebSocket on port 8800 \
         when the REST port is 3030; choose another port"
    )]
    Port3030,
    /// Not a URL that can stand before a path.
    #[error("--public-url must start with http:// or https:// and have no query: {0}")]
    PublicUrl(String),
    /// Not the URL of a server that can be spoken to.
    #[error("--url must be the address of the server itself and start with http://: {0}")]
    ServerUrl(String),
    /// There cannot be such a crowd.
    #[error(transparent)]
    Crowd(#[from] CrowdConfigError),
    /// One file is of no use without the other.
    #[error("--tls-cert and --tls-key belong together: give both or neither")]
    HalfTls,
    /// The configuration file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The arguments cannot be read.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// Nothing can be signed with it, or named by it.
    #[error("key and secret of an app must not be empty")]
    EmptyApp,
    /// Everybody could sign with it.
    #[error("the secret is the one of --dev, which everybody knows; choose another")]
    WellKnownSecret,
    /// It can be guessed.
    #[error(
        "the secret has {bytes} bytes, fewer than {least}, and could be guessed; make one with `openssl \
         rand -hex 32`, or use --dev for development on this machine"
    )]
    ShortSecret {
        /// How long it is.
        bytes: usize,
        /// How long it should be.
        least: usize,
    },
    /// A secret cannot be read.
    #[error("cannot read the secret in {path}: {1}", path = .0.display())]
    SecretFile(PathBuf, io::Error),
    /// Nothing signs credentials for these servers.
    #[error("--turn with a URL alone needs --turn-secret, which signs a user and a password")]
    NoTurnSecret,
    /// There is nothing to serve.
    #[error("--www {} is not a directory", .0.display())]
    Www(PathBuf),
    /// The token cannot be made.
    #[error("cannot sign the token: {0}")]
    Token(String),
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not there, or not to be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Not TOML.
    #[error("{}: {error}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: toml::de::Error,
    },
    /// There is no such option.
    #[error("{}: there is no '{key}'; did you mean '{nearest}'?", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// What stands there.
        key: String,
        /// The option whose name is most like it.
        nearest: String,
    },
    /// The value does not fit the option.
    #[error("{}: {reason}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// What is wrong with which option.
        reason: String,
    },
    /// The example cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// A crowd that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum CrowdConfigError {
    /// Nobody would come.
    #[error("--participants must be at least 1")]
    Nobody,
    /// Some are part of all.
    #[error("--{option} {count} is more than --participants {participants}")]
    TooMany {
        /// Of which there are too many.
        option: &'static str,
        /// How many.
        count: usize,
        /// How many there are in all.
        participants: usize,
    },
    /// Not a rate.
    #[error("--churn must be a number of changes a second, 0 or more: {0}")]
    Churn(f64),
    /// Speakers and senders stay.
    #[error(
        "--churn has nobody to replace: those who speak or send video stay, and there are no others"
    )]
    AllStay,
    /// Not the name of a call.
    #[error("--call must be TYPE:ID, such as default:crowd: {0}")]
    Call(String),
}
