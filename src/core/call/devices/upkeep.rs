//! What is due for the devices of a call besides turning them on and off.

use std::mem;

use super::{Device, Phase};
use crate::core::{
    call::{CallContext, CallSession},
    effect::Effect,
    error::Error,
    host::Host,
    ids::{CallKey, CaptureId, PromiseId},
    outbox::Outbox,
    state::{AudioBitrateProfile, DeviceKind},
};

impl<H: Host> Device<H> {
    /// What was ordered last is what the user wants.
    pub(crate) fn choose(&mut self) {
        self.is_choice = true;
    }

    /// Settles `promise` when nothing is under way.
    pub(crate) fn when_settled(&mut self, promise: PromiseId) {
        self.waiting.push(promise);
    }

    /// Tells those who wait, and has the choice kept, if nothing is under way.
    pub(crate) fn settle(&mut self, out: &mut Outbox<H>, owner: CallKey) {
        match self.phase {
            Phase::Opening { .. } | Phase::Renewing { .. } => return,
            Phase::Off | Phase::On(_) | Phase::Paused(_) => {}
        }
        if mem::take(&mut self.is_choice) && self.kind != DeviceKind::ScreenShare {
            out.push(Effect::RememberDevice(owner, self.kind));
        }
        out.settle_all(mem::take(&mut self.waiting), &Ok(()));
    }

    /// The sound that came with a screen ended. `true` when it was published, or going to be.
    pub(crate) fn lose_sound(&mut self, capture: CaptureId) -> bool {
        match &mut self.phase {
            Phase::On(running) | Phase::Renewing { running, .. } | Phase::Paused(running) => {
                running.capture == capture && running.captured.audio_track_id.take().is_some()
            }
            Phase::Off | Phase::Opening { .. } => false,
        }
    }

    /// The app has dropped the call: nobody could turn it off any more.
    pub(crate) fn drop_media(&mut self, out: &mut Outbox<H>) {
        self.stop(out);
        out.settle_all(mem::take(&mut self.waiting), &Ok(()));
    }
}

impl<H: Host> CallSession<H> {
    /// Publishes sound for voice or for music from now on.
    pub(in crate::core::call) fn set_audio_profile(
        &mut self,
        context: &mut CallContext<'_, H>,
        promise: PromiseId,
        kind: DeviceKind,
        profile: AudioBitrateProfile,
    ) {
        let audio = self.settings().and_then(|settings| settings.audio.as_ref());
        if !audio.is_some_and(|audio| audio.hifi_audio_enabled) {
            let mut error = Error::illegal_state(
                "the settings of the call do not allow it: audio.hifi_audio_enabled",
                "The message says what is missing.",
            );
            error.unrecoverable = true;
            return context.out.reject(promise, error);
        }
        // The microphone captures music in another way, too.
        let fresh = kind == DeviceKind::Microphone;
        let owner = self.key;
        let (device, visible) = self.device_mut(kind);
        device.profile = profile;
        device.renew(context.out, visible, owner, None, fresh);
        device.when_settled(promise);
    }

    /// Does what is due once nothing is under way for a device.
    pub(crate) fn settle_devices(&mut self, out: &mut Outbox<H>) {
        let owner = self.key;
        for kind in DeviceKind::ALL {
            self.device_mut(kind).0.settle(out, owner);
        }
        self.listen(out);
    }

    /// The app has dropped the call: whatever it wanted to outlive the call has no owner any more.
    pub(crate) fn drop_media(&mut self, out: &mut Outbox<H>) {
        for kind in DeviceKind::ALL {
            self.device_mut(kind).0.drop_media(out);
        }
        self.stop_listening(out);
    }
}
