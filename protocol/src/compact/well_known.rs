//! The messages that come with protobuf.

use pbjson_types::Timestamp;

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
