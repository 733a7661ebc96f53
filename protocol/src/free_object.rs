//! Free JSON objects in SFU messages, kept as they came.

use prost::{
    DecodeError, Message,
    bytes::{Buf, BufMut},
    encoding::{self, DecodeContext, WireType},
};

use crate::compact;

/// A `google.protobuf.Struct`, still encoded.
///
/// Nobody but the app looks into it, so the SDK hands the bytes to JavaScript; the server makes and
/// reads it as JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Struct(Vec<u8>);

impl Struct {
    /// The encoded message.
    pub fn bytes(&self) -> &[u8] {
        &self.0
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
