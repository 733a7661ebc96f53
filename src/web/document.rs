//! JSON that the browser parsed, as the core's host holds it, and the text of what apps give.

use std::fmt;

use js_sys::{JSON, Object, Reflect};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    browser::{Browser, Error, Reply},
    object::is_list,
};
use crate::core::{self, Body, Viewed, view::EventOf};

/// A value that came out of `JSON.parse`, and that is the core's alone: apps get copies of it, or
/// see it frozen.
#[derive(Clone, Default)]
pub struct Document(JsValue);

impl Document {
    /// Takes a value that came out of `JSON.parse`, and that nobody else holds.
    pub fn new(value: JsValue) -> Self {
        Self(value)
    }

    /// Parses `text`; `None` when it is no JSON.
    pub fn parse(text: &str) -> Option<Self> {
        JSON::parse(text).ok().map(Self)
    }

    /// A value of its own, for an app to do with as it likes. What is in it is the same and frozen
    /// when it cannot be copied, as in a page that replaced `JSON`: nobody can read an event without
    /// a value.
    pub fn copy(&self) -> JsValue {
        // Unlike `structuredClone` this is there wherever the SDK runs, and what came out of
        // `JSON.parse` goes in again unchanged.
        let copy = self.text().and_then(|text| JSON::parse(&text).ok());
        if let Some(copy) = copy.filter(|copy| copy.is_object() == self.0.is_object()) {
            return copy;
        }
        if is_list(&self.0) || !self.0.is_object() {
            return self.frozen();
        }
        self.frozen();
        self.shallow_copy().into()
    }

    /// The value itself, which from now on nobody can change: every read of an unchanged state gives
    /// the same object.
    pub fn frozen(&self) -> JsValue {
        freeze(&self.0);
        self.0.clone()
    }

    fn text(&self) -> Option<String> {
        to_text(&self.0)
    }

    /// An object of its own with the same values in it, none of which is ever changed.
    fn shallow_copy(&self) -> Object {
        Object::assign(&Object::new(), self.0.unchecked_ref())
    }
}

/// Freezes a tree, its root last, so that one look at the root tells whether it is done. Step by
/// step, as a tree may be deeper than the stack.
fn freeze(root: &JsValue) {
    let is_open =
        |value: &JsValue| value.is_object() && !Object::is_frozen(value.unchecked_ref::<Object>());
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(value) = open.pop() {
        if is_open(&value) {
            open.extend(Object::values(value.unchecked_ref::<Object>()).iter());
            found.push(value);
        }
    }
    for value in found.iter().rev() {
        Object::freeze(value.unchecked_ref::<Object>());
    }
}

impl core::Document for Document {
    fn view<V: DeserializeOwned>(&self) -> Option<V> {
        let is_object = self.0.is_object() && !is_list(&self.0);
        is_object.then(|| serde_wasm_bindgen::from_value(self.0.clone()).ok()).flatten()
    }

    fn with(&self, field: &'static str, value: &Self) -> Self {
        let copy = self.shallow_copy();
        // It is an object of ours that nobody has frozen.
        let _ = Reflect::set(&copy, &JsValue::from_str(field), &value.0);
        Self(copy.into())
    }

    fn merged(&self, newer: &Self) -> Self {
        Self(Object::assign(&self.shallow_copy(), newer.0.unchecked_ref()).into())
    }
}

/// Servers write fields in a stable order, so the text tells an unchanged value from a changed one.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.text() == other.text()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document")
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        serde_wasm_bindgen::preserve::deserialize(reader).map(Self)
    }
}

/// The body of an answer that was to be JSON; `undefined` when it could not be parsed.
pub fn reply(value: JsValue) -> Reply {
    if value.is_undefined() {
        return Reply::Unreadable;
    }
    Reply::Json(Box::new(Viewed::new(Document::new(value))))
}

/// A frame of the coordinator's socket, parsed.
pub fn event(value: JsValue) -> EventOf<Browser> {
    Box::new(Viewed::new(Document::new(value)))
}

/// What a request sends of an app's object: all that `JSON.stringify` writes of it. Runs code of the
/// app. Nothing for what is no object.
///
/// # Errors
///
/// `invalid-argument` for an array, for what JSON cannot express, or when code of the app throws.
pub fn body(object: &JsValue) -> Result<Option<Body>, Error> {
    if !object.is_object() {
        return Ok(None);
    }
    // Whether it is an array its text tells: `Array.isArray` throws for some proxies.
    let body = to_text(object).and_then(Body::new);
    body.map(Some).ok_or_else(Error::no_json)
}

/// `JSON.stringify`; `None` for what it cannot express, or when code of the app throws.
fn to_text(value: &JsValue) -> Option<String> {
    // For a function it gives no text, whatever its type says.
    JSON::stringify(value).ok().and_then(|text| JsValue::from(text).as_string())
}
