//! What shows a call on a page: elements that show and play participants, tiles that scroll, and what
//! is received because of them. The core decides, the package's JavaScript observes elements.

mod audio_watchdog;
mod blocked_audio;
mod elements;
mod subscriptions;
mod viewport;

use std::rc::Rc;

use wasm_bindgen::JsValue;

pub(crate) use self::{
    audio_watchdog::{AudioBindingsWatchdog, warn_of_unheard},
    blocked_audio::{BlockedAudioTracker, resume_audio},
    elements::{attach_audio, bind_audio, bind_video, perform},
    subscriptions::{
        TrackSubscriptionManager, set_incoming_video_enabled, set_max_incoming_video_pixel_density,
        set_preferred_incoming_video_resolution,
    },
    viewport::{ViewportTracker, set_viewport, track_element_visibility},
};
use super::{call_shared::CallShared, fields, options::invalid, parts::Parts};
use crate::{
    core::{CallChanges, Slice, TrackType},
    web::{Error, field},
};

/// Makes the objects of a call that apps hold, under the names that the call has for them.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts) {
    TrackSubscriptionManager::make(shared, parts);
    BlockedAudioTracker::make(shared, parts);
    parts.own(VIEWPORT, &ViewportTracker::new(shared).into());
    parts.own(WATCHDOG, &AudioBindingsWatchdog::new(shared).into());
}

/// Notes what changed. Runs no code of the app.
pub(crate) fn mark(parts: &Parts, changes: &CallChanges) {
    let fields: [(Slice, &str, &[&str]); 2] = [
        (Slice::IncomingVideo, SUBSCRIPTIONS, subscriptions::NAMES),
        (Slice::BlockedAudio, BLOCKED_AUDIO, blocked_audio::NAMES),
    ];
    for (slice, part, names) in fields {
        if changes.slices.contains(slice)
            && let Some(observables) = fields::observables(parts, part)
        {
            for name in names {
                observables.mark(name);
            }
        }
    }
}

/// Tells those who watch of what was marked.
pub(crate) fn flush(parts: &Parts) {
    for part in [SUBSCRIPTIONS, BLOCKED_AUDIO] {
        if let Some(observables) = fields::observables(parts, part) {
            observables.flush();
        }
    }
}

const SUBSCRIPTIONS: &str = "trackSubscriptionManager";
const BLOCKED_AUDIO: &str = "blockedAudioTracker";
const VIEWPORT: &str = "viewportTracker";
const WATCHDOG: &str = "audioBindingsWatchdog";

/// What apps call the tracks of participants that an element can show or play.
const VIDEO: [(&str, TrackType); 2] =
    [("videoTrack", TrackType::Video), ("screenShareTrack", TrackType::ScreenShare)];
const AUDIO: [(&str, TrackType); 2] =
    [("audioTrack", TrackType::Audio), ("screenShareAudioTrack", TrackType::ScreenShareAudio)];

/// The track that an app means by the third argument of `what`.
fn read_track(
    what: &str,
    name: &JsValue,
    known: &[(&str, TrackType); 2],
) -> Result<TrackType, Error> {
    let name = name.as_string();
    let track = known.iter().find(|(known, _)| name.as_deref() == Some(*known));
    track.map(|(_, track_type)| *track_type).ok_or_else(|| {
        let [(first, _), (second, _)] = known;
        invalid(&format!("{what}: the third argument is neither {first} nor {second}"))
    })
}

/// Whether a value has a method of that name, as elements have it. By name and not by class, as an
/// element may come from another window.
fn has_method(value: &JsValue, name: &str) -> bool {
    field(value, name).is_function()
}

/// What the browser threw at something that looked like an element.
fn not_usable(what: &str, thrown: JsValue) -> Error {
    let mut error = invalid(&format!("{what}: the element cannot be used"));
    error.cause = Some(thrown);
    error
}
