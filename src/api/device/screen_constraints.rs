//! What apps may ask of a shared screen.

use js_sys::Object;
use wasm_bindgen::JsValue;

use crate::{
    api::options,
    web::{Error, field, is_list},
};

/// The values that browsers know; they throw for others.
const KNOWN: [(&str, &[&str]); 5] = [
    ("monitorTypeSurfaces", YES_OR_NO),
    ("selfBrowserSurface", YES_OR_NO),
    ("surfaceSwitching", YES_OR_NO),
    ("systemAudio", YES_OR_NO),
    ("windowAudio", &["exclude", "window", "system"]),
];

const YES_OR_NO: &[&str] = &["include", "exclude"];

/// Looks at what an app wants to begin with, before any user is asked.
///
/// # Errors
///
/// What browsers would not take, in such a way that nothing is shared at all.
pub(super) fn check(own: &Object) -> Result<(), Error> {
    for (key, known) in KNOWN {
        let value = field(own, key);
        let is_known = || value.as_string().is_some_and(|value| known.contains(&value.as_str()));
        if !value.is_undefined() && !is_known() {
            return Err(wrong(key, &format!("is none of {}", known.join(", "))));
        }
    }
    let current = field(own, "preferCurrentTab");
    if !current.is_undefined() && current.as_bool().is_none() {
        return Err(wrong("preferCurrentTab", "is neither true nor false"));
    }
    if current.is_truthy() && field(own, "selfBrowserSurface") == "exclude" {
        return Err(wrong("preferCurrentTab", "contradicts selfBrowserSurface"));
    }
    let surface = field(own, "displaySurface");
    if surface == "monitor" && field(own, "monitorTypeSurfaces") == "exclude" {
        return Err(wrong("displaySurface", "contradicts monitorTypeSurfaces"));
    }
    let is_constraints = |value: &JsValue| value.is_object() && !is_list(value);
    let video = field(own, "video");
    if !video.is_undefined() && video != true && !is_constraints(&video) {
        return Err(wrong("video", "is neither true nor an object"));
    }
    let audio = field(own, "audio");
    if !audio.is_undefined() && audio.as_bool().is_none() && !is_constraints(&audio) {
        return Err(wrong("audio", "is neither true nor false nor an object"));
    }
    Ok(())
}

fn wrong(key: &str, why: &str) -> Error {
    options::invalid(&format!("setDefaultConstraints.{key} {why}"))
}
