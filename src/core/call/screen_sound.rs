//! The sound that comes with a shared screen: it can be kept back while the screen is shown.

use super::{CallContext, CallSession};
use crate::core::{
    host::Host,
    state::{DeviceKind, TrackType},
};

impl<H: Host> CallSession<H> {
    /// Publishes the sound of the screen, or keeps it back, now and later.
    pub(super) fn set_screen_sound(&mut self, context: &mut CallContext<'_, H>, on: bool) {
        self.show_screen_sound(on);
        if on {
            // What was published before is published still.
            let _ = self.publish(context, TrackType::ScreenShareAudio);
        } else {
            self.unpublish(context.out, TrackType::ScreenShareAudio);
        }
    }

    /// A moderator muted the sound: the screen goes on, and its sound is off until the user wants it
    /// again.
    pub(super) fn mute_screen_sound(&mut self, context: &mut CallContext<'_, H>) {
        self.show_screen_sound(false);
        self.stop_publish(context.out, &[TrackType::ScreenShareAudio]);
    }

    fn show_screen_sound(&mut self, on: bool) {
        let (device, visible) = self.device_mut(DeviceKind::ScreenShare);
        device.audio = on;
        device.show(visible, |device| device.is_soundless = !on);
    }
}
