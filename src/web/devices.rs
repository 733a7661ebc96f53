use crate::web::task::detach;
use std::{cell::RefCell, rc::Rc};

use indexmap::IndexMap;

use web_sys::{EventTarget, MediaStream, MediaStreamTrack};

use super::{
    browser::Input,
    capture::{Capture, Opening, Setup},
    listener::Listener,
    listening::Listening,
    media::MediaTable,
    report::Reporter,
};
use crate::core::{
    CaptureId, CaptureRequest, Captured, DeviceKind, ListenId, ListenRequest, TrackType,
};

/// The captures that run or begin, and the microphones that are listened to.
pub struct Devices {
    captures: Captures,
    media: MediaTable,
    reporter: Reporter,
    listening: Listening,
}

/// They outlive the [`Devices`] in what is being opened.
type Captures = Rc<RefCell<IndexMap<CaptureId, Entry>>>;

enum Entry {
    /// The browser has been asked.
    Begins(Rc<Opening>),
    Runs {
        capture: Rc<Capture>,
        news: Vec<Listener>,
    },
}

impl Devices {
    /// None yet. Streams are put into `media`.
    pub fn new(media: &MediaTable, reporter: Reporter) -> Self {
        let listening = Listening::new(reporter.clone());
        Self { captures: Captures::default(), media: media.clone(), reporter, listening }
    }

    /// Opens a device, as the app wants it.
    pub fn capture(&self, request: CaptureRequest, setup: Setup) {
        let id = request.capture;
        let opening = Rc::<Opening>::default();
        self.captures.borrow_mut().insert(id, Entry::Begins(opening.clone()));
        let source = request.source.and_then(|source| self.running(source));
        let captures = Rc::downgrade(&self.captures);
        let (media, reporter) = (self.media.clone(), self.reporter.clone());
        detach(async move {
            let result = Capture::open(&request, setup, source, &opening).await;
            // Whoever gave it up wants to hear nothing of it, and what was opened ends here.
            let Some(captures) = captures.upgrade().filter(|_| !opening.is_given_up()) else {
                return;
            };
            let result = match result {
                Ok(capture) => {
                    let capture = Rc::new(capture);
                    add(&captures, &media, &reporter, id, capture.clone());
                    Ok(capture)
                }
                Err(failure) => {
                    captures.borrow_mut().shift_remove(&id);
                    Err(failure.into())
                }
            };
            let opened = result.as_ref().ok().cloned();
            let result = result.map(|capture| capture.describe());
            reporter.report(Input::Captured { capture: id, result });
            // What ends while a filter takes its time tells nobody of it later.
            if opened.is_some_and(|capture| capture.has_ended()) {
                reporter.report(Input::CaptureEnded(id));
            }
        });
    }

    /// Takes in a stream of the app.
    pub fn adopt(&self, id: CaptureId, track_type: TrackType, stream: MediaStream) -> Captured {
        let kind = match track_type {
            TrackType::Video => DeviceKind::Camera,
            TrackType::ScreenShare => DeviceKind::ScreenShare,
            // Sound by itself, that of a screen too, is a source of its own.
            TrackType::Audio | TrackType::ScreenShareAudio | TrackType::Unspecified => {
                DeviceKind::Microphone
            }
        };
        let capture = Rc::new(Capture::adopt(kind, stream));
        let captured = capture.describe();
        add(&self.captures, &self.media, &self.reporter, id, capture);
        captured
    }

    /// A capture that runs.
    pub fn running(&self, id: CaptureId) -> Option<Rc<Capture>> {
        match self.captures.borrow().get(&id) {
            Some(Entry::Runs { capture, .. }) => Some(capture.clone()),
            Some(Entry::Begins(_)) | None => None,
        }
    }

    /// Has a capture deliver nothing, or something again.
    pub fn silence(&self, id: CaptureId, is_silent: bool) {
        if let Some(capture) = self.running(id) {
            capture.silence(is_silent);
        }
    }

    /// Ends a capture, running or not begun yet.
    pub fn stop(&self, id: CaptureId) {
        let entry = self.captures.borrow_mut().shift_remove(&id);
        self.media.remove_capture(id);
        match entry {
            Some(Entry::Begins(opening)) => opening.give_up(),
            Some(Entry::Runs { capture, news }) => {
                drop(news);
                capture.stop();
            }
            None => {}
        }
    }

    /// Listens to a microphone.
    pub fn listen(&self, request: ListenRequest) {
        let running = |id| self.running(id);
        self.listening.start(request, &running);
    }

    /// Listens no longer.
    pub fn stop_listening(&self, id: ListenId) {
        self.listening.stop(id);
    }

    /// Ends all of them.
    pub fn stop_all(&self) {
        self.listening.stop_all();
        let captures: Vec<CaptureId> = self.captures.borrow().keys().copied().collect();
        for capture in captures {
            self.stop(capture);
        }
    }

    /// How many captures there are.
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

fn add(
    captures: &Captures,
    media: &MediaTable,
    reporter: &Reporter,
    id: CaptureId,
    capture: Rc<Capture>,
) {
    let track = capture.device_track();
    // What filters make of it may end by itself, too.
    let published = capture.track(false).filter(|published| Some(published) != track.as_ref());
    let sound = capture.sound_track();
    let news = |track: &Option<MediaStreamTrack>, name, input: fn(CaptureId) -> Input| {
        let target: Option<&EventTarget> = track.as_deref();
        let reporter = reporter.clone();
        target.map(|target| Listener::new(target, name, move |_| reporter.report(input(id))))
    };
    let news = [
        news(&track, "ended", Input::CaptureEnded),
        news(&published, "ended", Input::CaptureEnded),
        news(&sound, "ended", Input::SoundEnded),
        news(&track, "mute", |id| Input::CaptureMuted(id, true)),
        news(&track, "unmute", |id| Input::CaptureMuted(id, false)),
    ];
    media.add_capture(id, capture.clone());
    let news = news.into_iter().flatten().collect();
    captures.borrow_mut().insert(id, Entry::Runs { capture, news });
}
