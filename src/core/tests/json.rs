//! JSON as the host of the tests holds it.

use std::any::Any;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::core::{Json, Node};

struct Parsed(Value);

/// Wraps a value for the core.
pub(super) fn wrap(value: Value) -> Json {
    Json::new(Parsed(value))
}

/// How the host of the tests reads JSON text.
pub(super) fn parse(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().map(wrap)
}

/// A JWT of `user_id`; nobody here checks its signature.
pub(super) fn token(user_id: &str) -> String {
    let payload = URL_SAFE_NO_PAD.encode(json!({ "user_id": user_id }).to_string());
    format!("e30.{payload}.c2ln")
}

impl Node for Parsed {
    fn get(&self, key: &str) -> Option<Json> {
        self.0.get(key).filter(|value| !value.is_null()).cloned().map(wrap)
    }

    fn items(&self) -> Option<Vec<Json>> {
        self.0.as_array().map(|items| items.iter().cloned().map(wrap).collect())
    }

    fn entries(&self) -> Option<Vec<(String, Json)>> {
        let object = self.0.as_object()?;
        Some(object.iter().map(|(key, value)| (key.clone(), wrap(value.clone()))).collect())
    }

    fn as_str(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_bool(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn to_text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
