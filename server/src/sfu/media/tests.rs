//! Media over networks that are slow, far and lossy, in a time of its own: a minute takes a moment.

mod network;
mod svc;
mod weather;

// Shared with the tests of the whole server, which need more of them.
#[allow(dead_code)]
#[path = "../../../tests/sfu/support/link.rs"]
mod link;
#[allow(dead_code)]
#[path = "../../../tests/sfu/support/source.rs"]
mod source;
