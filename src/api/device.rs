//! What camera, microphone and shared screen of a call have in common.

mod filters;
mod list;
mod manager;
mod question;
mod state;
mod virtual_device;

use std::{
    cell::{Cell, OnceCell},
    rc::Rc,
};

use js_sys::{Object, Promise, Set};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};

pub(super) use self::{
    list::{DeviceList, Source},
    manager::device_manager,
    state::device_state,
};
use super::{
    abort::{Signal, abortable},
    call_shared::CallShared,
    client::{ClientShared, Level, LogScope},
    error::{device_name, to_js},
    fields,
    functions::ignore,
    options,
    parts::Parts,
    promises::rejected,
    speaker,
};
use crate::{
    core::{
        AudioBitrateProfile, CallChanges, CallCommand, CaptureRequest, Choice, DeviceKind,
        DeviceOrder, DeviceState, Facing, LocalEvent, MediaOption, Slice,
    },
    web::{Browser, Capture, Error, Permission, PermissionState, Setup, Watch, is_list, object},
};

/// One device of a call. Functions of the app hang on the [`Parts`] of the call, not here.
pub(crate) struct Device {
    shared: Rc<CallShared>,
    kind: DeviceKind,
    /// Whether `disable()` keeps the capture, silent.
    keeps: Cell<bool>,
    stops_on_leave: Cell<bool>,
    /// Tells apart what the app registers.
    last_id: Cell<u32>,
    permission: OnceCell<Watch>,
}

impl Device {
    pub(super) fn new(shared: &Rc<CallShared>, kind: DeviceKind) -> Rc<Self> {
        let device = Rc::new(Self {
            shared: shared.clone(),
            kind,
            keeps: Cell::new(false),
            stops_on_leave: Cell::new(true),
            last_id: Cell::new(0),
            permission: OnceCell::new(),
        });
        if let Some(permission) = Permission::of(kind) {
            let this = Rc::downgrade(&device);
            let watch = permission.watch(move || {
                if let Some(device) = this.upgrade() {
                    device.tell_permission();
                }
            });
            let _ = device.permission.set(watch);
            shared.client.driver().watch_devices();
        }
        device
    }

    /// What the call's objects share.
    pub(super) fn shared(&self) -> &Rc<CallShared> {
        &self.shared
    }

    /// Reads the state of the device; `None` when nothing can be read any more.
    pub(super) fn read<T>(&self, read: impl FnOnce(&DeviceState<Browser>) -> T) -> Option<T> {
        self.shared.read(|state| read(state.device(self.kind)))
    }

    /// The object `state` of the manager.
    pub(super) fn state(&self) -> JsValue {
        let name = self.part("state");
        self.shared.parts().map(|parts| parts.get(&name)).unwrap_or_default()
    }

    /// The capture while there is one.
    pub(super) fn capture(&self) -> Option<Rc<Capture>> {
        let capture = self.read(|device| device.capture).flatten()?;
        self.shared.client.driver().devices().running(capture)
    }

    pub(super) fn permission(&self) -> PermissionState {
        Permission::of(self.kind).map_or(PermissionState::Prompt, |permission| permission.state())
    }

    /// Gives an order; the promise is settled when it is carried out.
    pub(super) fn order(&self, order: DeviceOrder) -> Promise {
        let kind = self.kind;
        self.shared.promise(|promise| CallCommand::Device { promise, kind, order })
    }

    pub(super) fn set_media(&self, option: MediaOption) {
        self.shared.order(CallCommand::SetMedia(option));
    }

    /// `enable(options)`
    pub(super) fn enable(self: &Rc<Self>, options: &JsValue) -> Promise {
        let EnableOptions { signal } = match options::read(options, "enable") {
            Ok(options) => options,
            Err(error) => return rejected(&error),
        };
        let this = self.clone();
        let give_up = move || ignore(this.order(DeviceOrder::Disable { keep: this.keeps.get() }));
        abortable(signal.as_ref(), "enable", || self.order(DeviceOrder::Enable), give_up)
    }

    /// `disable(options)`
    pub(super) fn disable(&self, options: &JsValue) -> Promise {
        let forced = match options.as_bool() {
            Some(forced) => Ok(forced),
            None => options::read(options, "disable")
                .map(|DisableOptions { force_stop }| force_stop.unwrap_or_default()),
        };
        match forced {
            Ok(forced) => self.order(DeviceOrder::Disable { keep: self.keeps.get() && !forced }),
            Err(error) => rejected(&error),
        }
    }

    /// `toggle()`
    pub(super) fn toggle(&self) -> Promise {
        self.order(DeviceOrder::Toggle { keep: self.keeps.get() })
    }

    /// `select(deviceId)`
    pub(super) fn select(&self, device_id: &JsValue) -> Promise {
        let id = device_id.as_string();
        if id.is_none() && !device_id.is_undefined() {
            return rejected(&options::invalid("select: the id of the device is no string"));
        }
        let device_id = id.filter(|id| !id.is_empty());
        self.order(DeviceOrder::Select(Choice { device_id, facing: None }))
    }

    /// Looks that way, in place of the selected device.
    pub(super) fn face(&self, facing: Facing) -> Promise {
        let facing = Some(facing);
        self.order(DeviceOrder::Select(Choice { device_id: None, facing }))
    }

    /// `statusChangeSettled()`
    pub(super) fn settled(&self) -> Promise {
        let kind = self.kind;
        self.shared.promise(|promise| CallCommand::AwaitDevice { promise, kind })
    }

    /// `setAudioBitrateProfile(profile)`
    pub(super) fn set_profile(&self, profile: &JsValue) -> Promise {
        let kind = self.kind;
        match read_profile(profile) {
            Some(profile) => self.shared.promise(|promise| CallCommand::SetAudioProfile {
                promise,
                kind,
                profile,
            }),
            None => rejected(&options::invalid(
                "setAudioBitrateProfile: no profile of SfuModels.AudioBitrateProfile",
            )),
        }
    }

    pub(super) fn keeps(&self) -> bool {
        self.keeps.get()
    }

    /// `disableMode = mode`
    pub(super) fn set_disable_mode(&self, mode: &JsValue) -> Result<(), JsValue> {
        match mode.as_string().as_deref() {
            Some("stop-tracks") => self.keeps.set(false),
            Some("disable-tracks") => self.keeps.set(true),
            _ => {
                let message = "disableMode is neither 'stop-tracks' nor 'disable-tracks'";
                return Err(to_js(&options::invalid(message)));
            }
        }
        Ok(())
    }

    pub(super) fn stops_on_leave(&self) -> bool {
        self.stops_on_leave.get()
    }

    /// `stopOnLeave = stops`
    pub(super) fn set_stops_on_leave(&self, stops: bool) {
        self.stops_on_leave.set(stops);
        self.set_media(MediaOption::StopOnLeave(self.kind, stops));
    }

    /// `setDefaultConstraints(constraints)`
    pub(super) fn set_constraints(&self, constraints: &JsValue) -> Result<(), JsValue> {
        let own = plain(constraints, "setDefaultConstraints").map_err(|error| to_js(&error))?;
        if let Some(parts) = self.shared.parts() {
            parts.set(&self.part("constraints"), &own);
        }
        Ok(())
    }

    /// The name of something of this device among the parts.
    fn part(&self, what: &str) -> String {
        part(self.kind, what)
    }

    fn next_id(&self) -> u32 {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        id
    }

    /// Captures anew, with other filters.
    fn renew(&self) -> Promise {
        self.order(DeviceOrder::Renew { fresh: false })
    }

    fn tell_permission(&self) {
        let parts = self.shared.parts();
        if let Some(observables) = parts.and_then(|p| fields::observables(&p, &self.part("state")))
        {
            for name in ["hasBrowserPermission", "browserPermissionState", "isPromptingPermission"]
            {
                observables.mark(name);
            }
            observables.flush();
        }
    }
}

/// What hangs on the objects of a call for one of its devices.
fn part(kind: DeviceKind, what: &str) -> String {
    [device_name(kind), "/", what].concat()
}

/// How the app wants a device opened.
pub(super) fn setup(shared: &Rc<CallShared>, request: &CaptureRequest) -> Setup {
    let Some(parts) = shared.parts() else {
        return Setup::default();
    };
    let kind = request.kind;
    let constraints = parts.get(&part(kind, "constraints")).dyn_into::<Object>().ok();
    let client = Rc::downgrade(&shared.client);
    Setup {
        constraints,
        filters: filters::functions(&parts, kind),
        virtual_device: virtual_device::find(&parts, kind, request.device_id.as_deref()),
        home: Some(home(&parts, kind)),
        warn: Some(Box::new(move |message, thrown| {
            if let Some(client) = client.upgrade() {
                warn(&client, message, Some(thrown));
            }
        })),
    }
}

/// Where objects of the app hang that end with a capture.
fn home(parts: &Parts, kind: DeviceKind) -> Set {
    let name = part(kind, "running");
    if let Ok(home) = parts.get(&name).dyn_into() {
        return home;
    }
    let home = Set::new(&JsValue::UNDEFINED);
    parts.set(&name, &home);
    home
}

/// Logs what devices have to say.
pub(super) fn warn(client: &ClientShared, message: &str, thrown: Option<&JsValue>) {
    let details = thrown.map(std::slice::from_ref).unwrap_or_default();
    client.log(LogScope::Devices, Level::Warn, message, details);
}

/// Notes which values of the devices changed; `true` when any did. Runs no code of the app.
pub(super) fn mark(parts: &Parts, changes: &CallChanges) -> bool {
    let slices = [
        (Slice::Camera, "camera/state", state::FIELDS),
        (Slice::Microphone, "microphone/state", state::FIELDS),
        (Slice::ScreenShare, "screenShare/state", state::FIELDS),
        (Slice::Speaker, "speaker/state", speaker::FIELDS),
    ];
    let mut any = false;
    for (_, name, names) in slices.into_iter().filter(|(slice, ..)| changes.slices.contains(*slice))
    {
        if let Some(observables) = fields::observables(parts, name) {
            any = true;
            for name in names {
                observables.mark(name);
            }
        }
    }
    any
}

/// Tells those who watch the devices of what was marked.
pub(super) fn flush(shared: &Rc<CallShared>) {
    let Some(parts) = shared.parts() else { return };
    speaker::apply(shared, &parts);
    for name in ["camera/state", "microphone/state", "screenShare/state", "speaker/state"] {
        if let Some(observables) = fields::observables(&parts, name) {
            observables.flush();
        }
    }
}

/// What listeners are told of a device.
pub(super) fn event(name: &str, event: &LocalEvent) -> JsValue {
    let optional = |text: Option<&str>| text.map(JsValue::from_str).unwrap_or_default();
    let mut fields: Vec<(&str, JsValue)> = vec![("type", name.into())];
    match event {
        LocalEvent::DeviceDisconnected { cid, status, device_id, label, kind } => {
            fields.push(("call_cid", cid.into()));
            fields.push(("status", optional(status.map(crate::core::DeviceStatus::as_str))));
            fields.push(("deviceId", device_id.into()));
            fields.push(("label", label.into()));
            fields.push(("kind", kind.as_str().into()));
        }
        LocalEvent::CaptureReport { cid, captures_audio, device_id, label } => {
            fields.push(("call_cid", cid.into()));
            fields.push(("capturesAudio", (*captures_audio).into()));
            fields.push(("deviceId", optional(device_id.as_deref())));
            fields.push(("label", label.into()));
        }
        LocalEvent::ConnectionChanged { .. }
        | LocalEvent::NetworkChanged { .. }
        | LocalEvent::Unwatched { .. }
        | LocalEvent::Left { .. } => {}
    }
    object(&fields).into()
}

/// A copy of an object of the app.
fn plain(value: &JsValue, what: &str) -> Result<Object, Error> {
    if !value.is_object() || is_list(value) {
        return Err(options::invalid(&format!("{what}: not an object")));
    }
    // Its getters may throw.
    copy(&Object::new(), value).map_err(|thrown| {
        options::invalid(&format!("{what}: the object cannot be read")).cause(thrown)
    })
}

/// One of `SfuModels.AudioBitrateProfile`.
pub(super) fn read_profile(value: &JsValue) -> Option<AudioBitrateProfile> {
    let known = [
        AudioBitrateProfile::VoiceStandardUnspecified,
        AudioBitrateProfile::VoiceHighQuality,
        AudioBitrateProfile::MusicHighQuality,
    ];
    known.into_iter().find(|known| *value == f64::from(*known as i32))
}

#[derive(Default, Deserialize)]
struct EnableOptions {
    #[serde(default)]
    signal: Option<Signal>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DisableOptions {
    force_stop: Option<bool>,
}

#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// js-sys says that it cannot throw; a getter of the app's can.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = assign)]
    fn copy(target: &Object, source: &JsValue) -> Result<Object, JsValue>;
}
