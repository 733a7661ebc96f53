//! Sessions that ended while their clients did not hear of it, and what those are told when they come
//! back to them.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Instant,
};

use trunkline_protocol::sfu::models::{CallEndedReason, TrackType};

use super::{moderation::TOKEN_LIFE, session::Session};

/// What is remembered of a session that has ended.
pub struct Departure {
    cid: String,
    user_id: String,
    /// Why its user was put out of the call, before or since.
    put_out: Option<CallEndedReason>,
    /// What moderators have muted without its client hearing of it.
    muted: BTreeSet<TrackType>,
}

/// By session id.
#[derive(Default)]
pub struct Departures {
    by_id: HashMap<String, Departure>,
    /// In the order in which they ended.
    order: VecDeque<(Instant, String)>,
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
            cid: session.claims.cid.clone(),
            user_id: session.claims.user_id.clone(),
            put_out,
            muted: session.unheard_mutes.keys().copied().collect(),
        };
        self.by_id.insert(session.id.clone(), departure);
        self.order.push_back((now, session.id.clone()));
    }

    /// Users are put out of a call, who may be away.
    pub fn put_out(
        &mut self,
        cid: &str,
        reason: CallEndedReason,
        concerned: impl Fn(&String) -> bool,
    ) {
        let theirs = self.by_id.values_mut().filter(|known| known.cid == cid);
        for departure in theirs.filter(|known| concerned(&known.user_id)) {
            departure.put_out = Some(reason);
        }
    }

    /// Users are muted, who may be away.
    pub fn mute(&mut self, cid: &str, kinds: &[TrackType], concerned: impl Fn(&String) -> bool) {
        let theirs = self.by_id.values_mut().filter(|known| known.cid == cid);
        for departure in theirs.filter(|known| concerned(&known.user_id)) {
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
        self.by_id.get(id).filter(|known| known.cid == cid && known.user_id == user_id)
    }
}

/// Those who come back after so many others have gone are let in as if nothing had happened.
const REMEMBERED: usize = 20_000;
