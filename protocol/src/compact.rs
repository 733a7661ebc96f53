//! A protobuf codec for the browser, for the messages in [`sfu`](crate::sfu).
//!
//! prost makes a decoder per message and buffer type, which an app would have to download. Here one
//! loop reads all messages; generated code, a line per field, puts the values in their places. The
//! bytes are the same.

mod frames;
#[cfg(test)]
mod tests;
mod well_known;

pub use self::frames::{AudioLevel, Entries, Entry, Frame, JoinFrame, Quality};

/// Messages in messages, at most, so that nobody can exhaust the stack.
const MAX_DEPTH: u8 = 100;

/// A message that can be read.
pub trait Read {
    /// Takes the field with that number; unknown ones are ignored. `None` when it is malformed.
    fn read(&mut self, number: u32, value: Value<'_>) -> Option<()>;
}

/// A message that can be written.
pub trait Write {
    /// Writes the fields that differ from their defaults.
    fn write(&self, out: &mut Writer);
}

/// Reads a message; `None` when the bytes hold none.
pub fn decode<M: Read + Default>(bytes: &[u8]) -> Option<M> {
    let mut message = M::default();
    merge(&mut message, bytes, MAX_DEPTH)?;
    Some(message)
}

/// Writes a message.
pub fn encode(message: &dyn Write) -> Vec<u8> {
    let mut out = Writer::default();
    message.write(&mut out);
    out.bytes
}

/// The value of one field on the wire.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    wire: Wire<'a>,
    depth: u8,
}

#[derive(Clone, Copy)]
enum Wire<'a> {
    Varint(u64),
    Fixed(u64),
    Bytes(&'a [u8]),
}

pub(crate) fn merge(message: &mut dyn Read, mut bytes: &[u8], depth: u8) -> Option<()> {
    while !bytes.is_empty() {
        let (number, value) = field(&mut bytes, depth)?;
        message.read(number, value)?;
    }
    Some(())
}

/// Takes the first field off `bytes`: its number and its value.
#[inline]
fn field<'a>(bytes: &mut &'a [u8], depth: u8) -> Option<(u32, Value<'a>)> {
    let key = varint(bytes)?;
    let wire = match key & 7 {
        0 => Wire::Varint(varint(bytes)?),
        1 => Wire::Fixed(u64::from_le_bytes(take(bytes, 8)?.try_into().ok()?)),
        2 => {
            let length = varint(bytes)?;
            Wire::Bytes(take(bytes, usize::try_from(length).ok()?)?)
        }
        5 => Wire::Fixed(u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?).into()),
        _ => return None,
    };
    Some((u32::try_from(key >> 3).ok()?, Value { wire, depth }))
}

#[inline]
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    // Nearly all are short: keys, lengths, enums.
    match bytes.split_first() {
        Some((byte, rest)) if *byte < 0x80 => {
            *bytes = rest;
            Some((*byte).into())
        }
        _ => long_varint(bytes),
    }
}

fn long_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for place in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * place);
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

// Numbers are cut to the size of their field, as protobuf wants it.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
impl Value<'_> {
    pub(crate) fn uint64(self) -> Option<u64> {
        match self.wire {
            Wire::Varint(number) => Some(number),
            Wire::Fixed(_) | Wire::Bytes(_) => None,
        }
    }

    pub(crate) fn uint32(self) -> Option<u32> {
        self.uint64().map(|number| number as u32)
    }

    pub(crate) fn int32(self) -> Option<i32> {
        self.uint64().map(|number| number as i32)
    }

    pub(crate) fn bool(self) -> Option<bool> {
        self.uint64().map(|number| number != 0)
    }

    pub(crate) fn float(self) -> Option<f32> {
        self.fixed().map(|bits| f32::from_bits(bits as u32))
    }

    pub(crate) fn double(self) -> Option<f64> {
        self.fixed().map(f64::from_bits)
    }

    pub(crate) fn string(self) -> Option<String> {
        self.text().map(String::from)
    }

    /// One number, or several that are packed into one field.
    pub(crate) fn int32s(self, list: &mut Vec<i32>) -> Option<()> {
        let Wire::Bytes(mut packed) = self.wire else {
            list.push(self.int32()?);
            return Some(());
        };
        while !packed.is_empty() {
            list.push(varint(&mut packed)? as i32);
        }
        Some(())
    }

    pub(crate) fn message<M: Read + Default>(self) -> Option<M> {
        let mut message = M::default();
        self.merge_into(&mut message)?;
        Some(message)
    }

    pub(crate) fn merge_into(self, message: &mut dyn Read) -> Option<()> {
        merge(message, self.bytes()?, self.depth.checked_sub(1)?)
    }
}

impl<'a> Value<'a> {
    #[inline]
    fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        match self.wire {
            Wire::Bytes(bytes) => Some(bytes),
            Wire::Varint(_) | Wire::Fixed(_) => None,
        }
    }

    fn fixed(self) -> Option<u64> {
        match self.wire {
            Wire::Fixed(bits) => Some(bits),
            Wire::Varint(_) | Wire::Bytes(_) => None,
        }
    }
}

/// Where a message is written to.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn uint64(&mut self, number: u32, value: u64) {
        if value != 0 {
            self.key(number, 0);
            self.varint(value);
        }
    }

    pub(crate) fn uint32(&mut self, number: u32, value: u32) {
        self.uint64(number, value.into());
    }

    #[allow(clippy::cast_sign_loss)] // negative numbers are written in all of 64 bits
    pub(crate) fn int32(&mut self, number: u32, value: i32) {
        self.uint64(number, i64::from(value) as u64);
    }

    pub(crate) fn bool(&mut self, number: u32, value: bool) {
        self.uint64(number, value.into());
    }

    pub(crate) fn double(&mut self, number: u32, value: f64) {
        if value != 0.0 {
            self.key(number, 1);
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    pub(crate) fn float(&mut self, number: u32, value: f32) {
        if value != 0.0 {
            self.some_float(number, value);
        }
    }

    /// Also a 0, where it is one of several that a field can hold.
    pub(crate) fn some_float(&mut self, number: u32, value: f32) {
        self.key(number, 5);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A text, unless it is empty; for messages that are written by hand.
    pub fn string(&mut self, number: u32, value: &str) {
        if !value.is_empty() {
            self.some_string(number, value);
        }
    }

    /// Also an empty one, as an element of a list.
    pub(crate) fn some_string(&mut self, number: u32, value: &str) {
        self.bytes(number, value.as_bytes());
    }

    #[allow(clippy::cast_sign_loss)] // as above
    pub(crate) fn int32s(&mut self, number: u32, values: &[i32]) {
        let mut packed = Self::default();
        for value in values {
            packed.varint(i64::from(*value) as u64);
        }
        if !values.is_empty() {
            self.bytes(number, &packed.bytes);
        }
    }

    pub(crate) fn message(&mut self, number: u32, value: &dyn Write) {
        self.bytes(number, &encode(value));
    }

    fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.key(number, 2);
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn key(&mut self, number: u32, wire_type: u32) {
        self.varint((number << 3 | wire_type).into());
    }

    #[allow(clippy::cast_possible_truncation)] // seven bits at a time
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

mod generated {
    #![allow(deprecated, clippy::pedantic, clippy::match_single_binding)]

    use super::{Read, Value, Write, Writer};

    include!(concat!(env!("OUT_DIR"), "/compact.rs"));
}
