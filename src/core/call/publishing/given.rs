//! Streams of the app: sent as they are, and given back when they are not wanted any more.

use crate::core::{
    call::{CallContext, CallSession, Phase, devices::not_permitted},
    effect::Effect,
    error::Error,
    host::Host,
    ids::{CaptureId, PromiseId},
    input::Captured,
    outbox::Outbox,
    state::{DeviceKind, TrackType},
};

/// A stream of the app.
#[derive(Debug)]
pub(in crate::core::call) struct Given {
    pub(in crate::core::call) track_type: TrackType,
    pub(in crate::core::call) capture: CaptureId,
    pub(in crate::core::call) captured: Captured,
    /// Who waits for the join, or for the browser to send it.
    pub(in crate::core::call) waiting: Option<PromiseId>,
}

impl<H: Host> CallSession<H> {
    pub(in crate::core::call) fn publish_given(
        &mut self,
        context: &mut CallContext<'_, H>,
        promise: PromiseId,
        track_type: TrackType,
        capture: CaptureId,
        captured: Captured,
    ) {
        let refusal = match (&self.phase, DeviceKind::of(track_type)) {
            (_, None) => Some(Error::invalid_argument(
                "publish: there is no such track type",
                "Use one of SfuModels.TrackType.",
            )),
            (Phase::Joined(session), _) if session.publisher.is_none() => {
                Some(Error::illegal_state("anonymous users watch only", "Connect a user."))
            }
            (Phase::Joined(_), Some(kind)) if !self.may_publish(kind) => Some(not_permitted(kind)),
            (Phase::Joined(_) | Phase::Joining(_), _) => None,
            (Phase::Idle | Phase::Failed | Phase::Left, _) => {
                Some(Error::illegal_state("the call is not joined", "Join it before you publish."))
            }
        };
        if let Some(error) = refusal {
            context.out.push(Effect::StopCapture(capture));
            return context.out.reject(promise, error);
        }
        self.take_back(context.out, |given| given.track_type == track_type, true);
        let waiting = Some(promise);
        self.media.given.push(Given { track_type, capture, captured, waiting });
        if matches!(self.phase, Phase::Joined(_)) {
            // Who waits for it is told.
            let _ = self.publish_all(context, track_type);
        }
    }

    pub(in crate::core::call) fn stop_publish(
        &mut self,
        out: &mut Outbox<H>,
        track_types: &[TrackType],
    ) {
        self.take_back(out, |given| track_types.contains(&given.track_type), false);
        for track_type in track_types {
            self.unpublish(out, *track_type);
        }
    }

    /// Whoever waits for a join that does not come waits no longer.
    pub(in crate::core::call) fn give_up_given(&mut self, out: &mut Outbox<H>) {
        self.take_back(out, |given| given.waiting.is_some(), false);
    }

    /// Gives streams back to the app. Nothing is sent in their place, unless they are `replaced`.
    pub(in crate::core::call) fn take_back(
        &mut self,
        out: &mut Outbox<H>,
        which: impl Fn(&Given) -> bool,
        replaced: bool,
    ) {
        let (gone, kept): (Vec<Given>, Vec<Given>) =
            std::mem::take(&mut self.media.given).into_iter().partition(which);
        self.media.given = kept;
        for given in gone {
            let Given { track_type, capture, waiting, .. } = given;
            if !replaced {
                self.unpublish(out, track_type);
            }
            let is_sound = |given: &Given| given.track_type == TrackType::ScreenShareAudio;
            if track_type == TrackType::ScreenShare && !self.media.given.iter().any(is_sound) {
                self.unpublish(out, TrackType::ScreenShareAudio);
            }
            out.push(Effect::StopCapture(capture));
            let error =
                || Error::illegal_state("it was given up", "Publish once the call is joined.");
            if let Some(promise) = waiting {
                out.reject(promise, error());
            }
        }
    }
}
