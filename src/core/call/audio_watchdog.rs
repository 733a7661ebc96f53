//! Finds participants who speak to nobody: their sound arrives and no element plays it.

use crate::core::{
    host::Host,
    roster::Roster,
    state::TrackType,
    time::{Duration, Time},
};

const EVERY: Duration = Duration::from_secs(3);

/// Looks from time to time while the call is joined.
#[derive(Debug)]
pub(crate) struct AudioWatchdog {
    is_enabled: bool,
    due: Option<Time>,
    /// What was warned of, and has not been bound since.
    warned: Vec<(String, TrackType)>,
}

impl Default for AudioWatchdog {
    fn default() -> Self {
        Self { is_enabled: true, due: None, warned: Vec::new() }
    }
}

impl AudioWatchdog {
    pub(crate) fn enable(&mut self, is_enabled: bool) {
        self.is_enabled = is_enabled;
    }

    /// Looks from now on, or not any more.
    pub(crate) fn arm(&mut self, now: Time, is_joined: bool) {
        let is_on = self.is_enabled && is_joined;
        if is_on != self.due.is_some() {
            self.due = is_on.then(|| now + EVERY);
        }
    }

    /// An element plays a sound.
    pub(crate) fn on_bound(&mut self, session_id: &str, track_type: TrackType) {
        self.warned.retain(|(session, of)| session != session_id || *of != track_type);
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.due
    }

    /// The sounds that arrive in vain, each of them told once.
    pub(crate) fn on_timeout<H: Host>(
        &mut self,
        now: Time,
        participants: &Roster<H>,
        is_bound: impl Fn(&str, TrackType) -> bool,
    ) -> Vec<(String, TrackType)> {
        if self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.due = Some(now + EVERY);
        let mut unheard = Vec::new();
        for (participant, activity) in participants.active().filter(|(p, _)| !p.is_local) {
            for track_type in [TrackType::Audio, TrackType::ScreenShareAudio] {
                // Streams outlive what is published.
                let arrives = participant.media(track_type).is_some()
                    && activity.published_tracks.contains(track_type);
                if !arrives || is_bound(&participant.session_id, track_type) {
                    continue;
                }
                let sound = (participant.session_id.clone(), track_type);
                if !self.warned.contains(&sound) {
                    self.warned.push(sound.clone());
                    unheard.push(sound);
                }
            }
        }
        unheard
    }
}
