//! Media over networks that are slow, far and lossy, in a time of its own: a minute takes a moment.

mod network;
mod svc;
mod weather;
