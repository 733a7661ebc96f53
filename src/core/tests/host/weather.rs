//! What goes wrong in a test.

use std::collections::VecDeque;

use crate::core::tests::native::HttpReply;

/// What becomes of the things that the core asks for.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// Delays in ms, taken in turn.
    pub(crate) delays: Vec<u64>,
    /// How many of the next REST requests, socket openings, join requests, SFU requests,
    /// captures and pings get no answer at all.
    pub(crate) lost: Lost,
    pub(crate) refused: Refused,
    /// Media finds no way between the browser and the SFU.
    pub(crate) blocks_media: bool,
    /// What a proxy answers in place of the server: to REST requests, and to SFU requests.
    pub(crate) answers: [VecDeque<HttpReply>; 2],
}

/// How many of the next ones the browser refuses to make.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused {
    pub(crate) peers: u32,
    pub(crate) transceivers: u32,
    pub(crate) replacements: u32,
    /// Of a track by nothing.
    pub(crate) silences: u32,
    pub(crate) encodings: u32,
    pub(crate) statistics: u32,
}

/// Things that get no answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lost {
    pub(crate) rest: u32,
    pub(crate) sockets: u32,
    pub(crate) join_responses: u32,
    pub(crate) rpcs: u32,
    pub(crate) captures: u32,
    pub(crate) pings: u32,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            delays: vec![1],
            lost: Lost::default(),
            refused: Refused::default(),
            blocks_media: false,
            answers: <_>::default(),
        }
    }
}
