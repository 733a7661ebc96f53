//! Copies of the whole store: taken while it is used, and put in place of an empty one.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use super::{
    error::{BackupError, StoreError},
    file::FILE_NAME,
    lock::lock,
    schema,
};

/// The file of a copy while it is being made.
pub(super) struct Target {
    path: PathBuf,
    partial: PathBuf,
    pub connection: Connection,
}

impl Target {
    /// Refuses to overwrite anything.
    pub fn create(path: &Path) -> Result<Self, BackupError> {
        if path.exists() {
            let error = io::ErrorKind::AlreadyExists.into();
            return Err(BackupError::File { path: path.into(), error });
        }
        Self::over(path)
    }

    /// Users' data are in it, so it is its owner's alone.
    fn over(path: &Path) -> Result<Self, BackupError> {
        let failed = |error| BackupError::File { path: path.into(), error };
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        // What stands there, such as the rest of a copy that broke off, may be anybody's.
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => (),
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)
            .map_err(failed)?;
        let connection = Connection::open(&partial)?;
        Ok(Self { path: path.into(), partial, connection })
    }

    /// It is whole: gives it its name once it will survive a power cut.
    pub fn finish(self) -> Result<(), BackupError> {
        let Self { path, partial, connection } = self;
        // One file, without a log beside it.
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        connection.close().map_err(|(_, error)| error)?;
        let keep = || {
            File::open(&partial)?.sync_all()?;
            fs::rename(&partial, &path)?;
            File::open(parent(&path))?.sync_all()
        };
        keep().map_err(|error| BackupError::File { path: path.clone(), error })
    }
}

/// Copies a few pages more. True when that was all.
pub(super) fn step(copy: &Backup<'_, '_>) -> Result<bool, BackupError> {
    match copy.step(PAGES)? {
        StepResult::Done => Ok(true),
        _ => Ok(false),
    }
}

/// Puts a copy into a directory that no server uses. Data that are there already are set aside when
/// `replace` says so.
pub fn restore(from: &Path, directory: &Path, replace: bool) -> Result<(), BackupError> {
    let source = check(from)?;
    let failed = |error| BackupError::File { path: directory.into(), error };
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    // Held to the end, so that no server starts meanwhile.
    let lock = lock(directory).map_err(|error| match error {
        StoreError::Directory(error) => failed(error),
        _ => BackupError::InUse,
    })?;
    let file = directory.join(FILE_NAME);
    if file.exists() {
        if !replace {
            return Err(BackupError::HasData { path: directory.into() });
        }
        fold(&file);
        let aside = directory.join(format!("{FILE_NAME}.replaced"));
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => fs::hard_link(&file, &aside).map_err(failed)?,
        }
    }
    let mut target = Target::over(&file)?;
    let copy = Backup::new(&source, &mut target.connection)?;
    while !step(&copy)? {}
    drop(copy);
    target.finish()?;
    drop(lock);
    Ok(())
}

/// Opens what may be a copy.
fn check(path: &Path) -> Result<Connection, BackupError> {
    let wrong = |reason: String| BackupError::NoBackup { path: path.into(), reason };
    File::open(path).map_err(|error| BackupError::File { path: path.into(), error })?;
    let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let text = |name| {
        source
            .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
            .map_err(|error| wrong(error.to_string()))
    };
    match text("quick_check")? {
        rusqlite::types::Value::Text(found) if found == "ok" => (),
        found => return Err(wrong(format!("it is damaged: {found:?}"))),
    }
    match text("user_version")? {
        rusqlite::types::Value::Integer(found) if (1..=schema::VERSION).contains(&found) => (),
        rusqlite::types::Value::Integer(found) if found > schema::VERSION => {
            return Err(wrong(format!("it is of a newer version (schema {found})")));
        }
        _ => return Err(wrong("it has no data of this server".into())),
    }
    Ok(source)
}

/// Takes up what a crash left in the log, so that none is left beside the new file. A file that is
/// damaged is no reason against another one.
fn fold(file: &Path) {
    let fold = || Connection::open(file)?.pragma_update(None, "journal_mode", "DELETE");
    if let Err(error) = fold() {
        tracing::warn!(%error, "the data that are set aside are damaged");
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// 256 kB: what waits for the store waits no longer than it takes to copy that.
const PAGES: std::ffi::c_int = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        metrics::Registry,
        store::{Done, Store},
    };

    async fn run(store: &Store, sql: &'static str) -> i64 {
        store
            .transact(move |db| {
                let mut statement = db.prepare(sql)?;
                let found = statement.query(())?.next()?.map(|row| row.get(0)).transpose()?;
                Ok::<_, StoreError>(Done::quietly(found.unwrap_or_default()))
            })
            .await
            .unwrap()
    }

    fn open(directory: &Path) -> Result<Store, StoreError> {
        Store::open(directory, &Registry::default())
    }

    const FILL: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)
        INSERT INTO thing SELECT hex(randomblob(500)) FROM n";

    #[tokio::test]
    async fn a_copy_is_whole_while_others_write() {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path()).unwrap();
        run(&store, "CREATE TABLE thing (text)").await;
        run(&store, FILL).await;
        let copy = directory.path().join("copy");
        let writes = async {
            for _ in 0..50 {
                run(&store, "INSERT INTO thing VALUES ('more')").await;
            }
        };
        let (made, ()) = tokio::join!(store.back_up(copy.clone()), writes);
        made.unwrap();
        run(&store, "DELETE FROM thing").await;
        assert!(store.back_up(copy.clone()).await.is_err(), "nothing is overwritten");
        let there = std::fs::read_dir(directory.path()).unwrap();
        assert!(
            there.flatten().all(|entry| !entry.file_name().to_string_lossy().contains("partial"))
        );

        let other = tempfile::tempdir().unwrap();
        let place = other.path().join("new");
        restore(&copy, &place, false).unwrap();
        let restored = open(&place).unwrap();
        let found = run(&restored, "SELECT count(*) FROM thing").await;
        assert!((2000..=2050).contains(&found), "{found}");
        assert_eq!(run(&restored, "SELECT count(*) FROM pragma_integrity_check").await, 1);
    }

    #[tokio::test]
    async fn a_copy_is_written_to_nothing_that_somebody_has_put_there() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().unwrap();
        let store = open(&directory.path().join("data")).unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("theirs"), "theirs").unwrap();
        symlink(at("theirs"), at("copy.partial")).unwrap();
        store.back_up(at("copy")).await.unwrap();
        assert_eq!(fs::read(at("theirs")).unwrap(), b"theirs");
        assert_eq!(fs::metadata(at("copy")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_directory_in_use_or_with_data_is_not_overwritten() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = open(from.path()).unwrap();
        run(&store, "CREATE TABLE thing (text)").await;
        let copy = from.path().join("copy");
        store.back_up(copy.clone()).await.unwrap();

        let running = open(to.path()).unwrap();
        run(&running, "CREATE TABLE theirs (text)").await;
        for replace in [false, true] {
            assert!(matches!(restore(&copy, to.path(), replace), Err(BackupError::InUse)));
        }
        running.close().await;
        assert!(matches!(restore(&copy, to.path(), false), Err(BackupError::HasData { .. })));
        restore(&copy, to.path(), true).unwrap();
        let names = "SELECT count(*) FROM sqlite_schema WHERE name IN ('thing', 'theirs')";
        let restored = open(to.path()).unwrap();
        assert_eq!(run(&restored, names).await, 1);
        let aside = Connection::open(to.path().join("trunkline.db.replaced")).unwrap();
        assert!(aside.table_exists(None, "theirs").unwrap(), "what was there is set aside");
    }

    #[tokio::test]
    async fn what_is_no_backup_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        let refused = |hint: &str| {
            let error = restore(&file, &directory.path().join("new"), false).unwrap_err();
            assert!(error.to_string().contains(hint), "{error}");
            assert!(!directory.path().join("new").exists());
        };
        refused("file");
        fs::write(&file, "not a database, by its first bytes alone".repeat(100)).unwrap();
        refused("no backup");
        fs::remove_file(&file).unwrap();
        let other = Connection::open(&file).unwrap();
        other.execute_batch("CREATE TABLE other (text)").unwrap();
        refused("no data of this server");
        other.pragma_update(None, "user_version", 999).unwrap();
        refused("newer version");
    }
}
