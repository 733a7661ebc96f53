//! What is done from time to time.

use std::{
    mem,
    time::{Duration, Instant},
};

use super::{
    output::Output,
    round::Round,
    router::{Media, MediaEvent},
    subscriber::Overdue,
};
use crate::sfu::ids::{SessionKey, TrackKey};

impl Media {
    /// Whose upkeep is due from now on is everybody's, unless some of the last one is left.
    pub fn begin_upkeep(&mut self, now: Instant) {
        if self.has_upkeep() {
            return;
        }
        let is_review = self.next_review.is_none_or(|due| now >= due);
        if is_review {
            self.sources.expire(now);
            self.next_review = Some(now + REVIEW);
        }
        self.round = Round { left: self.sessions.keys().copied().collect(), is_review };
        for publisher in mem::take(&mut self.demands) {
            self.review_demand(publisher, now);
        }
    }

    /// Whether the upkeep of some is left.
    pub fn has_upkeep(&self) -> bool {
        !self.round.left.is_empty()
    }

    /// Repeats keyframe requests and offers of the next session that were lost, and reviews who gets
    /// what. `has_signal` tells whether a session's client can be asked at all.
    pub fn upkeep(&mut self, has_signal: impl Fn(SessionKey) -> bool, now: Instant) {
        let Some(session) = self.round.left.pop() else { return };
        let mut touched = Vec::new();
        self.mend(session, &mut touched, now);
        self.ask_keyframes(session, &mut touched, now);
        self.drain(touched, now);
        if self.round.is_review {
            self.see_all(session);
            self.reallocate(session, now);
            self.review_demand(session, now);
        }
        if has_signal(session) {
            self.repeat_offer(session, now);
        }
    }

    fn repeat_offer(&mut self, session: SessionKey, now: Instant) {
        match self.subscriber(session).and_then(|subscriber| subscriber.overdue(now)) {
            Some(Overdue::Repeat(offer)) => self.events.push(MediaEvent::Offer { session, offer }),
            Some(Overdue::GaveUp) => self.events.push(MediaEvent::Failed { session }),
            None => {}
        }
    }

    /// Tells a publisher which layers nobody needs.
    fn review_demand(&mut self, session: SessionKey, now: Instant) {
        let videos = self.publisher(session).map(|p| p.videos()).unwrap_or_default();
        for kind in videos {
            let track = TrackKey { publisher: session, kind };
            let viewers = self.viewers.get(&track).cloned().unwrap_or_default();
            let mut wishes = Vec::new();
            for viewer in viewers {
                let output = self.subscriber(viewer).and_then(|s| s.wanted(track));
                wishes.extend(output.map(Output::size));
            }
            let sender = self.publisher(session).and_then(|p| p.ladder(kind)).and_then(|ladder| {
                ladder.demand(wishes.into_iter());
                ladder.poll(now)
            });
            self.events.extend(sender.map(|sender| MediaEvent::Encode { session, sender }));
        }
    }
}

/// How often bandwidth and demand are reviewed.
const REVIEW: Duration = Duration::from_millis(250);
