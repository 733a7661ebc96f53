use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortController;

use super::{
    browser::{DeviceFailure, Input},
    capture::{Capture, adopt_stream, open_capture},
    listener::Listener,
    media::MediaTable,
    object::field,
    report::Reporter,
    task::{settled, spawn},
};
use crate::core::{
    AudioBitrateProfile, CaptureId, CaptureRequest, Captured, DeviceKind, Dimension,
};

/// The captures that run or begin.
pub struct Devices(Rc<Captures>);

struct Captures {
    all: RefCell<BTreeMap<CaptureId, State>>,
    media: MediaTable,
    reporter: Reporter,
}

enum State {
    /// The browser has been asked. Aborting turns the device off at once, whatever still takes its
    /// time.
    Opening(Option<AbortController>),
    Running {
        _listeners: [Listener; 3],
    },
}

impl Devices {
    /// None yet. Streams are put into `media`.
    pub fn new(media: &MediaTable, reporter: &Reporter) -> Self {
        let (media, reporter) = (media.clone(), reporter.clone());
        Self(Rc::new(Captures { all: RefCell::default(), media, reporter }))
    }

    /// Opens a device. `call` is the app's object that knows how the app wants it opened, or
    /// `undefined`.
    pub fn capture(&self, call: &JsValue, request: &CaptureRequest) {
        let id = request.capture;
        let abort = AbortController::new().ok();
        let signal = abort.as_ref().map(AbortController::signal);
        self.0.all.borrow_mut().insert(id, State::Opening(abort));
        let source = request.source.and_then(|source| self.0.media.capture(source));
        let size = request.size.unwrap_or(Dimension { width: 0, height: 0 });
        let asked = open_capture(
            call,
            place(request.kind),
            size.width,
            size.height,
            request.facing,
            request.device_id.as_deref(),
            request.profile == AudioBitrateProfile::MusicHighQuality,
            request.audio,
            source.as_ref(),
            signal.as_ref(),
        );
        let captures = Rc::downgrade(&self.0);
        spawn(async move {
            let opened = settled(asked).await.map(JsCast::unchecked_into::<Capture>);
            let is_wanted = |captures: &Rc<Captures>| captures.all.borrow().contains_key(&id);
            match (captures.upgrade().filter(is_wanted), opened) {
                (Some(captures), opened) => captures.opened(id, opened),
                // Stopped meanwhile: nobody may see the light of the camera any longer.
                (None, Ok(capture)) => drop(capture.stop()),
                (None, Err(_)) => {}
            }
        });
    }

    /// Takes in a stream of the app. One that cannot be looked at has no track to be sent.
    pub(crate) fn adopt(&self, id: CaptureId, track_type: i32, stream: &JsValue) -> Captured {
        let adopted = adopt_stream(track_type, stream).and_then(|capture| self.0.add(id, capture));
        adopted.unwrap_or_else(|thrown| {
            self.0.reporter.warn("a stream could not be taken in", &thrown);
            Captured::default()
        })
    }

    /// Has a capture deliver nothing, or something again.
    pub fn silence(&self, id: CaptureId, is_silent: bool) {
        let capture = self.0.media.capture(id);
        if let Some(Err(thrown)) = capture.map(|capture| capture.silence(is_silent)) {
            self.0.reporter.warn("a track could not be switched", &thrown);
        }
    }

    /// Ends a capture, running or not begun yet.
    pub fn stop(&self, id: CaptureId) {
        let state = self.0.all.borrow_mut().remove(&id);
        if let Some(State::Opening(Some(abort))) = state {
            abort.abort();
        }
        let capture = self.0.media.remove_capture(id);
        if let Some(Err(thrown)) = capture.map(|capture| capture.stop()) {
            self.0.reporter.warn("a capture could not be stopped", &thrown);
        }
    }

    /// Ends all of them.
    pub fn stop_all(&self) {
        let all: Vec<CaptureId> = self.0.all.borrow().keys().copied().collect();
        for id in all {
            self.stop(id);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.all.borrow().len()
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

impl Captures {
    /// A device was opened that is still wanted, or was not.
    fn opened(&self, id: CaptureId, opened: Result<Capture, JsValue>) {
        let result = opened.and_then(|capture| self.add(id, capture)).map_err(|thrown| {
            self.all.borrow_mut().remove(&id);
            let name = field(&thrown, "name").as_string().unwrap_or_default();
            DeviceFailure { name, cause: thrown }
        });
        self.reporter.report(Input::Captured { capture: id, result });
    }

    /// Keeps a capture, unless it has nothing to be described.
    fn add(&self, id: CaptureId, capture: Capture) -> Result<Captured, JsValue> {
        let captured = describe(&capture).inspect_err(|_| drop(capture.stop()))?;
        let running = self.listen(id, &capture);
        self.all.borrow_mut().insert(id, running);
        self.media.add_capture(id, capture);
        Ok(captured)
    }

    fn listen(&self, id: CaptureId, capture: &Capture) -> State {
        let on = |name, input: fn(CaptureId) -> Input| {
            let reporter = self.reporter.clone();
            Listener::new(capture, name, move |_| reporter.report(input(id)))
        };
        State::Running {
            _listeners: [
                on("ended", Input::CaptureEnded),
                on("mute", |id| Input::CaptureMuted(id, true)),
                on("unmute", |id| Input::CaptureMuted(id, false)),
            ],
        }
    }
}

fn describe(capture: &Capture) -> Result<Captured, JsValue> {
    let fields = capture.describe()?;
    let text = |at| fields.get(at).as_string();
    // Browsers give sizes in whole pixels.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let px = |at| fields.get(at).as_f64().map(|px| px as u32);
    Ok(Captured {
        track_id: text(0).unwrap_or_default(),
        size: px(1).zip(px(2)).map(|(width, height)| Dimension { width, height }),
        audio_track_id: text(3),
        device_id: text(4),
        profile: None,
    })
}

/// As the package's JavaScript numbers them.
fn place(kind: DeviceKind) -> u8 {
    match kind {
        DeviceKind::Camera => 0,
        DeviceKind::Microphone => 1,
        DeviceKind::ScreenShare => 2,
    }
}
