//! Which of the peer connections.

use super::{consent::Tag, peer::Side};
use crate::sfu::{ids::SessionKey, shard::Shard, stun::Transaction};

/// One of the peer connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerKey {
    pub session: SessionKey,
    pub side: Side,
}

impl PeerKey {
    /// Stands for it in a question.
    pub fn tag(self, shard: Shard) -> Tag {
        let side = u64::from(self.side == Side::Subscriber);
        let [_, _, mut tag @ ..] = (self.session.0 << 1 | side).to_be_bytes();
        tag[0] = shard.byte();
        tag
    }

    /// Who asked.
    pub fn of(question: Transaction) -> Option<Self> {
        let [_, tag @ ..]: Tag = question.first_chunk().copied()?;
        let number = tag.into_iter().fold(0, |number, byte| number << 8 | u64::from(byte));
        let side = if number & 1 == 1 { Side::Subscriber } else { Side::Publisher };
        Some(Self { session: SessionKey(number >> 1), side })
    }
}
