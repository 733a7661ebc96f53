//! Apps, and what belongs to the server as a whole.

use rusqlite::{
    Connection, OptionalExtension, ToSql, params,
    types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef},
};
use trunkline_protocol::coordinator::DateTime;
use uuid::Uuid;

/// Number of an app in this data directory. Clients name an app by its key instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(pub i64);

/// A stored app.
#[derive(Clone, PartialEq)]
pub(crate) struct AppRecord {
    pub id: AppId,
    pub key: String,
    pub secret: String,
    /// Named by the command line of a start, not by a command of its own.
    pub by_start: bool,
}

/// All apps that clients can name.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<AppRecord>> {
    connection
        .prepare("SELECT id, key, secret, by_start FROM app WHERE key IS NOT NULL ORDER BY id")?
        .query_map((), |row| {
            Ok(AppRecord {
                id: row.get("id")?,
                key: row.get("key")?,
                secret: row.get("secret")?,
                by_start: row.get("by_start")?,
            })
        })?
        .collect()
}

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
                "UPDATE app SET key = ?2, secret = ?3, name = ifnull(?4, name), updated_at = ?5
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

/// Notes by what the app is named.
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
    fn the_secret_of_the_sfu_is_made_once() {
        let db = empty_tables();
        let secret = sfu_secret(&db).unwrap();
        assert_eq!(secret.len(), 64);
        assert_eq!(sfu_secret(&db).unwrap(), secret);
        assert_ne!(sfu_secret(&empty_tables()).unwrap(), secret);
    }
}
