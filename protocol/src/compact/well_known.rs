//! The messages that come with protobuf.

use pbjson_types::{ListValue, Struct, Timestamp, Value as Json, value::Kind};

use super::{Read, Value};

impl Read for Timestamp {
    #[allow(clippy::cast_possible_wrap)] // written in two's complement
    fn read(&mut self, number: u32, value: Value<'_>) -> Option<()> {
        match number {
            1 => self.seconds = value.uint64()? as i64,
            2 => self.nanos = value.int32()?,
            _ => {}
        }
        Some(())
    }
}

impl Read for Struct {
    fn read(&mut self, number: u32, value: Value<'_>) -> Option<()> {
        if number == 1 {
            let entry: Entry = value.message()?;
            self.fields.insert(entry.key, entry.value);
        }
        Some(())
    }
}

/// An entry of a map.
#[derive(Default)]
struct Entry {
    key: String,
    value: Json,
}

impl Read for Entry {
    fn read(&mut self, number: u32, value: Value<'_>) -> Option<()> {
        match number {
            1 => self.key = value.string()?,
            2 => value.merge_into(&mut self.value)?,
            _ => {}
        }
        Some(())
    }
}

impl Read for Json {
    fn read(&mut self, number: u32, value: Value<'_>) -> Option<()> {
        self.kind = Some(match number {
            1 => Kind::NullValue(value.int32()?),
            2 => Kind::NumberValue(value.double()?),
            3 => Kind::StringValue(value.string()?),
            4 => Kind::BoolValue(value.bool()?),
            5 => Kind::StructValue(value.message()?),
            6 => Kind::ListValue(value.message()?),
            _ => return Some(()),
        });
        Some(())
    }
}

impl Read for ListValue {
    fn read(&mut self, number: u32, value: Value<'_>) -> Option<()> {
        if number == 1 {
            self.values.push(value.message()?);
        }
        Some(())
    }
}
