use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStream, MediaStreamTrack};

use super::{
    browser::open_device,
    listener::Listener,
    media::{MediaTable, first_track},
    object::{field, object},
    report::Reporter,
    table::Table,
    task::when,
};
use crate::core::{
    CaptureId, CaptureRequest, Captured, Cause, DeviceFailure, DeviceKind, Dimension, Input,
};

/// The captures that run or begin.
pub struct Devices {
    captures: Rc<Table<CaptureId, Capture>>,
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
        self.captures.insert(request.capture, Capture::Pending);
        let captures = self.captures.clone();
        let media = self.media.clone();
        let reporter = self.reporter.clone();
        let asked = open_device(kind_key(request.kind), &wishes(&request));
        when(&asked, move |opened| {
            let capture = request.capture;
            let opened = with_track(opened);
            if !captures.contains(capture) {
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
                    captures.insert(capture, Capture::Running { _ended: ended });
                    media.add_capture(capture, stream);
                    Ok(Captured { track_id: track.id(), size })
                }
                Err(failure) => {
                    captures.remove(capture);
                    Err(failure)
                }
            };
            reporter.report(Input::Captured { capture, result });
        });
    }

    /// Ends a capture, running or not begun yet.
    pub fn stop(&self, capture: CaptureId) {
        self.captures.remove(capture);
        if let Some(stream) = self.media.remove_capture(capture) {
            stop(&stream);
        }
    }

    /// Ends all of them.
    pub fn stop_all(&self) {
        for capture in self.captures.keys() {
            self.stop(capture);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.captures.len()
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

fn with_track(
    opened: Result<JsValue, JsValue>,
) -> Result<(MediaStream, MediaStreamTrack), DeviceFailure> {
    let stream: MediaStream = match opened {
        Ok(stream) => stream.unchecked_into(),
        Err(thrown) => {
            let name = field(&thrown, "name").as_string().unwrap_or_default();
            return Err(failure(&name, thrown));
        }
    };
    let track = first_track(&stream).ok_or_else(|| failure("NotFoundError", JsValue::UNDEFINED))?;
    Ok((stream, track))
}

fn wishes(request: &CaptureRequest) -> JsValue {
    match request.kind {
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
    }
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
