//! Between the wish to send a track and the browser's word that it is sent.

use super::{CallContext, CallSession, Phase, publishing::Given};
use crate::core::{
    effect::Outcome,
    error::Error,
    host::Host,
    ids::{CaptureId, PromiseId},
    outbox::Outbox,
    state::{DeviceKind, TrackType},
};

impl<H: Host> CallSession<H> {
    /// Settles the promises of those who wanted a device on, once its track is sent.
    pub(super) fn settle_published(
        &mut self,
        out: &mut Outbox<H>,
        track_type: TrackType,
        promises: impl IntoIterator<Item = PromiseId>,
        published: &Result<(), Error<H>>,
    ) {
        if published.is_ok() && self.awaits_browser(track_type) {
            self.media.unsent.extend(promises.into_iter().map(|promise| (track_type, promise)));
        } else {
            out.settle_all(promises, published);
        }
    }

    /// Settles the promises of those who wait for a track of those types to be sent.
    pub(super) fn settle_unsent(
        &mut self,
        out: &mut Outbox<H>,
        which: impl Fn(TrackType) -> bool,
        result: &Result<(), Error<H>>,
    ) {
        let (settled, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.media.unsent).into_iter().partition(|(of, _)| which(*of));
        self.media.unsent = kept;
        out.settle_all(settled.into_iter().map(|(_, promise)| promise), result);
    }

    /// The browser sends a track of that type, in one of its encodings or in all.
    pub(super) fn on_sent(&mut self, out: &mut Outbox<H>, track_type: TrackType) {
        if self.awaits_browser(track_type) {
            return;
        }
        self.settle_unsent(out, |of| of == track_type, &Ok(()));
        for given in self.media.given.iter_mut().filter(|given| given.track_type == track_type) {
            if let Some(promise) = given.waiting.take() {
                out.resolve(promise, Outcome::Done);
            }
        }
    }

    /// The browser does not send a track of that type: nothing may look as if it did.
    pub(super) fn on_not_sent(
        &mut self,
        context: &mut CallContext<'_, H>,
        track_type: TrackType,
        error: Error<H>,
    ) {
        let is_it = |given: &Given| given.track_type == track_type;
        if let Some(given) = self.media.given.iter_mut().find(|given| is_it(given)) {
            match given.waiting.take() {
                Some(promise) => context.out.reject(promise, error),
                None => context.out.warn_of(error),
            }
            return self.take_back(context.out, is_it, false);
        }
        match DeviceKind::of(track_type) {
            Some(kind) if track_type != TrackType::ScreenShareAudio => {
                let (device, visible) = self.device_mut(kind);
                device.show_error(visible, &error);
                self.settle_unsent(context.out, |of| of == track_type, &Err(error));
                self.disable_device(context, kind, false);
            }
            // A screen without its sound is better than none.
            Some(_) | None => {
                context.out.warn_of(error);
                self.unpublish(context.out, track_type);
            }
        }
    }

    /// The sound of a shared screen ended, and nothing else of it.
    pub(crate) fn on_sound_ended(&mut self, out: &mut Outbox<H>, capture: CaptureId) {
        let given = self.media.given.iter_mut().find(|given| given.capture == capture);
        let is_known = match given {
            Some(given) => given.captured.audio_track_id.take().is_some(),
            None => self.screen_share.lose_sound(capture),
        };
        if is_known {
            self.unpublish(out, TrackType::ScreenShareAudio);
        }
    }

    fn awaits_browser(&self, track_type: TrackType) -> bool {
        let Phase::Joined(session) = &self.phase else {
            return false;
        };
        session.publisher.as_ref().is_some_and(|publisher| publisher.awaits_browser(track_type))
    }
}
