//! What is wrong with a command line, or with a configuration file.

use std::{io, net::SocketAddr, path::PathBuf};

use super::{CrowdConfigError, FileError, secrets};

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
        "the secret has {0} bytes, fewer than {least}, and could be guessed; make one with `openssl \
         rand -hex 32`, or use --dev for development on this machine",
        least = secrets::MIN_SECRET
    )]
    ShortSecret(usize),
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
