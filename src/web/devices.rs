use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MediaDevices, MediaStream, MediaStreamTrack};

use super::{
    listener::Listener,
    media::{MediaTable, first_track},
    object::{field, object},
    report::Reporter,
};
use crate::core::{
    CaptureId, CaptureRequest, Captured, Cause, DeviceFailure, DeviceKind, Dimension, Input,
};

/// The captures that run or begin.
pub struct Devices {
    captures: Rc<RefCell<BTreeMap<CaptureId, Capture>>>,
    media: Rc<MediaTable>,
    reporter: Reporter,
}

enum Capture {
    /// The browser has been asked.
    Pending,
    Running {
        _ended: Listener,
    },
}

impl Devices {
    /// None yet. Streams are put into `media`.
    pub fn new(media: Rc<MediaTable>, reporter: Reporter) -> Self {
        Self { captures: Rc::default(), media, reporter }
    }

    /// Opens a device.
    pub fn capture(&self, request: CaptureRequest) {
        self.captures.borrow_mut().insert(request.capture, Capture::Pending);
        let captures = self.captures.clone();
        let media = self.media.clone();
        let reporter = self.reporter.clone();
        spawn_local(async move {
            let capture = request.capture;
            let opened = open(&request).await;
            if !captures.borrow().contains_key(&capture) {
                // Stopped meanwhile: nobody may see the light of the camera any longer.
                if let Ok((stream, _)) = opened {
                    stop(&stream);
                }
                return;
            }
            let result = match opened {
                Ok((stream, track)) => {
                    let size =
                        (request.kind == DeviceKind::Camera).then(|| size_of(&track)).flatten();
                    let report_end = reporter.clone();
                    let ended = Listener::new(&track, "ended", move |_| {
                        report_end.report(Input::CaptureEnded(capture));
                    });
                    captures.borrow_mut().insert(capture, Capture::Running { _ended: ended });
                    media.add_capture(capture, stream);
                    Ok(Captured { track_id: track.id(), size })
                }
                Err(failure) => {
                    captures.borrow_mut().remove(&capture);
                    Err(failure)
                }
            };
            reporter.report(Input::Captured { capture, result });
        });
    }

    /// Ends a capture, running or not begun yet.
    pub fn stop(&self, capture: CaptureId) {
        self.captures.borrow_mut().remove(&capture);
        if let Some(stream) = self.media.remove_capture(capture) {
            stop(&stream);
        }
    }

    /// Ends all of them.
    pub fn stop_all(&self) {
        let captures: Vec<CaptureId> = self.captures.borrow().keys().copied().collect();
        for capture in captures {
            self.stop(capture);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.captures.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        self.stop_all();
    }
}

async fn open(request: &CaptureRequest) -> Result<(MediaStream, MediaStreamTrack), DeviceFailure> {
    let devices = media_devices()?;
    let wanted = get_user_media(&devices, &constraints(request)).await;
    let stream = match wanted {
        // Whatever there is, rather than nothing.
        Err(failure) if failure.name == "OverconstrainedError" => {
            let any = object(&[(kind_key(request.kind), JsValue::TRUE)]);
            get_user_media(&devices, &any).await?
        }
        other => other?,
    };
    let track = first_track(&stream).ok_or_else(|| failure("NotFoundError", JsValue::UNDEFINED))?;
    Ok((stream, track))
}

async fn get_user_media(
    devices: &MediaDevices,
    constraints: &JsValue,
) -> Result<MediaStream, DeviceFailure> {
    let asked = devices.get_user_media_with_constraints(constraints.unchecked_ref());
    let answer = match asked {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    answer.map(JsCast::unchecked_into).map_err(|thrown| {
        let name = field(&thrown, "name").as_string().unwrap_or_default();
        failure(&name, thrown)
    })
}

/// `navigator.mediaDevices`, which pages have that were loaded safely.
fn media_devices() -> Result<MediaDevices, DeviceFailure> {
    let global = js_sys::global();
    let devices = field(&field(&global, "navigator"), "mediaDevices");
    if let Some(devices) = devices.dyn_ref::<MediaDevices>() {
        return Ok(devices.clone());
    }
    let secure = field(&global, "isSecureContext").is_truthy();
    let name = if secure { "NotSupportedError" } else { "SecurityError" };
    Err(failure(name, JsValue::UNDEFINED))
}

fn constraints(request: &CaptureRequest) -> JsValue {
    let wishes = match request.kind {
        DeviceKind::Camera => {
            let ideal = |px: u32| object(&[("ideal", px.into())]);
            object(&[
                ("width", request.size.map_or(JsValue::UNDEFINED, |s| ideal(s.width))),
                ("height", request.size.map_or(JsValue::UNDEFINED, |s| ideal(s.height))),
                ("facingMode", request.facing.map_or(JsValue::UNDEFINED, JsValue::from_str)),
            ])
        }
        DeviceKind::Microphone => object(&[
            ("echoCancellation", JsValue::TRUE),
            ("noiseSuppression", JsValue::TRUE),
            ("autoGainControl", JsValue::TRUE),
        ]),
    };
    object(&[(kind_key(request.kind), wishes)])
}

fn kind_key(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Camera => "video",
        DeviceKind::Microphone => "audio",
    }
}

fn size_of(track: &MediaStreamTrack) -> Option<Dimension> {
    let settings: JsValue = track.get_settings().into();
    // Browsers give sizes in whole pixels.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let px = |key| field(&settings, key).as_f64().map(|px| px as u32);
    Some(Dimension { width: px("width")?, height: px("height")? })
}

fn stop(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

fn failure(name: &str, thrown: JsValue) -> DeviceFailure {
    DeviceFailure { name: name.into(), cause: Cause::new(thrown) }
}
