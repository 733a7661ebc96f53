//! What the browser is asked for, and what instead when it cannot give that.

use std::collections::VecDeque;

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};

use super::failure::Failure;
use crate::{
    core::{AudioBitrateProfile, CaptureRequest, DeviceKind},
    web::object::object,
};

/// The key of a kind of device in `MediaStreamConstraints`.
pub(crate) fn media_key(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Microphone => "audio",
        DeviceKind::Camera | DeviceKind::ScreenShare => "video",
    }
}

/// The `MediaTrackConstraints` for a camera or microphone, under the app's own.
pub(super) fn wishes(request: &CaptureRequest, own: Option<&Object>) -> Object {
    let mut wishes: Vec<(&str, JsValue)> = Vec::new();
    match request.kind {
        DeviceKind::Camera | DeviceKind::ScreenShare => {
            if let Some(size) = request.size {
                wishes.push(("width", object(&[("ideal", size.width.into())]).into()));
                wishes.push(("height", object(&[("ideal", size.height.into())]).into()));
            }
            if let Some(facing) = request.facing {
                wishes.push(("facingMode", facing.into()));
            }
        }
        DeviceKind::Microphone => {
            let is_music = request.profile == AudioBitrateProfile::MusicHighQuality;
            for key in SPEECH {
                wishes.push((key, (!is_music).into()));
            }
            if is_music {
                wishes.push(("channelCount", stereo()));
            }
        }
    }
    under(&object(&wishes), own)
}

/// The options of `getDisplayMedia`, under the app's own, each of which goes where browsers heed it.
pub(super) fn screen_options(request: &CaptureRequest, own: Option<&Object>) -> Object {
    let mut picture = Vec::new();
    if let Some(size) = request.size {
        picture.push(("width", object(&[("max", size.width.into())]).into()));
        picture.push(("height", object(&[("max", size.height.into())]).into()));
    }
    if let Some(fps) = request.max_framerate {
        picture.push(("frameRate", object(&[("ideal", fps.into())]).into()));
    }
    let picture = object(&picture);
    let mut sound: Vec<(&str, JsValue)> = vec![("channelCount", stereo())];
    sound.extend(SPEECH.map(|key| (key, JsValue::FALSE)));
    sound.push(("restrictOwnAudio", JsValue::TRUE));
    let sound = object(&sound);
    let mut has_sound = request.audio;
    let options =
        object(&[("systemAudio", if request.audio { "include" } else { "exclude" }.into())]);
    for (key, value) in own.into_iter().flat_map(entries) {
        let set = |object: &Object| {
            let _ = js_sys::Reflect::set(object, &key.as_str().into(), &value);
        };
        match key.as_str() {
            "video" => drop(under(&picture, value.dyn_ref())),
            "audio" if value == false => has_sound = false,
            "audio" => drop(under(&sound, value.dyn_ref())),
            key if QUESTION.contains(&key) => set(&options),
            key if SOUND.contains(&key) => set(&sound),
            _ => set(&picture),
        }
    }
    let sound = if has_sound { sound.into() } else { JsValue::FALSE };
    under(&options, Some(&object(&[("video", picture.into()), ("audio", sound)])))
}

/// What is said of the browser's question which screen to share.
const QUESTION: [&str; 7] = [
    "controller",
    "monitorTypeSurfaces",
    "preferCurrentTab",
    "selfBrowserSurface",
    "surfaceSwitching",
    "systemAudio",
    "windowAudio",
];

/// Constraints that mean the sound.
const SOUND: [&str; 9] = [
    "autoGainControl",
    "channelCount",
    "echoCancellation",
    "latency",
    "noiseSuppression",
    "restrictOwnAudio",
    "sampleRate",
    "sampleSize",
    "suppressLocalAudioPlayback",
];

/// What to ask for, one after the other: whatever there is, rather than nothing.
pub(crate) struct Attempts {
    key: &'static str,
    rest: VecDeque<Attempt>,
}

struct Attempt {
    wishes: JsValue,
    is_by_id: bool,
}

impl Attempts {
    pub(super) fn new(kind: DeviceKind, wishes: Object, device_id: Option<&str>) -> Self {
        let mut rest = VecDeque::new();
        if let Some(id) = device_id {
            // The device and the way a camera looks exclude each other.
            let exact = object(&[("deviceId", object(&[("exact", id.into())]).into())]);
            let by_id = under(&under(&Object::new(), Some(&wishes)), Some(&exact));
            let _ = js_sys::Reflect::delete_property(&by_id, &"facingMode".into());
            rest.push_back(Attempt { wishes: by_id.into(), is_by_id: true });
        }
        rest.push_back(Attempt { wishes: wishes.into(), is_by_id: false });
        rest.push_back(Attempt { wishes: JsValue::TRUE, is_by_id: false });
        Self { key: media_key(kind), rest }
    }

    /// What to ask for now.
    pub(super) fn current(&self) -> Object {
        let wishes = self.rest.front().map(|attempt| attempt.wishes.clone());
        object(&[(self.key, wishes.unwrap_or(JsValue::TRUE))])
    }

    /// Goes on to the next one after a failure; `false` when that would be in vain.
    pub(super) fn advance(&mut self, failure: &Failure) -> bool {
        let is_gone = failure.name == "NotFoundError"
            && self.rest.front().is_some_and(|attempt| attempt.is_by_id);
        self.rest.pop_front();
        !self.rest.is_empty() && (is_gone || failure.name == "OverconstrainedError")
    }
}

/// What browsers do to speech, and should not do to anything else.
const SPEECH: [&str; 3] = ["echoCancellation", "noiseSuppression", "autoGainControl"];

fn stereo() -> JsValue {
    object(&[("ideal", 2.into())]).into()
}

/// `{ ...below, ...above }`, in `below`, which is ours.
pub(super) fn under(below: &Object, above: Option<&Object>) -> Object {
    for (key, value) in above.into_iter().flat_map(entries) {
        let _ = js_sys::Reflect::set(below, &key.into(), &value);
    }
    below.clone()
}

/// What an object of ours, or a copy of one of the app's, holds.
fn entries(object: &Object) -> Vec<(String, JsValue)> {
    let entries = Object::entries(object).into_iter();
    entries
        .filter_map(|entry| {
            let entry: js_sys::Array = entry.unchecked_into();
            Some((entry.get(0).as_string()?, entry.get(1)))
        })
        .collect()
}
