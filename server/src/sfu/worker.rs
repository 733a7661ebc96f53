//! Who owns the state of a shard of the calls: takes requests, datagrams and the passing of time, and
//! does what follows from them.

use std::{
    collections::HashMap,
    future::ready,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use prost::Message;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, sleep_until},
};
use trunkline_protocol::sfu::{
    event::{GoAway, SfuEvent},
    models::{GoAwayReason, PeerType},
};

use super::{
    counters::Counters,
    datagrams::{Datagram, Datagrams, Feed},
    errands::{Errands, Scope},
    ids::{Now, SessionKey, SocketId},
    inbox::{Entry, Inbox},
    media::{Draft, Endpoint, Media, MediaEvent},
    network::{Network, Outgoing},
    pulse::{BETWEEN_BEATS, Pulse},
    requests::{Command, Frame, Request, Rpc, RpcResult},
    routes::Routes,
    shard::Shard,
    signalling::{Calls, Effect, Event, Refusal, Sizes},
    supervisor::WorkerId,
    threads::Busy,
    traffic::{CoreTime, Outbound},
    turns::Turns,
};
use crate::{
    control::{SfuNotice, SfuOrder},
    metrics::Registry,
};

/// What every worker begins with.
pub(super) struct Outset {
    pub sizes: Sizes,
    pub endpoint: Endpoint,
    pub network: Arc<Network>,
    pub routes: Arc<Routes>,
    pub notices: mpsc::Sender<SfuNotice>,
    pub counters: Counters,
    pub outbound: Outbound,
    pub pulse: Arc<Pulse>,
    pub metrics: Registry,
}

/// What comes to a worker, and waits for its successor when it fails.
pub(super) struct Post {
    pub inbox: Inbox,
    pub feed: Feed,
}

pub(super) struct Worker {
    id: WorkerId,
    shard: Shard,
    /// Whether it takes participants: not before it knows who is kept out.
    is_open: bool,
    calls: Calls,
    media: Media,
    network: Arc<Network>,
    outgoing: Outgoing,
    errands: Errands,
    routes: Arc<Routes>,
    pulse: Arc<Pulse>,
    frames: HashMap<SocketId, mpsc::Sender<Frame>>,
    notices: mpsc::Sender<SfuNotice>,
    counters: Counters,
    outbound: Outbound,
    turns: Turns,
    busy: Busy,
    core_time: CoreTime,
}

/// Something that a worker does before it looks what is next.
enum Turn {
    Entry(Entry),
    Datagrams(Datagrams),
    /// The time has come that media waits for.
    Elapse,
    /// The time has come that this was due.
    Upkeep(Instant),
    /// There is something to do that nothing waits for.
    More,
}

impl Worker {
    /// To be made on the thread that it works on.
    pub fn new(id: WorkerId, outset: &Outset) -> Self {
        let shard = outset.endpoint.shard;
        // What a predecessor knew is known no more.
        outset.routes.clear(shard.index());
        let name = shard.index().to_string();
        Self {
            id,
            shard,
            is_open: !id.is_successor,
            calls: Calls::new(outset.sizes),
            media: Media::new(outset.endpoint.clone()),
            network: Arc::clone(&outset.network),
            outgoing: Outgoing::default(),
            errands: Errands::default(),
            routes: Arc::clone(&outset.routes),
            pulse: Arc::clone(&outset.pulse),
            frames: HashMap::new(),
            notices: outset.notices.clone(),
            counters: outset.counters.clone(),
            outbound: outset.outbound.clone(),
            turns: Turns::new(&outset.metrics, &name, Instant::now()),
            busy: Busy::of_this_thread(),
            core_time: CoreTime::new(&outset.metrics, &format!("worker-{name}")),
        }
    }

    /// Works until no more requests can come.
    pub async fn run(mut self, post: &mut Post) {
        let mut upkeep = interval(BETWEEN_BEATS);
        upkeep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.media.due().unwrap_or_else(|| Instant::now() + BETWEEN_BEATS);
            let turn = tokio::select! {
                entry = post.inbox.next() => match entry {
                    Some(entry) => Turn::Entry(entry),
                    None => return,
                },
                Some(datagrams) = post.feed.next() => Turn::Datagrams(datagrams),
                () = sleep_until(due.into()) => Turn::Elapse,
                due = upkeep.tick() => Turn::Upkeep(due.into()),
                () = ready(()), if self.has_more() => Turn::More,
            };
            let began = Instant::now();
            match turn {
                Turn::Entry(Entry::Request(request)) => self.on_request(request),
                Turn::Entry(Entry::Command(command)) => self.on_command(command),
                Turn::Datagrams(datagrams) => self.receive(&datagrams),
                Turn::Elapse => self.media.elapse(began),
                Turn::Upkeep(due) => {
                    self.pulse.beat(due, began, post.inbox.len());
                    self.upkeep();
                }
                Turn::More => self.go_on(|| began.elapsed() < ENOUGH),
            }
            self.settle();
            self.turns.note(began, Instant::now());
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
            #[cfg(test)]
            Command::Hang(until) => drop(until.recv()),
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

    /// Takes datagrams. What follows from one seldom waits for all of them.
    fn receive(&mut self, datagrams: &Datagrams) {
        for Datagram { source, address, contents } in datagrams.iter() {
            self.media.receive(source, address, contents, Instant::now());
            if self.media.outgoing() >= ENOUGH_TO_SEND {
                self.transmit();
            }
        }
    }

    fn upkeep(&mut self) {
        let now = Now::read();
        self.calls.tick(now);
        self.media.begin_upkeep(now.instant);
        self.counters.count_dropped(self.media.take_dropped());
        self.counters.count_feedback(self.media.take_feedback());
        self.counters.show(self.calls.present());
        self.core_time.add(self.busy.since_last_asked());
    }

    /// Does what follows, until nothing follows any more.
    fn settle(&mut self) {
        loop {
            let mut offers = Vec::new();
            for event in self.media.take_events() {
                self.on_media(event, &mut offers);
            }
            let effects = self.calls.take_effects();
            let is_settled = effects.is_empty();
            for effect in effects {
                self.perform(effect);
            }
            // Behind what is told of the tracks in them.
            for (session, offer) in offers {
                if let Some(socket) = self.calls.socket(session) {
                    self.push(socket, Frame::Offer(offer));
                }
            }
            if is_settled {
                break;
            }
        }
        self.transmit();
    }

    /// Adds to the offers that are to be sent.
    fn on_media(&mut self, event: MediaEvent, offers: &mut Vec<(SessionKey, Draft)>) {
        match event {
            MediaEvent::Offer { session, offer } => offers.push((session, offer)),
            MediaEvent::Level { session, dbov } => {
                self.calls.observe_level(session, dbov, Instant::now());
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
            Effect::Answer { to, frame } => self.push(to, Frame::Event(frame)),
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
            Effect::Resubscribe(session) => self.errands.all(session),
            Effect::ResubscribeTo { publisher, sessions } => self.errands.of(publisher, sessions),
            Effect::SetLive { track, live } => self.media.set_live(track, live, now),
            Effect::SetHeard { session, heard } => self.media.set_heard(session, heard),
            Effect::RestartSubscriber(session) => self.media.restart_subscriber(session, now),
            Effect::SetImportant { session, important } => {
                self.media.set_important(session, important);
            }
            Effect::Forget(session) => self.media.forget(session),
        }
    }

    /// Whether there is something to do that nothing waits for.
    fn has_more(&self) -> bool {
        !self.errands.is_empty() || self.media.has_upkeep()
    }

    /// Does of that what there is time for: something, and then more while `has_time` says so, as not
    /// everybody is to wait for all of it.
    fn go_on(&mut self, has_time: impl Fn() -> bool) {
        while self.has_more() {
            // By turns, as errands may come without end.
            if let Some((session, scope)) = self.errands.next() {
                self.bring_up_to_date(session, scope);
            }
            let Self { calls, media, .. } = self;
            media.upkeep(|session| calls.has_signal(session), Instant::now());
            if !has_time() {
                return;
            }
        }
    }

    /// What a session receives may have changed.
    fn bring_up_to_date(&mut self, session: SessionKey, scope: Scope) {
        let now = Instant::now();
        match scope {
            Scope::All => {
                let tracks = self.calls.available_tracks(session);
                self.media.subscribe(session, &tracks, now);
            }
            Scope::Of(publishers) => {
                for publisher in publishers {
                    let tracks = self.calls.tracks_between(publisher, session);
                    self.media.subscribe_to(session, publisher, &tracks, now);
                }
            }
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
        // Before somebody sends from a new address because it was answered.
        self.routes.update(self.shard.index(), self.media.take_moves());
        let datagrams = self.media.take_outgoing();
        if !datagrams.is_empty() {
            self.outbound.count(self.network.send(datagrams, &mut self.outgoing));
        }
    }
}

/// Time for what nothing waits for, until others have their turn.
const ENOUGH: Duration = Duration::from_millis(1);
/// Datagrams that are sent before more is received. Those of one destination are sent together.
const ENOUGH_TO_SEND: usize = 256;
#[cfg(test)]
mod tests;
