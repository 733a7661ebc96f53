//! Why something is not stored.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

/// The store cannot be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory cannot be made or written.
    #[error("cannot use the data directory: {0}")]
    Directory(#[from] io::Error),
    /// Another process has the file open.
    #[error("the data directory is in use by another process")]
    InUse,
    /// The file was written by a newer version of the server.
    #[error("the data was written by a newer version of this server (schema {found})")]
    TooNew {
        /// Version found in the file.
        found: i64,
    },
    /// SQLite reports an error.
    #[error(transparent)]
    Sql(rusqlite::Error),
    /// The disk is full, fails, or must not be written. Nothing of the command is stored.
    #[error("the disk takes no data")]
    Refused,
    /// A query took, or waited, longer than any may.
    #[error("the query takes too long")]
    TooSlow,
    /// The commit failed, the command panicked, or the store is closed.
    #[error("the command could not be stored")]
    Lost,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::OperationInterrupted) => Self::TooSlow,
            _ if is_of_disk(&error) => {
                tracing::error!(%error, "the disk takes no data");
                Self::Refused
            }
            _ => Self::Sql(error),
        }
    }
}

/// A copy that is not there yet, or not whole.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file of the copy cannot be written, or that to restore from not be read.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// SQLite reports an error.
    #[error("the data cannot be copied: {0}")]
    Sql(#[from] rusqlite::Error),
    /// Not the data of this server, or damaged.
    #[error("{} is no backup of this server: {reason}", path.display())]
    NoBackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A server, or another command, has the directory open.
    #[error("the data directory is in use: stop the server first")]
    InUse,
    /// Nothing is overwritten by accident.
    #[error("{} has data already: with --replace they are set aside", path.display())]
    HasData {
        /// The directory.
        path: PathBuf,
    },
    /// The store is closed, or another copy is being made.
    #[error("the store takes no order now; try again")]
    Busy,
}

/// Whether the error tells of the disk, not of the command: it may go well later.
pub(super) fn is_of_disk(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
        )
    )
}
