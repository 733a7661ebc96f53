//! Camera and microphone of a call: on, off, and what happens in between.

use std::mem;

use super::visible::Visible;
use crate::core::{
    changes::Slice,
    effect::{CaptureRequest, Effect, Outcome},
    error::{Category, Error, ErrorClass},
    ids::{CallKey, CaptureId, PromiseId},
    input::{Captured, DeviceFailure},
    json::Json,
    outbox::Outbox,
    state::{CallState, DeviceKind, DeviceState, DeviceStatus, Dimension},
};

/// What a camera delivers when the call's settings do not say.
const DEFAULT_SIZE: Dimension = Dimension { width: 1280, height: 720 };

/// One device.
///
/// ```text
///        enable              captured
/// Off ───────────▶ Opening ───────────▶ On
///  ▲  disable, failed │    disable, ended │
///  └──────────────────┴───────────────────┘
/// ```
///
/// The last request wins: a capture that is no longer wanted is stopped the moment it arrives, and
/// whoever asked for it is not bothered with an error.
#[derive(Debug)]
pub(crate) struct Device {
    kind: DeviceKind,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Off,
    Opening { capture: CaptureId, promises: Vec<PromiseId> },
    On { capture: CaptureId, captured: Captured },
}

impl Device {
    pub(crate) fn new(kind: DeviceKind) -> Self {
        Self { kind, phase: Phase::Off }
    }

    /// The running capture.
    pub(crate) fn running(&self) -> Option<(CaptureId, &Captured)> {
        match &self.phase {
            Phase::Off | Phase::Opening { .. } => None,
            Phase::On { capture, captured } => Some((*capture, captured)),
        }
    }

    /// Whether it is on, or going to be.
    pub(crate) fn is_wanted(&self) -> bool {
        !matches!(self.phase, Phase::Off)
    }

    /// Turns it on.
    pub(crate) fn enable(
        &mut self,
        out: &mut Outbox,
        visible: &mut Visible,
        owner: CallKey,
        promise: Option<PromiseId>,
    ) {
        match &mut self.phase {
            Phase::On { .. } => {
                if let Some(promise) = promise {
                    out.resolve(promise, Outcome::Done);
                }
            }
            Phase::Opening { promises, .. } => promises.extend(promise),
            Phase::Off => {
                let capture = out.id(Some(owner));
                let settings = visible.state().document.as_ref().and_then(|d| d.get("settings"));
                out.push(Effect::Capture(request(capture, self.kind, settings.as_ref())));
                let promises = promise.into_iter().collect();
                self.phase = Phase::Opening { capture, promises };
                self.show(visible, |device| {
                    device.optimistic_status = Some(DeviceStatus::Enabled);
                });
            }
        }
    }

    /// Turns it off. Tells whether a running capture was stopped.
    pub(crate) fn disable(&mut self, out: &mut Outbox, visible: &mut Visible) -> bool {
        let was_on = self.stop(out);
        self.show(visible, |device| {
            device.status = Some(DeviceStatus::Disabled);
            device.optimistic_status = Some(DeviceStatus::Disabled);
            device.capture = None;
        });
        was_on
    }

    /// Turns it off and forgets that anybody touched it: the call was left.
    pub(crate) fn reset(&mut self, out: &mut Outbox, visible: &mut Visible) {
        self.stop(out);
        self.show(visible, |device| *device = DeviceState::default());
    }

    /// Takes what a capture delivers. `true` when it runs from now on.
    #[must_use]
    pub(crate) fn on_captured(
        &mut self,
        out: &mut Outbox,
        visible: &mut Visible,
        capture: CaptureId,
        result: Result<Captured, DeviceFailure>,
    ) -> bool {
        let Phase::Opening { capture: opening, promises } = &mut self.phase else {
            return false;
        };
        if *opening != capture {
            return false;
        }
        let promises = mem::take(promises);
        match result {
            Ok(captured) => {
                self.phase = Phase::On { capture, captured };
                self.show(visible, |device| {
                    device.status = Some(DeviceStatus::Enabled);
                    device.capture = Some(capture);
                    device.error = None;
                });
                out.settle_all(promises, &Ok(()));
                true
            }
            Err(failure) => {
                self.phase = Phase::Off;
                let error = device_error(self.kind, failure);
                self.show(visible, |device| {
                    device.optimistic_status = device.status;
                    device.error = Some(error.clone());
                });
                out.settle_all(promises, &Err(error));
                false
            }
        }
    }

    /// The system took the device away. `true` when it was ours.
    #[must_use]
    pub(crate) fn on_ended(
        &mut self,
        out: &mut Outbox,
        visible: &mut Visible,
        capture: CaptureId,
    ) -> bool {
        let is_ours = self.running().is_some_and(|(running, _)| running == capture);
        is_ours && self.disable(out, visible)
    }

    fn stop(&mut self, out: &mut Outbox) -> bool {
        match mem::replace(&mut self.phase, Phase::Off) {
            Phase::Off => false,
            Phase::Opening { capture, promises } => {
                out.push(Effect::StopCapture(capture));
                out.settle_all(promises, &Ok(()));
                false
            }
            Phase::On { capture, .. } => {
                out.push(Effect::StopCapture(capture));
                true
            }
        }
    }

    fn show(&self, visible: &mut Visible, edit: impl FnOnce(&mut DeviceState)) {
        let (slice, field): (Slice, fn(&mut CallState) -> &mut DeviceState) = match self.kind {
            DeviceKind::Camera => (Slice::Camera, |state| &mut state.camera),
            DeviceKind::Microphone => (Slice::Microphone, |state| &mut state.microphone),
        };
        visible.edit(slice, |state| edit(field(state)));
    }
}

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
    }
}

/// The capability that publishing a device takes.
pub(crate) fn capability(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Camera => "send-video",
        DeviceKind::Microphone => "send-audio",
    }
}

pub(crate) fn not_permitted(kind: DeviceKind) -> Error {
    let what = match kind {
        DeviceKind::Camera => "this user may not send video in this call",
        DeviceKind::Microphone => "this user may not send audio in this call",
    };
    Error::new("permission-denied", Category::Permission, what)
        .hint("Ask for the permission, or have somebody who may grant it do so.")
}

fn request(capture: CaptureId, kind: DeviceKind, settings: Option<&Json>) -> CaptureRequest {
    match kind {
        DeviceKind::Microphone => CaptureRequest { capture, kind, size: None, facing: None },
        DeviceKind::Camera => {
            let video = settings.and_then(|settings| settings.get("video"));
            let target = video.as_ref().and_then(|video| video.get("target_resolution"));
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
            let side = |key| Some(target.as_ref()?.number(key)? as u32).filter(|px| *px > 0);
            let target_size = side("width").zip(side("height"));
            let facing = video.as_ref().map(|video| video.text("camera_facing"));
            CaptureRequest {
                capture,
                kind,
                size: Some(
                    target_size.map_or(DEFAULT_SIZE, |(width, height)| Dimension { width, height }),
                ),
                facing: match facing.as_deref() {
                    Some("front") => Some("user"),
                    Some("back") => Some("environment"),
                    _ => None,
                },
            }
        }
    }
}

fn device_error(kind: DeviceKind, failure: DeviceFailure) -> Error {
    let (code, hint) = match failure.name.as_str() {
        "NotAllowedError" => (
            "permission-denied",
            "Allow this page to use the device in the browser's address bar, then try again.",
        ),
        "NotFoundError" => ("not-found", "Connect a device, then try again."),
        "NotReadableError" => {
            ("in-use", "Close other programs that use the device, then try again.")
        }
        "OverconstrainedError" => ("overconstrained", "Ask for less of the device."),
        "SecurityError" => ("insecure-context", "Open the page over https or on localhost."),
        "AbortError" => ("aborted", "Try again."),
        _ => ("unsupported", "Use another browser or device."),
    };
    let message = match kind {
        DeviceKind::Camera => "the camera could not be opened",
        DeviceKind::Microphone => "the microphone could not be opened",
    };
    Error::new(code, Category::Device, message)
        .class(ErrorClass::Device)
        .hint(hint)
        .cause(failure.cause)
}
