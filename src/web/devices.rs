use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::{
    browser::{Capture, open_capture},
    listener::Listener,
    media::MediaTable,
    object::field,
    report::Reporter,
    table::Table,
    task::when,
};
use crate::core::{
    AudioBitrateProfile, CallKey, CaptureId, CaptureRequest, Captured, Cause, DeviceFailure,
    DeviceKind, Dimension, Input,
};

/// Finds the app's object for a call, which knows how the app wants its devices opened.
pub type FindCall = Rc<dyn Fn(CallKey) -> JsValue>;

/// The captures that run or begin.
pub struct Devices {
    captures: Rc<Table<CaptureId, State>>,
    media: Rc<MediaTable>,
    reporter: Reporter,
    find_call: FindCall,
}

enum State {
    /// The browser has been asked.
    Pending,
    Running {
        _listeners: [Listener; 3],
    },
}

impl Devices {
    /// None yet. Streams are put into `media`.
    pub fn new(media: Rc<MediaTable>, reporter: Reporter, find_call: FindCall) -> Self {
        Self { captures: Rc::default(), media, reporter, find_call }
    }

    /// Opens a device.
    pub fn capture(&self, request: CaptureRequest) {
        let capture = request.capture;
        self.captures.insert(capture, State::Pending);
        let captures = self.captures.clone();
        let media = self.media.clone();
        let reporter = self.reporter.clone();
        let call = capture.owner().map_or(JsValue::UNDEFINED, |call| (self.find_call)(call));
        let source = request.source.and_then(|source| self.media.captured(source));
        let size = request.size.unwrap_or(Dimension { width: 0, height: 0 });
        let asked = open_capture(
            &call,
            place(request.kind),
            size.width,
            size.height,
            request.facing,
            request.device_id.as_deref(),
            request.profile == AudioBitrateProfile::MusicHighQuality,
            request.audio,
            source.as_ref(),
        );
        when(&asked, move |opened| {
            let opened = opened.map(JsCast::unchecked_into::<Capture>);
            if !captures.contains(capture) {
                // Stopped meanwhile: nobody may see the light of the camera any longer.
                if let Ok(opened) = opened {
                    opened.stop();
                }
                return;
            }
            let result = match opened {
                Ok(opened) => {
                    let described = describe(&opened);
                    captures.insert(capture, listen(&opened, capture, &reporter));
                    media.add_capture(capture, opened);
                    Ok(described)
                }
                Err(thrown) => {
                    captures.remove(capture);
                    let name = field(&thrown, "name").as_string().unwrap_or_default();
                    Err(DeviceFailure { name, cause: Cause::new(thrown) })
                }
            };
            reporter.report(Input::Captured { capture, result });
        });
    }

    /// Takes in a stream of the app.
    pub(crate) fn adopt(&self, capture: CaptureId, adopted: Capture) -> Captured {
        let captured = describe(&adopted);
        self.captures.insert(capture, listen(&adopted, capture, &self.reporter));
        self.media.add_capture(capture, adopted);
        captured
    }

    /// Has a capture deliver nothing, or something again.
    pub fn silence(&self, capture: CaptureId, is_silent: bool) {
        if let Some(captured) = self.media.captured(capture) {
            captured.silence(is_silent);
        }
    }

    /// Ends a capture, running or not begun yet.
    pub fn stop(&self, capture: CaptureId) {
        self.captures.remove(capture);
        if let Some(captured) = self.media.remove_capture(capture) {
            captured.stop();
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

fn listen(opened: &Capture, capture: CaptureId, reporter: &Reporter) -> State {
    let on = |name, input: fn(CaptureId) -> Input| {
        let reporter = reporter.clone();
        Listener::new(opened, name, move |_| reporter.report(input(capture)))
    };
    State::Running {
        _listeners: [
            on("ended", Input::CaptureEnded),
            on("mute", |capture| Input::CaptureMuted(capture, true)),
            on("unmute", |capture| Input::CaptureMuted(capture, false)),
        ],
    }
}

fn describe(capture: &Capture) -> Captured {
    let fields: Array = capture.describe();
    let text = |at| fields.get(at).as_string();
    // Browsers give sizes in whole pixels.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let px = |at| fields.get(at).as_f64().map(|px| px as u32);
    Captured {
        track_id: text(0).unwrap_or_default(),
        size: px(1).zip(px(2)).map(|(width, height)| Dimension { width, height }),
        audio_track_id: text(3),
        device_id: text(4),
        profile: None,
    }
}

/// As the package's JavaScript numbers them.
pub(crate) fn place(kind: DeviceKind) -> u8 {
    match kind {
        DeviceKind::Camera => 0,
        DeviceKind::Microphone => 1,
        DeviceKind::ScreenShare => 2,
    }
}
