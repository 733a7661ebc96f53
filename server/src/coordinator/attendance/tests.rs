//! Sessions in virtual time.

use rusqlite::Connection;
use serde_json::json;
use trunkline_protocol::{
    coordinator::{
        CallRequest, DateTime, RejectCallRequest, RingCallRequest,
        event_type::{
            CALL_ENDED, CALL_MISSED, CALL_RING, CALL_SESSION_ENDED,
            CALL_SESSION_PARTICIPANT_COUNT_UPDATED, CALL_SESSION_PARTICIPANT_JOINED,
            CALL_SESSION_PARTICIPANT_LEFT, CALL_SESSION_STARTED,
        },
    },
    sfu::models::CallEndedReason,
};

use super::*;
use crate::{
    app::AppId,
    coordinator::{
        Caller, Cid, actor, calls as commands, deadlines::check, hub::Hub, live, work::Effect,
    },
    store::{empty_tables, first_app, rings, users::UserRecord},
};

const CID: &str = "default:a";

/// A call in virtual time.
struct World {
    db: Connection,
    hub: Hub,
}

impl World {
    fn new(settings: &serde_json::Value) -> Self {
        let world = Self { db: empty_tables(), hub: Hub::default() };
        let alice = UserRecord::new("alice", "user", at(0));
        crate::store::users::save(first_app(&world.db), &alice).unwrap();
        world.run(0, |work| {
            let actor = actor::load(work, &caller("alice"))?;
            let data = CallRequest {
                settings_override: serde_json::from_value(settings.clone()).unwrap(),
                ..CallRequest::default()
            };
            commands::create(work, &actor, &Cid::new("default", "a")?, data).map(drop)
        });
        world
    }

    /// Runs a command at a second; returns the types of its events and its wake-ups.
    fn run(
        &self,
        second: i64,
        command: impl FnOnce(&mut Work<'_>) -> Result<(), Refusal>,
    ) -> (Vec<String>, Vec<DateTime>) {
        let mut work = Work::new(first_app(&self.db), &self.hub, at(second));
        command(&mut work).unwrap();
        let (mut events, mut wakes) = (Vec::new(), Vec::new());
        for effect in work.into_effects() {
            match effect {
                Effect::Publish { event, .. } => events.push(event.event_type().to_owned()),
                Effect::Wake { at, .. } => wakes.push(at),
                _ => (),
            }
        }
        (events, wakes)
    }

    /// Makes these users members and rings them.
    fn ring(&self, second: i64, users: &[&str]) -> (Vec<String>, Vec<DateTime>) {
        for user_id in users {
            let user = UserRecord::new(user_id, "user", at(0));
            crate::store::users::save(first_app(&self.db), &user).unwrap();
            let member = members::MemberRecord {
                cid: CID.into(),
                user_id: user.id,
                role: None,
                custom: serde_json::Map::new(),
                created_at: at(0),
                updated_at: at(0),
            };
            members::save(first_app(&self.db), &member).unwrap();
        }
        self.run(second, |work| {
            let cid = Cid::new("default", "a")?;
            ringing::ring(work, &caller("alice"), &cid, RingCallRequest::default()).map(drop)
        })
    }

    fn missed(&self) -> Vec<String> {
        let rings = rings::list(first_app(&self.db), &self.session().id).unwrap();
        let missed = rings
            .into_iter()
            .filter(|ring| matches!(ring.answer, Some((rings::Answer::Missed, _))));
        missed.map(|ring| ring.user_id).collect()
    }

    fn joined(&self, second: i64, session: &str) -> (Vec<String>, Vec<DateTime>) {
        let notice = SfuNotice::ParticipantJoined {
            cid: CID.into(),
            user_id: "alice".into(),
            session_id: session.into(),
            anonymous: false,
        };
        self.run(second, |work| apply(work, &notice))
    }

    fn left(&self, second: i64, session: &str) -> (Vec<String>, Vec<DateTime>) {
        let notice = SfuNotice::ParticipantLeft {
            cid: CID.into(),
            user_id: "alice".into(),
            session_id: session.into(),
            anonymous: false,
            duration_seconds: 1,
        };
        self.run(second, |work| apply(work, &notice))
    }

    fn found(&self, second: i64, sessions: &[&str], anonymous: u32) -> Vec<String> {
        let sessions = sessions
            .iter()
            .map(|id| PresentSession { user_id: "alice".into(), session_id: (*id).into() });
        let sessions = sessions.collect();
        let notice = SfuNotice::Present { cid: CID.into(), sessions, anonymous };
        self.run(second, |work| apply(work, &notice)).0
    }

    fn rejoined(&self, second: i64, [previous, session]: [&str; 2]) -> Vec<(String, String)> {
        let notice = SfuNotice::ParticipantRejoined {
            cid: CID.into(),
            user_id: "alice".into(),
            session_id: session.into(),
            previous_session_id: previous.into(),
            anonymous: false,
            duration_seconds: 1,
        };
        let mut work = Work::new(first_app(&self.db), &self.hub, at(second));
        apply(&mut work, &notice).unwrap();
        let mut told = Vec::new();
        for effect in work.into_effects() {
            if let Effect::Publish { event, .. } = effect {
                let body = serde_json::to_value(&event).unwrap();
                let session = body["participant"]["user_session_id"].as_str().unwrap_or_default();
                told.push((event.event_type().to_owned(), session.to_owned()));
            }
        }
        told
    }

    /// What a wake-up at this second does.
    fn woken(&self, second: i64) -> Vec<String> {
        let id = self.session().id;
        self.run(second, |work| check(work, &id, at(second))).0
    }

    fn session(&self) -> SessionRecord {
        let call = calls::find(first_app(&self.db), CID).unwrap().unwrap();
        session_store::find(first_app(&self.db), &call.session_id.unwrap()).unwrap().unwrap()
    }
}

fn caller(user_id: &str) -> Caller {
    Caller {
        app: AppId(1),
        user_id: user_id.into(),
        anonymous: false,
        role: None,
        teams: None,
        call_cids: Vec::new(),
        has_token: true,
        issued_at: None,
        expires_at: None,
    }
}

fn at(second: i64) -> DateTime {
    DateTime::from_unix_nanos(0).plus_seconds(second)
}

#[test]
fn an_empty_session_ends_after_the_inactivity_timeout_and_not_before() {
    let world = World::new(&json!({ "session": { "inactivity_timeout_seconds": 10 } }));
    world.joined(100, "s1");
    assert_eq!(world.woken(110), Vec::<&str>::new(), "somebody is there");
    let (_, wakes) = world.left(120, "s1");
    assert_eq!(wakes, [at(130)]);
    assert_eq!(world.woken(129), Vec::<&str>::new());
    assert_eq!(world.woken(130), [CALL_SESSION_ENDED]);
    assert_eq!(world.session().ended_at, Some(at(130)));
    assert_eq!(world.woken(131), Vec::<&str>::new(), "once");
}

#[test]
fn who_comes_back_in_time_keeps_the_session() {
    let world = World::new(&json!({ "session": { "inactivity_timeout_seconds": 10 } }));
    world.joined(100, "s1");
    let first = world.session().id;
    world.left(120, "s1");
    assert_eq!(world.joined(125, "s2").0, [CALL_SESSION_PARTICIPANT_JOINED]);
    assert_eq!(world.woken(130), Vec::<&str>::new());
    world.left(140, "s2");
    assert_eq!(world.woken(130 + 10), Vec::<&str>::new());
    assert_eq!(world.woken(150), [CALL_SESSION_ENDED]);
    assert_eq!(world.joined(160, "s3").0, [CALL_SESSION_STARTED, CALL_SESSION_PARTICIPANT_JOINED]);
    assert_ne!(world.session().id, first);
}

#[test]
fn who_reconnects_goes_before_they_come_so_that_nobody_who_counts_users_loses_them() {
    let world = World::new(&json!({}));
    world.joined(100, "s1");
    let first = world.session().id;
    world.run(101, |work| {
        let mut call = calls::find(work.db, CID)?.unwrap();
        live::end(work, &mut call, None, CallEndedReason::Ended)
    });
    let left = |session: &str| (CALL_SESSION_PARTICIPANT_LEFT.to_owned(), session.to_owned());
    let joined = |session: &str| (CALL_SESSION_PARTICIPANT_JOINED.to_owned(), session.to_owned());

    assert_eq!(world.rejoined(102, ["s1", "s2"]), [left("s1"), joined("s2")]);
    assert_eq!(world.session().id, first, "it was never empty");
    assert_eq!(world.session().ended_at, None);
    assert_eq!(world.rejoined(103, ["unknown", "s3"]), [joined("s3")]);
    assert_eq!(world.rejoined(104, ["s2", "s3"]), [left("s2")], "known already");
    assert_eq!(world.left(105, "s3").0, [CALL_SESSION_PARTICIPANT_LEFT, CALL_SESSION_ENDED]);
}

#[test]
fn what_no_notice_told_is_found_by_comparison() {
    let world = World::new(&json!({ "session": { "inactivity_timeout_seconds": 10 } }));
    world.joined(100, "s1");
    world.joined(100, "s2");
    assert_eq!(world.found(101, &["s1", "s2"], 0), Vec::<&str>::new(), "all is as noted");
    assert_eq!(
        world.found(102, &["s2", "s3"], 2),
        [
            CALL_SESSION_PARTICIPANT_LEFT,
            CALL_SESSION_PARTICIPANT_JOINED,
            CALL_SESSION_PARTICIPANT_COUNT_UPDATED,
            CALL_SESSION_PARTICIPANT_COUNT_UPDATED,
        ]
    );
    assert_eq!(world.session().anonymous_count, 2);
    assert_eq!(world.found(103, &["s2", "s3"], 2), Vec::<&str>::new());
    assert_eq!(world.found(120, &[], 0).len(), 4, "all are gone");
    assert_eq!(world.session().idle_since, Some(at(120)));
    assert_eq!(world.woken(130), [CALL_SESSION_ENDED]);
    assert_eq!(world.found(131, &[], 0), Vec::<&str>::new());
}

#[test]
fn a_wake_up_that_comes_early_is_repeated() {
    let world = World::new(&json!({}));
    world.joined(100, "s1");
    let id = world.session().id;
    let (events, wakes) = world.run(105, |work| check(work, &id, at(110)));
    assert_eq!((events, wakes), (vec![], vec![at(110)]));
}

#[test]
fn a_ring_that_nobody_takes_leaves_no_session_running() {
    let world = World::new(&json!({ "session": { "inactivity_timeout_seconds": 5 } }));
    let (_, wakes) = world.run(100, |work| {
        let mut call = calls::find(work.db, CID)?.unwrap();
        sessions::open_for_ring(work, &mut call).map(drop)
    });
    assert_eq!(wakes, [at(115)], "as long as the ring");
    assert_eq!(world.woken(114), Vec::<&str>::new());
    assert_eq!(world.woken(115), [CALL_SESSION_ENDED]);
}

#[test]
fn a_ring_that_nobody_answers_in_time_is_missed() {
    let settings = json!({
        "ring": { "missed_call_timeout_ms": 20_000 },
        "session": { "inactivity_timeout_seconds": 30 },
    });
    let world = World::new(&settings);
    let (events, wakes) = world.ring(100, &["bob", "carol", "dave"]);
    assert_eq!(events, [CALL_RING]);
    assert_eq!(wakes, [at(130), at(120)]);
    world.run(105, |work| {
        let request = RejectCallRequest::default();
        ringing::reject(work, &caller("bob"), &Cid::new("default", "a")?, None, request).map(drop)
    });
    let dave = SfuNotice::ParticipantJoined {
        cid: CID.into(),
        user_id: "dave".into(),
        session_id: "s1".into(),
        anonymous: false,
    };
    world.run(106, |work| apply(work, &dave));
    assert_eq!(world.woken(119), Vec::<&str>::new());
    assert_eq!(world.woken(120), [CALL_MISSED], "by carol");
    assert_eq!(world.woken(121), Vec::<&str>::new(), "once");
    assert_eq!(world.missed(), ["carol"]);
}

#[test]
fn a_ring_without_a_time_limit_is_missed_when_its_session_ends() {
    let settings = json!({
        "ring": { "missed_call_timeout_ms": 0 },
        "session": { "inactivity_timeout_seconds": 30 },
    });
    let world = World::new(&settings);
    assert_eq!(world.ring(100, &["bob"]).1, [at(130)]);
    assert_eq!(world.woken(129), Vec::<&str>::new());
    assert_eq!(world.woken(130), [CALL_MISSED, CALL_SESSION_ENDED]);
    assert_eq!(world.missed(), ["bob"]);
}

#[test]
fn ringing_again_gives_the_session_more_time() {
    let world = World::new(&json!({ "session": { "inactivity_timeout_seconds": 15 } }));
    world.ring(100, &["bob"]);
    world.ring(110, &["bob"]);
    assert_eq!(world.woken(115), Vec::<&str>::new());
    assert_eq!(world.woken(124), Vec::<&str>::new());
    assert_eq!(world.woken(125), [CALL_MISSED, CALL_SESSION_ENDED]);
}

#[test]
fn the_longest_duration_ends_the_call_even_when_set_later() {
    let world = World::new(&json!({ "limits": { "max_duration_seconds": 60 } }));
    assert_eq!(world.joined(100, "s1").1, [at(160)]);
    let (_, wakes) = world.run(110, |work| {
        let mut call = calls::find(work.db, CID)?.unwrap();
        call.settings.limits.max_duration_seconds = Some(30);
        calls::save(work.db, &call)?;
        sessions::settings_changed(work, &call)
    });
    assert_eq!(wakes, [at(130)]);
    assert_eq!(world.woken(129), Vec::<&str>::new());
    assert_eq!(world.woken(130), [CALL_ENDED]);
    assert_eq!(world.woken(160), Vec::<&str>::new());
    assert_eq!(world.left(161, "s1").0, [CALL_SESSION_PARTICIPANT_LEFT, CALL_SESSION_ENDED]);
}

#[test]
fn the_longest_duration_holds_in_a_call_that_was_ended_before() {
    let world = World::new(&json!({ "limits": { "max_duration_seconds": 60 } }));
    world.joined(100, "s1");
    assert_eq!(world.woken(160), [CALL_ENDED]);
    world.left(161, "s1");
    assert_eq!(world.joined(200, "s2").1, [at(260)]);
    assert_eq!(world.woken(259), Vec::<&str>::new());
    assert_eq!(world.woken(260), [CALL_ENDED]);
    assert_eq!(world.woken(261), Vec::<&str>::new(), "once");
}

#[test]
fn a_crash_ends_the_sessions_it_interrupted() {
    let world = World::new(&json!({}));
    world.joined(100, "s1");
    world.run(200, sessions::end_all);
    assert_eq!(world.session().ended_at, Some(at(200)));
    assert_eq!(session_store::participants(first_app(&world.db), &world.session().id), Ok(vec![]));
}
