//! Datagrams on their way from the thread that reads the media port to a worker.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use tokio::sync::mpsc;

/// Several datagrams that came at about the same time.
#[derive(Debug, Default)]
pub struct Datagrams {
    bytes: Vec<u8>,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    source: SocketAddr,
    address: SocketAddr,
    /// Where it ends in the bytes.
    end: usize,
}

/// A datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    pub source: SocketAddr,
    /// To which of the addresses that clients are told it came.
    pub address: SocketAddr,
    pub contents: &'a [u8],
}

/// Where datagrams for a worker are put in.
pub struct Feeder {
    sender: mpsc::Sender<Datagrams>,
    waiting: Arc<AtomicUsize>,
}

/// Where they come out.
pub struct Feed {
    receiver: mpsc::Receiver<Datagrams>,
    waiting: Arc<AtomicUsize>,
}

/// A way for datagrams to a worker. What the worker does not take in time is lost: it is as when a
/// socket is full.
pub fn way() -> (Feeder, Feed) {
    let (sender, receiver) = mpsc::channel(MOST_BATCHES);
    let waiting = Arc::new(AtomicUsize::new(0));
    (Feeder { sender, waiting: Arc::clone(&waiting) }, Feed { receiver, waiting })
}

impl Datagrams {
    /// How many they are.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// One more.
    pub fn push(&mut self, datagram: Datagram<'_>) {
        self.bytes.extend_from_slice(datagram.contents);
        let Datagram { source, address, .. } = datagram;
        self.parts.push(Part { source, address, end: self.bytes.len() });
    }

    /// All of them, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = Datagram<'_>> {
        let mut begin = 0;
        self.parts.iter().map(move |part| {
            let contents = self.bytes.get(begin..part.end).unwrap_or_default();
            begin = part.end;
            Datagram { source: part.source, address: part.address, contents }
        })
    }

    /// Bytes that they take while they wait.
    fn size(&self) -> usize {
        self.bytes.len() + self.parts.len() * size_of::<Part>()
    }
}

impl Feeder {
    /// Puts datagrams in, without waiting. False when there is no room for them.
    pub fn put(&self, datagrams: Datagrams) -> bool {
        let size = datagrams.size();
        // Nobody else puts any in.
        if self.waiting.load(Relaxed) + size > MOST_BYTES {
            return false;
        }
        self.waiting.fetch_add(size, Relaxed);
        let is_in = self.sender.try_send(datagrams).is_ok();
        if !is_in {
            self.waiting.fetch_sub(size, Relaxed);
        }
        is_in
    }

    /// Waits until nobody takes any more.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

impl Feed {
    /// The next ones. `None` when no more come. Nothing is lost when this is dropped while it waits.
    pub async fn next(&mut self) -> Option<Datagrams> {
        let datagrams = self.receiver.recv().await?;
        self.waiting.fetch_sub(datagrams.size(), Relaxed);
        Some(datagrams)
    }
}

/// Bytes that wait for one worker: a tenth of a second of 300 Mbit/s.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const MOST_BATCHES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn datagram(contents: &[u8]) -> Datagram<'_> {
        let source = SocketAddr::from(([192, 0, 2, 1], 1));
        Datagram { source, address: SocketAddr::from(([192, 0, 2, 2], 2)), contents }
    }

    fn batch(contents: &[&[u8]]) -> Datagrams {
        let mut batch = Datagrams::default();
        for contents in contents {
            batch.push(datagram(contents));
        }
        batch
    }

    #[tokio::test]
    async fn datagrams_arrive_as_they_were() {
        let (feeder, mut feed) = way();
        assert!(feeder.put(batch(&[b"one", b"", b"three"])));
        assert!(feeder.put(batch(&[b"four"])));
        let first = feed.next().await.unwrap();
        let expected = [datagram(b"one"), datagram(b""), datagram(b"three")];
        assert_eq!(first.iter().collect::<Vec<_>>(), expected);
        assert_eq!(feed.next().await.unwrap().iter().collect::<Vec<_>>(), [datagram(b"four")]);
        drop(feeder);
        assert!(feed.next().await.is_none());
    }

    #[tokio::test]
    async fn what_waits_is_bounded_in_bytes_and_in_number() {
        let (feeder, mut feed) = way();
        let large = vec![7; 60_000];
        let taken = (0..1000).take_while(|_| feeder.put(batch(&[&large]))).count();
        assert_eq!(taken, MOST_BYTES / (large.len() + size_of::<Part>()));
        feed.next().await.unwrap();
        assert!(feeder.put(batch(&[&large])), "there is room for one again");
        assert!(!feeder.put(batch(&[&large])));
        for _ in 0..taken {
            feed.next().await.unwrap();
        }
        let small = (0..2 * MOST_BATCHES).take_while(|_| feeder.put(batch(&[b"x"]))).count();
        assert_eq!(small, MOST_BATCHES);
    }

    #[tokio::test]
    async fn the_end_of_the_worker_is_seen() {
        let (feeder, feed) = way();
        drop(feed);
        feeder.closed().await;
        assert!(!feeder.put(batch(&[b"x"])));
    }
}
