//! Sessions of calls and who is in them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use trunkline_protocol::coordinator::DateTime;

use super::{
    Db,
    row::{date, date_if_any, nanos},
};
use crate::app::AppId;

/// A stored session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SessionRecord {
    pub id: String,
    pub cid: String,
    pub started_at: Option<DateTime>,
    pub ended_at: Option<DateTime>,
    /// The last participant left.
    pub idle_since: Option<DateTime>,
    pub live_started_at: Option<DateTime>,
    pub live_ended_at: Option<DateTime>,
    pub timer_ends_at: Option<DateTime>,
    pub anonymous_count: u32,
}

/// A stored participant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ParticipantRecord {
    pub session_id: String,
    pub user_session_id: String,
    pub user_id: String,
    pub role: String,
    pub joined_at: DateTime,
}

pub(crate) fn find(db: Db<'_>, id: &str) -> rusqlite::Result<Option<SessionRecord>> {
    db.connection
        .prepare_cached("SELECT * FROM session WHERE app = ?1 AND id = ?2")?
        .query_one(params![db.app, id], read)
        .optional()
}

/// Inserts the session or replaces everything but `id`, `cid`.
pub(crate) fn save(db: Db<'_>, session: &SessionRecord) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached(
            "INSERT INTO session (app, id, cid, started_at, ended_at, idle_since, live_started_at,
            live_ended_at, timer_ends_at, anonymous_count)
        VALUES (:app, :id, :cid, :started_at, :ended_at, :idle_since, :live_started_at,
            :live_ended_at, :timer_ends_at, :anonymous_count)
        ON CONFLICT (app, id) DO UPDATE SET started_at = :started_at, ended_at = :ended_at,
            idle_since = :idle_since, live_started_at = :live_started_at,
            live_ended_at = :live_ended_at, timer_ends_at = :timer_ends_at,
            anonymous_count = :anonymous_count",
        )?
        .execute(named_params! {
            ":app": db.app,
            ":id": session.id,
            ":cid": session.cid,
            ":started_at": nanos(session.started_at),
            ":ended_at": nanos(session.ended_at),
            ":idle_since": nanos(session.idle_since),
            ":live_started_at": nanos(session.live_started_at),
            ":live_ended_at": nanos(session.live_ended_at),
            ":timer_ends_at": nanos(session.timer_ends_at),
            ":anonymous_count": session.anonymous_count,
        })?;
    Ok(())
}

/// Calls of all apps that have a running session.
pub(crate) fn running_calls(connection: &Connection) -> rusqlite::Result<Vec<(AppId, String)>> {
    connection
        .prepare_cached("SELECT DISTINCT app, cid FROM session WHERE ended_at IS NULL")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Ends every running session of the app: their participants did not survive the process.
pub(crate) fn end_all(db: Db<'_>, now: DateTime) -> rusqlite::Result<()> {
    db.connection.execute(
        "DELETE FROM participant WHERE app = ?1 AND session_id IN
            (SELECT id FROM session WHERE app = ?1 AND ended_at IS NULL)",
        [db.app],
    )?;
    db.connection.execute(
        "UPDATE session SET ended_at = ?2, anonymous_count = 0 WHERE app = ?1 AND ended_at IS NULL",
        params![db.app, now.unix_nanos()],
    )?;
    Ok(())
}

/// Ends a session with everybody still in it.
pub(crate) fn drop_one(db: Db<'_>, id: &str, now: DateTime) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached("DELETE FROM participant WHERE app = ?1 AND session_id = ?2")?
        .execute(params![db.app, id])?;
    db.connection
        .prepare_cached(
            "UPDATE session SET ended_at = ?3, anonymous_count = 0 WHERE app = ?1 AND id = ?2",
        )?
        .execute(params![db.app, id, now.unix_nanos()])?;
    Ok(())
}

/// How many are in the session by the role of their user.
pub(crate) fn count_by_role(
    db: Db<'_>,
    session_id: &str,
) -> rusqlite::Result<BTreeMap<String, u32>> {
    db.connection
        .prepare_cached(
            "SELECT user.role, count(*) FROM participant
            JOIN user ON user.app = participant.app AND user.id = participant.user_id
            WHERE participant.app = ?1 AND participant.session_id = ?2 GROUP BY user.role",
        )?
        .query_map(params![db.app, session_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The first who are in the session, in the order of joining.
pub(crate) fn first_participants(
    db: Db<'_>,
    session_id: &str,
    limit: u32,
) -> rusqlite::Result<Vec<ParticipantRecord>> {
    db.connection
        .prepare_cached(
            "SELECT * FROM participant WHERE app = ?1 AND session_id = ?2
            ORDER BY joined_at, user_session_id LIMIT ?3",
        )?
        .query_map(params![db.app, session_id, limit], read_participant)?
        .collect()
}

/// Who is in the session, in the order of joining.
pub(crate) fn participants(
    db: Db<'_>,
    session_id: &str,
) -> rusqlite::Result<Vec<ParticipantRecord>> {
    db.connection
        .prepare_cached(
        "SELECT * FROM participant WHERE app = ?1 AND session_id = ?2 ORDER BY joined_at, user_session_id",
    )?
    .query_map(params![db.app, session_id], read_participant)?
    .collect()
}

/// Cids of the calls that the user is in now.
pub(crate) fn calls_of(db: Db<'_>, user_id: &str) -> rusqlite::Result<Vec<String>> {
    db.connection
        .prepare_cached(
            "SELECT DISTINCT session.cid FROM participant
            JOIN session ON session.app = participant.app AND session.id = participant.session_id
            WHERE participant.app = ?1 AND participant.user_id = ?2 AND session.ended_at IS NULL",
        )?
        .query_map(params![db.app, user_id], |row| row.get(0))?
        .collect()
}

/// Adds the participant; false when the client was already there.
pub(crate) fn add_participant(
    db: Db<'_>,
    participant: &ParticipantRecord,
) -> rusqlite::Result<bool> {
    let added = db
        .connection
        .prepare_cached(
            "INSERT INTO participant (app, session_id, user_session_id, user_id, role, joined_at)
            VALUES (:app, :session_id, :user_session_id, :user_id, :role, :joined_at)
            ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":app": db.app,
            ":session_id": participant.session_id,
            ":user_session_id": participant.user_session_id,
            ":user_id": participant.user_id,
            ":role": participant.role,
            ":joined_at": participant.joined_at.unix_nanos(),
        })?;
    Ok(added > 0)
}

/// Removes and returns the participant, if it was there.
pub(crate) fn take_participant(
    db: Db<'_>,
    session_id: &str,
    user_session_id: &str,
) -> rusqlite::Result<Option<ParticipantRecord>> {
    db.connection
        .prepare_cached(
        "DELETE FROM participant WHERE app = ?1 AND session_id = ?2 AND user_session_id = ?3 RETURNING *",
    )?
    .query_one(params![db.app, session_id, user_session_id], read_participant)
    .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    Ok(SessionRecord {
        id: row.get("id")?,
        cid: row.get("cid")?,
        started_at: date_if_any(row, "started_at")?,
        ended_at: date_if_any(row, "ended_at")?,
        idle_since: date_if_any(row, "idle_since")?,
        live_started_at: date_if_any(row, "live_started_at")?,
        live_ended_at: date_if_any(row, "live_ended_at")?,
        timer_ends_at: date_if_any(row, "timer_ends_at")?,
        anonymous_count: row.get("anonymous_count")?,
    })
}

pub(crate) fn read_participant(row: &Row<'_>) -> rusqlite::Result<ParticipantRecord> {
    Ok(ParticipantRecord {
        session_id: row.get("session_id")?,
        user_session_id: row.get("user_session_id")?,
        user_id: row.get("user_id")?,
        role: row.get("role")?,
        joined_at: date(row, "joined_at")?,
    })
}
