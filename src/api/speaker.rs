//! Where and how loud the others are heard.

use crate::web::task::detach;
use std::rc::Rc;

use js_sys::{Map, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::{
    call_shared::CallShared,
    device::{self, DeviceList, Source},
    device_preferences,
    error::to_js,
    fields::{self, WeakObservables, fields},
    functions::{procedure, promise},
    options,
    parts::Parts,
    promises::rejected,
};
use crate::{
    core::{CallCommand, ListedKind, SpeakerOrder, SpeakerState as Heard},
    web::{call_method, field, find_devices, object, settled},
};

/// The values that follow from the core's.
pub(super) const FIELDS: &[&str] = &["selectedDevice", "volume"];

/// How the others are heard.
#[wasm_bindgen]
pub struct SpeakerState {
    shared: Rc<CallShared>,
    observables: WeakObservables,
}

fields! {
    SpeakerState "SpeakerState": "SpeakerValues";
    /// Where the others are heard; `''` for wherever the browser plays sound.
    selected_device: "selectedDevice", "string" =
        |state| read(&state.shared, |speaker| speaker.selected.clone()).unwrap_or_default().into();
    /// How loud everybody is heard, 0 to 1.
    volume: "volume", "number" =
        |state| read(&state.shared, |speaker| speaker.volume).unwrap_or(1.0).into();
}

#[wasm_bindgen]
impl SpeakerState {
    /// Whether this browser can play sound anywhere but where it wants.
    #[wasm_bindgen(getter, js_name = isDeviceSelectionSupported)]
    #[allow(clippy::unused_self)] // a property of objects for apps
    pub fn is_device_selection_supported(&self) -> bool {
        let class = field(&js_sys::global(), "HTMLMediaElement");
        field(&field(&class, "prototype"), "setSinkId").is_function()
    }
}

/// Where and how loud the others are heard, by elements bound with {@link Call.bindAudioElement}.
#[wasm_bindgen]
pub struct SpeakerManager {
    shared: Rc<CallShared>,
}

#[wasm_bindgen]
impl SpeakerManager {
    /// How the others are heard.
    #[wasm_bindgen(getter, unchecked_return_type = "SpeakerState")]
    pub fn state(&self) -> JsValue {
        self.shared.parts().map(|parts| parts.get("speaker/state")).unwrap_or_default()
    }

    /// The loudspeakers.
    #[wasm_bindgen(js_name = listDevices, unchecked_return_type = "DeviceList")]
    pub fn list_devices(&self) -> JsValue {
        DeviceList::make(Source::Speakers(self.shared.clone()))
    }

    /// The loudspeakers.
    #[wasm_bindgen(unchecked_return_type = "Promise<MediaDeviceInfo[]>")]
    #[allow(clippy::unused_self)] // a method of objects for apps
    pub fn devices(&self) -> Promise {
        promise(async {
            let found = find_devices(Some(ListedKind::AudioOutput)).await?;
            Ok(found.into_iter().collect::<js_sys::Array>().into())
        })
    }

    /// Plays everything there; `''` leaves it to the browser, as does a device that is unplugged.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn select(
        &self,
        #[wasm_bindgen(js_name = deviceId, unchecked_param_type = "string")] device_id: &JsValue,
    ) -> Promise {
        let Some(id) = device_id.as_string() else {
            return rejected(&options::invalid("select: the id is no string"));
        };
        if let Some(error) = self.shared.client.refusal() {
            return rejected(&error);
        }
        self.shared.order(CallCommand::Speaker(SpeakerOrder::Select(id.clone())));
        let shared = self.shared.clone();
        promise(async move {
            if let Some(parts) = shared.parts() {
                let _ = JsFuture::from(route_all(&shared, &parts)).await;
            }
            device_preferences::remember_speaker(&shared, &id).await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// How loud everybody is heard.
    ///
    /// @param volume 0 to 1
    #[wasm_bindgen(js_name = setVolume)]
    pub fn set_volume(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] volume: &JsValue,
    ) -> Result<(), JsValue> {
        let volume = read_volume("setVolume", volume)?;
        self.shared.order(CallCommand::Speaker(SpeakerOrder::Volume(volume)));
        Ok(())
    }

    /// How loud one participant is heard.
    ///
    /// @param volume 0 to 1; `undefined` for as loud as everybody
    #[wasm_bindgen(js_name = setParticipantVolume)]
    pub fn set_participant_volume(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "number | undefined")] volume: &JsValue,
    ) -> Result<(), JsValue> {
        const WHAT: &str = "setParticipantVolume";
        let Some(session_id) = session_id.as_string() else {
            let message = format!("{WHAT}: the session id is no string");
            return Err(to_js(&options::invalid(&message)));
        };
        let volume = if volume.is_undefined() { None } else { Some(read_volume(WHAT, volume)?) };
        self.shared.order(CallCommand::SetVolume { session_id, volume });
        Ok(())
    }
}

/// Makes the loudspeakers of a call, once, as one of its parts.
pub(crate) fn make(shared: &Rc<CallShared>, parts: &Parts) -> JsValue {
    fields::own(parts, "speaker/state", &JsValue::UNDEFINED, |observables| SpeakerState {
        shared: shared.clone(),
        observables,
    });
    let manager = JsValue::from(SpeakerManager { shared: shared.clone() });
    parts.own("speaker", &manager);
    manager
}

/// Plays an element of the app on the speaker, as loud as its participant is to be; what it returns
/// ends that. The element hangs on the objects of the call meanwhile.
pub(crate) fn play_on(shared: &Rc<CallShared>, element: &JsValue, session_id: &str) -> JsValue {
    let Some(parts) = shared.parts() else {
        return procedure(|| {});
    };
    let elements = elements(&parts);
    let id = next_id(&elements);
    let entry = object(&[("element", element.clone()), ("sessionId", session_id.into())]);
    elements.set(&id.into(), &entry);
    apply_volumes(shared, &elements);
    let selected = selected(shared);
    if !selected.is_empty() {
        let routing = route(shared.clone(), element.clone(), selected);
        detach(routing);
    }
    let shared = shared.clone();
    procedure(move || {
        if let Some(parts) = shared.parts() {
            self::elements(&parts).delete(&id.into());
        }
    })
}

/// Has the elements follow what changed.
pub(super) fn apply(shared: &Rc<CallShared>, parts: &Parts) {
    let elements = elements(parts);
    if elements.size() > 0 {
        apply_volumes(shared, &elements);
    }
    drop(route_all(shared, parts));
}

/// Plays all elements on the selected speaker; the promise resolves when all of them have changed,
/// and is the same until another one is selected.
fn route_all(shared: &Rc<CallShared>, parts: &Parts) -> Promise {
    const ROUTED: &str = "speaker/routed";
    const ROUTING: &str = "speaker/routing";
    let selected = selected(shared);
    let routed = parts.get(ROUTED).as_string().unwrap_or_default();
    if routed == selected {
        let routing = parts.get(ROUTING).dyn_into();
        return routing.unwrap_or_else(|_| Promise::resolve(&JsValue::UNDEFINED));
    }
    let mut pending = Vec::new();
    elements(parts).for_each(&mut |entry, _| {
        pending.push(route(shared.clone(), field(&entry, "element"), selected.clone()));
    });
    // All at once.
    let pending = pending.into_iter().map(|route| {
        promise(async move {
            route.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    let routing = Promise::all(&pending.collect::<js_sys::Array>());
    parts.set(ROUTED, &selected.into());
    parts.set(ROUTING, &routing);
    routing
}

async fn route(shared: Rc<CallShared>, element: JsValue, id: String) {
    let routed = match call_method(&element, "setSinkId", &id.into()) {
        Ok(promise) => settled(&promise).await,
        Err(thrown) => Err(thrown),
    };
    if let Err(thrown) = routed {
        let message = "an element could not be played on the device";
        device::warn(&shared.client, message, Some(&thrown));
    }
}

fn apply_volumes(shared: &Rc<CallShared>, elements: &Map) {
    let Some(speaker) = read(shared, Heard::clone) else { return };
    elements.for_each(&mut |entry, _| {
        let session_id = field(&entry, "sessionId").as_string().unwrap_or_default();
        let volume = speaker.volumes.get(&session_id).copied().unwrap_or(speaker.volume);
        let _ = js_sys::Reflect::set(&field(&entry, "element"), &"volume".into(), &volume.into());
    });
}

/// The elements that are played, by numbers.
fn elements(parts: &Parts) -> Map {
    const NAME: &str = "speaker/elements";
    if let Ok(known) = parts.get(NAME).dyn_into() {
        return known;
    }
    let none = Map::new();
    parts.set(NAME, &none);
    none
}

fn next_id(elements: &Map) -> u32 {
    let mut last = 0.0_f64;
    elements.for_each(&mut |_, id| last = last.max(id.as_f64().unwrap_or_default()));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // one of ours
    let last = last as u32;
    last + 1
}

fn selected(shared: &CallShared) -> String {
    read(shared, |speaker| speaker.selected.clone()).unwrap_or_default()
}

fn read<T>(shared: &CallShared, read: impl FnOnce(&Heard) -> T) -> Option<T> {
    shared.read(|state| read(&state.speaker))
}

fn read_volume(what: &str, volume: &JsValue) -> Result<f64, JsValue> {
    volume.as_f64().filter(|volume| (0.0..=1.0).contains(volume)).ok_or_else(|| {
        to_js(&options::invalid(&format!("{what}: the volume is not between 0 and 1")))
    })
}
