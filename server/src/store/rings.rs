//! Who was rung in a session, and how it ended for them.

use rusqlite::{Row, named_params, params, types::Type};
use trunkline_protocol::coordinator::DateTime;

use super::{
    Db,
    row::{date_if_any, nanos},
};

/// Where one user stands in the rings of a session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RingRecord {
    pub session_id: String,
    pub user_id: String,
    /// Whose ring it was; nobody's when the user answered without having been rung.
    pub rung_by: Option<String>,
    /// Whether it rings for a call with video.
    pub video: bool,
    /// The connection on which the user accepted, if that is known.
    pub accepted_on: Option<String>,
    /// When the ring counts as missed, if it ever does.
    pub due_at: Option<DateTime>,
    /// None while it rings.
    pub answer: Option<(Answer, DateTime)>,
}

/// How a ring ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted,
    Rejected,
    Missed,
}

impl Answer {
    const ALL: [Self; 3] = [Self::Accepted, Self::Rejected, Self::Missed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Missed => "missed",
        }
    }
}

/// Everybody who was rung in the session or answered.
pub(crate) fn list(db: Db<'_>, session_id: &str) -> rusqlite::Result<Vec<RingRecord>> {
    db.connection
        .prepare_cached("SELECT * FROM ring WHERE app = ?1 AND session_id = ?2 ORDER BY user_id")?
        .query_map(params![db.app, session_id], read)?
        .collect()
}

/// The rings of running sessions that a user has not answered.
pub(crate) fn unanswered(db: Db<'_>, user_id: &str) -> rusqlite::Result<Vec<RingRecord>> {
    db.connection
        .prepare_cached(
            "SELECT ring.* FROM ring JOIN session
            ON session.app = ring.app AND session.id = ring.session_id
            WHERE ring.app = ?1 AND ring.user_id = ?2 AND ring.answer IS NULL
                AND session.ended_at IS NULL ORDER BY ring.session_id",
        )?
        .query_map(params![db.app, user_id], read)?
        .collect()
}

/// Inserts the record or replaces the one of the same user.
pub(crate) fn save(db: Db<'_>, ring: &RingRecord) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached(
            "INSERT INTO ring (app, session_id, user_id, rung_by, video, due_at, answer, answered_at,
                accepted_on)
            VALUES (:app, :session_id, :user_id, :rung_by, :video, :due_at, :answer, :answered_at,
                :accepted_on)
            ON CONFLICT (app, session_id, user_id) DO UPDATE SET rung_by = :rung_by,
                video = :video, due_at = :due_at, answer = :answer, answered_at = :answered_at,
                accepted_on = :accepted_on",
        )?
        .execute(named_params! {
            ":app": db.app,
            ":session_id": ring.session_id,
            ":user_id": ring.user_id,
            ":rung_by": ring.rung_by,
            ":video": ring.video,
            ":accepted_on": ring.accepted_on,
            ":due_at": nanos(ring.due_at),
            ":answer": ring.answer.map(|(answer, _)| answer.as_str()),
            ":answered_at": nanos(ring.answer.map(|(_, at)| at)),
        })?;
    Ok(())
}

/// Forgets where a user stands.
pub(crate) fn remove(db: Db<'_>, session_id: &str, user_id: &str) -> rusqlite::Result<()> {
    db.connection
        .prepare_cached("DELETE FROM ring WHERE app = ?1 AND session_id = ?2 AND user_id = ?3")?
        .execute(params![db.app, session_id, user_id])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<RingRecord> {
    let name: Option<String> = row.get("answer")?;
    let answer = name.map(|name| {
        Answer::ALL.into_iter().find(|answer| answer.as_str() == name).ok_or_else(|| {
            let error = format!("no answer to a ring is called {name}");
            rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
        })
    });
    let answered_at = date_if_any(row, "answered_at")?;
    Ok(RingRecord {
        session_id: row.get("session_id")?,
        user_id: row.get("user_id")?,
        rung_by: row.get("rung_by")?,
        video: row.get("video")?,
        accepted_on: row.get("accepted_on")?,
        due_at: date_if_any(row, "due_at")?,
        answer: answer.transpose()?.zip(answered_at),
    })
}
