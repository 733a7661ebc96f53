//! Sessions that ended while their clients did not hear of it, and what those are told when they come
//! back to them.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::{Duration, Instant},
};

use trunkline_protocol::sfu::models::{CallEndedReason, TrackType};

use super::session::Session;
use crate::control::TOKEN_SECONDS;

/// What is remembered of a session that has ended.
pub struct Departure {
    user_id: String,
    /// Why its user was put out of the call, before or since.
    put_out: Option<CallEndedReason>,
    /// What moderators have muted without its client hearing of it.
    muted: BTreeSet<TrackType>,
}

/// By call and session id.
#[derive(Default)]
pub struct Departures {
    by_id: HashMap<(String, String), Departure>,
    /// In the order in which they ended.
    order: VecDeque<(Instant, (String, String))>,
}

impl Departures {
    /// A session has ended.
    pub fn note(&mut self, session: &Session, put_out: Option<CallEndedReason>, now: Instant) {
        while self.order.front().is_some_and(|(ended, _)| {
            self.order.len() >= REMEMBERED || now.saturating_duration_since(*ended) >= TOKEN_LIFE
        }) {
            if let Some((_, oldest)) = self.order.pop_front() {
                self.by_id.remove(&oldest);
            }
        }
        let departure = Departure {
            user_id: session.claims.user_id.clone(),
            put_out,
            muted: session.unheard_mutes.keys().copied().collect(),
        };
        let key = (session.claims.cid.clone(), session.id.clone());
        self.by_id.insert(key.clone(), departure);
        self.order.push_back((now, key));
    }

    /// Users are put out of a call, who may be away.
    pub fn put_out(
        &mut self,
        cid: &str,
        reason: CallEndedReason,
        concerned: impl Fn(&String) -> bool,
    ) {
        for departure in self.in_call(cid).filter(|known| concerned(&known.user_id)) {
            departure.put_out = Some(reason);
        }
    }

    /// Users are muted, who may be away.
    pub fn mute(&mut self, cid: &str, kinds: &[TrackType], concerned: impl Fn(&String) -> bool) {
        for departure in self.in_call(cid).filter(|known| concerned(&known.user_id)) {
            departure.muted.extend(kinds);
        }
    }

    /// Why a user may not go on with that session.
    pub fn why_put_out(&self, id: &str, cid: &str, user_id: &str) -> Option<CallEndedReason> {
        self.of(id, cid, user_id)?.put_out
    }

    /// What a user who goes on with that session has to be told is muted.
    pub fn muted(&self, id: &str, cid: &str, user_id: &str) -> BTreeSet<TrackType> {
        self.of(id, cid, user_id).map(|departure| departure.muted.clone()).unwrap_or_default()
    }

    fn of(&self, id: &str, cid: &str, user_id: &str) -> Option<&Departure> {
        let key = (cid.to_owned(), id.to_owned());
        self.by_id.get(&key).filter(|known| known.user_id == user_id)
    }

    /// Whether that session was one of another user, who may come back to it.
    pub fn is_somebody_elses(&self, id: &str, cid: &str, user_id: &str) -> bool {
        let key = (cid.to_owned(), id.to_owned());
        self.by_id.get(&key).is_some_and(|known| known.user_id != user_id)
    }

    fn in_call(&mut self, cid: &str) -> impl Iterator<Item = &mut Departure> {
        let here = self.by_id.iter_mut().filter(move |((call, _), _)| call == cid);
        here.map(|(_, departure)| departure)
    }
}

/// Who was put out longer ago has no token that holds.
const TOKEN_LIFE: Duration = Duration::from_secs(TOKEN_SECONDS);
/// Those who come back after so many others have gone are let in as if nothing had happened.
const REMEMBERED: usize = 20_000;
