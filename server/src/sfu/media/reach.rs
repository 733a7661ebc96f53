//! Up to which of the layers inside a stream (SVC) one subscriber gets.

/// The highest layer in space that passes, and since when.
///
/// Packets can come late. Those from before a turn are still judged as they would have been then.
#[derive(Debug)]
pub struct Reach {
    spatial: u8,
    /// The first packet of the picture that was the first with this layer at its top.
    since: u64,
    /// What was at the top before.
    before: u8,
}

impl Reach {
    /// This layer is at the top from the beginning.
    pub fn new(spatial: u8) -> Self {
        Self { spatial, since: 0, before: spatial }
    }

    /// The highest layer now.
    pub fn spatial(&self) -> u8 {
        self.spatial
    }

    /// The highest layer at a packet with this sequence number.
    pub fn at(&self, seq: u64) -> u8 {
        if seq < self.since { self.before } else { self.spatial }
    }

    /// Another layer is at the top, from the picture on that begins with this packet.
    pub fn turn(&mut self, spatial: u8, seq: u64) {
        if spatial != self.spatial {
            *self = Self { spatial, since: seq, before: self.spatial };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_packets_are_judged_by_what_was_when_they_were_due() {
        let mut reach = Reach::new(0);
        assert_eq!(reach.at(0), 0);
        reach.turn(2, 100);
        reach.turn(2, 200);
        assert_eq!((reach.at(99), reach.at(100), reach.at(300)), (0, 2, 2));
        reach.turn(1, 300);
        assert_eq!((reach.at(299), reach.at(300), reach.spatial()), (2, 1, 1));
    }
}
