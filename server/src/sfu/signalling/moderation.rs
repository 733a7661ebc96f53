//! What the coordinator orders about participants who stay: mutes, rights, pins, user data.

use std::collections::HashMap;

use trunkline_protocol::sfu::{
    event::{CallGrantsUpdated, GoAway, ParticipantUpdated, PinsChanged},
    models::{CallGrants, GoAwayReason, TrackType, TrackUnpublishReason},
};

use super::{
    calls::Calls,
    session::Session,
    wire::{self, Event},
};
use crate::sfu::{
    control::{Grants, Pin, Whom},
    ids::{Now, SessionKey},
    token::SfuClaims,
};

/// Rights that were changed after tokens had been given out, by user.
pub type GrantTable = HashMap<String, DatedGrants>;

/// Rights, and since when they hold.
#[derive(Clone, Copy)]
pub struct DatedGrants {
    grants: Grants,
    /// Seconds since the epoch: a token that is younger knows better.
    since: u64,
}

impl DatedGrants {
    /// Corrects what an older token says.
    pub fn correct(self, claims: &mut SfuClaims) {
        if claims.iat <= self.since {
            apply(self.grants, claims);
        }
    }
}

impl Calls {
    /// Mutes tracks that are live. Everybody is told, those who are muted too.
    pub(super) fn mute_tracks(&mut self, cid: &str, whom: &Whom, kinds: &[TrackType]) {
        let muted: Vec<_> = kinds.iter().map(|kind| (*kind, true)).collect();
        let is_meant = |session: &Session| match whom {
            Whom::EveryoneBut(user_id) => session.claims.user_id != *user_id,
            Whom::User(user_id) => session.claims.user_id == *user_id,
            Whom::Session(id) => session.id == *id,
        };
        for key in self.keys(cid, is_meant) {
            let cause = TrackUnpublishReason::Moderation;
            self.change_tracks(key, cause, |session| session.mute(&muted));
        }
    }

    /// Gives or takes rights to publish. What is no longer allowed is muted.
    pub(super) fn set_grants(&mut self, cid: &str, user_id: &str, grants: Grants, now: Now) {
        let Some(call) = self.calls.get_mut(cid) else {
            return;
        };
        let dated = DatedGrants { grants, since: wire::seconds(now.wall) };
        call.grants.insert(user_id.to_owned(), dated);
        for key in self.keys(cid, |session| session.claims.user_id == user_id) {
            if let Some(session) = self.sessions.get_mut(&key) {
                apply(grants, &mut session.claims);
            }
            let current_grants = Some(CallGrants {
                can_publish_audio: grants.audio,
                can_publish_video: grants.video,
                can_screenshare: grants.screen_share,
            });
            let update = CallGrantsUpdated { current_grants, message: String::new() };
            self.tell(key, Event::CallGrantsUpdated(update));
            let cause = TrackUnpublishReason::PermissionRevoked;
            self.change_tracks(key, cause, Session::mute_forbidden);
        }
    }

    /// Replaces the pins.
    pub(super) fn set_pins(&mut self, cid: &str, pins: &[Pin]) {
        let Some(call) = self.calls.get_mut(cid) else {
            return;
        };
        call.pins = pins.iter().map(wire::pin).collect();
        let event = Event::PinsUpdated(PinsChanged { pins: call.pins.clone() });
        self.tell_others(cid, None, event);
        self.review_importance(cid);
    }

    /// Shows a user's new data in every call the user is in.
    pub(super) fn update_user(&mut self, user_id: &str, change: impl Fn(&mut SfuClaims)) {
        let keys: Vec<_> = self
            .sessions
            .values()
            .filter(|session| session.claims.user_id == user_id)
            .map(|session| session.key)
            .collect();
        for key in keys {
            if let Some(session) = self.sessions.get_mut(&key) {
                change(&mut session.claims);
            }
            let Some(session) = self.sessions.get(&key).filter(|session| session.introduced) else {
                continue;
            };
            let call_cid = session.claims.cid.clone();
            let participant = Some(self.participant(session));
            let update = ParticipantUpdated { call_cid: call_cid.clone(), participant };
            self.tell_others(&call_cid, None, Event::ParticipantUpdated(update));
        }
    }

    /// Sends everybody away; see [`Calls::join`] for those who come.
    pub(super) fn drain(&mut self, reason: GoAwayReason) {
        self.draining = true;
        let sockets = self.sessions.values().filter_map(Session::socket).collect();
        self.send(sockets, Event::GoAway(GoAway { reason: reason.into() }));
    }

    fn keys(&self, cid: &str, is_meant: impl Fn(&Session) -> bool) -> Vec<SessionKey> {
        self.in_call(cid).filter(|session| is_meant(session)).map(|session| session.key).collect()
    }
}

/// The own capability that publishing a type needs.
pub fn capability(kind: TrackType) -> Option<&'static str> {
    match kind {
        TrackType::Unspecified => None,
        TrackType::Audio => Some("send-audio"),
        TrackType::Video => Some("send-video"),
        TrackType::ScreenShare | TrackType::ScreenShareAudio => Some("screenshare"),
    }
}

fn apply(grants: Grants, claims: &mut SfuClaims) {
    for (kind, granted) in [
        (TrackType::Audio, grants.audio),
        (TrackType::Video, grants.video),
        (TrackType::ScreenShare, grants.screen_share),
    ] {
        let Some(capability) = capability(kind) else {
            continue;
        };
        claims.capabilities.retain(|held| held != capability);
        if granted {
            claims.capabilities.push(capability.to_owned());
        }
    }
}
