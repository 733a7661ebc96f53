//! The microphones that are listened to.

use crate::web::Input;
use crate::web::task::detach;
use std::{cell::RefCell, rc::Rc};

use indexmap::IndexMap;

use wasm_bindgen::JsValue;
use web_sys::MediaStream;

use super::{
    capture::{
        Analyser, Capture, Failure, Opening, Origin, Permission, PermissionState, Setup, Together,
        sound,
    },
    report::Reporter,
};
use crate::core::{
    AudioBitrateProfile, CaptureId, CaptureRequest, DeviceKind, ListenId, ListenRequest,
    ListenSource,
};

/// How finely sound is looked at: coarsely for speech, all of it for digital silence.
const COARSE: u32 = 128;
const FINE: u32 = 2048;

/// The microphones that are listened to.
pub(super) struct Listening {
    entries: Rc<RefCell<IndexMap<ListenId, Entry>>>,
    reporter: Reporter,
}

struct Entry {
    opening: Rc<Opening>,
    /// What listens, and the capture that was opened just for that.
    heard: Option<(Analyser, Option<Capture>)>,
}

impl Listening {
    pub(super) fn new(reporter: Reporter) -> Self {
        Self { entries: Rc::default(), reporter }
    }

    /// Begins. What cannot be listened to is warned of.
    pub(super) fn start(
        &self,
        request: ListenRequest,
        running: &dyn Fn(CaptureId) -> Option<Rc<Capture>>,
    ) {
        // Nobody expects it of a browser that has nothing to listen with.
        if !Analyser::is_supported() {
            return;
        }
        let ListenRequest { listening, source, every } = request;
        let opening = Rc::<Opening>::default();
        let entry = Entry { opening: opening.clone(), heard: None };
        self.entries.borrow_mut().insert(listening, entry);
        let every = u32::try_from(every.as_millis()).unwrap_or(u32::MAX);
        match source {
            ListenSource::Capture(id) => {
                if let Some(capture) = running(id) {
                    let stream = capture.stream();
                    let analyser = analyse(&self.reporter, stream, listening, FINE, every);
                    put(&self.entries, &self.reporter, listening, analyser, None);
                }
            }
            ListenSource::Device(id) => {
                let entries = Rc::downgrade(&self.entries);
                let reporter = self.reporter.clone();
                detach(async move {
                    let Some(result) = open(id, &opening).await else { return };
                    let Some(entries) = entries.upgrade().filter(|_| !opening.is_given_up()) else {
                        return;
                    };
                    match result {
                        Ok(capture) => {
                            let analyser =
                                analyse(&reporter, capture.root(), listening, COARSE, every);
                            put(&entries, &reporter, listening, analyser, Some(capture));
                        }
                        Err(thrown) => reporter.warn(FAILED, &thrown),
                    }
                });
            }
        }
    }

    pub(super) fn stop(&self, id: ListenId) {
        let entry = self.entries.borrow_mut().shift_remove(&id);
        if let Some(Entry { opening, heard }) = entry {
            opening.give_up();
            drop(heard);
        }
    }

    pub(super) fn stop_all(&self) {
        let all: Vec<ListenId> = self.entries.borrow().keys().copied().collect();
        for id in all {
            self.stop(id);
        }
    }
}

const FAILED: &str = "the microphone could not be listened to";

/// Opens a microphone, unless the user would have to be asked.
async fn open(
    device_id: Option<String>,
    opening: &Rc<Opening>,
) -> Option<Result<Capture, JsValue>> {
    let permission = Permission::of(DeviceKind::Microphone)?;
    if permission.query().await != PermissionState::Granted || opening.is_given_up() {
        return None;
    }
    let request = CaptureRequest {
        // It is nobody's.
        capture: CaptureId::from((None, 0)),
        kind: DeviceKind::Microphone,
        size: None,
        facing: None,
        device_id,
        profile: AudioBitrateProfile::VoiceStandardUnspecified,
        audio: false,
        max_framerate: None,
        content_hint: String::new(),
        source: None,
    };
    let setup = Setup::default();
    let origin = Origin::new(&request, &setup, None, (&Together::default(), opening));
    let result = Capture::open(&request, setup, origin, opening).await;
    Some(result.map_err(Failure::into_thrown))
}

fn analyse(
    reporter: &Reporter,
    stream: &MediaStream,
    listening: ListenId,
    fft_size: u32,
    every: u32,
) -> Result<Analyser, JsValue> {
    let reporter = reporter.clone();
    Analyser::new(stream, fft_size, every, move |node| {
        reporter.report(Input::Heard { listening, sound: sound(node) });
    })
}

fn put(
    entries: &RefCell<IndexMap<ListenId, Entry>>,
    reporter: &Reporter,
    listening: ListenId,
    analyser: Result<Analyser, JsValue>,
    capture: Option<Capture>,
) {
    match analyser {
        Ok(analyser) => {
            if let Some(entry) = entries.borrow_mut().get_mut(&listening) {
                entry.heard = Some((analyser, capture));
            }
        }
        Err(thrown) => reporter.warn(FAILED, &thrown),
    }
}
