//! Media over networks that are slow, far and lossy, in a time of its own: a minute takes a moment.

mod faults;
mod first_pictures;
mod interruptions;
mod network;
mod screen;
mod svc;
mod weather;
