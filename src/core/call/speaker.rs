//! Where and how loud the others are heard.

use super::{CallSession, devices::find, visible::put};
use crate::core::{
    changes::{Aspects, Slice},
    command::SpeakerOrder,
    host::Host,
    input::{ListedDevice, ListedKind},
};

impl<H: Host> CallSession<H> {
    pub(super) fn order_speaker(&mut self, order: SpeakerOrder) {
        match order {
            SpeakerOrder::Select(id) => {
                self.visible.edit_quietly(|state| state.speaker.is_chosen = true);
                self.use_speaker(id);
            }
            SpeakerOrder::Recall(id) if !self.state().speaker.is_chosen => self.use_speaker(id),
            SpeakerOrder::Recall(_) => {}
            SpeakerOrder::Volume(volume) => {
                self.visible.set(Slice::Speaker, |state| &mut state.speaker.volume, volume);
            }
        }
    }

    /// How loud a participant is heard, who may be yet to come.
    pub(super) fn set_volume(&mut self, session_id: String, volume: Option<f64>) {
        self.visible.edit_participant(&session_id, Aspects::LOCAL, |participant| {
            put(&mut participant.audio_volume, volume)
        });
        self.visible.edit(Slice::Speaker, |state| {
            let volumes = &mut state.speaker.volumes;
            match volume {
                Some(volume) => drop(volumes.insert(session_id, volume)),
                None => drop(volumes.shift_remove(&session_id)),
            }
        });
    }

    /// Other loudspeakers are there than before. One that is unplugged is silent until the browser
    /// is told to use another one.
    pub(super) fn on_speakers(&mut self, before: &[ListedDevice], now: &[ListedDevice]) {
        let selected = &self.state().speaker.selected;
        let is_in = |devices| find(devices, ListedKind::AudioOutput, selected).is_some();
        if is_in(before) && !is_in(now) {
            self.use_speaker(String::new());
        }
    }

    fn use_speaker(&mut self, id: String) {
        self.visible.set(Slice::Speaker, |state| &mut state.speaker.selected, id);
    }
}
