//! Tables and their migrations.

use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;

/// Sets the connection up and brings the tables to the current version.
pub(super) fn prepare(db: &mut Connection) -> Result<(), StoreError> {
    // Long enough for a server that is just going down.
    db.busy_timeout(Duration::from_millis(500))?;
    // One server per file: rings, sessions and sockets live in its memory.
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode NORMAL may lose acknowledged commits at a power cut.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    migrate(db)
}

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let Some(open) = MIGRATIONS.get(done..) else {
        return Err(StoreError::TooNew { found });
    };
    for migration in open {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

#[allow(clippy::cast_possible_wrap)] // a handful of entries
const VERSION: i64 = MIGRATIONS.len() as i64;
/// Each entry takes the tables from its index to the next version. Entries never change once
/// released; dates are Unix nanoseconds, `custom` and `settings` JSON.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE user (
        id TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        teams TEXT NOT NULL,
        name TEXT,
        image TEXT,
        language TEXT,
        custom TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_active INTEGER
    ) STRICT;

    CREATE TABLE call (
        cid TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        created_by TEXT NOT NULL REFERENCES user (id),
        team TEXT,
        custom TEXT NOT NULL,
        settings TEXT NOT NULL,
        backstage INTEGER NOT NULL,
        starts_at INTEGER,
        ended_at INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        session_id TEXT
    ) STRICT;
    CREATE INDEX call_created_at ON call (created_at);
    CREATE INDEX call_created_by ON call (created_by);

    CREATE TABLE member (
        cid TEXT NOT NULL REFERENCES call (cid) ON DELETE CASCADE,
        user_id TEXT NOT NULL REFERENCES user (id),
        role TEXT,
        custom TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (cid, user_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX member_user ON member (user_id);

    CREATE TABLE blocked_user (
        cid TEXT NOT NULL REFERENCES call (cid) ON DELETE CASCADE,
        user_id TEXT NOT NULL,
        PRIMARY KEY (cid, user_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE session (
        id TEXT PRIMARY KEY,
        cid TEXT NOT NULL REFERENCES call (cid) ON DELETE CASCADE,
        started_at INTEGER,
        ended_at INTEGER,
        idle_since INTEGER,
        live_started_at INTEGER,
        live_ended_at INTEGER,
        timer_ends_at INTEGER,
        anonymous_count INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX session_running ON session (cid) WHERE ended_at IS NULL;

    CREATE TABLE participant (
        session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        user_session_id TEXT NOT NULL,
        user_id TEXT NOT NULL REFERENCES user (id),
        role TEXT NOT NULL,
        joined_at INTEGER NOT NULL,
        PRIMARY KEY (session_id, user_session_id)
    ) STRICT, WITHOUT ROWID;
"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_file_is_prepared_again_without_change() {
        let mut db = Connection::open_in_memory().unwrap();
        prepare(&mut db).unwrap();
        db.execute(
            "INSERT INTO user VALUES ('alice', 'user', '[]', NULL, NULL, NULL, '{}', 1, 1, NULL)",
            (),
        )
        .unwrap();
        prepare(&mut db).unwrap();
        let users: i64 = db.query_one("SELECT count(*) FROM user", (), |row| row.get(0)).unwrap();
        assert_eq!(users, 1);
    }

    #[test]
    fn a_file_of_a_newer_server_is_refused_untouched() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(prepare(&mut db), Err(StoreError::TooNew { found: 999 })));
        let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, 999);
    }
}
