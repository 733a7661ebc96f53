//! What sessions receive: brought up to date with what there is, as far as it changed.

use std::time::Instant;

use trunkline_protocol::sfu::models::TrackType;

use super::{router::Media, subscriber::Difference};
use crate::sfu::{
    ids::{SessionKey, TrackKey, is_audio},
    signalling::AvailableTrack,
};

impl Media {
    /// Brings all that a session receives up to date.
    pub fn subscribe(&mut self, session: SessionKey, tracks: &[AvailableTrack], now: Instant) {
        if !self.has_use_for(session, tracks) {
            return;
        }
        let difference = self.subscriber_or_new(session, now).update(tracks);
        self.note_viewer(session, &difference);
        self.see_all(session);
        self.reallocate(session, now);
        self.negotiate(session, now);
        let publishers = difference.videos.iter().map(|track| track.publisher);
        self.demands.extend(publishers);
    }

    /// Brings up to date what a session receives of one publisher. What others publish is not looked
    /// at.
    pub fn subscribe_to(
        &mut self,
        session: SessionKey,
        publisher: SessionKey,
        tracks: &[AvailableTrack],
        now: Instant,
    ) {
        if !self.has_use_for(session, tracks) {
            return;
        }
        let difference = self.subscriber_or_new(session, now).update_from(publisher, tracks);
        self.note_viewer(session, &difference);
        if !difference.videos.is_empty() {
            difference.videos.iter().for_each(|track| self.see_layers(session, *track));
            self.reallocate(session, now);
            self.demands.insert(publisher);
        }
        if !difference.added.is_empty() || !difference.removed.is_empty() {
            self.negotiate(session, now);
        }
    }

    /// A track is muted, or not any more. Only those who receive it are concerned.
    pub fn set_live(&mut self, track: TrackKey, live: bool, now: Instant) {
        let viewers = self.viewers.get(&track).cloned().unwrap_or_default();
        for viewer in viewers {
            let changed = self.subscriber(viewer).is_some_and(|s| s.set_live(track, live));
            if changed && !is_audio(track.kind) {
                self.see_layers(viewer, track);
                self.reallocate(viewer, now);
            }
        }
        if !is_audio(track.kind) {
            self.demands.insert(track.publisher);
        }
    }

    /// Whether a session's microphone is forwarded. When it is again, its sound goes on for those who
    /// receive it as if nothing had been left out.
    pub fn set_heard(&mut self, session: SessionKey, heard: bool) {
        if !heard {
            self.unheard.insert(session);
        } else if self.unheard.remove(&session) {
            let track = TrackKey { publisher: session, kind: TrackType::Audio };
            for viewer in self.viewers.get(&track).cloned().unwrap_or_default() {
                if let Some(subscriber) = self.subscriber(viewer) {
                    subscriber.resync_track(track);
                }
            }
        }
    }

    /// Whether there is a peer connection, or something that one is needed for.
    fn has_use_for(&mut self, session: SessionKey, tracks: &[AvailableTrack]) -> bool {
        self.subscriber(session).is_some() || tracks.iter().any(|track| track.wish.is_some())
    }

    fn note_viewer(&mut self, session: SessionKey, difference: &Difference) {
        for key in &difference.removed {
            if let Some(viewers) = self.viewers.get_mut(key) {
                viewers.retain(|viewer| *viewer != session);
            }
        }
        for key in &difference.added {
            self.viewers.entry(*key).or_default().push(session);
        }
    }

    /// Takes note of the layers of every video that a session receives.
    pub(super) fn see_all(&mut self, session: SessionKey) {
        let videos: Vec<_> =
            self.subscriber(session).map(|s| s.videos().collect()).unwrap_or_default();
        for track in videos {
            self.see_layers(session, track);
        }
    }

    fn see_layers(&mut self, session: SessionKey, track: TrackKey) {
        let publisher = self.publisher(track.publisher);
        let arriving = publisher.map(|p| p.arriving(track.kind)).unwrap_or_default();
        if let Some(subscriber) = self.subscriber(session) {
            subscriber.see(track, &arriving);
        }
    }
}
