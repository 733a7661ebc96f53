//! A peer connection of a client: str0m over a UDP socket of its own, in a task.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpOffer, SdpPendingOffer},
    media::{Direction, MediaKind, Mid, Simulcast, SimulcastLayer},
    net::{Protocol, Receive},
};
use tokio::{
    net::UdpSocket,
    sync::{Notify, mpsc, oneshot},
    time::sleep_until,
};
use trunkline_protocol::sfu::models::{TrackInfo, TrackType};

use super::{Conditions, Link, Source};
use crate::sfu::is_audio;

/// Handle of a peer connection. It ends with the last handle.
#[derive(Clone)]
pub struct Peer {
    commands: mpsc::UnboundedSender<Command>,
    state: Arc<State>,
}

/// What happened to a peer connection so far.
#[derive(Default)]
pub struct Log {
    /// Those that arrived, unless they are only counted.
    pub packets: Vec<Received>,
    /// m-lines for which the other side asked for a keyframe.
    pub keyframe_requests: Vec<(Mid, Option<String>)>,
    /// ICE and DTLS have succeeded.
    pub connected: bool,
    /// Stream ids of the last offer of the server.
    pub tracks: HashMap<String, Mid>,
}

/// An RTP packet.
#[derive(Clone, Debug)]
pub struct Received {
    /// The m-line that it belongs to.
    pub mid: Mid,
    /// Of the stream.
    pub ssrc: u32,
    /// Extended beyond 16 bits.
    pub seq: u64,
    /// In ticks of the codec's clock.
    pub time: u32,
    /// The last of its picture.
    pub marker: bool,
    /// As the publisher sent it, but for what the SFU rewrites.
    pub payload: Arc<[u8]>,
}

/// An offer that waits for its answer.
pub struct Offer {
    /// The m-line that is new in it.
    pub mid: Mid,
    /// For the other side.
    pub sdp: String,
    /// For [`Actor::accept`].
    pub pending: SdpPendingOffer,
}

type Command = Box<dyn FnOnce(&mut Actor) + Send>;

#[derive(Default)]
struct State {
    log: Mutex<Log>,
    changed: Notify,
}

/// What runs in the task.
pub struct Actor {
    /// str0m.
    pub rtc: Rtc,
    /// What is sent.
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
    /// A peer connection over a socket on this address of this machine.
    pub async fn new(address: IpAddr) -> io::Result<Self> {
        Self::configured(address, RtcConfig::new()).await
    }

    /// The same, configured otherwise than usual.
    pub async fn configured(address: IpAddr, config: RtcConfig) -> io::Result<Self> {
        let socket = UdpSocket::bind((address, 0)).await?;
        let address = socket.local_addr()?;
        let mut rtc = config.set_rtp_mode(true).build(Instant::now());
        let candidate = Candidate::host(address, Protocol::Udp).map_err(io::Error::other)?;
        rtc.add_local_candidate(candidate);
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
        Ok(Self { commands, state })
    }

    /// Does something with the peer connection; `None` when it broke.
    pub async fn with<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut Actor) -> T + Send + 'static,
    ) -> Option<T> {
        let (reply, result) = oneshot::channel();
        let command = move |actor: &mut Actor| drop(reply.send(action(actor)));
        self.commands.send(Box::new(command)).ok()?;
        result.await.ok()
    }

    /// What happened so far.
    pub fn log(&self) -> MutexGuard<'_, Log> {
        // No method leaves it half changed.
        self.state.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the log shows something.
    pub async fn shows<T>(&self, look: impl Fn(&Log) -> Option<T>) -> T {
        loop {
            let changed = self.state.changed.notified();
            if let Some(found) = look(&self.log()) {
                return found;
            }
            changed.await;
        }
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
    /// Offers one more track, with simulcast layers of these names. `None` while another offer
    /// waits.
    pub fn offer(&mut self, kind: TrackType, layers: &[String]) -> Option<Offer> {
        let mut simulcast = Simulcast::new();
        for layer in layers {
            simulcast.add_send_layer(SimulcastLayer::new(layer));
        }
        let kind = if is_audio(kind) { MediaKind::Audio } else { MediaKind::Video };
        let mut api = self.rtc.sdp_api();
        let simulcast = (!layers.is_empty()).then_some(simulcast);
        let mid = api.add_media(kind, Direction::SendOnly, None, None, simulcast);
        let (offer, pending) = api.apply()?;
        Some(Offer { mid, sdp: offer.to_sdp_string(), pending })
    }

    /// Takes the answer to an offer.
    pub fn accept(&mut self, pending: SdpPendingOffer, answer: &str) -> Result<(), String> {
        let answer = SdpAnswer::from_sdp_string(answer).map_err(|error| error.to_string())?;
        self.rtc.sdp_api().accept_answer(pending, answer).map_err(|error| error.to_string())
    }

    /// Answers an offer of the server.
    pub fn answer(&mut self, offer: &str) -> Result<String, String> {
        let parsed = SdpOffer::from_sdp_string(offer).map_err(|error| error.to_string())?;
        let answer = self.rtc.sdp_api().accept_offer(parsed).map_err(|error| error.to_string())?;
        self.state.log.lock().unwrap_or_else(PoisonError::into_inner).tracks = tracks(offer);
        self.state.changed.notify_waiters();
        Ok(answer.to_sdp_string())
    }

    /// Goes on from another port, as behind another address translator. Nothing comes to the old one.
    pub fn change_port(&mut self) -> io::Result<()> {
        let socket = std::net::UdpSocket::bind((self.address.ip(), 0))?;
        socket.set_nonblocking(true)?;
        self.socket = UdpSocket::from_std(socket)?;
        let candidate = |address| Candidate::host(address, Protocol::Udp).map_err(io::Error::other);
        let old = candidate(self.address)?;
        self.address = self.socket.local_addr()?;
        self.rtc.direct_api().invalidate_candidate(&old);
        self.rtc.add_local_candidate(candidate(self.address)?);
        Ok(())
    }

    /// Sends any datagram at all.
    pub fn send_raw(&self, datagram: &[u8], to: SocketAddr) {
        // What the socket does not take is lost, as on any other hop.
        let _ = self.socket.try_send_to(datagram, to);
    }

    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut buffer = vec![0; 2000];
        while let Some(mut due) = self.drain() {
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
                    // On some systems an unreachable receiver of an earlier datagram shows here.
                    if let Ok((length, source)) = received {
                        let datagram = buffer.get(..length).unwrap_or_default().to_vec();
                        self.path.send((source, datagram), length, Instant::now());
                    }
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
            // What is wrong shows when drained.
            drop(self.rtc.handle_input(Input::Timeout(now)));
        }
    }

    fn receive(&mut self, source: SocketAddr, datagram: &[u8]) {
        if !self.unplugged
            && let Ok(receive) = Receive::new(Protocol::Udp, source, self.address, datagram)
        {
            // What comes from the network may be anything.
            drop(self.rtc.handle_input(Input::Receive(Instant::now(), receive)));
        }
    }

    /// Takes everything out. Returns when time has to pass next; `None` when the connection broke.
    fn drain(&mut self) -> Option<Instant> {
        loop {
            match self.rtc.poll_output().ok()? {
                Output::Timeout(due) => return Some(due),
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
        let mut log = self.state.log.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let Some(mid) = self.rtc.direct_api().stream_rx(&ssrc).map(|stream| stream.mid())
                else {
                    return;
                };
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

/// A track as a browser announces it.
pub fn published(kind: TrackType, mid: Mid) -> TrackInfo {
    TrackInfo {
        track_type: kind.into(),
        mid: mid.to_string(),
        // The ids of the options are those of the types.
        publish_option_id: kind.into(),
        ..TrackInfo::default()
    }
}

/// The m-lines of an offer that are in use, by stream id.
fn tracks(offer: &str) -> HashMap<String, Mid> {
    let sections = offer.split("\r\nm=").skip(1);
    let used = sections.filter(|section| {
        let port = section.split(' ').nth(1).unwrap_or("0");
        port != "0" && !section.contains("\r\na=inactive")
    });
    used.filter_map(|section| {
        let value = |name: &str| {
            let line = section.lines().find_map(|line| line.strip_prefix(name))?;
            line.split(' ').next()
        };
        Some((value("a=msid:")?.to_owned(), Mid::from(value("a=mid:")?)))
    })
    .collect()
}
