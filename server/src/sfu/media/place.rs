//! Where in a picture a packet belongs.

/// The place of a packet, when there are layers inside the stream (SVC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The layer in space; 0 is the smallest, on which the others build.
    pub spatial: u8,
    /// The first packet of this layer's part of the picture.
    pub begins: bool,
    /// The last one.
    pub ends: bool,
}
