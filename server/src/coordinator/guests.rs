//! Guests: users whom anybody makes, and who are forgotten when they do not come back.

use std::time::Duration;

use trunkline_protocol::coordinator::{DateTime, UserRequest, UserResponse};

use super::{Refusal, cid::guest_id, users, views, work::Work};
use crate::store::users::{self as user_store, UserRecord};

/// Creates a guest.
pub(super) fn create(work: &Work<'_>, wish: UserRequest) -> Result<UserResponse, Refusal> {
    let mut guest = UserRecord::new(&guest_id(&wish.id)?, "guest", work.now);
    users::describe(&mut guest, wish)?;
    user_store::save(work.db, &guest)?;
    Ok(views::user(work, &guest))
}

/// Forgets some of the guests who have not connected for so long, are in no call and own none. Those
/// who never came have no time to lose.
/// Returns whether there may be more.
pub(super) fn forget(work: &Work<'_>, expiry: Duration) -> Result<bool, Refusal> {
    let before = |span: Duration| {
        let span = i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
        DateTime::from_unix_nanos(work.now.unix_nanos().saturating_sub(span))
    };
    let (away, silent) = (before(expiry), before(expiry.min(UNSEEN)));
    let gone = user_store::idle_guests(work.db, away, silent, BATCH)?;
    let mut forgotten = 0;
    for id in gone.iter().filter(|id| !work.is_online(id)) {
        user_store::forget(work.db, id)?;
        forgotten += 1;
    }
    if forgotten > 0 {
        tracing::debug!(forgotten, "guests forgotten");
    }
    // Those who are connected are found again and again.
    Ok(forgotten == BATCH as usize)
}

/// How long those are kept who were made and have not connected even once.
const UNSEEN: Duration = Duration::from_secs(60 * 60);
/// Few enough that nobody waits for it.
const BATCH: u32 = 200;

#[cfg(test)]
mod tests {
    use trunkline_protocol::coordinator::Custom;

    use super::*;
    use crate::{
        coordinator::Hub,
        store::{Db, devices, devices::DeviceRecord, empty_tables, first_app},
    };

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn later(hours: u32) -> DateTime {
        crate::clock::now().plus_seconds(i64::from(hours) * 60 * 60)
    }

    fn is_known(db: Db<'_>, id: &str) -> bool {
        user_store::find(db, id).unwrap().is_some()
    }

    #[test]
    fn who_does_not_come_back_is_forgotten_with_all_that_is_theirs() {
        let (tables, hub) = (empty_tables(), Hub::default());
        let db = first_app(&tables);
        let custom = Custom::from_iter([("a".to_owned(), 1.into())]);
        let wish = UserRequest { custom: Some(custom), ..UserRequest::default() };
        let guest = create(&Work::new(db, &hub, later(0)), wish).unwrap();
        let description = serde_json::from_str(r#"{"id":"d","push_provider":"apn"}"#).unwrap();
        let user_id = guest.id.clone();
        devices::save(db, &DeviceRecord { user_id, created_at: later(0), description }).unwrap();
        user_store::save(db, &UserRecord::new("alice", "user", later(0))).unwrap();
        let seen = UserRecord {
            last_active: Some(later(0)),
            ..UserRecord::new("seen", "guest", later(0))
        };
        user_store::save(db, &seen).unwrap();
        forget(&Work::new(db, &hub, crate::clock::now()), HOUR * 24).unwrap();
        assert!(is_known(db, &guest.id));
        forget(&Work::new(db, &hub, later(2)), HOUR * 24).unwrap();
        assert!(!is_known(db, &guest.id) && is_known(db, "seen"), "one of them never came");
        forget(&Work::new(db, &hub, later(25)), HOUR * 24).unwrap();
        assert!(!is_known(db, "seen"));
        assert!(devices::list(db, &guest.id).unwrap().is_empty());
        assert!(is_known(db, "alice"), "no guest");
    }

    #[test]
    fn who_came_back_or_owns_a_call_is_kept() {
        let (tables, hub) = (empty_tables(), Hub::default());
        let db = first_app(&tables);
        let guest = |id: &str| UserRecord::new(id, "guest", later(0));
        user_store::save(db, &UserRecord { last_active: Some(later(20)), ..guest("back") })
            .unwrap();
        user_store::save(db, &guest("owner")).unwrap();
        tables
            .execute_batch(
                "INSERT INTO call (app, cid, type, id, created_by, custom, settings, backstage,
                    created_at, updated_at)
                VALUES (1, 'default:a', 'default', 'a', 'owner', '{}', '{}', 0, 1, 1)",
            )
            .unwrap();
        forget(&Work::new(db, &hub, later(25)), HOUR * 24).unwrap();
        assert!(is_known(db, "back") && is_known(db, "owner"));
    }

    #[test]
    fn many_are_forgotten_batch_by_batch() {
        let (tables, hub) = (empty_tables(), Hub::default());
        let db = first_app(&tables);
        for _ in 0..=BATCH {
            create(&Work::new(db, &hub, later(0)), UserRequest::default()).unwrap();
        }
        let work = Work::new(db, &hub, later(25));
        assert!(forget(&work, HOUR).unwrap());
        assert!(!forget(&work, HOUR).unwrap());
        let left: u32 =
            tables.query_one("SELECT count(*) FROM user", (), |row| row.get(0)).unwrap();
        assert_eq!(left, 0);
    }
}
