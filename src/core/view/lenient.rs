//! Fields as a server should have written them: one of another type, or `null`, is absent, and an
//! element of a list that cannot be read is left out. No answer is lost for it.

use std::{fmt, marker::PhantomData};

use indexmap::IndexMap;

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
    },
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::core::host::Document;

/// A text, or an empty one.
pub(crate) fn text<'de, R: Deserializer<'de>>(reader: R) -> Result<String, R::Error> {
    Ok(Scalar::deserialize(reader)?.text().unwrap_or_default())
}

/// A text that may be absent.
pub(crate) fn some_text<'de, R: Deserializer<'de>>(reader: R) -> Result<Option<String>, R::Error> {
    Ok(Scalar::deserialize(reader)?.text())
}

/// A number.
pub(crate) fn number<'de, R: Deserializer<'de>>(reader: R) -> Result<Option<f64>, R::Error> {
    Ok(Scalar::deserialize(reader)?.number())
}

/// A number that counts something, or 0.
pub(crate) fn count<'de, R: Deserializer<'de>>(reader: R) -> Result<u32, R::Error> {
    Ok(to_count(Scalar::deserialize(reader)?.number()))
}

/// A truth value, or `false`.
pub(crate) fn flag<'de, R: Deserializer<'de>>(reader: R) -> Result<bool, R::Error> {
    Ok(some_flag(reader)?.unwrap_or_default())
}

/// A truth value.
pub(crate) fn some_flag<'de, R: Deserializer<'de>>(reader: R) -> Result<Option<bool>, R::Error> {
    match Scalar::deserialize(reader)? {
        Scalar::Flag(flag) => Ok(Some(flag)),
        Scalar::Text(_) | Scalar::Number(_) | Scalar::Other => Ok(None),
    }
}

/// A moment, in whole ms since the epoch: an RFC 3339 text or a number of nanoseconds, the two date
/// encodings of the coordinator.
pub(crate) fn millis<'de, R: Deserializer<'de>>(reader: R) -> Result<Option<f64>, R::Error> {
    Ok(Scalar::deserialize(reader)?.millis())
}

/// The texts in a list.
pub(crate) fn texts<'de, R: Deserializer<'de>>(reader: R) -> Result<Vec<String>, R::Error> {
    Ok(some_texts(reader)?.unwrap_or_default())
}

/// The texts in a list that may be absent.
pub(crate) fn some_texts<'de, R: Deserializer<'de>>(
    reader: R,
) -> Result<Option<Vec<String>>, R::Error> {
    let Scalars(list) = Scalars::deserialize(reader)?;
    Ok(list.map(|list| list.into_iter().filter_map(Scalar::text).collect()))
}

/// An object that holds no documents.
pub(crate) fn object<'de, T: Deserialize<'de>, R: Deserializer<'de>>(
    reader: R,
) -> Result<Option<T>, R::Error> {
    reader.deserialize_any(Object(PhantomData))
}

/// The same out of JSON text. All that the core reads of JSON goes this way, as `serde_json`'s texts
/// for what is mistyped weigh, and nobody sees them.
pub(crate) fn object_in<'de, T: Deserialize<'de>>(json: &'de str) -> Option<T> {
    serde_json::from_str::<Element<T>>(json).ok()?.0
}

/// A truth value out of JSON text.
pub(crate) fn flag_in(json: &str) -> Option<bool> {
    match serde_json::from_str(json).ok()? {
        Scalar::Flag(flag) => Some(flag),
        Scalar::Text(_) | Scalar::Number(_) | Scalar::Other => None,
    }
}

/// A list out of JSON text that holds texts only.
pub(crate) fn texts_in(json: &str) -> Option<Vec<String>> {
    let Scalars(list) = serde_json::from_str(json).ok()?;
    list?.into_iter().map(Scalar::text).collect()
}

/// The objects in a list that hold no documents.
pub(crate) fn objects<'de, T: Deserialize<'de>, R: Deserializer<'de>>(
    reader: R,
) -> Result<Vec<T>, R::Error> {
    let list: Option<Vec<Element<T>>> = reader.deserialize_any(List(PhantomData))?;
    Ok(list.unwrap_or_default().into_iter().filter_map(|Element(element)| element).collect())
}

/// An object that holds documents, or is one.
pub(crate) fn seen<'de, D: Document, V: DeserializeOwned, R: Deserializer<'de>>(
    reader: R,
) -> Result<Option<V>, R::Error> {
    Ok(Option::<D>::deserialize(reader)?.and_then(|document| document.view()))
}

/// The objects in a list that hold documents, or are such.
pub(crate) fn seen_list<'de, D: Document, V: DeserializeOwned, R: Deserializer<'de>>(
    reader: R,
) -> Result<Vec<V>, R::Error> {
    Ok(some_seen_list::<D, V, R>(reader)?.unwrap_or_default())
}

/// The same of a list that may be absent.
pub(crate) fn some_seen_list<'de, D: Document, V: DeserializeOwned, R: Deserializer<'de>>(
    reader: R,
) -> Result<Option<Vec<V>>, R::Error> {
    let list: Option<Vec<D>> = reader.deserialize_any(List(PhantomData))?;
    Ok(list.map(|list| list.iter().filter_map(Document::view).collect()))
}

/// How many of each name.
pub(crate) fn counts<'de, R: Deserializer<'de>>(
    reader: R,
) -> Result<IndexMap<String, u32>, R::Error> {
    let mut counts = IndexMap::new();
    for (name, count) in scalars(reader)? {
        counts.insert(name, to_count(count.number()));
    }
    Ok(counts)
}

/// When something happened, by the name of who did it.
pub(crate) fn moments<'de, R: Deserializer<'de>>(
    reader: R,
) -> Result<IndexMap<String, Option<f64>>, R::Error> {
    let mut moments = IndexMap::new();
    for (name, at) in scalars(reader)? {
        moments.insert(name, at.millis());
    }
    Ok(moments)
}

fn scalars<'de, R: Deserializer<'de>>(reader: R) -> Result<Vec<(String, Scalar)>, R::Error> {
    Ok(reader.deserialize_any(Fields)?.unwrap_or_default())
}

fn to_count(number: Option<f64>) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    number.map_or(0, |number| number as u32)
}

/// Whatever stands in a field.
enum Scalar {
    Text(String),
    Number(f64),
    Flag(bool),
    /// `null`, a list, an object.
    Other,
}

impl Scalar {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Flag(_) | Self::Other => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(_) | Self::Flag(_) | Self::Other => None,
        }
    }

    fn millis(self) -> Option<f64> {
        match self {
            Self::Text(text) => OffsetDateTime::parse(&text, &Rfc3339).ok().map(nanoseconds),
            Self::Number(nanoseconds) => Some(nanoseconds),
            Self::Flag(_) | Self::Other => None,
        }
        .map(whole_millis)
    }
}

/// Nanoseconds since the epoch as JavaScript has the same number, which is some hundred off.
fn nanoseconds(moment: OffsetDateTime) -> f64 {
    #[allow(clippy::cast_precision_loss)] // seconds of ten thousand years fit exactly
    let seconds = moment.unix_timestamp() as f64;
    seconds * 1e9 + f64::from(moment.nanosecond())
}

/// Moments are compared to tell which of two updates is the newer one, so both encodings have to
/// come to the same number, and so has a text that a server wrote with milliseconds only. Rounding
/// to microseconds first keeps what is a few nanoseconds off from falling into the millisecond
/// before.
fn whole_millis(nanoseconds: f64) -> f64 {
    let microseconds = (nanoseconds / 1e3 + 0.5).floor();
    (microseconds / 1e3).floor()
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        reader.deserialize_any(AnyScalar)
    }
}

struct AnyScalar;

impl<'de> Visitor<'de> for AnyScalar {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(flag))
    }

    #[allow(clippy::cast_precision_loss)] // as JavaScript would have it
    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number as f64))
    }

    #[allow(clippy::cast_precision_loss)] // as JavaScript would have it
    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Scalar, A::Error> {
        skip_list(list)?;
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Scalar, A::Error> {
        skip_object(object)?;
        Ok(Scalar::Other)
    }
}

fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn skip_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<(), A::Error> {
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// An element of a list, if it is an object.
struct Element<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Element<T> {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        object(reader).map(Self)
    }
}

/// A list, whatever stands in it.
struct Scalars(Option<Vec<Scalar>>);

impl<'de> Deserialize<'de> for Scalars {
    fn deserialize<R: Deserializer<'de>>(reader: R) -> Result<Self, R::Error> {
        reader.deserialize_any(List(PhantomData)).map(Self)
    }
}

/// Scalars are no object, and no list.
macro_rules! no_scalars {
    () => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    };
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        skip_list(list)?;
        Ok(None)
    }

    no_scalars!();
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Option<Vec<(String, Scalar)>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = object.next_entry()? {
            fields.push(field);
        }
        Ok(Some(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        skip_list(list)?;
        Ok(None)
    }

    no_scalars!();
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Some(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        skip_object(object)?;
        Ok(None)
    }

    no_scalars!();
}
