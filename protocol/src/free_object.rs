//! Free JSON objects in SFU messages, kept as they came.

use prost::{
    DecodeError, Message,
    bytes::{Buf, BufMut},
    encoding::{self, DecodeContext, WireType},
};

use crate::compact;

/// A `google.protobuf.Struct`, still encoded.
///
/// Nobody but the app looks into it, so it is read when the app does; the server makes and reads it
/// as JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Struct(Vec<u8>);

impl Struct {
    /// The encoded message.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its fields, in their order. What is malformed is left out, and what lies too deep is null:
    /// nobody may exhaust the stack of whoever reads it.
    pub fn fields(&self) -> Vec<(String, FreeValue)> {
        read_fields(&self.0, MAX_LEVELS)
    }
}

/// A value in a [`Struct`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FreeValue {
    /// `null`
    #[default]
    Null,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A truth value.
    Flag(bool),
    /// An array.
    List(Vec<FreeValue>),
    /// An object, with its fields in their order.
    Object(Vec<(String, FreeValue)>),
}

/// Objects and arrays in one another, at most.
const MAX_LEVELS: u8 = 50;

fn read_fields(bytes: &[u8], levels: u8) -> Vec<(String, FreeValue)> {
    let mut fields = Fields { levels, read: Vec::new() };
    // What was read before the bytes made no sense stays.
    let _ = compact::merge(&mut fields, bytes, 1);
    fields.read
}

fn read_value(bytes: &[u8], levels: u8) -> FreeValue {
    let mut value = OneValue { levels, read: FreeValue::Null };
    if levels > 0 {
        let _ = compact::merge(&mut value, bytes, 1);
    }
    value.read
}

/// A `Struct`.
struct Fields {
    levels: u8,
    read: Vec<(String, FreeValue)>,
}

impl compact::Read for Fields {
    fn read(&mut self, number: u32, value: compact::Value<'_>) -> Option<()> {
        if number == ENTRY {
            let mut entry =
                Entry { levels: self.levels, key: String::new(), value: FreeValue::Null };
            compact::merge(&mut entry, value.bytes()?, 1)?;
            self.read.push((entry.key, entry.value));
        }
        Some(())
    }
}

/// An entry of its map.
struct Entry {
    levels: u8,
    key: String,
    value: FreeValue,
}

impl compact::Read for Entry {
    fn read(&mut self, number: u32, value: compact::Value<'_>) -> Option<()> {
        match number {
            1 => self.key = value.string()?,
            2 => self.value = read_value(value.bytes()?, self.levels),
            _ => {}
        }
        Some(())
    }
}

/// A `Value`.
struct OneValue {
    levels: u8,
    read: FreeValue,
}

impl compact::Read for OneValue {
    fn read(&mut self, number: u32, value: compact::Value<'_>) -> Option<()> {
        let levels = self.levels.saturating_sub(1);
        self.read = match number {
            2 => FreeValue::Number(value.double()?),
            3 => FreeValue::Text(value.string()?),
            4 => FreeValue::Flag(value.bool()?),
            5 => FreeValue::Object(read_fields(value.bytes()?, levels)),
            6 => {
                let mut list = List { levels, read: Vec::new() };
                let _ = compact::merge(&mut list, value.bytes()?, 1);
                FreeValue::List(list.read)
            }
            _ => FreeValue::Null,
        };
        Some(())
    }
}

/// A `ListValue`.
struct List {
    levels: u8,
    read: Vec<FreeValue>,
}

impl compact::Read for List {
    fn read(&mut self, number: u32, value: compact::Value<'_>) -> Option<()> {
        if number == 1 {
            self.read.push(read_value(value.bytes()?, self.levels));
        }
        Some(())
    }
}

impl compact::Read for Struct {
    fn read(&mut self, number: u32, value: compact::Value<'_>) -> Option<()> {
        if number == ENTRY {
            encoding::bytes::encode(ENTRY, &value.bytes()?.to_vec(), &mut self.0);
        }
        Some(())
    }
}

impl Message for Struct {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.0);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        if tag != ENTRY {
            return encoding::skip_field(wire_type, tag, buf, context);
        }
        let mut entry = Vec::new();
        encoding::bytes::merge(wire_type, &mut entry, buf, context)?;
        encoding::bytes::encode(ENTRY, &entry, &mut self.0);
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(feature = "json")]
impl serde::Serialize for Struct {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = pbjson_types::Struct::decode(self.bytes());
        fields.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

#[cfg(feature = "json")]
impl<'de> serde::Deserialize<'de> for Struct {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        pbjson_types::Struct::deserialize(deserializer).map(|fields| Self(fields.encode_to_vec()))
    }
}

/// The number of `Struct.fields`: a map, of which each entry is a message.
const ENTRY: u32 = 1;

#[cfg(test)]
mod tests {
    use pbjson_types::{ListValue, Value, value::Kind};
    use proptest::prelude::*;

    use super::*;

    fn encoded(kind: Kind) -> Struct {
        let fields = [("key".to_owned(), Value { kind: Some(kind) })].into();
        Struct(pbjson_types::Struct { fields }.encode_to_vec())
    }

    fn read(kind: Kind) -> FreeValue {
        let mut fields = encoded(kind).fields();
        assert_eq!(fields.len(), 1);
        fields.remove(0).1
    }

    #[test]
    fn every_kind_of_value_comes_out_as_it_went_in() {
        let long = "é".repeat(200);
        let list = ListValue {
            values: vec![
                Value { kind: Some(Kind::NumberValue(1.0)) },
                Value { kind: Some(Kind::NullValue(0)) },
                Value { kind: Some(Kind::ListValue(ListValue::default())) },
            ],
        };

        assert_eq!(read(Kind::NullValue(0)), FreeValue::Null);
        assert_eq!(read(Kind::NumberValue(-1.5)), FreeValue::Number(-1.5));
        assert_eq!(read(Kind::NumberValue(0.0)), FreeValue::Number(0.0));
        assert_eq!(read(Kind::StringValue(long.clone())), FreeValue::Text(long));
        assert_eq!(read(Kind::StringValue(String::new())), FreeValue::Text(String::new()));
        assert_eq!(read(Kind::BoolValue(true)), FreeValue::Flag(true));
        assert_eq!(read(Kind::BoolValue(false)), FreeValue::Flag(false));
        assert_eq!(
            read(Kind::ListValue(list)),
            FreeValue::List(vec![
                FreeValue::Number(1.0),
                FreeValue::Null,
                FreeValue::List(Vec::new()),
            ])
        );
        let inner = [("__proto__".to_owned(), Value { kind: Some(Kind::BoolValue(true)) })].into();
        assert_eq!(
            read(Kind::StructValue(pbjson_types::Struct { fields: inner })),
            FreeValue::Object(vec![("__proto__".to_owned(), FreeValue::Flag(true))])
        );
        assert_eq!(Struct::default().fields(), Vec::new());
    }

    #[test]
    fn what_lies_too_deep_is_null() {
        let mut kind = Kind::BoolValue(true);
        for _ in 0..200 {
            kind = Kind::ListValue(ListValue { values: vec![Value { kind: Some(kind) }] });
        }

        let mut levels = 0;
        let mut value = read(kind);
        while let FreeValue::List(mut list) = value {
            levels += 1;
            value = list.pop().unwrap_or_default();
        }

        assert_eq!((levels, value), (50, FreeValue::Null));
    }

    proptest! {
        #[test]
        fn bytes_of_any_kind_are_no_failure(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Struct(bytes).fields();
        }

        #[test]
        fn what_is_cut_short_is_read_so_far(end in 0..30_usize) {
            let whole = encoded(Kind::StringValue("a text of some length".to_owned()));
            let cut: Vec<u8> = whole.bytes().iter().copied().take(end).collect();
            prop_assert!(Struct(cut).fields().len() <= 1);
        }
    }
}
