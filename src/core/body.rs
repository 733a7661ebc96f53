//! Bodies of requests: an app's object as `JSON.stringify` writes it, and what the core adds to it.

use std::fmt;

use indexmap::IndexMap;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::{RawValue, to_raw_value};

use super::{
    error::Error,
    host::Host,
    view::lenient::{flag_in, object_in, texts_in},
};

/// An object that an app gave, as JSON text. It is sent as it is: what the core does not know of it,
/// the server may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Body(String);

/// An object without fields.
impl Default for Body {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl Body {
    /// Takes the text of a JSON object; `None` when it is none.
    pub fn new(text: String) -> Option<Self> {
        let is_object = object_in::<Fields>(&text).is_some();
        is_object.then_some(Self(text))
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }

    /// Its fields.
    pub(crate) fn fields(&self) -> Fields {
        // The text was read once already.
        object_in(&self.0).unwrap_or_default()
    }

    /// A field that is true or false; `None` when it is absent or `null`.
    ///
    /// # Errors
    ///
    /// `invalid-argument` when it is something else.
    pub(crate) fn flag<H: Host>(&self, key: &str) -> Result<Option<bool>, Error<H>> {
        self.known(key, "a boolean", flag_in)
    }

    /// A field that is a list of texts, which are `expected`; `None` when it is absent or `null`.
    ///
    /// # Errors
    ///
    /// `invalid-argument` when it is something else.
    pub(crate) fn texts<H: Host>(
        &self,
        key: &str,
        expected: &str,
    ) -> Result<Option<Vec<String>>, Error<H>> {
        self.known(key, expected, texts_in)
    }

    fn known<T, H: Host>(
        &self,
        key: &str,
        expected: &str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Error<H>> {
        let value = self.fields().0.shift_remove(key).filter(|value| value.get() != "null");
        let Some(value) = value else {
            return Ok(None);
        };
        read(value.get()).map(Some).ok_or_else(|| {
            Error::invalid_argument(
                format!("`{key}` of the request is not {expected}"),
                "The message names the field; the types of the package say what it may hold.",
            )
        })
    }
}

/// The fields of a JSON object, each of them as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(IndexMap<String, Box<RawValue>>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_map(self.0.iter())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        reader.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for Fields {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self, A::Error> {
        while let Some((key, value)) = object.next_entry()? {
            self.0.insert(key, value);
        }
        Ok(self)
    }
}

impl Fields {
    /// Sets a field, in place of one of that name.
    pub(crate) fn set(&mut self, key: &str, value: &(impl Serialize + ?Sized)) {
        // Of what the core writes, everything can be written.
        if let Ok(value) = to_raw_value(value) {
            self.0.insert(key.to_owned(), value);
        }
    }

    /// Takes fields out.
    pub(crate) fn remove(&mut self, keys: &[&str]) {
        self.0.retain(|key, _| !keys.contains(&key.as_str()));
    }

    /// Takes all other fields out.
    pub(crate) fn keep(&mut self, keys: &[&str]) {
        self.0.retain(|key, _| keys.contains(&key.as_str()));
    }

    /// The object as text.
    pub(crate) fn to_text(&self) -> String {
        to_text(self)
    }
}

/// The JSON text of what the core made itself.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
