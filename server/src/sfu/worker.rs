//! The one task that owns the SFU's state: takes requests, datagrams and the passing of time, and
//! does what follows from them.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

use bytes::Bytes;
use futures_util::FutureExt;
use prost::Message;
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval, sleep_until},
};
use trunkline_protocol::sfu::{
    event::{GoAway, SfuEvent},
    models::{Error, GoAwayReason, PeerType, TrackInfo},
    signal::{TrackMuteState, TrackSubscriptionDetails},
};

use super::{
    control::{SfuHealth, SfuNotice, SfuOrder},
    counters::Counters,
    ids::{Now, SessionKey, SocketId},
    inbox::{self, Entry, Inbox, Inlet},
    media::{Answer, Media, MediaEvent, Offer},
    network::Network,
    pulse::{BETWEEN_BEATS, Pulse},
    signalling::{Caller, Calls, Effect, Event, Join, Refusal},
    supervisor::{WorkerId, supervise},
};
use crate::{coordinator::SfuControl, metrics::Registry};

/// Handle of the SFU.
#[derive(Clone)]
pub struct Sfu {
    inlet: Inlet,
    draining: Arc<AtomicBool>,
    pulse: Arc<Pulse>,
    bound: SocketAddr,
    told: SocketAddr,
}

/// The SFU cannot start.
#[derive(Debug, thiserror::Error)]
#[error("cannot receive media on {address}: {error}")]
pub struct StartError {
    address: SocketAddr,
    error: io::Error,
}

/// What the SFU is asked to do.
pub(super) enum Request {
    /// A socket's JoinRequest, whose token was accepted. What is to be sent goes to `frames`.
    Join { join: Box<Join>, frames: mpsc::Sender<Frame> },
    /// Something came over a socket.
    Heard(SocketId),
    /// A ping came over a socket.
    HealthCheck(SocketId),
    /// The participant says goodbye.
    Leave(SocketId),
    /// The socket is gone, with its close code if there was one.
    Closed(SocketId, Option<u16>),
    /// A request over HTTP.
    Rpc { caller: Caller, session_id: String, rpc: Rpc, reply: oneshot::Sender<RpcResult> },
}

/// What the server itself wants of the SFU.
pub(super) enum Command {
    /// The coordinator's.
    Order(SfuOrder),
    /// The server is going.
    Close,
    /// Meet a bug.
    #[cfg(test)]
    Panic,
}

/// What goes out on a socket.
pub(super) enum Frame {
    Event(Bytes),
    Close { code: u16, reason: &'static str },
}

/// A request over HTTP, without what all of them have.
pub(super) enum Rpc {
    SetPublisher {
        offer: Box<Offer>,
        tracks: Vec<TrackInfo>,
    },
    SendAnswer {
        peer: PeerType,
        answer: Result<Box<Answer>, Error>,
        negotiation_id: u32,
    },
    UpdateSubscriptions(Vec<TrackSubscriptionDetails>),
    UpdateMuteStates(Vec<TrackMuteState>),
    IceRestart(PeerType),
    /// Counted only: the figures serve operators of many SFUs.
    SendStats {
        readable: Result<(), Error>,
    },
    /// Has no effect here, but the session must exist.
    Nothing,
    /// Cannot be done, which is told to nobody but who may speak for the session.
    Invalid(Error),
}

/// The answer to publish with, for a request that has one.
pub(super) type RpcResult = Result<Option<String>, Refusal>;

impl Sfu {
    /// Opens the media port and begins to work. Ends when every handle is dropped.
    ///
    /// `public_ip` is what clients are told in place of the address that `udp` is bound to. In a call
    /// of more than `large_call` participants those who only watch are not introduced to the others.
    #[allow(clippy::unused_async)] // sockets open within a runtime only
    pub async fn start(
        udp: SocketAddr,
        public_ip: Option<IpAddr>,
        large_call: usize,
        notices: mpsc::Sender<SfuNotice>,
        metrics: &Registry,
    ) -> Result<Self, StartError> {
        let failed = |error| StartError { address: udp, error };
        let network = Network::open(udp, public_ip).map_err(failed)?;
        let bound = network.bound().map_err(failed)?;
        let addresses = network.addresses();
        tracing::info!(?addresses, "media");
        let told = addresses.first().copied().unwrap_or(bound);

        let (inlet, inbox) = inbox::open();
        let pulse = Arc::new(Pulse::new(Instant::now(), metrics));
        let outset = Outset {
            large_call,
            addresses,
            // Outlives a worker, as clients know the port.
            network: Arc::new(network),
            notices: notices.clone(),
            counters: Counters::new(metrics),
            pulse: Arc::clone(&pulse),
        };
        tokio::spawn(supervise(inbox, Arc::clone(&pulse), notices, move |id, inbox| {
            Worker::new(id, &outset).run(inbox).boxed()
        }));
        Ok(Self { inlet, draining: Arc::default(), pulse, bound, told })
    }

    /// Whether nobody new gets in.
    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    /// Where media is received: as bound, and as clients are told.
    pub fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.bound, self.told)
    }

    pub(super) fn inlet(&self) -> &Inlet {
        &self.inlet
    }
}

impl SfuControl for Sfu {
    fn order(&self, order: SfuOrder) {
        self.inlet.command(Command::Order(order));
    }

    fn drain(&self) {
        self.draining.store(true, Relaxed);
    }

    fn close(&self) {
        self.inlet.command(Command::Close);
    }

    fn health(&self) -> SfuHealth {
        let now = Instant::now();
        SfuHealth {
            alive: self.pulse.is_alive(now),
            lag: self.pulse.lag(now),
            queued: self.inlet.waiting(),
            restarts: self.pulse.restarts(),
        }
    }
}

/// What every worker begins with.
struct Outset {
    large_call: usize,
    addresses: Vec<SocketAddr>,
    network: Arc<Network>,
    notices: mpsc::Sender<SfuNotice>,
    counters: Counters,
    pulse: Arc<Pulse>,
}

struct Worker {
    id: WorkerId,
    /// Whether it takes participants: not before it knows who is kept out.
    is_open: bool,
    calls: Calls,
    media: Media,
    network: Arc<Network>,
    pulse: Arc<Pulse>,
    frames: HashMap<SocketId, mpsc::Sender<Frame>>,
    notices: mpsc::Sender<SfuNotice>,
    counters: Counters,
}

impl Worker {
    fn new(id: WorkerId, outset: &Outset) -> Self {
        Self {
            id,
            is_open: !id.is_successor,
            calls: Calls::new(outset.large_call),
            media: Media::new(outset.addresses.clone()),
            network: Arc::clone(&outset.network),
            pulse: Arc::clone(&outset.pulse),
            frames: HashMap::new(),
            notices: outset.notices.clone(),
            counters: outset.counters.clone(),
        }
    }

    async fn run(mut self, inbox: &mut Inbox) {
        let mut datagram = vec![0; MAX_DATAGRAM];
        let mut upkeep = interval(BETWEEN_BEATS);
        upkeep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.media.due().unwrap_or_else(|| Instant::now() + BETWEEN_BEATS);
            tokio::select! {
                entry = inbox.next() => match entry {
                    Some(Entry::Request(request)) => self.on_request(request),
                    Some(Entry::Command(command)) => self.on_command(command),
                    None => return,
                },
                readable = self.network.readable() => match readable {
                    Ok(()) => self.receive(&mut datagram),
                    Err(error) => tracing::warn!(%error, "media socket"),
                },
                () = sleep_until(due.into()) => self.media.elapse(Instant::now()),
                due = upkeep.tick() => {
                    self.pulse.beat(due.into(), Instant::now(), inbox.len());
                    self.upkeep();
                }
            }
            self.settle();
        }
    }

    fn on_request(&mut self, request: Request) {
        let now = Now::read();
        match request {
            // The socket hangs up, and its client comes again.
            Request::Join { .. } if !self.is_open => {}
            Request::Join { join, frames } => {
                self.frames.insert(join.socket, frames);
                self.calls.join(*join, now);
            }
            Request::Heard(socket) => self.calls.heard(socket, now),
            Request::HealthCheck(socket) => self.calls.health_check(socket),
            Request::Leave(socket) => self.calls.leave(socket, now),
            Request::Closed(socket, code) => {
                self.frames.remove(&socket);
                self.calls.closed(socket, code, now);
            }
            Request::Rpc { caller, session_id, rpc, reply } => {
                let result = self.calls.authorize(&session_id, &caller);
                let result = result.and_then(|session| self.do_rpc(session, rpc, now.instant));
                // What others see of this is sent before the answer, as in one process nothing
                // else orders the two.
                self.settle();
                // A client that went away does not wait.
                let _ = reply.send(result);
            }
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Order(SfuOrder::Open { worker }) => self.is_open |= worker == self.id.number,
            Command::Order(order) => self.calls.obey(&order, Now::read()),
            // The sockets hang up when the senders of their frames are dropped.
            Command::Close => self.send_away(),
            #[cfg(test)]
            Command::Panic => panic!("a bug that a test provokes"),
        }
    }

    fn do_rpc(&mut self, session: SessionKey, rpc: Rpc, now: Instant) -> RpcResult {
        match rpc {
            Rpc::SetPublisher { offer, tracks } => {
                self.calls.check_tracks(session, &tracks).map_err(Refusal::Failed)?;
                let published = self.media.publish(session, *offer, &tracks, now);
                let published = published.map_err(Refusal::Failed)?;
                self.calls.set_tracks(session, &published.tracks);
                return Ok(Some(published.answer));
            }
            Rpc::SendAnswer { peer: PeerType::Subscriber, answer, negotiation_id } => {
                let result = self.media.answer(session, negotiation_id, answer, now);
                result.map_err(Refusal::Failed)?;
            }
            Rpc::UpdateSubscriptions(tracks) => self.calls.set_subscriptions(session, &tracks),
            Rpc::UpdateMuteStates(states) => {
                self.calls.check_mutes(session, &states).map_err(Refusal::Failed)?;
                self.calls.set_mutes(session, &states);
            }
            Rpc::IceRestart(peer) => self.calls.restart_ice(session, peer),
            Rpc::SendStats { readable } => {
                self.counters.count_report(readable.is_ok());
                readable.map_err(Refusal::Failed)?;
            }
            Rpc::Invalid(error) => return Err(Refusal::Failed(error)),
            // Publishers are answered in the response to SetPublisher.
            Rpc::SendAnswer { peer: PeerType::PublisherUnspecified, .. } | Rpc::Nothing => {}
        }
        Ok(None)
    }

    /// Takes the datagrams that wait, up to a number that lets requests have their turn.
    fn receive(&mut self, buffer: &mut [u8]) {
        for _ in 0..BATCH {
            let (length, source, address) = match self.network.receive(buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    // On some systems an unreachable receiver of an earlier datagram shows here.
                    tracing::debug!(%error, "datagram not received");
                    return;
                }
            };
            let datagram = buffer.get(..length).unwrap_or_default();
            self.media.receive(source, address, datagram, Instant::now());
            self.transmit();
        }
    }

    fn upkeep(&mut self) {
        let now = Now::read();
        self.calls.tick(now);
        let Self { calls, media, .. } = self;
        media.upkeep(|session| calls.has_signal(session), now.instant);
        self.counters.count_dropped(self.media.take_dropped());
        self.counters.count_feedback(self.media.take_feedback());
        self.counters.show(self.calls.present());
    }

    /// Does what follows, until nothing follows any more.
    fn settle(&mut self) {
        loop {
            let events = self.media.take_events();
            for event in events {
                self.on_media(event);
            }
            let effects = self.calls.take_effects();
            if effects.is_empty() {
                break;
            }
            for effect in effects {
                self.perform(effect);
            }
        }
        self.transmit();
    }

    fn on_media(&mut self, event: MediaEvent) {
        match event {
            MediaEvent::Level { session, dbov } => self.calls.observe_level(session, dbov),
            MediaEvent::Offer { session, offer } => {
                self.calls.tell(session, Event::SubscriberOffer(offer));
            }
            MediaEvent::Quality { session, quality } => {
                self.calls.set_quality(session, quality, Now::read());
            }
            MediaEvent::Encode { session, sender } => self.calls.tell_encode(session, sender),
            MediaEvent::Paused { session, tracks } => self.calls.tell_paused(session, &tracks),
            MediaEvent::Failed { session } => self.calls.transport_failed(session, Now::read()),
        }
    }

    fn perform(&mut self, effect: Effect) {
        let now = Instant::now();
        match effect {
            Effect::Send { to, event } => {
                let event = SfuEvent { event_payload: Some(*event) };
                let frame = Bytes::from(event.encode_to_vec());
                for socket in to {
                    self.push(socket, Frame::Event(frame.clone()));
                }
            }
            Effect::Close { socket, code, reason } => {
                self.push(socket, Frame::Close { code, reason });
                self.frames.remove(&socket);
            }
            Effect::Notice(notice) => {
                if let Err(error) = self.notices.try_send(notice) {
                    // Until coordinator and SFU compare who is there.
                    self.counters.count_lost_notice();
                    tracing::debug!(%error, "notice dropped");
                }
            }
            Effect::Resubscribe(session) => {
                let tracks = self.calls.available_tracks(session);
                self.media.subscribe(session, &tracks, now);
            }
            Effect::RestartSubscriber(session) => self.media.restart_subscriber(session, now),
            Effect::SetImportant { session, important } => {
                self.media.set_important(session, important);
            }
            Effect::Forget(session) => self.media.forget(session),
        }
    }

    /// Queues a frame. A client that does not read is cut off, and may come back.
    fn push(&mut self, socket: SocketId, frame: Frame) {
        if let Some(frames) = self.frames.get(&socket)
            && frames.try_send(frame).is_err()
        {
            self.frames.remove(&socket);
        }
    }

    /// Everybody is to look for another server, or for this one when it is back. The sockets hang up
    /// when the senders of their frames are dropped.
    fn send_away(&mut self) {
        let reason = GoAwayReason::ShuttingDown.into();
        let event = SfuEvent { event_payload: Some(Event::GoAway(GoAway { reason })) };
        let frame = Bytes::from(event.encode_to_vec());
        for (_, frames) in self.frames.drain() {
            // Whoever is that far behind only hears the socket hang up.
            let _ = frames.try_send(Frame::Event(frame.clone()));
        }
    }

    fn transmit(&mut self) {
        for transmit in self.media.drain_outgoing() {
            if let Err(error) = self.network.send(&transmit.contents, transmit.destination) {
                // What a full socket does not take is lost, as on any other hop.
                tracing::trace!(%error, "datagram not sent");
            }
        }
    }
}

/// Bytes of the largest datagram that UDP carries.
const MAX_DATAGRAM: usize = 65_535;
/// Datagrams that are taken in one go.
const BATCH: usize = 64;

#[cfg(test)]
mod tests;
