//! What the coordinator orders about users in a call: muted, with other rights, by another name.

use std::collections::BTreeSet;

use trunkline_protocol::sfu::{
    event::{CallGrantsUpdated, ParticipantUpdated, TrackUnpublished},
    models::{CallGrants, TrackType, TrackUnpublishReason},
};

use super::{calls::Calls, session::Session, wire::Event};
use crate::{
    control::{self, Muted, SfuClaims},
    sfu::ids::{Now, SessionKey},
};

impl Calls {
    pub(super) fn mute_tracks(&mut self, cid: &str, whose: &Muted, kinds: &[TrackType], now: Now) {
        let concerned = |user_id: &String| match whose {
            Muted::Users(users) => users.contains(user_id),
            Muted::AllBut(user) => user != user_id,
        };
        let states: Vec<_> = kinds.iter().map(|kind| (*kind, true)).collect();
        let sessions = self.in_call(cid).filter(|session| concerned(&session.claims.user_id));
        let keys: Vec<_> = sessions.map(|session| session.key).collect();
        for key in keys {
            if let Some(session) = self.sessions.get_mut(&key) {
                session.unheard_mutes.extend(kinds.iter().map(|kind| (*kind, now.instant)));
            }
            self.change_tracks(key, TrackUnpublishReason::Moderation, |session| {
                session.mute(&states)
            });
        }
        self.departures.mute(cid, kinds, concerned);
    }

    /// Tells somebody who comes back what was muted while they were away.
    pub(super) fn catch_up_on_mutes(&mut self, key: SessionKey, kinds: BTreeSet<TrackType>) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        session.must_mute.clone_from(&kinds);
        let (user_id, session_id) = (session.claims.user_id.clone(), session.id.clone());
        for kind in kinds {
            let event = TrackUnpublished {
                user_id: user_id.clone(),
                session_id: session_id.clone(),
                r#type: kind.into(),
                cause: TrackUnpublishReason::Moderation.into(),
                participant: None,
            };
            self.tell(key, Event::TrackUnpublished(event));
        }
    }

    pub(super) fn set_grants(
        &mut self,
        cid: &str,
        user_id: &str,
        granted: &[String],
        revoked: &[String],
    ) {
        let sessions = self.in_call(cid).filter(|session| session.claims.user_id == user_id);
        let keys: Vec<_> = sessions.map(|session| session.key).collect();
        for key in keys {
            self.change_grants(key, granted, revoked);
        }
    }

    fn change_grants(&mut self, key: SessionKey, granted: &[String], revoked: &[String]) {
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        let claims = &mut session.claims;
        for (names, held) in [(granted, true), (revoked, false)] {
            for name in names {
                claims.set(name, held);
            }
        }
        let grants = CallGrants {
            can_publish_audio: claims.may("send-audio"),
            can_publish_video: claims.may("send-video"),
            can_screenshare: claims.may("screenshare"),
        };
        let event = CallGrantsUpdated { current_grants: Some(grants), message: String::new() };
        self.tell(key, Event::CallGrantsUpdated(event));
        let cause = TrackUnpublishReason::PermissionRevoked;
        self.change_tracks(key, cause, Session::mute_forbidden);
    }

    /// A user is called otherwise, or looks otherwise: everybody sees it who sees them.
    pub(super) fn update_user(
        &mut self,
        cid: &str,
        user_id: &str,
        update: impl Fn(&mut SfuClaims),
    ) {
        let sessions = self.in_call(cid).filter(|session| session.claims.user_id == user_id);
        let keys: Vec<_> = sessions.map(|session| session.key).collect();
        for key in keys {
            if let Some(session) = self.sessions.get_mut(&key) {
                session.update_claims(&update);
            }
            let Some(session) = self.sessions.get(&key) else {
                continue;
            };
            let is_introduced = session.introduced;
            let event = Event::ParticipantUpdated(ParticipantUpdated {
                call_cid: control::cid(cid).to_owned(),
                participant: Some(self.participant(session)),
            });
            if is_introduced {
                self.tell_others(cid, None, event);
            } else {
                self.tell(key, event);
            }
        }
    }
}
