//! Which videos of the others are received, and in which size.

use std::rc::Rc;

use js_sys::{Array, Object};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::SUBSCRIPTIONS;
use crate::{
    api::{
        call_shared::CallShared,
        fields::{self, Fields, WeakObservables},
        options::{self, invalid},
        parts::Parts,
    },
    core::{CallCommand, Dimension, ElementOrder, IncomingVideo},
    web::{Error, items},
};

/// Knows which videos are asked for.
#[wasm_bindgen]
pub struct TrackSubscriptionManager {
    shared: Rc<CallShared>,
    observables: WeakObservables,
}

/// What follows from the settings.
pub(super) const NAMES: &[&str] = &[SETTINGS];

const SETTINGS: &str = "incomingVideoSettings";

impl Fields for TrackSubscriptionManager {
    const NAMES: &'static [&'static str] = NAMES;
}

#[wasm_bindgen(typescript_custom_section)]
const OBSERVABLES: &str = "export interface TrackSubscriptionManager {
  /** {@link incomingVideoSettings}, to be watched. */
  readonly incomingVideoSettings$: StateObservable<IncomingVideoSettings>;
}
";

impl TrackSubscriptionManager {
    pub(super) fn make(shared: &Rc<CallShared>, parts: &Parts) -> JsValue {
        fields::own(parts, SUBSCRIPTIONS, &JsValue::UNDEFINED, |observables| Self {
            shared: shared.clone(),
            observables,
        })
    }
}

#[wasm_bindgen]
impl TrackSubscriptionManager {
    /// As set by {@link Call.setIncomingVideoEnabled},
    /// {@link Call.setPreferredIncomingVideoResolution} and
    /// {@link Call.setMaxIncomingVideoPixelDensity}.
    #[wasm_bindgen(
        getter,
        js_name = incomingVideoSettings,
        unchecked_return_type = "IncomingVideoSettings"
    )]
    pub fn incoming_video_settings(&self) -> JsValue {
        fields::read(&self.observables, SETTINGS, &|| {
            let settings = self.shared.read(|state| state.incoming_video.clone());
            make_settings(&settings.unwrap_or_default())
        })
    }
}

/// See `Call.setIncomingVideoEnabled`.
pub(crate) fn set_incoming_video_enabled(
    shared: &CallShared,
    enabled: &JsValue,
) -> Result<(), Error> {
    let enabled = enabled
        .as_bool()
        .ok_or_else(|| invalid("setIncomingVideoEnabled: neither true nor false"))?;
    shared.order(CallCommand::Element(ElementOrder::EnableVideo(enabled)));
    Ok(())
}

/// See `Call.setPreferredIncomingVideoResolution`.
pub(crate) fn set_preferred_incoming_video_resolution(
    shared: &CallShared,
    resolution: &JsValue,
    session_ids: &JsValue,
) -> Result<(), Error> {
    let size = read_resolution(resolution)?;
    let session_ids = read_session_ids(session_ids)?;
    shared.order(CallCommand::Element(ElementOrder::PreferSize { size, session_ids }));
    Ok(())
}

/// See `Call.setMaxIncomingVideoPixelDensity`.
pub(crate) fn set_max_incoming_video_pixel_density(
    shared: &CallShared,
    density: &JsValue,
) -> Result<(), Error> {
    let limit = match density.as_f64() {
        None if density.is_undefined() => None,
        Some(limit) if limit.is_finite() && limit > 0.0 => Some(limit),
        _ => {
            return Err(invalid("setMaxIncomingVideoPixelDensity: no number greater than 0"));
        }
    };
    shared.order(CallCommand::Element(ElementOrder::LimitDensity(limit)));
    Ok(())
}

/// What an app prefers, in px.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Resolution {
    width: f64,
    height: f64,
}

fn read_resolution(value: &JsValue) -> Result<Option<Dimension>, Error> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let Resolution { width, height } = options::read(value, PREFER)?;
    match (whole_px(width), whole_px(height)) {
        (Some(width), Some(height)) => Ok(Some(Dimension { width, height })),
        _ => Err(invalid(&format!("{PREFER}: width and height are no whole numbers of px"))),
    }
}

fn whole_px(number: f64) -> Option<u32> {
    let is_px = number.fract() == 0.0 && (1.0..65_536.0).contains(&number);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole and in range
    is_px.then_some(number as u32)
}

fn read_session_ids(value: &JsValue) -> Result<Option<Vec<String>>, Error> {
    if value.is_undefined() {
        return Ok(None);
    }
    let wrong = || invalid(&format!("{PREFER}: the sessions are no list of ids"));
    let ids = items(value).ok_or_else(wrong)?;
    ids.iter().map(|id| id.as_string().ok_or_else(wrong)).collect::<Result<_, _>>().map(Some)
}

const PREFER: &str = "setPreferredIncomingVideoResolution";

fn make_settings(settings: &IncomingVideo) -> JsValue {
    let IncomingVideo { enabled, preferred, by_session, max_density } = settings;
    let entries: Array = by_session
        .iter()
        .map(|(session_id, size)| {
            let fields: SettingsFields = Object::new().unchecked_into();
            fields.set_preferred_resolution(&make_size(*size));
            Array::of2(&session_id.into(), &Object::freeze(fields.unchecked_ref::<Object>()))
        })
        .collect();
    // Entries are defined and not assigned: no id of a session can reach the prototype.
    let participants = Object::from_entries(&entries).unwrap_or_default();
    let fields: SettingsFields = Object::new().unchecked_into();
    fields.set_enabled(*enabled);
    fields.set_preferred_resolution(&preferred.map(make_size).unwrap_or_default());
    fields.set_participants(&Object::freeze(&participants));
    fields.set_max_pixel_density(*max_density);
    make_incoming_video_settings(&fields)
}

fn make_size(size: Dimension) -> JsValue {
    let fields: SizeFields = Object::new().unchecked_into();
    fields.set_width(size.width);
    fields.set_height(size.height);
    Object::freeze(fields.unchecked_ref::<Object>()).into()
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    type SizeFields;
    #[wasm_bindgen(method, setter, structural)]
    fn set_width(this: &SizeFields, value: u32);
    #[wasm_bindgen(method, setter, structural)]
    fn set_height(this: &SizeFields, value: u32);

    type SettingsFields;
    #[wasm_bindgen(method, setter, structural)]
    fn set_enabled(this: &SettingsFields, value: bool);
    #[wasm_bindgen(method, setter, structural, js_name = preferredResolution)]
    fn set_preferred_resolution(this: &SettingsFields, value: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_participants(this: &SettingsFields, value: &Object);
    #[wasm_bindgen(method, setter, structural, js_name = maxPixelDensity)]
    fn set_max_pixel_density(this: &SettingsFields, value: Option<f64>);

    #[wasm_bindgen(js_name = makeIncomingVideoSettings)]
    fn make_incoming_video_settings(fields: &SettingsFields) -> JsValue;
}
