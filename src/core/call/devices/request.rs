//! What is asked of a device, when, and what its failures mean.

use crate::core::{
    command::Choice,
    effect::CaptureRequest,
    error::{Category, Error},
    ids::CaptureId,
    input::DeviceFailure,
    json::Json,
    state::{AudioBitrateProfile, DeviceKind, Dimension, Facing},
};

/// What a camera delivers when the call's settings do not say.
const CAMERA_SIZE: Dimension = Dimension { width: 1280, height: 720 };
/// What a screen delivers at most when the call's settings do not say.
const SCREEN_SIZE: Dimension = Dimension { width: 2560, height: 1440 };

/// Whether the call's settings turn a device on when nobody has touched it.
pub(crate) fn is_on_by_default(settings: Option<&Json>, kind: DeviceKind) -> bool {
    let Some(settings) = settings else {
        return false;
    };
    match kind {
        DeviceKind::Camera => settings
            .get("video")
            .is_some_and(|video| video.flag("enabled") && video.flag("camera_default_on")),
        DeviceKind::Microphone => {
            settings.get("audio").is_some_and(|audio| audio.flag("mic_default_on"))
        }
        DeviceKind::ScreenShare => false,
    }
}

/// The capability that publishing a device takes.
pub(crate) fn capability(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Camera => "send-video",
        DeviceKind::Microphone => "send-audio",
        DeviceKind::ScreenShare => "screenshare",
    }
}

pub(crate) fn not_permitted(kind: DeviceKind) -> Error {
    let what = match kind {
        DeviceKind::Camera => "this user may not send video in this call",
        DeviceKind::Microphone => "this user may not send audio in this call",
        DeviceKind::ScreenShare => "this user may not share the screen in this call",
    };
    Error::new("permission-denied", Category::Permission, what)
        .hint("Ask for the permission, or have somebody who may grant it do so.")
}

/// What to capture by the call's settings and the app's choice.
pub(super) fn capture_request(
    capture: CaptureId,
    kind: DeviceKind,
    settings: Option<&Json>,
    choice: &Choice,
) -> CaptureRequest {
    let settings_of = |key| settings.and_then(|settings| settings.get(key));
    let (section, otherwise) = match kind {
        DeviceKind::Camera => (settings_of("video"), Some(CAMERA_SIZE)),
        DeviceKind::Microphone => (None, None),
        DeviceKind::ScreenShare => (settings_of("screensharing"), Some(SCREEN_SIZE)),
    };
    let default_facing = || {
        let by_settings = section.as_ref().map(|video| video.text("camera_facing"));
        match by_settings.as_deref() {
            Some("front") => Some(Facing::Front),
            Some("back") => Some(Facing::Back),
            _ => None,
        }
    };
    let facing = match (&choice.device_id, choice.facing) {
        (None, None) => default_facing(),
        (_, facing) => facing,
    };
    CaptureRequest {
        capture,
        kind,
        size: section.as_ref().and_then(target).or(otherwise),
        facing: facing.map(|facing| match facing {
            Facing::Front => "user",
            Facing::Back => "environment",
        }),
        device_id: choice.device_id.clone(),
        profile: AudioBitrateProfile::VoiceStandardUnspecified,
        audio: false,
        max_framerate: None,
        content_hint: String::new(),
        source: None,
    }
}

/// The `target_resolution` of settings, lying down: browsers turn it with the phone.
fn target(section: &Json) -> Option<Dimension> {
    let target = section.get("target_resolution")?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let side = |key| Some(target.number(key)? as u32).filter(|px| *px > 0);
    let (a, b) = (side("width")?, side("height")?);
    Some(Dimension { width: a.max(b), height: a.min(b) })
}

/// Whether a device may have failed only because another of its kind is on.
pub(super) fn takes_one_at_a_time(failure: &DeviceFailure) -> bool {
    matches!(failure.name.as_str(), "NotReadableError" | "AbortError")
}
