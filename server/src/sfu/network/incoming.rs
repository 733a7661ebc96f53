//! Receiving many datagrams with one call of the system.

use std::{
    array,
    io::{self, IoSliceMut},
    net::SocketAddr,
};

use quinn_udp::{BATCH_SIZE, RecvMeta};

use super::Port;

/// Room for what comes with one call.
pub struct Incoming {
    room: Vec<u8>,
    found: [RecvMeta; BATCH_SIZE],
    /// How many of the slots have something in them.
    filled: usize,
}

impl Incoming {
    /// With nothing in it.
    pub fn new() -> Self {
        let found = array::from_fn(|_| RecvMeta::default());
        Self { room: vec![0; SLOT * BATCH_SIZE], found, filled: 0 }
    }

    /// Takes what waits at a port, as much as one call gives, in place of what was here before.
    pub fn receive(&mut self, port: &Port) -> io::Result<()> {
        self.filled = 0;
        let mut slots = self.room.chunks_exact_mut(SLOT);
        let mut slots: [_; BATCH_SIZE] =
            array::from_fn(|_| IoSliceMut::new(slots.next().unwrap_or_default()));
        self.filled = port.state.recv((&port.socket).into(), &mut slots, &mut self.found)?;
        Ok(())
    }

    /// The datagrams, and where each came from.
    pub fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        let slots = self.found.iter().zip(self.room.chunks_exact(SLOT)).take(self.filled);
        slots.flat_map(|(found, slot)| {
            let bytes = slot.get(..found.len).unwrap_or_default();
            // The system may have joined several of one sender.
            bytes.chunks(found.stride.max(1)).map(|datagram| (found.addr, datagram))
        })
    }
}

/// Bytes of the largest datagram that UDP carries, and of several that the system joins.
const SLOT: usize = 65_536;
