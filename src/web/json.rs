use std::any::Any;

use js_sys::{Array, JSON, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::object::field;
use crate::core::{Json, Node};

/// A JSON value that the browser parsed.
pub struct JsNode(JsValue);

impl JsNode {
    /// Makes `value`, which came out of `JSON.parse`, readable for the core.
    pub fn wrap(value: JsValue) -> Json {
        Json::new(Self(value))
    }

    /// The value in `json`; `undefined` if some other host made it.
    pub fn unwrap(json: &Json) -> JsValue {
        json.downcast::<Self>().map_or(JsValue::UNDEFINED, |node| node.0.clone())
    }

    /// Parses `text`; `None` when it is no JSON.
    pub fn parse(text: &str) -> Option<Json> {
        JSON::parse(text).ok().map(Self::wrap)
    }

    /// The object, unless this is an array or something simple.
    fn object(&self) -> Option<&Object> {
        if Array::is_array(&self.0) {
            return None;
        }
        self.0.dyn_ref::<Object>()
    }
}

impl Node for JsNode {
    fn get(&self, key: &str) -> Option<Json> {
        // What every object inherits, such as `constructor`, is no part of a document.
        if !Object::has_own(self.object()?, &JsValue::from_str(key)) {
            return None;
        }
        let value = field(&self.0, key);
        (!value.is_null() && !value.is_undefined()).then(|| Self::wrap(value))
    }

    fn items(&self) -> Option<Vec<Json>> {
        let array = self.0.dyn_ref::<Array>()?;
        Some(array.iter().map(Self::wrap).collect())
    }

    fn entries(&self) -> Option<Vec<(String, Json)>> {
        let keys = Object::keys(self.object()?);
        let entries = keys.iter().filter_map(|key| {
            let key = key.as_string()?;
            let value = Self::wrap(field(&self.0, &key));
            Some((key, value))
        });
        Some(entries.collect())
    }

    fn as_str(&self) -> Option<String> {
        self.0.as_string()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_bool(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn to_text(&self) -> Option<String> {
        // `stringify` gives `undefined` for what JSON does not have, such as functions.
        let text: JsValue = JSON::stringify(&self.0).ok()?.into();
        text.as_string()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
