//! Apps, and what belongs to the server as a whole.

use rusqlite::{
    Connection, OptionalExtension, ToSql, params,
    types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef},
};
use trunkline_protocol::coordinator::DateTime;
use uuid::Uuid;

use crate::app::AppId;

/// A stored app.
#[derive(Clone, PartialEq)]
pub(crate) struct AppRecord {
    pub id: AppId,
    pub key: String,
    pub secret: String,
    pub name: String,
    /// The secret before this one, and until when it is good.
    pub previous: Option<(String, DateTime)>,
    pub disabled: bool,
    /// Named by the command line of a start, not by a command of its own.
    pub by_start: bool,
}

/// All apps that clients can name.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<AppRecord>> {
    connection
        .prepare("SELECT * FROM app WHERE key IS NOT NULL ORDER BY id")?
        .query_map((), |row| {
            let until: Option<i64> = row.get("previous_until")?;
            let previous: Option<String> = row.get("previous_secret")?;
            Ok(AppRecord {
                id: row.get("id")?,
                key: row.get("key")?,
                secret: row.get("secret")?,
                name: row.get("name")?,
                previous: previous.zip(until.map(DateTime::from_unix_nanos)),
                disabled: row.get::<_, Option<i64>>("disabled_at")?.is_some(),
                by_start: row.get("by_start")?,
            })
        })?
        .collect()
}

/// Lets nobody use the app from a time on, or everybody again.
pub(crate) fn set_disabled(
    connection: &Connection,
    id: AppId,
    since: Option<DateTime>,
) -> rusqlite::Result<()> {
    let since = since.map(DateTime::unix_nanos);
    connection.execute("UPDATE app SET disabled_at = ?2 WHERE id = ?1", params![id, since])?;
    Ok(())
}

/// Gives the app another secret; the one of now is good until a time.
pub(crate) fn rotate(
    connection: &Connection,
    id: AppId,
    secret: &str,
    until: DateTime,
    now: DateTime,
) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE app SET previous_secret = secret, previous_until = ?3, secret = ?2, updated_at = ?4
        WHERE id = ?1 AND secret <> ?2",
        params![id, secret, until.unix_nanos(), now.unix_nanos()],
    )?;
    Ok(())
}

/// Deletes up to `most` of what belongs to the app, and tells how much: 0 when nothing is left.
pub(crate) fn clear(connection: &Connection, id: AppId, most: usize) -> rusqlite::Result<usize> {
    let mut gone = 0;
    for (table, key) in TABLES {
        let left = i64::try_from(most.saturating_sub(gone)).unwrap_or(i64::MAX);
        if left == 0 {
            break;
        }
        let statement = format!(
            "DELETE FROM {table} WHERE ({key}) IN
                (SELECT {key} FROM {table} WHERE app = ?1 LIMIT ?2)"
        );
        gone += connection.prepare_cached(&statement)?.execute(params![id, left])?;
    }
    Ok(gone)
}

/// Deletes the app, of which nothing else is left.
pub(crate) fn delete(connection: &Connection, id: AppId) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM app WHERE id = ?1", [id])?;
    Ok(())
}

/// What belongs to apps and does not go with them, each with its key; what refers to others first.
const TABLES: [(&str, &str); 10] = [
    ("participant", "app, session_id, user_session_id"),
    ("ring", "app, session_id, user_id"),
    ("feedback", "rowid"),
    ("device", "app, user_id, id"),
    ("user_permission", "app, cid, user_id, permission"),
    ("blocked_user", "app, cid, user_id"),
    ("member", "app, cid, user_id"),
    ("session", "app, id"),
    ("call", "app, cid"),
    ("user", "app, id"),
];

/// Creates the app with this key, or gives it this secret, and this name if there is one.
///
/// Data from before there were apps has no key yet. It goes to the first app that is named, which
/// is the one whose key the server has always been started with.
pub(crate) fn put(
    connection: &Connection,
    key: &str,
    secret: &str,
    name: Option<&str>,
    now: DateTime,
) -> rusqlite::Result<AppId> {
    let known = connection
        .query_one("SELECT id FROM app WHERE key = ?1", [key], |row| row.get(0))
        .optional()?;
    let unclaimed = || {
        connection
            .query_one("SELECT id FROM app WHERE key IS NULL", (), |row| row.get(0))
            .optional()
    };
    let id: Option<AppId> = match known {
        Some(id) => Some(id),
        None => unclaimed()?,
    };
    match id {
        Some(id) => {
            connection.execute(
                "UPDATE app SET key = ?2, name = ifnull(?4, name), updated_at = ?5,
                    previous_secret = iif(secret = ?3, previous_secret, NULL), secret = ?3
                WHERE id = ?1",
                params![id, key, secret, name, now.unix_nanos()],
            )?;
            Ok(id)
        }
        None => connection.query_one(
            "INSERT INTO app (key, secret, name, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?4) RETURNING id",
            params![key, secret, name.unwrap_or_default(), now.unix_nanos()],
            |row| row.get(0),
        ),
    }
}

/// Notes whether nothing but the start of a server has named the app.
pub(crate) fn set_by_start(
    connection: &Connection,
    id: AppId,
    by_start: bool,
) -> rusqlite::Result<()> {
    connection.execute("UPDATE app SET by_start = ?2 WHERE id = ?1", params![id, by_start])?;
    Ok(())
}

/// The secret that SFU tokens are signed with, made at the first start. It is the server's own:
/// whoever knows the secret of an app must not be able to make tokens for calls of another.
pub(crate) fn sfu_secret(connection: &Connection) -> rusqlite::Result<String> {
    let fresh = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    connection.execute(
        "INSERT INTO setting (name, value) VALUES ('sfu_secret', ?1) ON CONFLICT DO NOTHING",
        [fresh],
    )?;
    connection
        .query_one("SELECT value FROM setting WHERE name = 'sfu_secret'", (), |row| row.get(0))
}

/// When anything was last changed, as far as users and calls tell.
pub(crate) fn last_change(connection: &Connection) -> rusqlite::Result<Option<DateTime>> {
    let nanos: Option<i64> = connection.query_one(
        "SELECT max(at) FROM
            (SELECT max(updated_at) AS at FROM user UNION ALL SELECT max(updated_at) FROM call)",
        (),
        |row| row.get(0),
    )?;
    Ok(nanos.map(DateTime::from_unix_nanos))
}

/// Running sessions and participants of all apps.
pub(crate) fn live_counts(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    connection.query_one(
        "SELECT (SELECT count(*) FROM session WHERE ended_at IS NULL),
            (SELECT count(*) FROM participant)
            + (SELECT ifnull(sum(anonymous_count), 0) FROM session WHERE ended_at IS NULL)",
        (),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Writes something that nobody reads, to see whether it works. A number, as SQLite does not write
/// what is already there.
pub(crate) fn touch(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO setting (name, value) VALUES ('probes', '1')
        ON CONFLICT DO UPDATE SET value = value + 1",
        (),
    )?;
    Ok(())
}

impl ToSql for AppId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for AppId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::empty_tables;

    const NOW: DateTime = DateTime::from_unix_nanos(1);

    fn put(db: &Connection, key: &str, secret: &str) -> AppId {
        super::put(db, key, secret, None, NOW).unwrap()
    }

    #[test]
    fn an_app_keeps_its_number_when_its_secret_changes() {
        let db = empty_tables();
        let first = put(&db, "key", "1");
        let second = put(&db, "b", "1");
        assert_ne!(first, second);
        assert_eq!(put(&db, "key", "2"), first);
        let secrets: Vec<_> = list(&db).unwrap().into_iter().map(|app| app.secret).collect();
        assert_eq!(secrets, ["2", "1"]);
    }

    #[test]
    fn another_secret_given_outright_leaves_no_other_good() {
        let db = empty_tables();
        let id = put(&db, "key", "1");
        let previous = || list(&db).unwrap().remove(0).previous;
        rotate(&db, id, "2", DateTime::from_unix_nanos(9), NOW).unwrap();
        assert_eq!(previous(), Some(("1".into(), DateTime::from_unix_nanos(9))));
        rotate(&db, id, "2", DateTime::from_unix_nanos(10), NOW).unwrap();
        assert_eq!(previous(), Some(("1".into(), DateTime::from_unix_nanos(9))), "the same secret");
        put(&db, "key", "2");
        assert!(previous().is_some(), "as it was");
        put(&db, "key", "3");
        assert_eq!(previous(), None);
    }

    #[test]
    fn an_app_goes_with_all_that_it_has() {
        let db = empty_tables();
        let other = put(&db, "other", "1");
        for app in [1, other.0] {
            for number in 0..30 {
                let statement = format!(
                    "INSERT INTO user (app, id, role, teams, custom, created_at, updated_at)
                        VALUES ({app}, '{number}', 'user', '[]', '{{}}', 0, 0);
                    INSERT INTO call (app, cid, type, id, created_by, custom, settings, backstage,
                        created_at, updated_at)
                        VALUES ({app}, '{number}', 'a', 'a', '{number}', '{{}}', '{{}}', 0, 0, 0);
                    INSERT INTO member (app, cid, user_id, custom, created_at, updated_at)
                        VALUES ({app}, '{number}', '{number}', '{{}}', 0, 0);"
                );
                db.execute_batch(&statement).unwrap();
            }
        }
        let mut steps = 0;
        while clear(&db, other, 10).unwrap() > 0 {
            steps += 1;
        }
        assert_eq!(steps, 9);
        delete(&db, other).unwrap();
        let keys: Vec<_> = list(&db).unwrap().into_iter().map(|app| app.key).collect();
        assert_eq!(keys, ["key"]);
        let users: i64 = db.query_one("SELECT count(*) FROM user", (), |row| row.get(0)).unwrap();
        assert_eq!(users, 30);
    }

    #[test]
    fn no_table_keeps_an_app_from_going() {
        let db = empty_tables();
        let tables: Vec<String> = db
            .prepare(
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND EXISTS
                    (SELECT 1 FROM pragma_table_info(pragma_table_list.name) WHERE name = 'app')
                AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(pragma_table_list.name)
                    WHERE \"table\" = 'app' AND on_delete = 'CASCADE')",
            )
            .unwrap()
            .query_map((), |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(!tables.is_empty());
        for table in tables {
            assert!(TABLES.iter().any(|(name, _)| *name == table), "{table} is not in TABLES");
        }
    }

    #[test]
    fn the_secret_of_the_sfu_is_made_once() {
        let db = empty_tables();
        let secret = sfu_secret(&db).unwrap();
        assert_eq!(secret.len(), 64);
        assert_eq!(sfu_secret(&db).unwrap(), secret);
        assert_ne!(sfu_secret(&empty_tables()).unwrap(), secret);
    }
}
