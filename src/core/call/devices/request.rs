//! What is asked of a device, when, and what its failures mean.

use crate::core::{
    command::Choice,
    effect::CaptureRequest,
    error::{Category, Code, Error},
    host::Host,
    ids::CaptureId,
    input::DeviceFailure,
    state::{AudioBitrateProfile, DeviceKind, Dimension, Facing},
    view::{Settings, TargetResolution},
};

/// What a camera delivers when the call's settings do not say.
const CAMERA_SIZE: Dimension = Dimension { width: 1280, height: 720 };
/// What a screen delivers at most when the call's settings do not say.
const SCREEN_SIZE: Dimension = Dimension { width: 2560, height: 1440 };

/// Whether the call's settings turn a device on when nobody has touched it.
pub(crate) fn is_on_by_default(settings: Option<&Settings>, kind: DeviceKind) -> bool {
    let Some(settings) = settings else {
        return false;
    };
    match kind {
        DeviceKind::Camera => {
            settings.video.as_ref().is_some_and(|video| video.enabled && video.camera_default_on)
        }
        DeviceKind::Microphone => settings.audio.as_ref().is_some_and(|audio| audio.mic_default_on),
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

pub(crate) fn not_permitted<H: Host>(kind: DeviceKind) -> Error<H> {
    let what = match kind {
        DeviceKind::Camera => "this user may not send video in this call",
        DeviceKind::Microphone => "this user may not send audio in this call",
        DeviceKind::ScreenShare => "this user may not share the screen in this call",
    };
    Error::new(Code::PermissionDenied, Category::Permission, what)
        .hint("Ask for the permission, or have somebody who may grant it do so.")
}

/// What to capture by the call's settings and the app's choice.
pub(super) fn capture_request(
    capture: CaptureId,
    kind: DeviceKind,
    settings: Option<&Settings>,
    choice: &Choice,
) -> CaptureRequest {
    let video = settings.and_then(|settings| settings.video.as_ref());
    let screen = settings.and_then(|settings| settings.screensharing.as_ref());
    let (target, otherwise) = match kind {
        DeviceKind::Camera => {
            (video.and_then(|video| video.target_resolution.as_ref()), Some(CAMERA_SIZE))
        }
        DeviceKind::Microphone => (None, None),
        DeviceKind::ScreenShare => {
            (screen.and_then(|screen| screen.target_resolution.as_ref()), Some(SCREEN_SIZE))
        }
    };
    let default_facing = || {
        let video = video.filter(|_| kind == DeviceKind::Camera);
        match video.map(|video| video.camera_facing.as_str()) {
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
        size: target.and_then(lying).or(otherwise),
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
fn lying(target: &TargetResolution) -> Option<Dimension> {
    let TargetResolution { width, height } = *target;
    let size = Dimension { width: width.max(height), height: width.min(height) };
    Some(size).filter(|size| size.height > 0)
}

/// Whether a device may have failed only because another of its kind is on.
pub(super) fn takes_one_at_a_time<H: Host>(failure: &DeviceFailure<H>) -> bool {
    matches!(failure.name.as_str(), "NotReadableError" | "AbortError")
}
