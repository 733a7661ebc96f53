//! Datagrams that come, and the passing of time.

use std::{net::SocketAddr, time::Instant};

use str0m::{
    Input,
    net::{Protocol, Receive},
};

use super::{
    consent::{Admission, Check, Ours},
    peer::Peer,
    peer_key::PeerKey,
    router::Media,
};
use crate::sfu::stun::{self, Transaction};

impl Media {
    /// Takes a datagram that came to one of the addresses.
    pub fn receive(
        &mut self,
        source: SocketAddr,
        address: SocketAddr,
        datagram: &[u8],
        now: Instant,
    ) {
        if datagram.len() > self.largest {
            self.dropped.oversize += 1;
            return;
        }
        if let Some(transaction) = stun::answered(datagram) {
            return self.on_answer(transaction, source, datagram, now);
        }
        let name = stun::addressee(datagram);
        let addressee = match name {
            // Somebody may come back with an address that was another's before.
            Some(name) => self.fragments.get(name).copied(),
            None => self.sources.get(source),
        };
        let Some(key) = addressee else {
            self.dropped.unaddressed += 1;
            return;
        };
        let Some(input) = input(datagram, source, address, now) else {
            return;
        };
        let tag = key.tag(self.endpoint.shard);
        // What STUN says has to be proven each time.
        let is_media = !stun::is_stun(datagram);
        let is_open =
            |peer: &&mut Peer| peer.accepts(&input) || is_media && peer.hears(source, now);
        let Some(peer) = self.peer(key).filter(is_open) else {
            return;
        };
        if let Some(ours) = name {
            let check = Check { datagram: datagram.to_vec(), address };
            let ours = Ours { fragment: ours, tag };
            let Admission { passes, question } = peer.consent.admit(source, check, ours, now);
            if let Some(question) = question {
                self.send(question, address, source);
            }
            if passes {
                self.accept_check(key, datagram, (source, address), now);
            }
            return;
        }
        self.accept(key, input, source, now);
    }

    /// Hands a check to the peer that it is for, from where somebody answers.
    fn accept_check(
        &mut self,
        key: PeerKey,
        check: &[u8],
        (source, address): (SocketAddr, SocketAddr),
        now: Instant,
    ) {
        let choice = self.peer(key).and_then(|peer| peer.choice(check));
        let check = choice.as_deref().unwrap_or(check);
        if let Some(input) = input(check, source, address, now) {
            self.accept(key, input, source, now);
        }
    }

    /// Hands a datagram to the peer that it is for.
    fn accept(&mut self, key: PeerKey, input: Input<'_>, source: SocketAddr, now: Instant) {
        if let Some(peer) = self.peer(key) {
            peer.receive(input, now);
            self.sources.hear(source, key, now);
            self.drain(vec![key], now);
        }
    }

    /// Somebody answered a question of ours.
    fn on_answer(&mut self, asked: Transaction, source: SocketAddr, answer: &[u8], now: Instant) {
        let Some(key) = PeerKey::of(asked) else {
            return;
        };
        let check = self.peer(key).and_then(|peer| peer.consent.answered(source, answer));
        // The check may be for a name that is not ours any more.
        if let Some(Check { datagram, address }) = check
            && let Some(input) = input(&datagram, source, address, now)
            && self.peer(key).is_some_and(|peer| peer.accepts(&input))
        {
            self.accept_check(key, &datagram, (source, address), now);
        }
    }

    /// Does what is due.
    pub fn elapse(&mut self, now: Instant) {
        while let Some((due, peer)) = self.timers.first().copied()
            && due <= now
        {
            self.timers.pop_first();
            if let Some(peer) = self.peer(peer) {
                peer.elapse(now);
            }
            self.drain(vec![peer], now);
        }
    }
}

/// A datagram as str0m takes it, if it is of a kind that it knows.
fn input(
    datagram: &[u8],
    source: SocketAddr,
    address: SocketAddr,
    now: Instant,
) -> Option<Input<'_>> {
    let receive = Receive::new(Protocol::Udp, source, address, datagram).ok()?;
    Some(Input::Receive(now, receive))
}
