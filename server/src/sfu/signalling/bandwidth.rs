//! What participants are told about bandwidth, and whose video matters most.

use std::collections::BTreeSet;

use trunkline_protocol::sfu::event::{
    ChangePublishQuality, InboundStateNotification, InboundVideoState, VideoSender,
};

use super::{
    calls::{Calls, Effect},
    wire::Event,
};
use crate::sfu::ids::{SessionKey, TrackKey};

impl Calls {
    /// Tells a publisher which layers of a video to encode.
    pub fn tell_encode(&mut self, key: SessionKey, sender: VideoSender) {
        let change =
            ChangePublishQuality { audio_senders: Vec::new(), video_senders: vec![sender] };
        self.tell(key, Event::ChangePublishQuality(change));
    }

    /// Tells a subscriber which videos it does not get any more, or gets again, if it can show it.
    pub fn tell_paused(&mut self, key: SessionKey, tracks: &[(TrackKey, bool)]) {
        if !self.sessions.get(&key).is_some_and(|session| session.shows_pauses) {
            return;
        }
        let states = tracks.iter().filter_map(|(track, paused)| {
            let publisher = self.sessions.get(&track.publisher)?;
            Some(InboundVideoState {
                user_id: publisher.claims.user_id.clone(),
                session_id: publisher.id.clone(),
                track_type: track.kind.into(),
                paused: *paused,
            })
        });
        let inbound_video_states: Vec<_> = states.collect();
        if !inbound_video_states.is_empty() {
            let notification = InboundStateNotification { inbound_video_states };
            self.tell(key, Event::InboundStateNotification(notification));
        }
    }

    /// Finds out anew whose video comes first in a call.
    pub(super) fn review_importance(&mut self, cid: &str) {
        let pinned = self.pins(cid).iter();
        let pinned = pinned.filter_map(|pin| self.session_by_id(cid, &pin.session_id));
        let pinned = pinned.map(|session| session.key);
        let now: BTreeSet<_> = pinned.chain(self.dominant(cid)).collect();
        let Some(call) = self.calls.get_mut(cid) else {
            return;
        };
        let before = std::mem::replace(&mut call.important, now.clone());
        let changed = before.symmetric_difference(&now).map(|session| Effect::SetImportant {
            session: *session,
            important: now.contains(session),
        });
        self.effects.extend(changed);
    }
}
