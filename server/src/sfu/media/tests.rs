//! Media over networks that are slow, far and lossy, in a time of its own: a minute takes a moment.

mod first_pictures;
mod network;
mod svc;
mod weather;
