//! Reads options that apps give: closed serde types, whose errors name the field.

use crate::web::{Error, catching, field, is_list};
use std::fmt;

use js_sys::{Array, Object, Reflect};
use serde::{
    Deserializer,
    de::{DeserializeOwned, Visitor},
    forward_to_deserialize_any,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// How deep options may nest; none of ours does so much.
const DEEPEST: u32 = 8;

/// Reads an object of the app into a type of ours; absent is the same as empty. `what` names the
/// object in errors, such as `join`.
///
/// The app's object is copied first, field by field, as its getters are code of the app.
///
/// # Errors
///
/// `invalid-argument` for something that is no object, for a field that `T` does not have, for one of
/// a wrong type, and for a getter or proxy that throws; the message names the field.
pub(crate) fn read<T: DeserializeOwned + Default>(value: &JsValue, what: &str) -> Result<T, Error> {
    read_to(DEEPEST, value, what)
}

/// The same for an object that holds objects of the app, which are taken as they are.
pub(crate) fn read_shallow<T: DeserializeOwned + Default>(
    value: &JsValue,
    what: &str,
) -> Result<T, Error> {
    read_to(0, value, what)
}

fn read_to<T: DeserializeOwned + Default>(
    depth: u32,
    value: &JsValue,
    what: &str,
) -> Result<T, Error> {
    if value.is_undefined() || value.is_null() {
        return Ok(T::default());
    }
    let copy = copy_object(value, what, depth)?;
    if let Some(stranger) = stranger(&copy, fields_of::<T>()) {
        return Err(unknown(what, &stranger));
    }
    read_copy(copy.into(), what)
}

/// Reads those fields that `T` has out of an object of our own, whatever else it holds. None of its
/// fields is required.
pub(crate) fn read_copy<T: DeserializeOwned>(copy: JsValue, what: &str) -> Result<T, Error> {
    // Errors describe what is of a wrong type, for which an object of the app is asked what it is.
    let parse = |value| {
        catching(|| serde_wasm_bindgen::from_value::<T>(value).map_err(|error| error.to_string()))
    };
    let read = parse(copy.clone()).map_err(|thrown| unreadable(what, thrown))?;
    read.map_err(|error| {
        let culprit = culprit(&copy, &|alone| !matches!(parse(alone), Ok(Ok(_))));
        invalid(&format!("{what}.{culprit}: {error}"))
    })
}

/// The field of an object that cannot be read by itself either: serde does not tell which it was.
fn culprit(object: &JsValue, fails: &dyn Fn(JsValue) -> bool) -> String {
    for key in Object::keys(object.unchecked_ref::<Object>()).iter() {
        let alone = Object::new();
        let name = key.as_string().unwrap_or_default();
        let _ = Reflect::set(&alone, &key, &field(object, &name));
        if fails(alone.into()) {
            return name;
        }
    }
    String::new()
}

/// The failure for a field that an object may not have.
pub(crate) fn unknown(what: &str, field: &str) -> Error {
    invalid(&format!("{what}.{field} is no option of trunkline"))
}

/// The failure for an argument of a wrong type or form.
pub(crate) fn invalid(message: &str) -> Error {
    Error::invalid_argument(message, CORRECT_IT)
}

/// The failure for an object that threw what `thrown` is.
pub(crate) fn unreadable(what: &str, thrown: JsValue) -> Error {
    let mut error = invalid(&format!("{what}: the object cannot be read"));
    error.cause = Some(thrown);
    error
}

/// A field that is a function, or an object of the browser or the app that is taken as it is: use as
/// `#[serde(default, with = "options::object")]`, with a type of js-sys or web-sys.
pub(crate) mod object {
    use serde::{Deserializer, de::Error as _};
    use wasm_bindgen::{JsCast, JsValue};

    /// `None` for one that is `undefined` or `null`.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: JsCast>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let value: JsValue = serde_wasm_bindgen::preserve::deserialize(deserializer)?;
        if value.is_undefined() || value.is_null() {
            return Ok(None);
        }
        value.dyn_into().map(Some).map_err(|_| D::Error::custom("not of the right kind"))
    }
}

/// A shallow copy of the app's object, plain objects and lists inside it copied as well.
fn copy_object(value: &JsValue, what: &str, depth: u32) -> Result<Object, Error> {
    if !value.is_object() || is_list(value) {
        return Err(invalid(&format!("{what}: not an object")));
    }
    let thrown = |thrown| unreadable(what, thrown);
    let copy = Object::new();
    for key in keys(value).map_err(thrown)?.iter() {
        let mut field = Reflect::get(value, &key).map_err(thrown)?;
        if field.is_undefined() {
            continue;
        }
        // Asked in any case: what cannot even tell its prototype has no place in an error's text.
        let is_plain = is_plain(&field).map_err(thrown)?;
        if depth > 0 && is_plain {
            let name = key.as_string().unwrap_or_default();
            field = copy_object(&field, &format!("{what}.{name}"), depth - 1)?.into();
        }
        Reflect::set(&copy, &key, &field).map_err(thrown)?;
    }
    Ok(copy)
}

/// Whether a value is an object without a class.
fn is_plain(value: &JsValue) -> Result<bool, JsValue> {
    if !value.is_object() || is_list(value) {
        return Ok(false);
    }
    let prototype = Reflect::get_prototype_of(value)?;
    Ok(prototype.is_null() || prototype.loose_eq(&Object::get_prototype_of(&Object::new())))
}

/// A key of the object that is none of `known`.
fn stranger(object: &Object, known: &[&str]) -> Option<String> {
    let names = Object::keys(object).iter().filter_map(|key| key.as_string()).collect::<Vec<_>>();
    names.into_iter().find(|name| !known.contains(&name.as_str()))
}

/// The names of the fields of a struct, as serde knows them.
fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    let _ = T::deserialize(FieldNames(&mut fields));
    fields
}

/// Learns the fields of a struct by being asked for them.
struct FieldNames<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = Learnt;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Learnt> {
        Err(Learnt)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Learnt> {
        *self.0 = fields;
        Err(Learnt)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Ends the reading of [`FieldNames`], which has no value to give.
#[derive(Debug)]
struct Learnt;

impl fmt::Display for Learnt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Learnt {}

impl serde::de::Error for Learnt {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[wasm_bindgen]
extern "C" {
    // js-sys says that it cannot throw; the trap of a proxy can.
    #[wasm_bindgen(catch, js_namespace = Object)]
    fn keys(object: &JsValue) -> Result<Array, JsValue>;
}

const CORRECT_IT: &str = "Correct the argument that the message names.";
