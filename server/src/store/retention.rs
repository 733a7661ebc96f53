//! What is not kept for ever goes, a bounded number of rows at a time.

use std::time::Duration;

use rusqlite::{Connection, params};
use trunkline_protocol::coordinator::DateTime;

/// How long things are kept; `None`: for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retention {
    /// Sessions that have ended, except the last one of each call.
    pub sessions: Option<Duration>,
    /// Calls that were ended, with all that belongs to them.
    pub ended_calls: Option<Duration>,
    /// Feedback of users.
    pub feedback: Option<Duration>,
}

impl Retention {
    /// Whether there will ever be something to do.
    pub fn keeps_all(&self) -> bool {
        [self.sessions, self.ended_calls, self.feedback].iter().all(Option::is_none)
    }
}

/// Deletes up to `most` rows that are older than they may be, and what little hangs on them. Tells how
/// many: 0 when nothing is left.
pub(crate) fn sweep(
    db: &Connection,
    retention: &Retention,
    now: DateTime,
    most: usize,
) -> rusqlite::Result<usize> {
    let mut gone = 0;
    let mut run = |kept: Option<Duration>, statement: &str| {
        let left = most.saturating_sub(gone);
        if let Some(kept) = kept.filter(|_| left > 0) {
            let nanos = i64::try_from(kept.as_nanos()).unwrap_or(i64::MAX);
            let before = now.unix_nanos().saturating_sub(nanos);
            let left = i64::try_from(left).unwrap_or(i64::MAX);
            gone += db.prepare_cached(statement)?.execute(params![before, left])?;
        }
        Ok::<_, rusqlite::Error>(())
    };
    run(retention.feedback, OLD_FEEDBACK)?;
    for statement in OLD_SESSIONS {
        run(retention.sessions, statement)?;
    }
    for (table, columns) in PARTS_OF_CALLS {
        let part = format!(
            "DELETE FROM {table} WHERE ({columns}) IN (SELECT {columns} FROM {table}
            WHERE (app, cid) IN ({ENDED_CALLS}) LIMIT ?2)"
        );
        run(retention.ended_calls, &part)?;
    }
    // The parts are gone when there was room for more.
    run(
        retention.ended_calls,
        &format!("DELETE FROM call WHERE (app, cid) IN ({ENDED_CALLS} LIMIT ?2)"),
    )?;
    Ok(gone)
}

const OLD_FEEDBACK: &str = "DELETE FROM feedback WHERE rowid IN
    (SELECT rowid FROM feedback WHERE created_at < ?1 LIMIT ?2)";

/// The call shows its last session no more, then that goes.
const OLD_SESSIONS: [&str; 2] = [
    "UPDATE call SET session_id = NULL WHERE (app, cid, session_id) IN
        (SELECT app, cid, id FROM session WHERE ended_at < ?1 ORDER BY ended_at, rowid LIMIT ?2)",
    "DELETE FROM session WHERE rowid IN
        (SELECT rowid FROM session WHERE ended_at < ?1 ORDER BY ended_at, rowid LIMIT ?2)",
];

/// Of which a call may have many, each with its key: they go first.
const PARTS_OF_CALLS: [(&str, &str); 5] = [
    ("feedback", "rowid"),
    ("member", "app, cid, user_id"),
    ("blocked_user", "app, cid, user_id"),
    ("user_permission", "app, cid, user_id, permission"),
    ("session", "app, id"),
];

/// Some of those that are due, of which deleted ones are, too. Whoever may join a call that was ended
/// keeps it from going.
const ENDED_CALLS: &str = "SELECT app, cid FROM
    (SELECT app, cid FROM call WHERE (ended_at < ?1 OR deleted_at < ?1) AND NOT EXISTS
        (SELECT 1 FROM session AS running WHERE running.app = call.app
            AND running.cid = call.cid AND running.ended_at IS NULL)
    LIMIT 50)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::empty_tables;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn day(number: i64) -> DateTime {
        DateTime::from_unix_nanos(0).plus_seconds(number * 24 * 60 * 60)
    }

    /// A call on each of these days, ended if so, with a session of two rings, feedback and members.
    fn filled(days: std::ops::Range<i64>, ended: bool) -> Connection {
        let db = empty_tables();
        for user in ["alice", "bob"] {
            db.execute(
                "INSERT INTO user (app, id, role, teams, custom, created_at, updated_at)
                VALUES (1, ?1, 'user', '[]', '{}', 0, 0)",
                [user],
            )
            .unwrap();
        }
        for number in days {
            let (cid, at) = (format!("default:{number}"), day(number).unix_nanos());
            let end = ended.then_some(at);
            db.execute(
                "INSERT INTO call (app, cid, type, id, created_by, custom, settings, backstage,
                    created_at, updated_at, ended_at, session_id)
                VALUES (1, ?1, 'default', ?1, 'alice', '{}', '{}', 0, ?2, ?2, ?3, ?1)",
                params![cid, at, end],
            )
            .unwrap();
            db.execute(
                "INSERT INTO session (app, id, cid, started_at, ended_at, anonymous_count)
                VALUES (1, ?1, ?1, ?2, ?2, 0)",
                params![cid, at],
            )
            .unwrap();
            for user in ["alice", "bob"] {
                db.execute(
                    "INSERT INTO member (app, cid, user_id, custom, created_at, updated_at)
                    VALUES (1, ?1, ?2, '{}', ?3, ?3)",
                    params![cid, user, at],
                )
                .unwrap();
                db.execute(
                    "INSERT INTO ring (app, session_id, user_id) VALUES (1, ?1, ?2)",
                    params![cid, user],
                )
                .unwrap();
                db.execute(
                    "INSERT INTO feedback (app, cid, session_id, user_id, created_at, body)
                    VALUES (1, ?1, ?1, ?2, ?3, '{}')",
                    params![cid, user, at],
                )
                .unwrap();
            }
        }
        db
    }

    fn count(db: &Connection, of: &str) -> i64 {
        db.query_one(&format!("SELECT count(*) FROM {of}"), (), |row| row.get(0)).unwrap()
    }

    fn sweep_all(db: &Connection, retention: &Retention, now: DateTime, most: usize) -> usize {
        let mut steps = 0;
        loop {
            let changed = db.total_changes();
            let gone = sweep(db, retention, now, most).unwrap();
            assert!(gone <= most, "{gone}");
            // Rings go with their sessions.
            assert!(db.total_changes() - changed <= 4 * most as u64);
            if gone == 0 {
                return steps;
            }
            steps += 1;
            assert!(steps < 1000);
        }
    }

    #[test]
    fn everything_stays_unless_it_is_said_otherwise() {
        let db = filled(0..3, true);
        assert!(Retention::default().keeps_all());
        assert_eq!(sweep(&db, &Retention::default(), day(1000), 500).unwrap(), 0);
        assert_eq!(count(&db, "call"), 3);
    }

    #[test]
    fn what_is_too_old_goes_in_small_steps_and_the_rest_stays() {
        let db = filled(0..100, true);
        let feedback = Retention { feedback: Some(DAY * 30), ..Retention::default() };
        assert!(sweep_all(&db, &feedback, day(100), 10) > 10, "not in one go");
        assert_eq!((count(&db, "feedback"), count(&db, "session")), (60, 100));

        let sessions = Retention { sessions: Some(DAY * 20), ..Retention::default() };
        sweep_all(&db, &sessions, day(100), 10);
        assert_eq!((count(&db, "session"), count(&db, "ring"), count(&db, "call")), (20, 40, 100));
        assert_eq!(
            count(&db, "call WHERE session_id IS NOT NULL"),
            20,
            "none shows one that is gone"
        );

        let calls = Retention { ended_calls: Some(DAY * 10), ..Retention::default() };
        sweep_all(&db, &calls, day(100), 10);
        assert_eq!((count(&db, "call"), count(&db, "member"), count(&db, "session")), (10, 20, 10));
        assert_eq!((count(&db, "feedback"), count(&db, "user")), (20, 2));
        assert_eq!(count(&db, "pragma_foreign_key_check"), 0);
    }

    #[test]
    fn calls_that_were_not_ended_or_go_on_stay() {
        let db = filled(0..3, false);
        let calls = Retention { ended_calls: Some(DAY), ..Retention::default() };
        assert_eq!(sweep_all(&db, &calls, day(100), 10), 0);
        db.execute("UPDATE call SET ended_at = 0", ()).unwrap();
        db.execute("UPDATE session SET ended_at = NULL WHERE cid = 'default:1'", ()).unwrap();
        db.execute("UPDATE call SET ended_at = NULL, deleted_at = 0 WHERE cid = 'default:2'", ())
            .unwrap();
        sweep_all(&db, &calls, day(100), 10);
        assert_eq!((count(&db, "call"), count(&db, "call WHERE cid = 'default:1'")), (1, 1));
    }

    #[test]
    fn what_is_due_is_found_by_an_index() {
        let db = filled(0..1, true);
        for (statement, index) in [
            (OLD_FEEDBACK.to_owned(), "feedback_created"),
            (OLD_SESSIONS[0].into(), "session_ended"),
            (OLD_SESSIONS[1].into(), "session_ended"),
            (
                format!("DELETE FROM call WHERE (app, cid) IN ({ENDED_CALLS} LIMIT ?2)"),
                "call_ended",
            ),
        ] {
            let plan: Vec<String> = db
                .prepare(&format!("EXPLAIN QUERY PLAN {statement}"))
                .unwrap()
                .query_map(params![0, 0], |row| row.get("detail"))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let plan = plan.join("\n");
            assert!(plan.contains(index) && !plan.contains("SCAN call"), "{plan}");
        }
    }
}
