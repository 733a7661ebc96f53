//! A participant: socket, service and two peer connections.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use prost::Message as _;
use str0m::{change::SdpPendingOffer, media::Mid};
use tokio::{sync::mpsc, time::timeout};
use tokio_tungstenite::tungstenite::Message;
use trunkline_protocol::sfu::{
    event::{
        HealthCheckRequest, JoinRequest, JoinResponse, LeaveCallRequest, SfuEvent, SfuRequest,
        SubscriberOffer, sfu_event::EventPayload as Event, sfu_request::RequestPayload,
    },
    models::{
        Codec, Error, ErrorCode, PeerType, PublishOption, TrackInfo, TrackType, VideoDimension,
        VideoLayer, WebsocketReconnectStrategy as Strategy,
    },
    signal::{
        SendAnswerRequest, SendAnswerResponse, SetPublisherRequest, SetPublisherResponse,
        TrackMuteState, TrackSubscriptionDetails, UpdateMuteStatesRequest,
        UpdateMuteStatesResponse, UpdateSubscriptionsRequest, UpdateSubscriptionsResponse,
    },
};

use trunkline_server::native;

use super::{PATIENCE, Peer, Source, TestServer, Twirp, published};

/// A participant.
pub struct Client {
    pub user_id: String,
    pub session_id: String,
    pub token: String,
    pub twirp: Twirp,
    pub publisher: Peer,
    pub subscriber: Peer,
    /// The answer to the join.
    pub joined: JoinResponse,
    /// First part of the stream ids of its tracks.
    pub prefix: String,
    pub tracks: Vec<TrackInfo>,
    answering: Arc<AtomicBool>,
    socket: Socket,
}

/// A socket whose events are decoded in a task.
pub struct Socket {
    requests: mpsc::UnboundedSender<Message>,
    events: mpsc::UnboundedReceiver<Heard>,
}

/// What comes over a socket.
#[derive(Debug)]
pub enum Heard {
    Event(Box<Event>),
    /// The last: with the close code, if the server sent one.
    End(Option<u16>),
}

impl Socket {
    /// The server says why, for good, and hangs up.
    pub async fn assert_refused(&mut self, code: ErrorCode) {
        let Event::Error(event) = self.event().await else { panic!("not an error") };
        assert_eq!(event.reconnect_strategy(), Strategy::Disconnect);
        let error = event.error.unwrap();
        assert_eq!((error.code(), error.should_retry), (code, false));
        assert_eq!(self.end().await, Some(1008));
    }

    pub async fn open(server: &TestServer) -> Self {
        Self::open_at(&server.base).await
    }

    /// A socket of a server in another process.
    pub async fn open_at(base: &str) -> Self {
        let url = format!("{}/sfu/ws?cid=x", base.replace("http", "ws"));
        let mut socket = native::Socket::open(&url).await.unwrap();
        let (requests, mut outbox) = mpsc::unbounded_channel();
        let (hear, events) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let heard = tokio::select! {
                    request = outbox.recv() => match request {
                        Some(request) => {
                            socket.send_raw(request);
                            continue;
                        }
                        // The client is gone, and the connection with it, without a goodbye.
                        None => return,
                    },
                    heard = socket.next() => heard,
                };
                let heard = match heard {
                    Some(native::Heard::Frame(bytes)) => {
                        let event = SfuEvent::decode(bytes).unwrap().event_payload.unwrap();
                        Heard::Event(Box::new(event))
                    }
                    Some(native::Heard::End(close)) => Heard::End(close.map(|(code, _)| code)),
                    None => return,
                };
                // A test may have heard enough.
                let _ = hear.send(heard);
            }
        });
        Self { requests, events }
    }

    pub fn send(&self, request: RequestPayload) {
        let request = SfuRequest { request_payload: Some(request) };
        self.send_raw(Message::binary(request.encode_to_vec()));
    }

    pub fn send_raw(&self, frame: Message) {
        // An end shows when reading.
        let _ = self.requests.send(frame);
    }

    pub async fn next(&mut self) -> Heard {
        let heard = timeout(PATIENCE, self.events.recv()).await;
        heard.expect("something on the socket").expect("it has not ended before")
    }

    /// The next event.
    #[track_caller]
    pub fn event(&mut self) -> impl Future<Output = Event> {
        let caller = std::panic::Location::caller();
        async move {
            match self.next().await {
                Heard::Event(event) => *event,
                Heard::End(code) => panic!("{caller}: the socket ended with {code:?}"),
            }
        }
    }

    /// Waits for the end. Returns the close code.
    pub async fn end(&mut self) -> Option<u16> {
        loop {
            if let Heard::End(code) = self.next().await {
                return code;
            }
        }
    }
}

impl Client {
    pub async fn join(server: &TestServer, token: String, user_id: &str) -> Self {
        let session_id = format!("session-of-{user_id}");
        let request = JoinRequest { session_id, ..JoinRequest::default() };
        Self::join_with(server, token, user_id, request).await
    }

    /// Joins as somebody who would like to send the camera in this codec.
    pub async fn join_preferring(server: &TestServer, user_id: &str, codec: &str) -> Self {
        let preferred = PublishOption {
            track_type: TrackType::Video.into(),
            codec: named(codec),
            ..PublishOption::default()
        };
        let request = JoinRequest {
            session_id: format!("session-of-{user_id}"),
            preferred_publish_options: vec![preferred],
            ..JoinRequest::default()
        };
        Self::join_with(server, server.token(user_id), user_id, request).await
    }

    pub async fn join_with(
        server: &TestServer,
        token: String,
        user_id: &str,
        request: JoinRequest,
    ) -> Self {
        Self::join_at(&server.base, token, user_id, request).await
    }

    /// Joins at a server in another process.
    pub async fn join_at(
        base: &str,
        token: String,
        user_id: &str,
        mut request: JoinRequest,
    ) -> Self {
        request.token.clone_from(&token);
        let session_id = request.session_id.clone();
        let mut socket = Socket::open_at(base).await;
        socket.send(RequestPayload::JoinRequest(request));
        let Event::JoinResponse(joined) = socket.event().await else { panic!("not an answer") };
        let participants = &joined.call_state.as_ref().unwrap().participants;
        let own = participants.iter().find(|participant| participant.session_id == session_id);
        let prefix = own.map(|own| own.track_lookup_prefix.clone()).unwrap_or_default();
        let mut client = Self {
            user_id: user_id.into(),
            twirp: Twirp::new(base, &token),
            session_id,
            token,
            publisher: Peer::new().await,
            subscriber: Peer::new().await,
            joined,
            prefix,
            tracks: Vec::new(),
            answering: Arc::new(AtomicBool::new(true)),
            socket,
        };
        client.answer_in_background();
        client
    }

    /// Answers offers as they come, and passes every event on.
    fn answer_in_background(&mut self) {
        let (hear, events) = mpsc::unbounded_channel();
        let mut incoming = std::mem::replace(&mut self.socket.events, events);
        let answering = Arc::clone(&self.answering);
        let answerer = self.answerer();
        tokio::spawn(async move {
            while let Some(heard) = incoming.recv().await {
                if let Heard::Event(event) = &heard
                    && let Event::SubscriberOffer(offer) = &**event
                    && answering.load(Ordering::Relaxed)
                {
                    answerer.answer(offer).await;
                }
                // A test may have heard enough.
                let _ = hear.send(heard);
            }
        });
    }

    fn answerer(&self) -> Answerer {
        Answerer {
            session_id: self.session_id.clone(),
            twirp: self.twirp.clone(),
            subscriber: self.subscriber.clone(),
        }
    }

    /// Whether offers are answered as they come.
    pub fn answer_offers(&self, answering: bool) {
        self.answering.store(answering, Ordering::Relaxed);
    }

    /// Answers one offer now.
    pub async fn answer(&self, offer: &SubscriberOffer) {
        self.answerer().answer(offer).await;
    }

    /// Goes on with another socket in place of the one at hand, which is returned.
    pub fn replace_socket(&mut self, socket: Socket) -> Socket {
        let old = std::mem::replace(&mut self.socket, socket);
        self.answer_in_background();
        old
    }

    pub fn socket(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// Waits for an event that is looked for; those before it are dropped.
    #[track_caller]
    pub fn hear<T>(&mut self, look: impl Fn(&Event) -> Option<T>) -> impl Future<Output = T> {
        let caller = std::panic::Location::caller();
        async move {
            loop {
                match self.socket.next().await {
                    Heard::Event(event) => {
                        if let Some(found) = look(&event) {
                            return found;
                        }
                    }
                    Heard::End(code) => panic!("{caller}: the socket ended with {code:?}"),
                }
            }
        }
    }

    /// Waits for the answer to a ping. Returns what came before it.
    pub async fn hear_until_pong(&mut self) -> Vec<Event> {
        self.socket.send(RequestPayload::HealthCheckRequest(HealthCheckRequest {}));
        let mut before = Vec::new();
        loop {
            match self.socket.event().await {
                Event::HealthCheckResponse(_) => return before,
                event => before.push(event),
            }
        }
    }

    /// The stream id by which others know a track of this client.
    pub fn stream_id(&self, kind: TrackType) -> String {
        format!("{}:{}", self.prefix, kind.as_str_name())
    }

    /// Publishes a microphone that speaks.
    pub async fn publish_microphone(&mut self) -> Mid {
        let mid = self.publish(TrackType::Audio, &[]).await;
        self.publisher.with(move |peer| peer.sources.push(Source::microphone(mid))).await;
        mid
    }

    /// Publishes a camera with one layer, 640×360.
    pub async fn publish_camera(&mut self) -> Mid {
        let mid = self.publish(TrackType::Video, &[]).await;
        self.publisher.with(move |peer| peer.sources.push(Source::camera(mid, None, 7))).await;
        mid
    }

    /// Negotiates a track with these simulcast layers; nothing is sent yet.
    pub async fn publish(&mut self, kind: TrackType, layers: &[VideoLayer]) -> Mid {
        let rids: Vec<_> = layers.iter().map(|layer| layer.rid.clone()).collect();
        let (mid, offer, pending) = self.offer(kind, rids).await;
        let mut track = published(kind, mid);
        track.layers = layers.to_vec();
        self.tracks.push(track);
        let answer = self.set_publisher(&offer).await.unwrap();
        self.accept(pending, answer).await;
        mid
    }

    /// An offer with one more track.
    pub async fn offer(
        &self,
        kind: TrackType,
        rids: Vec<String>,
    ) -> (Mid, String, SdpPendingOffer) {
        let offer = self.publisher.with(move |peer| peer.offer(kind, &rids)).await;
        let native::Offer { mid, sdp, pending } = offer.expect("no other offer waits");
        (mid, sdp, pending)
    }

    /// Sends an offer with the tracks so far.
    pub async fn set_publisher(&self, offer: &str) -> Result<String, Error> {
        let request = SetPublisherRequest {
            sdp: offer.into(),
            session_id: self.session_id.clone(),
            tracks: self.tracks.clone(),
        };
        let response: SetPublisherResponse = self.twirp.call("SetPublisher", &request).await;
        match response.error {
            Some(error) => Err(error),
            None => Ok(response.sdp),
        }
    }

    /// Has the publisher's connection find its way anew.
    pub async fn restart_publisher(&self) {
        let (offer, pending) = self
            .publisher
            .with(|peer| {
                let mut api = peer.rtc.sdp_api();
                api.ice_restart(true);
                let (offer, pending) = api.apply().unwrap();
                (offer.to_sdp_string(), pending)
            })
            .await;
        let answer = self.set_publisher(&offer).await.unwrap();
        self.accept(pending, answer).await;
    }

    pub async fn accept(&self, pending: SdpPendingOffer, answer: String) {
        self.publisher.with(move |peer| peer.accept(pending, &answer)).await.unwrap();
    }

    pub async fn mute(&self, kind: TrackType, muted: bool) {
        let request = UpdateMuteStatesRequest {
            session_id: self.session_id.clone(),
            mute_states: vec![TrackMuteState { track_type: kind.into(), muted }],
        };
        let response: UpdateMuteStatesResponse =
            self.twirp.call("UpdateMuteStates", &request).await;
        assert_eq!(response.error, None);
    }

    /// Asks for these tracks and no others.
    pub async fn subscribe(&self, tracks: Vec<TrackSubscriptionDetails>) {
        let request = UpdateSubscriptionsRequest { session_id: self.session_id.clone(), tracks };
        let response: UpdateSubscriptionsResponse =
            self.twirp.call("UpdateSubscriptions", &request).await;
        assert_eq!(response.error, None);
    }

    /// Says goodbye.
    pub fn leave(&self) {
        let leave = LeaveCallRequest { session_id: self.session_id.clone(), reason: "x".into() };
        self.socket.send(RequestPayload::LeaveCallRequest(leave));
    }
}

struct Answerer {
    session_id: String,
    twirp: Twirp,
    subscriber: Peer,
}

impl Answerer {
    async fn answer(&self, offer: &SubscriberOffer) {
        let sdp = offer.sdp.clone();
        let sdp = self.subscriber.with(move |peer| peer.answer(&sdp)).await.unwrap();
        let request = SendAnswerRequest {
            peer_type: PeerType::Subscriber.into(),
            sdp,
            session_id: self.session_id.clone(),
            negotiation_id: offer.negotiation_id,
        };
        let response: SendAnswerResponse = self.twirp.call("SendAnswer", &request).await;
        assert_eq!(response.error, None);
    }
}

/// A codec as a browser announces it.
#[allow(clippy::unnecessary_wraps)] // as the field is
pub fn named(codec: &str) -> Option<Codec> {
    Some(Codec { name: codec.into(), ..Codec::default() })
}

/// A layer as a browser announces it.
pub fn video(rid: &str, width: u32, height: u32) -> VideoLayer {
    VideoLayer {
        rid: rid.into(),
        video_dimension: Some(VideoDimension { width, height }),
        fps: 30,
        bitrate: width * 1000,
        ..VideoLayer::default()
    }
}

/// A wish for a track of a client at this size; 0 for none.
pub fn wish(
    publisher: &Client,
    kind: TrackType,
    width: u32,
    height: u32,
) -> TrackSubscriptionDetails {
    TrackSubscriptionDetails {
        user_id: publisher.user_id.clone(),
        session_id: publisher.session_id.clone(),
        track_type: kind.into(),
        dimension: (width > 0).then_some(VideoDimension { width, height }),
    }
}
