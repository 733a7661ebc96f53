//! Does what the coordinator orders.

use trunkline_protocol::sfu::{event::CallEnded, models::CallEndedReason};

use super::{
    calls::{Calls, Effect},
    capabilities::JOIN_BACKSTAGE,
    session::Session,
    wire::Event,
};
use crate::{
    control::{PresentSession, SfuNotice, SfuOrder},
    sfu::ids::Now,
};

impl Calls {
    /// Does what the coordinator ordered.
    pub fn obey(&mut self, order: &SfuOrder, now: Now) {
        match order {
            SfuOrder::EndCall { cid, reason } => {
                self.put_out(cid, *reason, now, |_| true);
                self.departures.put_out(cid, *reason, |_| true);
            }
            SfuOrder::EndLive { cid } => {
                self.put_out(cid, CallEndedReason::LiveEnded, now, |session| {
                    !session.claims.may(JOIN_BACKSTAGE)
                });
            }
            SfuOrder::RemoveUser { cid, user_id, reason } => {
                self.put_out(cid, *reason, now, |session| session.claims.user_id == *user_id);
                self.departures.put_out(cid, *reason, |other| other == user_id);
            }
            SfuOrder::Void { cid, whose, generation, remedy } => {
                self.voided.note(cid, whose, *generation, *remedy, now.wall);
            }
            SfuOrder::MuteTracks { cid, whose, kinds } => self.mute_tracks(cid, whose, kinds, now),
            SfuOrder::SetGrants { cid, user_id, granted, revoked } => {
                self.set_grants(cid, user_id, granted, revoked);
            }
            SfuOrder::UpdateUser { cid, user_id, name, image, custom } => {
                self.update_user(cid, user_id, |claims| {
                    claims.name.clone_from(name);
                    claims.image.clone_from(image);
                    claims.custom.clone_from(custom);
                });
            }
            SfuOrder::Pin { cid, user_id, session_id, pinned } => {
                self.pin(cid, user_id, session_id, *pinned);
            }
            SfuOrder::Report { cid } => self.report(cid),
            // It is for the worker.
            SfuOrder::Open { .. } => {}
        }
    }

    /// Tells the coordinator who is in a call, as far as it was told of them.
    fn report(&mut self, cid: &str) {
        let known = self.in_call(cid).filter(|session| session.stand_in.is_none());
        let (anonymous, listed): (Vec<_>, Vec<_>) =
            known.partition(|session| session.claims.anonymous);
        let sessions = listed.into_iter().map(|session| PresentSession {
            user_id: session.claims.user_id.clone(),
            session_id: session.id.clone(),
        });
        let notice = SfuNotice::Present {
            cid: cid.to_owned(),
            sessions: sessions.collect(),
            anonymous: u32::try_from(anonymous.len()).unwrap_or(u32::MAX),
        };
        self.effects.push(Effect::Notice(notice));
    }

    fn put_out(
        &mut self,
        cid: &str,
        reason: CallEndedReason,
        now: Now,
        who: impl Fn(&Session) -> bool,
    ) {
        let leaving: Vec<_> = self.in_call(cid).filter(|session| who(session)).collect();
        let to = leaving.iter().filter_map(|s| s.socket()).collect();
        let keys: Vec<_> = leaving.iter().map(|session| session.key).collect();
        let event = Event::CallEnded(CallEnded { reason: reason.into() });
        self.send(to, event);
        self.depart(&keys, Some(reason), now);
        self.end(&keys, now);
    }
}
