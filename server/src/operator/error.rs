//! Why a command was not carried out.

use std::io;

use crate::{
    coordinator::Refusal,
    store::{BackupError, StoreError},
};

/// A command that was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A server has the data directory open.
    #[error("a server is using the data directory: stop it, or name it with --url where possible")]
    Running,
    /// The data directory does not know the app.
    #[error("the data directory has no app with the key '{0}'; add it with 'app'")]
    NoApp(String),
    /// The command is not valid.
    #[error("{}", .0.detail)]
    Refused(Refusal),
    /// The running server cannot be reached.
    #[error("cannot reach {url}: {error}")]
    Unreachable {
        /// Where the server was looked for.
        url: String,
        /// Why not.
        error: ureq::Error,
    },
    /// The data cannot be copied.
    #[error(transparent)]
    BackUp(#[from] BackupError),
    /// The running server cannot be asked.
    #[error("cannot ask the server that uses the directory: {0}")]
    Operator(io::Error),
    /// It would be back at the next start.
    #[error("'{0}' is the app that the server is started with; start it with another one first")]
    OwnApp(String),
    /// The running server says no.
    #[error("the server refused: {0}")]
    Answer(String),
}
