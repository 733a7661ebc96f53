//! What all peer connections of a worker have in common.

use std::net::SocketAddr;

use str0m::config::DtlsCert;

use crate::sfu::shard::Shard;

/// Where and as whom clients meet this server.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Where clients send to.
    pub addresses: Vec<SocketAddr>,
    /// By which they know that they speak with this server: one for all of them, as making one takes
    /// longer than media can wait.
    pub certificate: DtlsCert,
    /// Whose peer connections they are.
    pub shard: Shard,
}

/// A new certificate; `None` when the system has no randomness for it.
pub fn certificate() -> Option<DtlsCert> {
    str0m::crypto::from_feature_flags().dtls_provider.generate_certificate()
}

#[cfg(test)]
impl Endpoint {
    /// Of a server with one worker.
    pub fn alone(addresses: &[SocketAddr]) -> Self {
        let shard = Shard::all(1).next().unwrap();
        Self { addresses: addresses.to_vec(), certificate: certificate().unwrap(), shard }
    }
}
