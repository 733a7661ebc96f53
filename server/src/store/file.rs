//! The file of the data, and who may see it.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The file of the data, which is for the user of the server alone: it holds the secrets of the apps.
/// `SQLite` gives the files that it makes beside it the same mode.
pub(super) fn private_file(directory: &Path) -> io::Result<PathBuf> {
    let file = directory.join(FILE_NAME);
    // A directory that was there before may be for other things as well.
    if !directory.exists() || file.exists() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    }
    for name in [FILE_NAME, "trunkline.db-wal", "trunkline.db-shm"] {
        let beside = directory.join(name);
        if beside.exists() {
            fs::set_permissions(&beside, Permissions::from_mode(0o600))?;
        }
    }
    fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&file)?;
    Ok(file)
}

/// Its name in the directory.
pub(super) const FILE_NAME: &str = "trunkline.db";
