//! What the servers do on their sockets.

use prost::Message;
use serde_json::Value;
use trunkline_protocol::sfu::{
    event::{self, sfu_event::EventPayload},
    models,
};

use super::Host;
use crate::core::{
    SocketId,
    tests::native::{Input, seen},
};

impl Host {
    /// The call was ended: the SFU tells everybody who is in it.
    pub(super) fn end_sessions(&mut self) {
        let reason = models::CallEndedReason::Ended.into();
        let ended = EventPayload::CallEnded(event::CallEnded { reason });
        let frame = event::SfuEvent { event_payload: Some(ended) }.encode_to_vec();
        let sockets = self.sockets.iter().filter(|(_, url)| url.contains("//sfu/"));
        for socket in sockets.map(|(socket, _)| *socket).collect::<Vec<_>>() {
            self.later(Input::SocketBytes(socket, frame.clone()));
        }
    }

    /// Sockets that are open or opening.
    pub(in crate::core::tests) fn open_sockets(&self) -> usize {
        self.sockets.len()
    }

    /// Sends an event over the SFU socket.
    pub(in crate::core::tests) fn sfu(&mut self, payload: EventPayload) {
        let event = event::SfuEvent { event_payload: Some(payload) };
        if let Some(socket) = self.sfu_socket() {
            self.feed(Input::SocketBytes(socket, event.encode_to_vec()));
        }
    }

    /// Sends an event over the coordinator socket.
    pub(in crate::core::tests) fn coordinator(&mut self, event: Value) {
        if let Some(socket) = self.coordinator_socket() {
            self.feed(Input::SocketJson(socket, seen(event).into()));
        }
    }

    /// The SFU closes its socket.
    pub(in crate::core::tests) fn close_sfu(&mut self, code: u16) {
        if let Some(socket) = self.sfu_socket() {
            self.close_socket(socket, code);
        }
    }

    /// The coordinator closes its socket.
    pub(in crate::core::tests) fn close_coordinator(&mut self, code: u16) {
        if let Some(socket) = self.coordinator_socket() {
            self.close_socket(socket, code);
        }
    }

    fn close_socket(&mut self, socket: SocketId, code: u16) {
        // A session whose signal is lost is dropped sooner or later; here it is sooner.
        if let Some(url) = self.sockets.remove(&socket) {
            self.server.socket_closed(&url, 1000);
        }
        self.feed(Input::SocketClosed { socket, code, reason: String::new() });
    }

    pub(in crate::core::tests) fn sfu_socket(&self) -> Option<SocketId> {
        self.sockets.iter().rev().find(|(_, url)| url.contains("//sfu/")).map(|(id, _)| *id)
    }

    pub(in crate::core::tests) fn coordinator_socket(&self) -> Option<SocketId> {
        self.sockets.iter().find(|(_, url)| url.contains("/connect")).map(|(id, _)| *id)
    }
}
