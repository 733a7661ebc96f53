//! Free JSON objects of the SFU's messages as JavaScript objects.

use js_sys::{Array, Object};
use trunkline_protocol::sfu::{FreeValue, Struct};
use wasm_bindgen::JsValue;

/// A free object of a message of the SFU as apps see it; one that is absent has no fields.
pub fn free_object(object: Option<&Struct>) -> JsValue {
    let fields = object.map(Struct::fields).unwrap_or_default();
    own_fields(fields.iter().map(|(key, value)| (key.as_str(), free_value(value)))).into()
}

fn free_value(value: &FreeValue) -> JsValue {
    match value {
        FreeValue::Null => JsValue::NULL,
        FreeValue::Number(number) => (*number).into(),
        FreeValue::Text(text) => text.into(),
        FreeValue::Flag(flag) => (*flag).into(),
        FreeValue::List(list) => list.iter().map(free_value).collect::<Array>().into(),
        FreeValue::Object(fields) => {
            own_fields(fields.iter().map(|(key, value)| (key.as_str(), free_value(value)))).into()
        }
    }
}

/// An object whose fields are its own, `__proto__` too.
fn own_fields<'a>(fields: impl Iterator<Item = (&'a str, JsValue)>) -> Object {
    let entries: Array = fields.map(|(key, value)| Array::of2(&key.into(), &value)).collect();
    // A list of pairs is what it takes.
    Object::from_entries(&entries).unwrap_or_default()
}
