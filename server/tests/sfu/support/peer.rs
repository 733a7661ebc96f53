//! A peer connection of a client: str0m over a UDP socket of its own, in a task.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    media::Mid,
    net::{Protocol, Receive},
    rtp::Extension,
};
use tokio::{
    net::UdpSocket,
    sync::{Notify, mpsc, oneshot},
    time::{sleep_until, timeout},
};

use super::{Conditions, Link, PATIENCE, Source};

/// Handle of a peer connection. It ends with the last handle.
#[derive(Clone)]
pub struct Peer {
    commands: mpsc::UnboundedSender<Command>,
    state: Arc<State>,
}

/// What happened to a peer connection so far.
#[derive(Default)]
pub struct Log {
    pub packets: Vec<Received>,
    /// m-lines for which the other side asked for a keyframe.
    pub keyframe_requests: Vec<(Mid, Option<String>)>,
    pub connected: bool,
    /// Stream ids of the last offer of the server.
    pub tracks: HashMap<String, Mid>,
}

/// An RTP packet.
#[derive(Clone, Debug)]
pub struct Received {
    pub mid: Mid,
    pub ssrc: u32,
    pub seq: u64,
    pub time: u32,
    pub marker: bool,
    pub payload: Arc<[u8]>,
}

type Command = Box<dyn FnOnce(&mut Actor) + Send>;

#[derive(Default)]
struct State {
    log: Mutex<Log>,
    changed: Notify,
}

/// What runs in the task.
pub struct Actor {
    pub rtc: Rtc,
    pub sources: Vec<Source>,
    socket: UdpSocket,
    address: SocketAddr,
    state: Arc<State>,
    /// Where the last datagram went.
    pub destination: Option<SocketAddr>,
    /// The way from the server.
    pub path: Link<(SocketAddr, Vec<u8>)>,
    /// Counts the packets in place of keeping them.
    pub counter: Option<Arc<AtomicU64>>,
    /// Takes nothing in and lets nothing out.
    pub unplugged: bool,
}

impl Peer {
    pub async fn new() -> Self {
        Self::made(RtcConfig::new()).await
    }

    /// One that sends packets with the shortest headers there are.
    pub async fn terse() -> Self {
        Self::made(RtcConfig::new().clear_extension_map().set_extension(1, Extension::RtpMid)).await
    }

    async fn made(config: RtcConfig) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut rtc = config.set_rtp_mode(true).build(Instant::now());
        rtc.add_local_candidate(Candidate::host(address, Protocol::Udp).unwrap()).unwrap();
        let state = Arc::new(State::default());
        let (commands, inbox) = mpsc::unbounded_channel();
        let actor = Actor {
            rtc,
            sources: Vec::new(),
            socket,
            address,
            state: Arc::clone(&state),
            destination: None,
            path: Link::new(Conditions::PERFECT),
            counter: None,
            unplugged: false,
        };
        tokio::spawn(actor.run(inbox));
        Self { commands, state }
    }

    /// Does something with the peer connection.
    pub async fn with<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Actor) -> T + Send + 'static,
    ) -> T {
        let (reply, result) = oneshot::channel();
        let command = move |actor: &mut Actor| drop(reply.send(action(actor)));
        assert!(self.commands.send(Box::new(command)).is_ok(), "the peer ended");
        result.await.expect("the peer ended")
    }

    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.state.log.lock().unwrap()
    }

    /// Forgets the packets so far.
    pub fn clear(&self) {
        self.log().packets.clear();
    }

    /// Waits until the log shows something.
    #[track_caller]
    pub fn wait<'a, T: 'a>(
        &'a self,
        what: &'a str,
        look: impl Fn(&Log) -> Option<T> + 'a,
    ) -> impl Future<Output = T> + 'a {
        let caller = std::panic::Location::caller();
        let waiting = async move {
            loop {
                let changed = self.state.changed.notified();
                if let Some(found) = look(&self.log()) {
                    return found;
                }
                changed.await;
            }
        };
        async move {
            let found = timeout(PATIENCE, waiting).await;
            found.unwrap_or_else(|_| panic!("{caller}: waited for {what}"))
        }
    }

    /// Waits for so many packets of a track, counted from the last [`Peer::clear`].
    pub async fn packets(&self, stream_id: &str, count: usize) -> Vec<Received> {
        let what = format!("{count} packets of {stream_id}");
        let look = |log: &Log| {
            let packets = log.of(stream_id);
            (packets.len() >= count).then_some(packets)
        };
        self.wait(&what, look).await
    }
}

impl Log {
    /// The packets of a track.
    pub fn of(&self, stream_id: &str) -> Vec<Received> {
        let mid = self.tracks.get(stream_id);
        self.packets.iter().filter(|packet| Some(&packet.mid) == mid).cloned().collect()
    }
}

impl Actor {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut buffer = vec![0; 2000];
        loop {
            let mut due = self.drain();
            due = due.min(self.path.due().unwrap_or(due));
            for source in &self.sources {
                due = due.min(source.due());
            }
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => command(&mut self),
                    None => return,
                },
                received = self.socket.recv_from(&mut buffer) => {
                    let (length, source) = received.unwrap();
                    let datagram = buffer[..length].to_vec();
                    self.path.send((source, datagram), length, Instant::now());
                }
                () = sleep_until(due.into()) => {}
            }
            let now = Instant::now();
            while let Some((source, datagram)) = self.path.take(now) {
                self.receive(source, &datagram);
            }
            let Self { sources, rtc, .. } = &mut self;
            for source in sources {
                source.run(rtc, now);
            }
            self.rtc.handle_input(Input::Timeout(now)).unwrap();
        }
    }

    fn receive(&mut self, source: SocketAddr, datagram: &[u8]) {
        if self.unplugged {
            return;
        }
        let receive = Receive::new(Protocol::Udp, source, self.address, datagram).unwrap();
        self.rtc.handle_input(Input::Receive(Instant::now(), receive)).unwrap();
    }

    /// Sends any datagram at all.
    pub fn send_raw(&self, datagram: &[u8], to: SocketAddr) {
        // What the socket does not take is lost, as on any other hop.
        let _ = self.socket.try_send_to(datagram, to);
    }

    fn drain(&mut self) -> Instant {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Timeout(due) => return due,
                Output::Transmit(transmit) if !self.unplugged => {
                    self.destination = Some(transmit.destination);
                    self.send_raw(&transmit.contents, transmit.destination);
                }
                Output::Transmit(_) => {}
                Output::Event(event) => self.on_event(event),
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        if let (Event::RtpPacket(_), Some(counter)) = (&event, &self.counter) {
            counter.fetch_add(1, Relaxed);
            return;
        }
        let mut log = self.state.log.lock().unwrap();
        match event {
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let mid = self.rtc.direct_api().stream_rx(&ssrc).unwrap().mid();
                log.packets.push(Received {
                    mid,
                    ssrc: *ssrc,
                    seq: *packet.seq_no,
                    time: packet.header.timestamp,
                    marker: packet.header.marker,
                    payload: packet.payload.clone(),
                });
            }
            Event::KeyframeRequest(request) => {
                let rid = request.rid.map(|rid| rid.to_string());
                log.keyframe_requests.push((request.mid, rid));
                let asked =
                    |source: &&mut Source| source.mid == request.mid && source.rid == request.rid;
                self.sources.iter_mut().filter(asked).for_each(Source::want_keyframe);
            }
            Event::Connected => log.connected = true,
            _ => return,
        }
        self.state.changed.notify_waiters();
    }
}
