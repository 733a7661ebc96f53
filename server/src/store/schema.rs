//! Tables and their migrations.

use std::time::Duration;

use rusqlite::Connection;

use super::error::StoreError;

/// Sets the connection up and brings the tables to the current version.
pub(super) fn prepare(db: &mut Connection) -> Result<(), StoreError> {
    // Long enough for a server that is just going down.
    db.busy_timeout(Duration::from_millis(500))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode NORMAL may lose acknowledged commits at a power cut.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    migrate(db)
}

/// Sets up a connection that only reads.
pub(super) fn prepare_reader(db: &Connection) -> Result<(), StoreError> {
    db.busy_timeout(Duration::from_millis(500))?;
    db.pragma_update(None, "query_only", true)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
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

/// More than there are in the code: what is asked again and again is prepared once. The rest is for
/// queries, of which an app has a few.
const STATEMENTS: usize = 256;
#[allow(clippy::cast_possible_wrap)] // a handful of entries
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;
/// Each entry takes the tables from its index to the next version. Entries never change once
/// released; dates are Unix nanoseconds, `custom` and `settings` JSON.
const MIGRATIONS: &[&str] = &[
    "
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
",
    "
    -- Version 2: every row belongs to an app. Names are unique in their app.
    CREATE TABLE app (
        id INTEGER PRIMARY KEY,
        -- NULL: the data of a server from before there were apps, until an app is named.
        key TEXT UNIQUE,
        secret TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT;
    INSERT INTO app (id, key, secret, name, created_at, updated_at)
        SELECT 1, NULL, '', '', min(created_at), min(created_at) FROM user
        HAVING count(*) > 0;

    CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE user RENAME TO old_user;
    ALTER TABLE call RENAME TO old_call;
    ALTER TABLE member RENAME TO old_member;
    ALTER TABLE blocked_user RENAME TO old_blocked_user;
    ALTER TABLE session RENAME TO old_session;
    ALTER TABLE participant RENAME TO old_participant;

    CREATE TABLE user (
        app INTEGER NOT NULL REFERENCES app (id),
        id TEXT NOT NULL,
        role TEXT NOT NULL,
        teams TEXT NOT NULL,
        name TEXT,
        image TEXT,
        language TEXT,
        custom TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_active INTEGER,
        PRIMARY KEY (app, id)
    ) STRICT;
    INSERT INTO user (app, id, role, teams, name, image, language, custom, created_at, updated_at,
            last_active)
        SELECT 1, id, role, teams, name, image, language, custom, created_at, updated_at,
            last_active FROM old_user;

    CREATE TABLE call (
        app INTEGER NOT NULL REFERENCES app (id),
        cid TEXT NOT NULL,
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        created_by TEXT NOT NULL,
        team TEXT,
        custom TEXT NOT NULL,
        settings TEXT NOT NULL,
        backstage INTEGER NOT NULL,
        starts_at INTEGER,
        ended_at INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        session_id TEXT,
        PRIMARY KEY (app, cid),
        FOREIGN KEY (app, created_by) REFERENCES user (app, id)
    ) STRICT;
    INSERT INTO call (app, cid, type, id, created_by, team, custom, settings, backstage, starts_at,
            ended_at, created_at, updated_at, session_id)
        SELECT 1, cid, type, id, created_by, team, custom, settings, backstage, starts_at,
            ended_at, created_at, updated_at, session_id FROM old_call;

    CREATE TABLE member (
        app INTEGER NOT NULL,
        cid TEXT NOT NULL,
        user_id TEXT NOT NULL,
        role TEXT,
        custom TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (app, cid, user_id),
        FOREIGN KEY (app, cid) REFERENCES call (app, cid) ON DELETE CASCADE,
        FOREIGN KEY (app, user_id) REFERENCES user (app, id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO member (app, cid, user_id, role, custom, created_at, updated_at)
        SELECT 1, cid, user_id, role, custom, created_at, updated_at FROM old_member;

    CREATE TABLE blocked_user (
        app INTEGER NOT NULL,
        cid TEXT NOT NULL,
        user_id TEXT NOT NULL,
        PRIMARY KEY (app, cid, user_id),
        FOREIGN KEY (app, cid) REFERENCES call (app, cid) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    INSERT INTO blocked_user (app, cid, user_id) SELECT 1, cid, user_id FROM old_blocked_user;

    CREATE TABLE session (
        app INTEGER NOT NULL,
        id TEXT NOT NULL,
        cid TEXT NOT NULL,
        started_at INTEGER,
        ended_at INTEGER,
        idle_since INTEGER,
        live_started_at INTEGER,
        live_ended_at INTEGER,
        timer_ends_at INTEGER,
        anonymous_count INTEGER NOT NULL,
        PRIMARY KEY (app, id),
        FOREIGN KEY (app, cid) REFERENCES call (app, cid) ON DELETE CASCADE
    ) STRICT;
    INSERT INTO session (app, id, cid, started_at, ended_at, idle_since, live_started_at,
            live_ended_at, timer_ends_at, anonymous_count)
        SELECT 1, id, cid, started_at, ended_at, idle_since, live_started_at, live_ended_at,
            timer_ends_at, anonymous_count FROM old_session;

    CREATE TABLE participant (
        app INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        user_session_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        role TEXT NOT NULL,
        joined_at INTEGER NOT NULL,
        PRIMARY KEY (app, session_id, user_session_id),
        FOREIGN KEY (app, session_id) REFERENCES session (app, id) ON DELETE CASCADE,
        FOREIGN KEY (app, user_id) REFERENCES user (app, id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO participant (app, session_id, user_session_id, user_id, role, joined_at)
        SELECT 1, session_id, user_session_id, user_id, role, joined_at FROM old_participant;

    DROP TABLE old_participant;
    DROP TABLE old_session;
    DROP TABLE old_blocked_user;
    DROP TABLE old_member;
    DROP TABLE old_call;
    DROP TABLE old_user;

    CREATE INDEX call_created_at ON call (app, created_at);
    CREATE INDEX call_created_by ON call (app, created_by);
    CREATE INDEX member_user ON member (app, user_id);
    CREATE INDEX session_running ON session (app, cid) WHERE ended_at IS NULL;
",
    "
    -- Version 3: rings, permissions for the call, deleted calls, feedback, devices.
    ALTER TABLE call ADD COLUMN deleted_at INTEGER;

    CREATE TABLE ring (
        app INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        rung_by TEXT,
        due_at INTEGER,
        answer TEXT,
        answered_at INTEGER,
        PRIMARY KEY (app, session_id, user_id),
        FOREIGN KEY (app, session_id) REFERENCES session (app, id) ON DELETE CASCADE,
        FOREIGN KEY (app, user_id) REFERENCES user (app, id)
    ) STRICT, WITHOUT ROWID;

    -- What was granted to or revoked from a user, whatever their roles say.
    CREATE TABLE user_permission (
        app INTEGER NOT NULL,
        cid TEXT NOT NULL,
        user_id TEXT NOT NULL,
        permission TEXT NOT NULL,
        granted INTEGER NOT NULL,
        PRIMARY KEY (app, cid, user_id, permission),
        FOREIGN KEY (app, cid) REFERENCES call (app, cid) ON DELETE CASCADE,
        FOREIGN KEY (app, user_id) REFERENCES user (app, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE feedback (
        app INTEGER NOT NULL,
        cid TEXT NOT NULL,
        session_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        -- The request as it came.
        body TEXT NOT NULL,
        FOREIGN KEY (app, cid) REFERENCES call (app, cid) ON DELETE CASCADE,
        FOREIGN KEY (app, user_id) REFERENCES user (app, id)
    ) STRICT;
    CREATE INDEX feedback_call ON feedback (app, cid);

    CREATE TABLE device (
        app INTEGER NOT NULL,
        user_id TEXT NOT NULL,
        id TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        -- What the client said of it.
        body TEXT NOT NULL,
        PRIMARY KEY (app, user_id, id),
        FOREIGN KEY (app, user_id) REFERENCES user (app, id)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Version 4: how many rows of an index go on one value, roughly, for a large app. Without this
    -- SQLite takes it that an app has ten calls, and searches all of them for those of a user.
    ANALYZE app;
    DELETE FROM sqlite_stat1;
    INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
        ('call', 'sqlite_autoindex_call_1', '1000000 1000000 1'),
        ('call', 'call_created_at', '1000000 1000000 1'),
        ('call', 'call_created_by', '1000000 1000000 100'),
        ('member', 'member', '1000000 1000000 4 1'),
        ('member', 'member_user', '1000000 1000000 100');
    ANALYZE sqlite_schema;
",
    "
    -- Rings that are told again to whoever connects while they go on; on which device they ended.
    ALTER TABLE ring ADD COLUMN video INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE ring ADD COLUMN accepted_on TEXT;
    CREATE INDEX ring_unanswered ON ring (app, user_id) WHERE answer IS NULL;
",
    "
    -- Guests are forgotten: who has been away longest, and what is theirs.
    CREATE INDEX user_guest ON user (app, ifnull(last_active, created_at)) WHERE role = 'guest';
    CREATE INDEX participant_user ON participant (app, user_id);
    CREATE INDEX ring_user ON ring (app, user_id);
    CREATE INDEX user_permission_user ON user_permission (app, user_id);
    CREATE INDEX feedback_user ON feedback (app, user_id);
    CREATE INDEX blocked_user_user ON blocked_user (app, user_id);
",
    "
    -- What is too old to be kept is found without looking at all there is.
    CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
    CREATE INDEX call_ended ON call (ended_at) WHERE ended_at IS NOT NULL;
    CREATE INDEX call_deleted ON call (deleted_at) WHERE deleted_at IS NOT NULL;
    CREATE INDEX feedback_created ON feedback (created_at);

    -- An app that nobody can use, and the secret before this one with its last moment.
    ALTER TABLE app ADD COLUMN disabled_at INTEGER;
    ALTER TABLE app ADD COLUMN previous_secret TEXT;
    ALTER TABLE app ADD COLUMN previous_until INTEGER;

    -- Which SFU tokens are void, by the number of changes of rights that they know.
    ALTER TABLE app ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE void (
        app INTEGER NOT NULL,
        -- Empty for all calls of the app. No reference: it outlives the call.
        cid TEXT NOT NULL,
        whose TEXT NOT NULL,
        -- Empty unless the tokens are those of one user.
        user_id TEXT NOT NULL,
        -- Whether their holders may ask for others at once.
        rejoin INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (app, cid, whose, user_id, rejoin),
        FOREIGN KEY (app) REFERENCES app (id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    -- Whether the command line of a start has named the app, and no command of its own.
    ALTER TABLE app ADD COLUMN by_start INTEGER NOT NULL DEFAULT 0;

    -- Role and teams that a token lends to its user until it expires, instead of their own.
    ALTER TABLE user ADD COLUMN own_role TEXT;
    ALTER TABLE user ADD COLUMN own_teams TEXT;
    ALTER TABLE user ADD COLUMN lent_until INTEGER;
    CREATE INDEX user_lent ON user (app, lent_until) WHERE lent_until IS NOT NULL;
",
    "
    -- When the backend has last said which role and teams a user has: tokens of before say nothing of it.
    ALTER TABLE user ADD COLUMN ruled_at INTEGER;
",
];

#[cfg(test)]
mod tests {
    use trunkline_protocol::coordinator::DateTime;

    use super::*;
    use crate::store::{Db, apps, calls, members, sessions, users};

    #[test]
    fn a_prepared_file_is_prepared_again_without_change() {
        let mut db = Connection::open_in_memory().unwrap();
        prepare(&mut db).unwrap();
        db.execute_batch(
            "INSERT INTO app (id, key, secret, name, created_at, updated_at)
                VALUES (1, 'key', 'secret', '', 1, 1);
            INSERT INTO user
                VALUES (1, 'alice', 'user', '[]', NULL, NULL, NULL, '{}', 1, 1, NULL, NULL, NULL, NULL, NULL);",
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

    fn file_of_version_1() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("version_1.sql")).unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        prepare(&mut db).unwrap();
        db
    }

    #[test]
    fn data_from_before_there_were_apps_goes_to_the_first_app_that_is_named() {
        let db = file_of_version_1();
        let now = DateTime::from_unix_nanos(9);
        assert_eq!(apps::list(&db).unwrap().len(), 0);
        let app = apps::put(&db, "key", "secret", None, now).unwrap();
        let another = apps::put(&db, "other", "secret", None, now).unwrap();
        let mine = Db { connection: &db, app };
        let call = calls::find(mine, "default:a").unwrap().unwrap();
        assert_eq!(call.created_by, "alice");
        assert_eq!(call.settings.limits.max_participants, Some(3));
        assert_eq!(call.custom["topic"], "plans");
        assert_eq!(calls::blocked_users(mine, "default:a"), Ok(vec!["eve".into()]));
        let alice = users::find(mine, "alice").unwrap().unwrap();
        assert_eq!((alice.role.as_str(), alice.teams.len()), ("admin", 1));
        let member = members::find(mine, "default:a", "bob").unwrap().unwrap();
        assert_eq!(member.role.as_deref(), Some("host"));
        let session = sessions::find(mine, &call.session_id.unwrap()).unwrap().unwrap();
        assert_eq!(session.anonymous_count, 2);
        assert_eq!(sessions::participants(mine, &session.id).unwrap()[0].user_id, "bob");

        let theirs = Db { connection: &db, app: another };
        assert_eq!(calls::find(theirs, "default:a"), Ok(None));
        assert_eq!(users::find(theirs, "alice"), Ok(None));
        assert_eq!(sessions::find(theirs, &session.id), Ok(None));
    }

    #[test]
    fn a_migrated_file_has_the_same_tables_as_a_new_one() {
        let tables = |db: &Connection| -> Vec<String> {
            db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
                .unwrap()
                .query_map((), |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap()
        };
        let mut new = Connection::open_in_memory().unwrap();
        prepare(&mut new).unwrap();
        let old = file_of_version_1();
        assert_eq!(tables(&old), tables(&new));
        let broken: Vec<String> = old
            .prepare("PRAGMA foreign_key_check")
            .unwrap()
            .query_map((), |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(broken, Vec::<String>::new());
        assert_eq!(tables(&old).iter().filter(|sql| sql.contains("old_")).count(), 0);
    }
}
