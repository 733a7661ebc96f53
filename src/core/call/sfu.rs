//! One session on an SFU: its socket, its two peer connections, and the requests between.

use trunkline_protocol::{
    compact,
    sfu::{event, models, signal},
};

use super::{
    ice::IceWatch,
    participants::Orphans,
    publisher::{AudioSettings, Publisher},
    rpc::{Rpc, Rpcs},
    statistics::Statistics,
    subscriber::Subscriber,
    subscriptions::Subscriptions,
};
use crate::core::{
    client::Config,
    effect::{Effect, IceServer, PeerEffect},
    garbage::Garbage,
    host::Host,
    ice_summary::CandidateKind,
    ids::{CallKey, PeerId, SocketId},
    liveness::{Liveness, Verdict},
    outbox::Outbox,
    time::{Duration, Time},
    url::push_encoded,
    view::{self, JoinAnswer},
};

const PING_EVERY: Duration = Duration::from_secs(5);
/// 12 s of silence in all mean that the socket is dead (SFU protocol, liveness).
const PING_PATIENCE: Duration = Duration::from_secs(7);

/// Close code of a normal end.
pub(crate) const CLOSE_NORMAL: u16 = 1000;
/// Close code after a failed join: the SFU drops what it made for it.
pub(crate) const CLOSE_JOIN_FAILED: u16 = 4101;

/// Where an SFU is, and what opens it: from the coordinator's join answer.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    /// Names the SFU when another one is asked for.
    pub(crate) edge_name: String,
    url: String,
    ws_endpoint: String,
    pub(crate) token: String,
    pub(crate) ice_servers: Vec<IceServer>,
    /// How often the SFU wants statistics, in ms.
    statistics_interval: f64,
}

impl Credentials {
    /// Reads a join answer; `None` when it lacks what is needed.
    pub(crate) fn read(answer: JoinAnswer) -> Option<Self> {
        let view::Credentials { server, token, ice_servers } = answer.credentials?;
        let server = server?;
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        let ice_servers = ice_servers.into_iter().map(|server| IceServer {
            urls: server.urls,
            username: server.username,
            credential: server.password,
        });
        Some(Self {
            edge_name: server.edge_name,
            url: given(server.url)?,
            ws_endpoint: given(server.ws_endpoint)?,
            token: given(token)?,
            ice_servers: ice_servers.collect(),
            statistics_interval: answer
                .stats_options
                .and_then(|options| options.reporting_interval_ms)
                .unwrap_or_default(),
        })
    }

    /// Where the socket of a session is opened, for that user and call.
    pub(crate) fn socket_url(
        &self,
        config: &Config,
        (user_id, cid): (&str, &str),
        attempt: u32,
        session_id: &str,
    ) -> String {
        let mut url = format!("{}?attempt={attempt}", self.ws_endpoint);
        for (key, value) in [
            ("user_id", user_id),
            ("api_key", &config.api_key),
            ("user_session_id", session_id),
            ("cid", cid),
        ] {
            url.push('&');
            url.push_str(key);
            url.push('=');
            push_encoded(&mut url, value);
        }
        url
    }
}

/// Who opens a session, and as what.
pub(crate) struct SessionOwner<'a> {
    pub(crate) call: CallKey,
    pub(crate) cid: &'a str,
    pub(crate) user_id: &'a str,
    /// Anonymous participants watch only.
    pub(crate) publishes: bool,
    pub(crate) rpc_timeout: Duration,
}

/// The session.
#[derive(Debug)]
pub(crate) struct SfuSession {
    pub(crate) credentials: Credentials,
    pub(crate) session_id: String,
    pub(crate) subscriber: Subscriber,
    /// Missing for anonymous users.
    pub(crate) publisher: Option<Publisher>,
    pub(crate) rpcs: Rpcs,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) orphans: Orphans,
    pub(crate) publish_options: Vec<models::PublishOption>,
    /// Nothing is told before the SFU let us in.
    pub(crate) statistics: Option<Statistics>,
    socket: Option<SocketId>,
    liveness: Option<Liveness>,
    pub(crate) garbage: Garbage,
}

impl SfuSession {
    /// Opens the socket and makes the peer connections, in this order: an offer may follow the
    /// join response at once, and must find its peer connection.
    pub(crate) fn open<H: Host>(
        out: &mut Outbox<H>,
        config: &Config,
        owner: &SessionOwner<'_>,
        credentials: Credentials,
        attempt: u32,
    ) -> Self {
        let session_id = out.uuid();
        let create = |out: &mut Outbox<H>| {
            let peer = out.id(Some(owner.call));
            let ice_servers = credentials.ice_servers.clone();
            out.push(Effect::Peer(peer, PeerEffect::Create { ice_servers }));
            peer
        };
        let subscriber = Subscriber::new(create(out));
        let publisher = owner.publishes.then(|| Publisher::new(owner.call, create(out)));

        let socket = out.id(Some(owner.call));
        let names = (owner.user_id, owner.cid);
        let url = credentials.socket_url(config, names, attempt, &session_id);
        out.push(Effect::OpenSocket { socket, url });

        Self {
            rpcs: Rpcs::new(owner.call, &credentials.url, &credentials.token, owner.rpc_timeout),
            credentials,
            session_id,
            subscriber,
            publisher,
            subscriptions: Subscriptions::default(),
            orphans: Orphans::default(),
            publish_options: Vec::new(),
            statistics: None,
            socket: Some(socket),
            liveness: None,
            garbage: Garbage::default(),
        }
    }

    pub(crate) fn owns_socket(&self, socket: SocketId) -> bool {
        self.socket == Some(socket)
    }

    pub(crate) fn owns_peer(&self, peer: PeerId) -> bool {
        self.subscriber.peer == peer || self.is_publisher(peer)
    }

    pub(crate) fn is_publisher(&self, peer: PeerId) -> bool {
        self.publisher.as_ref().is_some_and(|publisher| publisher.peer == peer)
    }

    /// Its peer connections.
    pub(crate) fn peers(&self) -> impl Iterator<Item = PeerId> + use<> {
        let publisher = self.publisher.as_ref().map(|publisher| publisher.peer);
        [Some(self.subscriber.peer), publisher].into_iter().flatten()
    }

    /// What is known of the way of one of its peer connections.
    pub(crate) fn ice_mut(&mut self, peer: PeerId) -> Option<&mut IceWatch> {
        if self.subscriber.peer == peer {
            return Some(&mut self.subscriber.ice);
        }
        self.publisher.as_mut().filter(|p| p.peer == peer).map(|publisher| &mut publisher.ice)
    }

    /// What is known of the ways of both.
    pub(crate) fn ice(&self) -> impl Iterator<Item = &IceWatch> + Clone {
        let publisher = self.publisher.as_ref().map(|publisher| &publisher.ice);
        [Some(&self.subscriber.ice), publisher].into_iter().flatten()
    }

    /// The kinds of candidates that the SFU has.
    pub(crate) fn remote_candidates(&self) -> impl Iterator<Item = &CandidateKind> {
        let publisher = self.publisher.iter().flat_map(|publisher| publisher.candidates.kinds());
        self.subscriber.candidates.kinds().iter().chain(publisher)
    }

    /// Has a peer connection look for a new way. `false` when that cannot help.
    pub(crate) fn restart_ice<H: Host>(&mut self, out: &mut Outbox<H>, peer: PeerId) -> bool {
        match &mut self.publisher {
            Some(publisher) if publisher.peer == peer => publisher.restart_ice(out),
            Some(_) | None => {
                let restart = signal::IceRestartRequest {
                    session_id: self.session_id.clone(),
                    peer_type: models::PeerType::Subscriber.into(),
                };
                self.rpcs.send(out, Rpc::IceRestart, &restart);
                true
            }
        }
    }

    /// The other side closed the socket.
    pub(crate) fn socket_closed(&mut self) {
        self.socket = None;
        self.liveness = None;
    }

    /// Sends a frame.
    pub(crate) fn request<H: Host>(
        &self,
        out: &mut Outbox<H>,
        payload: event::sfu_request::RequestPayload,
    ) {
        if let Some(socket) = self.socket {
            let frame = event::SfuRequest { request_payload: Some(payload) };
            out.push(Effect::SendBytes(socket, compact::encode(&frame)));
        }
    }

    /// The SFU let us in: from now on it is pinged.
    pub(crate) fn joined(&mut self, now: Time, response: &event::JoinResponse) {
        self.publish_options.clone_from(&response.publish_options);
        self.liveness = Some(Liveness::new(now, PING_EVERY, PING_PATIENCE));
        self.statistics = Some(Statistics::new(now, self.credentials.statistics_interval));
    }

    /// Has the browser asked for the statistics of both connections.
    pub(crate) fn read_statistics<H: Host>(&self, out: &mut Outbox<H>) {
        let publisher = self.publisher.as_ref().map(|publisher| publisher.peer);
        for peer in publisher.into_iter().chain([self.subscriber.peer]) {
            out.push(Effect::Peer(peer, PeerEffect::ReadStatistics));
        }
    }

    /// The SFU answered a ping.
    pub(crate) fn heard(&mut self) {
        if let Some(liveness) = &mut self.liveness {
            liveness.heard();
        }
    }

    /// Asks the SFU whether it is there.
    pub(crate) fn ping<H: Host>(&self, out: &mut Outbox<H>) {
        let ping = event::HealthCheckRequest {};
        self.request(out, event::sfu_request::RequestPayload::HealthCheckRequest(ping));
    }

    /// Pings when it is time. `false` when the SFU has been silent for too long.
    #[must_use]
    pub(crate) fn check_liveness<H: Host>(&mut self, out: &mut Outbox<H>) -> bool {
        match self.liveness.as_mut().map(|liveness| liveness.check(out.now)) {
            None | Some(Verdict::Wait) => true,
            Some(Verdict::Ping) => {
                self.ping(out);
                true
            }
            Some(Verdict::Dead) => false,
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        let publisher = self.publisher.as_ref().and_then(Publisher::due);
        let liveness = self.liveness.as_ref().map(Liveness::due);
        let ways = [
            self.subscriber.ice.due(),
            self.publisher.as_ref().and_then(|publisher| publisher.ice.due()),
        ];
        let statistics = self.statistics.as_ref().and_then(Statistics::due);
        [self.rpcs.due(), self.subscriptions.due(), publisher, liveness, statistics]
            .into_iter()
            .chain(ways)
            .flatten()
            .min()
    }

    /// What is sent, for the session that takes the place of this one.
    pub(crate) fn announced_tracks(&self, audio: AudioSettings) -> Vec<models::TrackInfo> {
        let publisher = self.publisher.as_ref();
        publisher
            .map(|publisher| publisher.announced_tracks(audio, &self.publish_options))
            .unwrap_or_default()
    }

    /// Says goodbye and closes everything.
    pub(crate) fn leave<H: Host>(mut self, out: &mut Outbox<H>, reason: &str) {
        if self.liveness.is_some() {
            let leave = event::LeaveCallRequest {
                session_id: std::mem::take(&mut self.session_id),
                reason: reason.to_owned(),
            };
            self.request(out, event::sfu_request::RequestPayload::LeaveCallRequest(leave));
        }
        self.close(out, CLOSE_NORMAL, reason);
    }

    /// Closes everything.
    pub(crate) fn close<H: Host>(mut self, out: &mut Outbox<H>, code: u16, reason: &str) {
        self.rpcs.abort_all(out);
        out.push(Effect::Peer(self.subscriber.peer, PeerEffect::Close));
        if let Some(publisher) = &self.publisher {
            out.push(Effect::Peer(publisher.peer, PeerEffect::Close));
        }
        if let Some(socket) = self.socket.take() {
            out.push(Effect::CloseSocket { socket, code, reason: close_reason(reason) });
        }
    }
}

/// A close frame holds at most 123 bytes of reason.
fn close_reason(reason: &str) -> String {
    let mut text = String::from("trunkline: ");
    for c in reason.chars() {
        if text.len() + c.len_utf8() > 123 {
            break;
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_reason_fits_its_frame_whatever_the_app_gives() {
        for reason in ["", "bye", &"x".repeat(500), &"é".repeat(200), &"😀".repeat(100)] {
            assert!(close_reason(reason).len() <= 123);
        }
    }
}
