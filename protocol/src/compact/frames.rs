//! Frames of the SFU socket that are not read as the rest: those that come many times a second are
//! read without a text for each session that they name, and the one that names everybody in pieces.

use std::marker::PhantomData;

use super::{MAX_DEPTH, Read, Value, decode, field};
use crate::sfu::{event, models};

/// A frame that came over the SFU socket.
#[derive(Debug)]
pub enum Frame<'a> {
    /// An `AudioLevelChanged`.
    AudioLevels(Entries<'a, AudioLevel<'a>>),
    /// A `ConnectionQualityChanged`.
    Qualities(Entries<'a, Quality<'a>>),
    /// A `DominantSpeakerChanged`, with the session that is one now.
    DominantSpeaker(&'a str),
    /// A `JoinResponse`.
    Joined,
    /// Any other one, to be read as an `SfuEvent`.
    Other,
}

/// How loud somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AudioLevel<'a> {
    /// Who.
    pub session_id: &'a str,
    /// 0 to 1.
    pub level: f32,
    /// Whether they speak.
    pub is_speaking: bool,
}

/// How well somebody is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality<'a> {
    /// Who.
    pub session_id: &'a str,
    /// How well.
    pub quality: models::ConnectionQuality,
}

/// What a frame says of one of the participants that it names.
pub trait Entry<'a>: Default {
    /// Takes the field with that number; unknown ones are ignored. `None` when it is malformed.
    fn read(&mut self, number: u32, value: Value<'a>) -> Option<()>;
}

/// What a frame says of some participants, one after the other; `None` for one that is malformed.
#[derive(Clone, Debug)]
pub struct Entries<'a, E> {
    bytes: &'a [u8],
    of: PhantomData<E>,
}

impl<'a> Frame<'a> {
    /// Finds out what a frame is; `None` when it is malformed.
    pub fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let mut frame = Self::Other;
        while !bytes.is_empty() {
            let (number, value) = field(&mut bytes, MAX_DEPTH)?;
            frame = match number {
                LEVELS => Self::AudioLevels(Entries::new(value.bytes()?)),
                QUALITIES => Self::Qualities(Entries::new(value.bytes()?)),
                DOMINANT => Self::DominantSpeaker(dominant_speaker(value.bytes()?)?),
                JOINED => Self::Joined,
                // Another payload, of which a frame has one, or a field that nobody knows yet.
                _ => continue,
            };
        }
        Some(frame)
    }
}

// Numbers of fields: `events.proto`.
const QUALITIES: u32 = 3;
const LEVELS: u32 = 4;
const DOMINANT: u32 = 12;
const JOINED: u32 = 13;

impl<'a> Entry<'a> for AudioLevel<'a> {
    #[inline]
    fn read(&mut self, number: u32, value: Value<'a>) -> Option<()> {
        match number {
            2 => self.session_id = value.text()?,
            3 => self.level = value.float()?,
            4 => self.is_speaking = value.bool()?,
            _ => {}
        }
        Some(())
    }
}

impl<'a> Entry<'a> for Quality<'a> {
    #[inline]
    fn read(&mut self, number: u32, value: Value<'a>) -> Option<()> {
        match number {
            2 => self.session_id = value.text()?,
            3 => self.quality = value.int32()?.try_into().unwrap_or_default(),
            _ => {}
        }
        Some(())
    }
}

fn dominant_speaker(mut bytes: &[u8]) -> Option<&str> {
    let mut session_id = "";
    while !bytes.is_empty() {
        let (number, value) = field(&mut bytes, MAX_DEPTH)?;
        if number == 2 {
            session_id = value.text()?;
        }
    }
    Some(session_id)
}

impl<'a, E: Entry<'a>> Entries<'a, E> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, of: PhantomData }
    }

    fn entry(value: Value<'a>) -> Option<E> {
        let mut entry = E::default();
        let mut bytes = value.bytes()?;
        while !bytes.is_empty() {
            let (number, value) = field(&mut bytes, MAX_DEPTH)?;
            entry.read(number, value)?;
        }
        Some(entry)
    }
}

impl<'a, E: Entry<'a>> Iterator for Entries<'a, E> {
    type Item = Option<E>;

    fn next(&mut self) -> Option<Option<E>> {
        while !self.bytes.is_empty() {
            let Some((number, value)) = field(&mut self.bytes, MAX_DEPTH) else {
                self.bytes = &[];
                return Some(None);
            };
            if number == 1 {
                return Some(Self::entry(value));
            }
        }
        None
    }
}

/// The frame with a join response. In a large call it names thousands of people, too many to read all
/// of them at once without a pause.
#[derive(Debug)]
pub struct JoinFrame {
    /// All of it but the participants.
    pub response: event::JoinResponse,
    bytes: Vec<u8>,
    /// Where in `bytes` the participants are who have not been read: from, to; the last one first.
    participants: Vec<(usize, usize)>,
}

impl JoinFrame {
    /// Reads all but the participants; `None` when the frame is malformed.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let mut response = event::JoinResponse::default();
        let mut participants = Vec::new();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (number, value) = field(&mut rest, MAX_DEPTH)?;
            if number == JOINED {
                // Of several payloads the last one counts.
                response = event::JoinResponse::default();
                participants.clear();
                read_response(value.bytes()?, &mut response, &mut |participant: &[u8]| {
                    let from = participant.as_ptr().addr() - bytes.as_ptr().addr();
                    participants.push((from, from + participant.len()));
                })?;
            }
        }
        participants.reverse();
        Some(Self { response, bytes, participants })
    }

    /// How many participants have not been read.
    pub fn left(&self) -> usize {
        self.participants.len()
    }
}

/// The participants, in their order; `None` for one who is malformed.
impl Iterator for JoinFrame {
    type Item = Option<models::Participant>;

    fn next(&mut self) -> Option<Option<models::Participant>> {
        let (from, to) = self.participants.pop()?;
        Some(self.bytes.get(from..to).and_then(decode))
    }
}

fn read_response<'a>(
    mut bytes: &'a [u8],
    response: &mut event::JoinResponse,
    participant: &mut dyn FnMut(&'a [u8]),
) -> Option<()> {
    const CALL_STATE: u32 = 1;
    const PARTICIPANTS: u32 = 1;
    while !bytes.is_empty() {
        let (number, value) = field(&mut bytes, MAX_DEPTH)?;
        if number != CALL_STATE {
            response.read(number, value)?;
            continue;
        }
        let state = response.call_state.get_or_insert_default();
        let mut bytes = value.bytes()?;
        while !bytes.is_empty() {
            let (number, value) = field(&mut bytes, MAX_DEPTH)?;
            if number == PARTICIPANTS {
                participant(value.bytes()?);
            } else {
                state.read(number, value)?;
            }
        }
    }
    Some(())
}
