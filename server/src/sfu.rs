//! The SFU: one WebSocket and a Twirp service for signalling, one UDP port for media.

pub mod control;
pub mod token;
