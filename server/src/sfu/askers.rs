//! How often addresses are told where they send from.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

/// Counts the answers of this second. Whoever asks in the name of somebody else has them sent
/// little, and nobody can have all of the server's time.
#[derive(Default)]
pub struct Askers {
    begun: Option<Instant>,
    answers: u32,
    by_address: HashMap<IpAddr, u32>,
}

impl Askers {
    /// Whether one more question from this address is answered.
    pub fn allow(&mut self, address: IpAddr, now: Instant) -> bool {
        if self.begun.is_none_or(|begun| now.saturating_duration_since(begun) >= SECOND) {
            self.begun = Some(now);
            self.answers = 0;
            self.by_address.clear();
        }
        if self.answers >= MOST_IN_ALL {
            return false;
        }
        let count = self.by_address.entry(network(address)).or_insert(0);
        if *count >= MOST_PER_ADDRESS {
            return false;
        }
        *count += 1;
        self.answers += 1;
        true
    }
}

/// Whoever has one IPv6 address has many.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let mut segments = address.segments();
            segments.iter_mut().skip(4).for_each(|segment| *segment = 0);
            IpAddr::from(segments)
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// Every browser of an office asks when it joins, and some of them every few seconds.
const MOST_PER_ADDRESS: u32 = 100;
const MOST_IN_ALL: u32 = 5000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_all_of_them_are_answered_so_often_in_a_second() {
        let now = Instant::now();
        let mut askers = Askers::default();
        let mut count = |address: &str, now| {
            let address = address.parse().unwrap();
            (0..1000).filter(|_| askers.allow(address, now)).count()
        };
        assert_eq!(count("192.0.2.1", now), 100);
        assert_eq!(count("2001:db8::1", now), 100);
        assert_eq!(count("2001:db8::2:1", now), 0, "the same network");
        assert_eq!(count("192.0.2.2", now), 100);
        let others = (0..100).map(|n| count(&format!("198.51.100.{n}"), now));
        assert_eq!(others.sum::<usize>(), 4700);
        assert_eq!(count("192.0.2.1", now + SECOND), 100);
    }
}
