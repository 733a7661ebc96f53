//! The app's objects, as they are at the moment of the call.

use js_sys::{Array, Function, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::error::{invalid_argument, invalid_argument_because};
use crate::{
    core::{Error, Json},
    web::JsNode,
};

/// A deep copy of an object, as `JSON.stringify` sees it: `Date`s become text, `undefined` is left
/// out. `None` for an absent one. `what` names it in the error.
pub(crate) fn copy(value: &JsValue, what: &str) -> Result<Option<Json>, Error> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    check_object(value, what)?;
    let text: JsValue = match JSON::stringify(value) {
        Ok(text) => text.into(),
        Err(thrown) => {
            let message = [what, ": the object cannot be written as JSON"].concat();
            return Err(invalid_argument_because(message, thrown));
        }
    };
    let json = text.as_string().and_then(|text| JsNode::parse(&text));
    // `toJSON` of an object can give anything.
    let json = json.filter(|json| json.entries().is_some());
    json.map(Some).ok_or_else(|| invalid_argument([what, ": not an object"].concat()))
}

pub(crate) fn check_object(value: &JsValue, what: &str) -> Result<(), Error> {
    let plain = value.is_object() && !Array::is_array(value) && !value.is_instance_of::<Function>();
    if plain { Ok(()) } else { Err(invalid_argument([what, ": not an object"].concat())) }
}

/// The field `key` of the app's object; `None` when absent or `null`.
pub(crate) fn option(object: &JsValue, key: &str, what: &str) -> Result<Option<JsValue>, Error> {
    if object.is_undefined() || object.is_null() {
        return Ok(None);
    }
    let value = Reflect::get(object, &JsValue::from_str(key)).map_err(|thrown| {
        invalid_argument_because([what, ".", key, ": reading it failed"].concat(), thrown)
    })?;
    Ok((!value.is_undefined() && !value.is_null()).then_some(value))
}

/// The text in field `key`.
pub(crate) fn text(object: &JsValue, key: &str, what: &str) -> Result<Option<String>, Error> {
    option(object, key, what)?
        .map(|value| value.as_string().ok_or_else(|| wrong(what, key, "a string")))
        .transpose()
}

/// The function in field `key`.
pub(crate) fn function(object: &JsValue, key: &str, what: &str) -> Result<Option<Function>, Error> {
    option(object, key, what)?
        .map(|value| value.dyn_into().map_err(|_| wrong(what, key, "a function")))
        .transpose()
}

/// The whole number, at least `least`, in field `key`.
pub(crate) fn count(
    object: &JsValue,
    key: &str,
    least: u32,
    what: &str,
) -> Result<Option<u32>, Error> {
    let Some(value) = option(object, key, what)? else {
        return Ok(None);
    };
    let number = value
        .as_f64()
        .filter(|n| n.fract() == 0.0 && *n >= f64::from(least) && *n <= f64::from(u32::MAX));
    // In range and whole, as just checked.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    number.map(|n| Some(n as u32)).ok_or_else(|| {
        let least = if least == 0 { "0" } else { "1" };
        wrong(what, key, &["a whole number of at least ", least].concat())
    })
}

/// The truth value in field `key`.
pub(crate) fn flag(object: &JsValue, key: &str, what: &str) -> Result<Option<bool>, Error> {
    option(object, key, what)?
        .map(|value| value.as_bool().ok_or_else(|| wrong(what, key, "a boolean")))
        .transpose()
}

fn wrong(what: &str, key: &str, wanted: &str) -> Error {
    invalid_argument([what, ".", key, " is not ", wanted].concat())
}
