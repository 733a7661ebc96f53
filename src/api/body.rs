//! Bodies of requests: what the app gave, as JSON writes it, checked by what we know of it.

use js_sys::{Function, JSON, Object, Reflect};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};

use super::{
    abort::Signal,
    options::{self, invalid},
};
use crate::{
    core,
    web::{self, Error, field, is_list},
};

/// An object of our own, which holds nothing but JSON.
pub(crate) struct Body(Object);

impl Body {
    /// `{}`
    pub(crate) fn empty() -> Self {
        Self(Object::new())
    }

    /// A deep copy of an object of the app as JSON has it: `Date`s become text, `undefined` is left
    /// out. An absent one is empty.
    ///
    /// # Errors
    ///
    /// `invalid-argument` for something that is no object, or that JSON cannot express; `what` names
    /// it.
    pub(crate) fn copy(value: &JsValue, what: &str) -> Result<Self, Error> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::empty());
        }
        if !is_record(value) {
            return Err(invalid(&format!("{what}: not an object")));
        }
        let copy = JSON::stringify(value).and_then(|text| match text.as_string() {
            Some(text) => JSON::parse(&text),
            // What `toJSON` of the object gave.
            None => Ok(JsValue::UNDEFINED),
        });
        match copy {
            Ok(copy) if is_record(&copy) => Ok(Self(copy.unchecked_into())),
            Ok(_) => Err(invalid(&format!("{what}: not an object"))),
            Err(thrown) => {
                let mut error = invalid(&format!("{what}: the object cannot be written as JSON"));
                error.cause = Some(thrown);
                Err(error)
            }
        }
    }

    pub(crate) fn get(&self, key: &str) -> JsValue {
        field(&self.0, key)
    }

    /// Whether it has that field, whatever its value is.
    pub(crate) fn has(&self, key: &str) -> bool {
        Reflect::has(&self.0, &key.into()).unwrap_or_default()
    }

    /// Sets a field to JSON of our own.
    pub(crate) fn set(&self, key: &str, value: impl Into<JsValue>) {
        let _ = Reflect::set(&self.0, &key.into(), &value.into());
    }

    /// The same in passing.
    pub(crate) fn with(self, key: &str, value: impl Into<JsValue>) -> Self {
        self.set(key, value);
        self
    }

    /// Takes a field out.
    pub(crate) fn take(&self, key: &str) -> JsValue {
        let value = self.get(key);
        let _ = Reflect::delete_property(&self.0, &key.into());
        value
    }

    /// As the core takes it.
    pub(crate) fn into_core(self) -> core::Body {
        // It came out of `JSON.parse`.
        web::body(&self.0).ok().flatten().unwrap_or_default()
    }
}

impl From<Body> for JsValue {
    fn from(body: Body) -> Self {
        body.0.into()
    }
}

/// The body of a request that carries what the app gave.
pub(crate) fn given(request: &JsValue, what: &str) -> Result<Body, Error> {
    Body::copy(request, what)
}

/// Reads the body of `get`, `getOrCreate` or `join`, whose `data` is that of a call.
pub(crate) fn call_request(request: &JsValue, what: &str) -> Result<Body, Error> {
    let body = Body::copy(request, what)?;
    // Meant for this side, not for the server.
    body.take("signal");
    let data = body.take("data");
    if !(data.is_undefined() || data.is_null()) {
        let data = Body::copy(&data, &format!("{what}.data"))?;
        body.set("data", call_data(data)?);
    }
    Ok(body)
}

/// The signal that an app gave beside the fields of a request.
pub(crate) fn signal(request: &JsValue, what: &str) -> Result<Option<Signal>, Error> {
    let Some(given) = request.is_object().then(|| field(request, "signal")) else {
        return Ok(None);
    };
    let options = Body::empty().with("signal", given);
    options::read_copy::<Abortable>(options.into(), what).map(|options| options.signal)
}

#[derive(Deserialize)]
struct Abortable {
    signal: Option<Signal>,
}

/// Checks the data of a call and names its fields as the wire does.
pub(crate) fn call_data(data: Body) -> Result<Body, Error> {
    for (key, hint) in [
        ("ring", "Put it beside `data`: { ring: true, data: { … } }."),
        ("notify", "Put it beside `data`: { notify: true, data: { … } }."),
    ] {
        if data.has(key) {
            let message = format!("`{key}` stands inside `data`");
            return Err(Error::invalid_argument(message, hint));
        }
    }
    for (alias, name) in [("startsAt", "starts_at"), ("settings", "settings_override")] {
        if !data.has(alias) {
            continue;
        }
        if data.has(name) {
            let message = format!("both `{alias}` and `{name}` are given");
            return Err(Error::invalid_argument(message, "Give one of them; they mean the same."));
        }
        let value = data.take(alias);
        data.set(name, value);
    }
    Ok(data)
}

/// A text that has to be there; `what` names it.
pub(crate) fn text(value: &JsValue, what: &str) -> Result<String, Error> {
    let text = value.as_string().filter(|text| !text.is_empty());
    text.ok_or_else(|| invalid(&format!("{what} is no text")))
}

/// A function that has to be there; `what` names it.
pub(crate) fn function<'a>(value: &'a JsValue, what: &str) -> Result<&'a Function, Error> {
    value.dyn_ref().ok_or_else(|| invalid(&format!("{what} is no function")))
}

/// Whether a value is an object, and no list.
fn is_record(value: &JsValue) -> bool {
    value.is_object() && !is_list(value)
}
