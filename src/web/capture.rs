//! What a call captures: how a device is opened, and what it delivers until it is stopped.

mod constraints;
mod devices;
mod failure;
mod filters;
mod permissions;
mod sound;
mod tracks;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Function, Object, Reflect, Set};
use wasm_bindgen::JsValue;
use web_sys::{MediaStream, MediaStreamTrack};

pub(crate) use self::{
    constraints::media_key,
    devices::media_devices,
    failure::Failure,
    filters::as_stream,
    sound::{Analyser, frequencies, sound},
    tracks::{audio_tracks, hint, same, stop_tracks, text, video_tracks},
};
use self::{
    constraints::{Attempts, screen_options, wishes},
    filters::{Enders, Filters},
    tracks::{copy, setting, silence_tracks, size, tracks},
};
pub use self::{
    devices::{DevicesWatch, find_devices, list_devices, listed, watch_devices},
    permissions::{Permission, PermissionState},
};
use super::{
    foreign::{call_method, settled},
    object::{field, object},
};
use crate::core::{CaptureRequest, Captured, DeviceKind, ListedKind};

/// How an app wants a device opened. It is kept for the time of one opening only.
#[derive(Default)]
pub struct Setup {
    /// Laid over our own.
    pub constraints: Option<Object>,
    /// The functions of the app, in their order.
    pub filters: Vec<Function>,
    /// The device that is asked for, if it is one of the app's.
    pub virtual_device: Option<VirtualDevice>,
    /// Where the app's objects hang that end with the capture; without it there are no filters and no
    /// devices of the app.
    pub home: Option<Set>,
    /// Hears of filters that fail.
    pub warn: Option<Warn>,
}

/// Takes a failure that nobody waits for: a message, and what was thrown.
pub type Warn = Box<dyn Fn(&str, &JsValue)>;

impl Setup {
    fn warn(&self, message: &str, thrown: &JsValue) {
        if let Some(warn) = &self.warn {
            warn(message, thrown);
        }
    }
}

/// A device whose streams the app makes.
pub struct VirtualDevice {
    /// As it is selected.
    pub id: String,
    /// The app's object, with a method `getUserMedia`.
    pub device: JsValue,
}

/// A device that is being opened, and may be given up meanwhile.
#[derive(Default)]
pub struct Opening {
    is_given_up: Cell<bool>,
    root: RefCell<Option<MediaStream>>,
}

impl Opening {
    /// Turns the device off at once, also while a filter takes its time.
    pub fn give_up(&self) {
        self.is_given_up.set(true);
        if let Some(root) = self.root.take() {
            stop_tracks(&root);
        }
    }

    /// Whether nobody wants it any more.
    pub fn is_given_up(&self) -> bool {
        self.is_given_up.get()
    }

    fn opened(&self, root: &MediaStream) {
        if self.is_given_up() {
            stop_tracks(root);
        } else {
            *self.root.borrow_mut() = Some(same(root));
        }
    }
}

/// Something that is captured, until it is stopped or dropped.
pub struct Capture {
    kind: DeviceKind,
    root: MediaStream,
    stream: MediaStream,
    device_id: Option<String>,
    running: RefCell<Option<Running>>,
}

/// What ends with a capture, in this order.
struct Running {
    _filters: Filters,
    source: Rc<Source>,
    _tracks: Tracks,
}

/// What makes the stream. Captures from the same source share it.
#[derive(Default)]
struct Source {
    _of_the_app: Option<Enders>,
}

/// The tracks of a device; they end with it.
struct Tracks(MediaStream);

impl Drop for Tracks {
    fn drop(&mut self) {
        stop_tracks(&self.0);
    }
}

impl Capture {
    /// Opens a device. `source` is what to take the source from, instead of asking again.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) async fn open(
        request: &CaptureRequest,
        setup: Setup,
        source: Option<Rc<Self>>,
        opening: &Opening,
    ) -> Result<Self, Failure> {
        let (source, root, device_id) = match source {
            Some(source) => {
                let root = copy(&source.root).map_err(Failure::of_device)?;
                (source.shared_source(), root, source.device_id.clone())
            }
            None => {
                let (source, root) = open_source(request, &setup).await?;
                (Rc::new(source), root, None)
            }
        };
        opening.opened(&root);
        // From here on whatever happens turns it off.
        let guard = Tracks(same(&root));
        if tracks(&root).is_empty() {
            return Err(Failure::named("NotFoundError"));
        }
        let filters = Filters::run(&setup, &root, opening).await;
        let device_id = match (device_id, &setup.virtual_device) {
            (Some(known), _) => Some(known),
            (None, Some(device)) => Some(device.id.clone()),
            (None, None) => real_id(request.kind, &root).await,
        };
        let stream = same(filters.output().unwrap_or(&root));
        let running = Some(Running { _filters: filters, source, _tracks: guard });
        let running = RefCell::new(running);
        Ok(Self { kind: request.kind, root, stream, device_id, running })
    }

    /// A stream of the app: it is published, but neither filtered nor stopped. `kind` is what it
    /// stands for; sound by itself is a source of its own.
    pub(crate) fn adopt(kind: DeviceKind, stream: MediaStream) -> Self {
        let root = same(&stream);
        Self { kind, root, stream, device_id: None, running: RefCell::default() }
    }

    /// What the device delivers.
    pub fn root(&self) -> &MediaStream {
        &self.root
    }

    /// The same after the filters.
    pub fn stream(&self) -> &MediaStream {
        &self.stream
    }

    /// The track of the device, or the sound that came with a screen.
    pub fn track(&self, is_sound: bool) -> Option<MediaStreamTrack> {
        self.find(&self.stream, is_sound).or_else(|| self.find(&self.root, is_sound))
    }

    /// The track that tells of the device.
    pub(crate) fn device_track(&self) -> Option<MediaStreamTrack> {
        self.find(&self.root, false)
    }

    /// The sound that came with a screen.
    pub(crate) fn sound_track(&self) -> Option<MediaStreamTrack> {
        let is_screen = self.kind == DeviceKind::ScreenShare;
        let sound = is_screen.then(|| self.track(true)).flatten();
        // A screen of which there is only sound is that.
        sound.filter(|sound| self.track(false).as_ref() != Some(sound))
    }

    /// Whether it delivers nothing any more.
    pub(crate) fn has_ended(&self) -> bool {
        [self.device_track(), self.track(false)]
            .into_iter()
            .flatten()
            .any(|track| text(&track, "readyState") == "ended")
    }

    /// Delivers nothing, or something again.
    pub fn silence(&self, is_silent: bool) {
        for stream in [&self.root, &self.stream] {
            silence_tracks(stream, is_silent);
        }
    }

    /// Ends it, and the filters with it.
    pub fn stop(&self) {
        drop(self.running.take());
    }

    /// What the core needs to know of it.
    pub(crate) fn describe(&self) -> Captured {
        let track = self.track(false);
        let sound = (self.kind == DeviceKind::ScreenShare).then(|| self.track(true)).flatten();
        let sound = sound.filter(|sound| text(sound, "readyState") != "ended");
        let size = track.as_ref().filter(|_| self.kind != DeviceKind::Microphone).and_then(size);
        Captured {
            track_id: track.as_ref().map(|track| text(track, "id")).unwrap_or_default(),
            size,
            audio_track_id: sound.map(|sound| text(&sound, "id")),
            device_id: self.device_id.clone(),
            label: track.map(|track| text(&track, "label")).unwrap_or_default(),
            profile: None,
        }
    }

    fn find(&self, stream: &MediaStream, is_sound: bool) -> Option<MediaStreamTrack> {
        let sound = || audio_tracks(stream).into_iter().next();
        if is_sound || self.kind == DeviceKind::Microphone {
            sound()
        } else {
            video_tracks(stream).into_iter().next().or_else(sound)
        }
    }

    fn shared_source(&self) -> Rc<Source> {
        self.running.borrow().as_ref().map(|running| running.source.clone()).unwrap_or_default()
    }
}

async fn open_source(
    request: &CaptureRequest,
    setup: &Setup,
) -> Result<(Source, MediaStream), Failure> {
    if request.kind == DeviceKind::ScreenShare {
        let options = screen_options(request, setup.constraints.as_ref());
        let root = get_display_media(&options).await?;
        if let Some(track) = video_tracks(&root).first() {
            hint(track, &request.content_hint);
        }
        return Ok((Source::default(), root));
    }
    let wishes = wishes(request, setup.constraints.as_ref());
    match &setup.virtual_device {
        Some(device) => open_virtual(request.kind, device, wishes, setup).await,
        None => {
            let root = open_device(request.kind, wishes, request.device_id.as_deref()).await?;
            Ok((Source::default(), root))
        }
    }
}

/// Opens a camera or microphone; whatever there is, rather than nothing.
async fn open_device(
    kind: DeviceKind,
    wishes: Object,
    device_id: Option<&str>,
) -> Result<MediaStream, Failure> {
    let mut attempts = Attempts::new(kind, wishes, device_id);
    loop {
        match get_user_media(kind, &attempts.current()).await {
            Err(failure) if attempts.advance(&failure) => {}
            result => return result,
        }
    }
}

async fn open_virtual(
    kind: DeviceKind,
    device: &VirtualDevice,
    wishes: Object,
    setup: &Setup,
) -> Result<(Source, MediaStream), Failure> {
    let constraints = object(&[(media_key(kind), wishes.into())]);
    let opened = call_method(&device.device, "getUserMedia", &constraints);
    let opened = settled(&opened.map_err(Failure::of_device)?).await.map_err(Failure::of_device)?;
    let enders = setup.home.as_ref().map(Enders::new);
    if let Some(enders) = &enders {
        enders.add(&opened);
    }
    let source = Source { _of_the_app: enders };
    let stream = Reflect::get(&opened, &JsValue::from_str("stream"));
    let root = stream.and_then(|stream| as_stream(&stream, "the device of the app"));
    Ok((source, root.map_err(Failure::of_device)?))
}

/// `navigator.mediaDevices.getUserMedia`, of whose questions the page's permission knows.
pub(crate) async fn get_user_media(
    kind: DeviceKind,
    constraints: &Object,
) -> Result<MediaStream, Failure> {
    let run = async {
        let devices = media_devices()?;
        let asked = call_method(&devices, "getUserMedia", constraints)?;
        as_stream(&settled(&asked).await?, "the browser")
    };
    let result = match Permission::of(kind) {
        Some(permission) => permission.ask(run).await,
        None => run.await,
    };
    result.map_err(Failure::of_device)
}

/// `navigator.mediaDevices.getDisplayMedia`.
pub(crate) async fn get_display_media(options: &JsValue) -> Result<MediaStream, Failure> {
    let devices = media_devices().map_err(Failure::of_screen)?;
    if !field(&devices, "getDisplayMedia").is_function() {
        return Err(Failure::named("NotSupportedError"));
    }
    let asked = call_method(&devices, "getDisplayMedia", options).map_err(Failure::of_screen)?;
    let stream = settled(&asked).await.map_err(Failure::of_screen)?;
    as_stream(&stream, "the browser").map_err(Failure::of_screen)
}

/// Browsers may say `default` for a device that has an id.
async fn real_id(kind: DeviceKind, root: &MediaStream) -> Option<String> {
    let listed_kind = ListedKind::of(kind)?;
    let track = tracks(root).into_iter().next()?;
    let id = setting(&track, "deviceId")?;
    if id != "default" {
        return Some(id);
    }
    let group = setting(&track, "groupId");
    let devices = find_devices(Some(listed_kind)).await.unwrap_or_default();
    let of_group =
        listed(&devices).into_iter().find(|device| Some(&device.group_id) == group.as_ref());
    Some(of_group.map_or(id, |device| device.id))
}
