//! The answer to a join: everybody who is there. In a large call that is most of what the server sends, and
//! nearly all of it is the same for everybody who comes, so that is encoded once.

use bytes::Bytes;
use prost::{
    Message,
    encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len},
};
use trunkline_protocol::sfu::{event::JoinResponse, models::Participant};

/// Participants as they stand in the state of a call, encoded.
#[derive(Default)]
pub struct Entries(Vec<u8>);

impl Entries {
    /// Adds one whose entry consists of these parts: what is encoded already, and the rest.
    pub fn push(&mut self, encoded: &Bytes, rest: &Participant) {
        begin(PARTICIPANTS, encoded.len() + rest.encoded_len(), &mut self.0);
        self.0.extend_from_slice(encoded);
        rest.encode_raw(&mut self.0);
    }

    /// The frame with a join response that lists them, and nobody else.
    pub fn answer(&self, mut response: JoinResponse) -> Bytes {
        let state = response.call_state.take().unwrap_or_default();
        let state_bytes = state.encoded_len() + self.0.len();
        let bytes = response.encoded_len()
            + key_len(CALL_STATE)
            + encoded_len_varint(number(state_bytes))
            + state_bytes;
        let mut frame = Vec::with_capacity(bytes + LONGEST_HEAD);
        begin(JOIN_RESPONSE, bytes, &mut frame);
        response.encode_raw(&mut frame);
        begin(CALL_STATE, state_bytes, &mut frame);
        state.encode_raw(&mut frame);
        frame.extend_from_slice(&self.0);
        frame.into()
    }
}

/// The head of a field of so many bytes.
fn begin(field: u32, bytes: usize, buffer: &mut Vec<u8>) {
    encode_key(field, WireType::LengthDelimited, buffer);
    encode_varint(number(bytes), buffer);
}

fn number(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

// Numbers of fields: of SfuEvent, JoinResponse, CallState.
const JOIN_RESPONSE: u32 = 13;
const CALL_STATE: u32 = 1;
const PARTICIPANTS: u32 = 1;
/// Bytes.
const LONGEST_HEAD: usize = 16;
