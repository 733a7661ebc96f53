//! Keeps a second server, and every command that needs the directory for itself, out of it.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::error::StoreError;

/// One server per directory: rings, sessions and sockets live in its memory. The lock goes with the
/// process, however that ends.
pub(super) fn lock(directory: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(directory.join(LOCK_NAME))?;
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::Error(error)) => return Err(error.into()),
            // Long enough for a server that is just going down.
            Err(fs::TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => {
                thread::sleep(LOCK_PATIENCE / 50);
            }
            Err(fs::TryLockError::WouldBlock) => return Err(StoreError::InUse),
        }
    }
}

const LOCK_NAME: &str = "trunkline.lock";
const LOCK_PATIENCE: Duration = Duration::from_millis(500);
