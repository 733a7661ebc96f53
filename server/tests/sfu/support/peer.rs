//! A peer connection whose faults are those of the test.

use std::{net::Ipv4Addr, sync::MutexGuard};

use str0m::{RtcConfig, rtp::Extension};
use tokio::time::timeout;
use trunkline_server::native::{self, Actor, Log, Received};

use super::{
    PATIENCE,
    srtp::{Keys, Srtp},
};

/// Handle of a peer connection. It ends with the last handle.
#[derive(Clone)]
pub struct Peer(native::Peer, Keys);

impl Peer {
    pub async fn new() -> Self {
        Self::made(RtcConfig::new()).await
    }

    /// One that sends packets with the shortest headers there are.
    pub async fn terse() -> Self {
        Self::made(RtcConfig::new().clear_extension_map().set_extension(1, Extension::RtpMid)).await
    }

    async fn made(config: RtcConfig) -> Self {
        let keys = Keys::default();
        let config = config.set_crypto_provider(keys.provider());
        Self(native::Peer::configured(Ipv4Addr::LOCALHOST.into(), config).await.unwrap(), keys)
    }

    /// Does something with the peer connection.
    pub async fn with<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Actor) -> T + Send + 'static,
    ) -> T {
        self.0.with(action).await.expect("the peer ended")
    }

    /// Sends with its keys, once it has some.
    pub fn srtp(&self) -> Option<Srtp> {
        self.1.srtp()
    }

    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.0.log()
    }

    /// Forgets the packets so far.
    pub fn clear(&self) {
        self.log().packets.clear();
    }

    /// Waits until the log shows something.
    #[track_caller]
    pub fn wait<'a, T: 'a>(
        &'a self,
        what: &'a str,
        look: impl Fn(&Log) -> Option<T> + 'a,
    ) -> impl Future<Output = T> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let found = timeout(PATIENCE, self.0.shows(look)).await;
            found.unwrap_or_else(|_| panic!("{caller}: waited for {what}"))
        }
    }

    /// Waits for so many packets of a track, counted from the last [`Peer::clear`].
    pub async fn packets(&self, stream_id: &str, count: usize) -> Vec<Received> {
        let what = format!("{count} packets of {stream_id}");
        let look = |log: &Log| {
            let packets = log.of(stream_id);
            (packets.len() >= count).then_some(packets)
        };
        self.wait(&what, look).await
    }

    /// Waits until the last so many packets of a track are as they should be. Not the next ones, as a
    /// stream may falter, and its layer change, while other work keeps this machine busy.
    pub async fn last(
        &self,
        stream_id: &str,
        count: usize,
        what: &str,
        is_as_it_should: impl Fn(&[Received]) -> bool,
    ) -> Vec<Received> {
        let look = |log: &Log| {
            let mut packets = log.of(stream_id);
            packets.drain(..packets.len().checked_sub(count)?);
            is_as_it_should(&packets).then_some(packets)
        };
        self.wait(what, look).await
    }
}
