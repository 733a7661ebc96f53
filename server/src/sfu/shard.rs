//! The shards: equal parts that the calls are divided into, each with a worker of its own.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

use str0m::IceCreds;

use super::random;

/// One of the shards. Its peer connections have names (ICE user name fragments) that tell it from
/// the others, so that a connectivity check finds its worker wherever it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

/// Which shard a call belongs to. Names of calls are chosen by whoever makes them, so nobody can
/// tell from outside which ones share a shard.
#[derive(Clone, Debug)]
pub struct Division {
    count: usize,
    secret: RandomState,
}

impl Shard {
    /// All shards, of which there is at least one and at most [`MOST`].
    pub fn all(count: usize) -> impl Iterator<Item = Self> {
        let count = count.clamp(1, MOST);
        (0..count).map(move |index| Self { index, count })
    }

    /// Its number, from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// Its number in the first byte of what is asked of clients, where answers have it, too.
    pub fn byte(self) -> u8 {
        u8::try_from(self.index).unwrap_or(u8::MAX)
    }

    /// A new name and password for a peer connection.
    pub fn credentials(self) -> IceCreds {
        random::reseed();
        loop {
            let credentials = IceCreds::new();
            // One in as many as there are shards is.
            if self.owns(&credentials.ufrag) {
                return credentials;
            }
        }
    }

    /// Whether this is the name of a peer connection of this shard.
    pub fn owns(self, fragment: &str) -> bool {
        mark(fragment, self.count) == self.index
    }
}

impl Division {
    /// A division into so many shards; at least one and at most [`MOST`].
    pub fn new(count: usize) -> Self {
        Self { count: count.clamp(1, MOST), secret: RandomState::new() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of the shard of a call, from 0.
    pub fn of_call(&self, name: &str) -> usize {
        remainder(self.secret.hash_one(name), self.count)
    }
}

/// Number of the shard that a name of a peer connection is marked with.
pub fn mark(fragment: &str, count: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    fragment.hash(&mut hasher);
    remainder(hasher.finish(), count)
}

fn remainder(hash: u64, count: usize) -> usize {
    let count = u64::try_from(count.max(1)).unwrap_or(u64::MAX);
    usize::try_from(hash % count).unwrap_or_default()
}

/// Machines with more cores are rare, and the one reader would be the limit of theirs.
pub const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_the_shard_that_made_it_and_to_no_other() {
        for count in [1, 2, 3, 7, MOST] {
            for shard in Shard::all(count) {
                let credentials = shard.credentials();
                assert_eq!(mark(&credentials.ufrag, count), shard.index());
                let owners = Shard::all(count).filter(|other| other.owns(&credentials.ufrag));
                assert_eq!(owners.collect::<Vec<_>>(), [shard]);
                assert_ne!(credentials.ufrag, shard.credentials().ufrag);
            }
        }
    }

    #[test]
    fn credentials_do_not_follow_from_what_was_made_up_before() {
        let made_up = [(); 2].map(|()| {
            fastrand::seed(1);
            Shard { index: 0, count: 1 }.credentials()
        });
        assert_ne!(made_up[0].pass, made_up[1].pass);
    }

    #[test]
    fn a_call_stays_in_its_shard_and_all_shards_have_calls() {
        let division = Division::new(4);
        let mut calls = [0; 4];
        for number in 0..400 {
            let name = format!("1/default:{number}");
            let shard = division.of_call(&name);
            assert_eq!(division.clone().of_call(&name), shard);
            calls[shard] += 1;
        }
        assert!(calls.iter().all(|calls| (50..150).contains(calls)), "{calls:?}");
    }

    #[test]
    fn there_is_always_a_shard_and_never_too_many() {
        assert_eq!(Shard::all(0).count(), 1);
        assert_eq!(Division::new(0).of_call("1/default:a"), 0);
        assert_eq!(Shard::all(1000).count(), MOST);
        assert_eq!(Division::new(1000).count(), MOST);
    }
}
