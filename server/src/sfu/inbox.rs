//! What waits for the task that owns the SFU's state: requests of clients, of which only so many may
//! wait, and commands of the server itself.

use std::time::Duration;

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    requests::{Command, Request, Rpc, RpcResult},
    signalling::Caller,
};

/// Where requests and commands are put in.
#[derive(Clone)]
pub(super) struct Inlet {
    /// Bounded: each socket and each request over HTTP waits for room itself, so that whoever floods
    /// is slowed down by what they sent.
    requests: mpsc::Sender<Request>,
    /// Not bounded: a command must be neither lost nor wait in a thread of the store. Each follows
    /// from a transaction that is on the disk, so there are never more than the store writes, and
    /// they are carried out before any request is.
    commands: mpsc::UnboundedSender<Command>,
}

/// Where they come out.
pub(super) struct Inbox {
    requests: mpsc::Receiver<Request>,
    commands: mpsc::UnboundedReceiver<Command>,
    /// Came out while a command was put in, which goes before it.
    held: Option<Request>,
}

/// What comes out.
pub(super) enum Entry {
    Request(Request),
    Command(Command),
}

/// Why a request over HTTP has no result.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// Too much is waiting.
    Busy,
    /// The server is going.
    Closing,
}

/// An inbox with nothing in it.
pub(super) fn open() -> (Inlet, Inbox) {
    let (requests, waiting) = mpsc::channel(MOST_WAITING);
    let (commands, ordered) = mpsc::unbounded_channel();
    (Inlet { requests, commands }, Inbox { requests: waiting, commands: ordered, held: None })
}

impl Inlet {
    /// Waits until there is room.
    pub async fn send(&self, request: Request) {
        // The worker is gone only when the server is going.
        let _ = self.requests.send(request).await;
    }

    /// Never waits.
    pub fn command(&self, command: Command) {
        // The worker is gone only when the server is going.
        let _ = self.commands.send(command);
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.requests.max_capacity() - self.requests.capacity()
    }

    /// Asks over HTTP, and waits for the result.
    pub async fn call(
        &self,
        caller: Caller,
        session_id: String,
        rpc: Rpc,
    ) -> Result<RpcResult, Unanswered> {
        let room = timeout(PATIENCE, self.requests.reserve()).await;
        let room = room.map_err(|_| Unanswered::Busy)?.map_err(|_| Unanswered::Closing)?;
        let (reply, answer) = oneshot::channel();
        room.send(Request::Rpc { caller, session_id, rpc, reply });
        answer.await.map_err(|_| Unanswered::Closing)
    }
}

impl Inbox {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.requests.len() + self.commands.len() + usize::from(self.held.is_some())
    }

    /// The next one; commands before requests. `None` when every inlet is gone.
    ///
    /// Nothing is lost when this is dropped while it waits.
    pub async fn next(&mut self) -> Option<Entry> {
        if self.held.is_none() {
            self.held = tokio::select! {
                biased;
                Some(command) = self.commands.recv() => return Some(Entry::Command(command)),
                request = self.requests.recv() => request,
            };
        }
        // Both may have been put in between one look and the other, the command first: whoever was
        // let in again by one comes right after it.
        match self.commands.try_recv() {
            Ok(command) => Some(Entry::Command(command)),
            Err(_) => self.held.take().map(Entry::Request),
        }
    }
}

/// Requests of all clients together. More of them would only wait longer.
const MOST_WAITING: usize = 256;
/// How long a request over HTTP waits for room: less than clients wait for its answer.
const PATIENCE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use trunkline_protocol::sfu::models::CallEndedReason;

    use super::*;
    use crate::{control::SfuOrder, sfu::ids::SocketId};

    fn full() -> (Inlet, Inbox) {
        let (inlet, inbox) = open();
        for _ in 0..MOST_WAITING {
            inlet.requests.try_send(Request::Heard(SocketId(1))).ok().unwrap();
        }
        (inlet, inbox)
    }

    fn end_call() -> Command {
        Command::Order(SfuOrder::EndCall { cid: "1/c".into(), reason: CallEndedReason::Ended })
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_waits_and_commands_do_not() {
        let (inlet, mut inbox) = full();
        let flood = timeout(PATIENCE * 100, inlet.send(Request::Heard(SocketId(1))));
        assert!(flood.await.is_err(), "the socket that sends it is not read on");
        for _ in 0..MOST_WAITING * 2 {
            inlet.command(end_call());
        }
        for _ in 0..MOST_WAITING * 2 {
            assert!(matches!(inbox.next().await, Some(Entry::Command(_))));
        }
        for _ in 0..MOST_WAITING {
            assert!(matches!(inbox.next().await, Some(Entry::Request(_))));
        }
        drop(inlet);
        assert!(inbox.next().await.is_none());
    }

    #[tokio::test]
    async fn a_command_that_comes_between_two_looks_goes_first() {
        let (inlet, mut inbox) = open();
        // What the second look finds.
        inbox.held = Some(Request::Heard(SocketId(1)));
        inlet.command(end_call());
        inlet.send(Request::Heard(SocketId(2))).await;
        assert_eq!(inbox.len(), 3);
        assert!(matches!(inbox.next().await, Some(Entry::Command(_))));
        for socket in [1, 2] {
            let entry = inbox.next().await;
            let Some(Entry::Request(Request::Heard(SocketId(heard)))) = entry else { panic!() };
            assert_eq!(heard, socket);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_refused_when_there_is_no_room_for_it() {
        let (inlet, mut inbox) = full();
        let caller = || Caller { user_id: "ann".into(), cid: "1/c".into() };
        let refused = inlet.call(caller(), "s".into(), Rpc::Nothing).await;
        assert_eq!(refused, Err(Unanswered::Busy));
        inbox.next().await;
        let call =
            tokio::spawn(async move { inlet.call(caller(), "s".into(), Rpc::Nothing).await });
        while let Some(entry) = inbox.next().await {
            if let Entry::Request(Request::Rpc { reply, .. }) = entry {
                reply.send(Ok(None)).unwrap();
                break;
            }
        }
        assert_eq!(call.await.unwrap(), Ok(Ok(None)));
    }
}
