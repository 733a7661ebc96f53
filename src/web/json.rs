use std::any::Any;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::core::{Json, Node};

/// A JSON value that the browser parsed.
pub struct JsNode(JsValue);

impl JsNode {
    /// Makes `value`, which came out of `JSON.parse`, readable for the core.
    pub fn wrap(value: JsValue) -> Json {
        Json::new(Self(value))
    }

    /// The same for an object that may be absent.
    pub fn wrap_object(value: JsValue) -> Option<Json> {
        value.is_object().then(|| Self::wrap(value))
    }

    /// The value in `json`; `undefined` if some other host made it.
    pub fn unwrap(json: &Json) -> JsValue {
        json.downcast::<Self>().map_or(JsValue::UNDEFINED, |node| node.0.clone())
    }

    /// Parses `text`; `None` when it is no JSON.
    pub fn parse(text: &str) -> Option<Json> {
        wrap_defined(parse(text))
    }
}

fn wrap_defined(value: JsValue) -> Option<Json> {
    (!value.is_undefined()).then(|| JsNode::wrap(value))
}

impl Node for JsNode {
    fn get(&self, key: &str) -> Option<Json> {
        wrap_defined(get(&self.0, key))
    }

    fn items(&self) -> Option<Vec<Json>> {
        Some(items(&self.0)?.into_iter().map(Self::wrap).collect())
    }

    fn entries(&self) -> Option<Vec<(String, Json)>> {
        let fields = entries(&self.0)?.into_iter();
        // Names and values take turns.
        let mut name = None;
        let pairs = fields.filter_map(|field| match name.take() {
            None => {
                name = field.as_string();
                None
            }
            Some(name) => Some((name, Self::wrap(field))),
        });
        Some(pairs.collect())
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
        write(&self.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    fn parse(text: &str) -> JsValue;
    fn write(value: &JsValue) -> Option<String>;
    fn get(value: &JsValue, key: &str) -> JsValue;
    fn items(value: &JsValue) -> Option<Vec<JsValue>>;
    fn entries(value: &JsValue) -> Option<Vec<JsValue>>;
}
