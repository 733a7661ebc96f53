//! Sending many datagrams with few calls of the system.

use std::{io, net::SocketAddr, slice};

use str0m::net::Transmit;

/// Sends what is given to it; keeps the memory it needs for that.
#[derive(Default)]
pub struct Outgoing {
    joined: Vec<u8>,
}

/// How often the system was called, and for how many datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Datagrams that the system took.
    pub datagrams: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Calls of the system.
    pub calls: u64,
    /// Datagrams that it did not take.
    pub refused: u64,
}

/// Equally large datagrams to one destination, one after the other; the last may be smaller. Some
/// systems take them in one piece and cut it themselves (GSO).
#[derive(Debug, PartialEq)]
pub struct Run<'a> {
    pub destination: SocketAddr,
    /// Bytes of each.
    pub size: usize,
    pub bytes: &'a [u8],
}

impl Outgoing {
    /// Sends the datagrams, in their order for each destination, in runs of at most `most` of them.
    /// `pass` is the call of the system.
    pub fn send(
        &mut self,
        mut datagrams: Vec<Transmit>,
        most: impl Fn(SocketAddr) -> usize,
        mut pass: impl FnMut(Run<'_>) -> io::Result<()>,
    ) -> Sent {
        let mut sent = Sent::default();
        // Stable: what is for the same destination keeps its order.
        datagrams.sort_by_key(|datagram| datagram.destination);
        let mut rest = datagrams.as_slice();
        while let Some(first) = rest.first() {
            let (run, after) = rest.split_at(run_length(rest, most(first.destination)));
            rest = after;
            let result = sent.count(run, pass(self.join(run, first)));
            // Not every network card can cut. What a full socket does not take is lost, as on any
            // other hop.
            let is_full = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
            if run.len() > 1 && result.is_err_and(|error| !is_full(&error)) {
                for alone in run {
                    // Refused for good, and counted as such.
                    drop(sent.count(slice::from_ref(alone), pass(whole(alone))));
                }
            }
        }
        sent
    }

    /// The run that these datagrams make.
    fn join<'a>(&'a mut self, run: &'a [Transmit], first: &'a Transmit) -> Run<'a> {
        if run.len() == 1 {
            return whole(first);
        }
        self.joined.clear();
        for datagram in run {
            self.joined.extend_from_slice(&datagram.contents);
        }
        Run { bytes: &self.joined, ..whole(first) }
    }
}

impl Sent {
    /// What became of datagrams; those that are tried again are counted then.
    fn count(&mut self, run: &[Transmit], result: io::Result<()>) -> io::Result<()> {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let count = number(run.len());
        self.calls += 1;
        match &result {
            Ok(()) => {
                self.datagrams += count;
                self.bytes += number(run.iter().map(|datagram| datagram.contents.len()).sum());
            }
            Err(error) if count == 1 || error.kind() == io::ErrorKind::WouldBlock => {
                self.refused += count;
            }
            Err(_) => {}
        }
        result
    }
}

/// A run of one.
fn whole(datagram: &Transmit) -> Run<'_> {
    let bytes = &*datagram.contents;
    Run { destination: datagram.destination, size: bytes.len(), bytes }
}

/// How many of the datagrams, from the first on, go in one run.
fn run_length(datagrams: &[Transmit], most: usize) -> usize {
    let Some(first) = datagrams.first() else {
        return 0;
    };
    let size = first.contents.len();
    let most = most.min(MOST_BYTES / size.max(1)).max(1);
    let mut length = 0;
    for datagram in datagrams.iter().take(most) {
        let own = datagram.contents.len();
        if datagram.destination != first.destination || own > size || own == 0 && length > 0 {
            break;
        }
        length += 1;
        if own < size {
            break;
        }
    }
    length.max(1)
}

/// Of a run: what an IP packet before it is cut can hold, with its headers.
const MOST_BYTES: usize = 65_535 - 60;

#[cfg(test)]
mod tests {
    use str0m::net::Protocol;

    use super::*;

    fn datagram(to: u16, size: usize, mark: u8) -> Transmit {
        Transmit {
            proto: Protocol::Udp,
            source: "127.0.0.1:1".parse().unwrap(),
            destination: SocketAddr::from(([127, 0, 0, 1], to)),
            contents: vec![mark; size].into(),
        }
    }

    /// Port, size, and the marks of the datagrams in the run.
    type Seen = (u16, usize, Vec<u8>);

    fn send(datagrams: Vec<Transmit>, most: usize) -> (Vec<Seen>, Sent) {
        let mut seen = Vec::new();
        let sent = Outgoing::default().send(
            datagrams,
            |_| most,
            |run| {
                let marks = run.bytes.chunks(run.size.max(1)).map(|datagram| datagram[0]);
                seen.push((run.destination.port(), run.size, marks.collect()));
                Ok(())
            },
        );
        (seen, sent)
    }

    #[test]
    fn equally_large_ones_to_the_same_destination_go_together_in_their_order() {
        let mixed = [(1, 100, 1), (2, 100, 2), (1, 100, 3), (2, 90, 4), (1, 80, 5), (1, 80, 6)];
        let (seen, sent) = send(mixed.map(|(to, size, mark)| datagram(to, size, mark)).into(), 64);
        let expected = [
            (1, 100, vec![1, 3, 5]), // a smaller one ends the run
            (1, 80, vec![6]),
            (2, 100, vec![2, 4]),
        ];
        assert_eq!(seen, expected);
        assert_eq!(sent, Sent { datagrams: 6, bytes: 550, calls: 3, refused: 0 });
    }

    #[test]
    fn a_larger_one_begins_another_run() {
        let (seen, _) = send(vec![datagram(1, 10, 1), datagram(1, 20, 2), datagram(1, 20, 3)], 64);
        assert_eq!(seen, [(1, 10, vec![1]), (1, 20, vec![2, 3])]);
    }

    #[test]
    fn a_run_is_as_long_as_the_system_takes_it() {
        let many = || (0..5).map(|mark| datagram(1, 10, mark)).collect();
        assert_eq!(send(many(), 2).0.len(), 3);
        assert_eq!(send(many(), 1).0.len(), 5);
        let large = (0..64).map(|mark| datagram(1, 1_500, mark)).collect();
        let lengths: Vec<_> = send(large, 64).0.iter().map(|(.., marks)| marks.len()).collect();
        assert_eq!(lengths, [43, 21]);
    }

    #[test]
    fn empty_ones_go_alone() {
        let (seen, sent) = send(vec![datagram(1, 3, 1), datagram(1, 0, 0), datagram(1, 3, 2)], 64);
        assert_eq!(seen, [(1, 3, vec![1]), (1, 0, vec![]), (1, 3, vec![2])]);
        assert_eq!(sent.datagrams, 3);
    }

    #[test]
    fn a_run_that_is_refused_goes_in_single_datagrams() {
        let mut sizes = Vec::new();
        let sent = Outgoing::default().send(
            vec![datagram(1, 10, 1), datagram(1, 10, 2)],
            |_| 64,
            |run| {
                sizes.push(run.bytes.len());
                let cannot = io::Error::from(io::ErrorKind::InvalidInput);
                if run.bytes.len() > 10 { Err(cannot) } else { Ok(()) }
            },
        );
        assert_eq!(sizes, [20, 10, 10]);
        assert_eq!(sent, Sent { datagrams: 2, bytes: 20, calls: 3, refused: 0 });
    }

    #[test]
    fn what_a_full_socket_does_not_take_is_lost_and_counted() {
        let sent = Outgoing::default().send(
            vec![datagram(1, 10, 1), datagram(1, 10, 2), datagram(2, 10, 1)],
            |_| 64,
            |_| Err(io::ErrorKind::WouldBlock.into()),
        );
        assert_eq!(sent, Sent { datagrams: 0, bytes: 0, calls: 2, refused: 3 });
    }
}
