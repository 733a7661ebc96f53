//! One participant: comes, stays, leaves.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use prost::Message as _;
use tokio::{
    sync::oneshot,
    time::{MissedTickBehavior, interval, timeout},
};
use trunkline_protocol::sfu::{
    event::{
        HealthCheckRequest, JoinRequest, JoinResponse, LeaveCallRequest, SfuEvent,
        sfu_event::EventPayload as Event, sfu_request::RequestPayload,
    },
    models::{Codec, PublishOption, TrackInfo, TrackType},
    signal::{SetPublisherRequest, SetPublisherResponse},
};
use uuid::Uuid;

use super::{
    error::CrowdError,
    names,
    receiver::Receiver,
    service::{Credentials, check, escape},
    venue::{News, Venue},
};
use crate::native::{Clip, Heard, Peer, Socket, Source, Voice, published};

/// What a participant does besides being there.
#[derive(Clone, Copy)]
pub struct Part {
    /// Sends sound when it is their turn.
    pub speaks: bool,
    /// Sends a film and receives what others send.
    pub films: bool,
}

/// How a participant's time in the call ended.
pub enum Parting {
    /// As it was told.
    Left,
    /// By the server, for this reason.
    PutOut(String),
}

/// Somebody in the call.
struct Attendee<'a> {
    venue: &'a Venue,
    who: String,
    session_id: String,
    credentials: Credentials,
    socket: Socket,
    /// Sends as long as it is held.
    publisher: Option<Peer>,
    receiver: Option<Receiver>,
}

/// Joins, and stays until `leave` is told or dropped.
pub(super) async fn attend(
    venue: &Venue,
    index: usize,
    part: Part,
    mut leave: oneshot::Receiver<()>,
) -> Result<Parting, CrowdError> {
    let door = tokio::select! {
        door = venue.doors.acquire() => door,
        _ = &mut leave => return Ok(Parting::Left),
    };
    let asked = Instant::now();
    // Not given up once it is begun: the server would keep a session for somebody who said nothing.
    let mut attendee = Attendee::join(venue, index, part).await?;
    let took = asked.elapsed();
    drop(door);
    // The crowd is gone only when it is ending.
    let _ = venue.news.send(News::Joined { index, took });
    attendee.stay(leave).await
}

impl<'a> Attendee<'a> {
    async fn join(venue: &'a Venue, index: usize, part: Part) -> Result<Self, CrowdError> {
        let who = names::user_id(index);
        let credentials = venue.service.join(&who).await?;
        let session_id = Uuid::new_v4().to_string();
        let endpoint = &credentials.server.ws_endpoint;
        let (key, (kind, id)) = (escape(&venue.crowd.app.key), &venue.crowd.call);
        let cid = escape(&format!("{kind}:{id}"));
        let url = format!(
            "{endpoint}?attempt=0&user_id={who}&api_key={key}&user_session_id={session_id}&cid={cid}"
        );
        let unreachable = |error: String| CrowdError::Unreachable { url: endpoint.clone(), error };
        let socket = Socket::open(&url).await;
        let mut socket = socket.map_err(|error| unreachable(error.to_string()))?;
        socket.send(RequestPayload::JoinRequest(JoinRequest {
            token: credentials.token.clone(),
            session_id: session_id.clone(),
            subscriber_sdp: if part.films { String::new() } else { NOTHING.into() },
            preferred_publish_options: vec![vp8()],
            ..JoinRequest::default()
        }));
        let answer = timeout(PATIENCE, answer(&mut socket, &who)).await;
        let joined = answer.map_err(|_| unreachable("no answer to the join".into()))??;
        let mut attendee =
            Self { venue, who, session_id, credentials, socket, publisher: None, receiver: None };
        if part.films {
            let mut receiver = attendee.receiver().await?;
            receiver.joined(&joined);
            attendee.receiver = Some(receiver);
        }
        if part.speaks || part.films {
            attendee.publish(index, part, &joined.publish_options).await?;
        }
        Ok(attendee)
    }

    async fn receiver(&self) -> Result<Receiver, CrowdError> {
        let peer = Peer::new(self.venue.address).await;
        let peer = peer.map_err(|error| self.no_media(&error.to_string()))?;
        let counter = Arc::clone(&self.venue.figures.packets);
        peer.with(move |peer| peer.counter = Some(counter)).await;
        Ok(Receiver::new(peer, self.session_id.clone()))
    }

    /// Sends sound and film.
    async fn publish(
        &mut self,
        index: usize,
        part: Part,
        options: &[PublishOption],
    ) -> Result<(), CrowdError> {
        let publisher = Peer::new(self.venue.address).await;
        let publisher = publisher.map_err(|error| self.no_media(&error.to_string()))?;
        let mut tracks: Vec<TrackInfo> = Vec::new();
        let kinds = [(part.speaks, TrackType::Audio), (part.films, TrackType::Video)];
        for kind in kinds.into_iter().filter_map(|(wanted, kind)| wanted.then_some(kind)) {
            let offer = publisher.with(move |peer| peer.offer(kind, &[])).await.flatten();
            let offer = offer.ok_or_else(|| self.no_media("nothing to offer"))?;
            let option = options.iter().find(|option| option.track_type() == kind);
            let id = option.map(|option| option.id);
            let mut track = published(kind, offer.mid);
            track.publish_option_id = id.unwrap_or(track.publish_option_id);
            tracks.push(track);
            let request = SetPublisherRequest {
                sdp: offer.sdp,
                session_id: self.session_id.clone(),
                tracks: tracks.clone(),
            };
            let service = &self.venue.service;
            let answer: SetPublisherResponse =
                service.call(&self.credentials, "SetPublisher", &request).await?;
            check(&format!("publishing of {}", self.who), answer.error)?;
            let source = match kind {
                TrackType::Audio => Source::voice(offer.mid, self.voice(index)),
                _ => Source::film(offer.mid, Clip::built_in()),
            };
            let accepted = publisher.with(move |peer| {
                peer.accept(offer.pending, &answer.sdp)?;
                peer.sources.push(source);
                Ok::<_, String>(())
            });
            let accepted = accepted.await.unwrap_or_else(|| Err("it broke".into()));
            accepted.map_err(|reason| self.no_media(&reason))?;
        }
        self.publisher = Some(publisher);
        Ok(())
    }

    fn voice(&self, index: usize) -> Voice {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Voice::Turn {
            index: number(index),
            speakers: number(self.venue.crowd.speakers),
            began: self.venue.began,
            seed: self.venue.crowd.seed,
        }
    }

    async fn stay(&mut self, mut leave: oneshot::Receiver<()>) -> Result<Parting, CrowdError> {
        let mut health = interval(HEALTH);
        health.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = &mut leave => return Ok(self.leave().await),
                _ = health.tick() => {
                    let check = RequestPayload::HealthCheckRequest(HealthCheckRequest {});
                    self.socket.send(check);
                }
                heard = self.socket.next() => match heard {
                    Some(Heard::Frame(frame)) => {
                        self.venue.figures.heard(frame.len());
                        if let Some(receiver) = &mut self.receiver {
                            // What cannot be read is none of ours.
                            let event = SfuEvent::decode(frame).ok().and_then(|e| e.event_payload);
                            if let Some(event) = event {
                                let service = &self.venue.service;
                                receiver.heard(event, service, &self.credentials).await?;
                            }
                        }
                    }
                    Some(Heard::End(close)) => return Ok(Parting::PutOut(reason(close))),
                    None => return Ok(Parting::PutOut(reason(None))),
                },
            }
        }
    }

    /// Says goodbye and waits until the server has understood.
    async fn leave(&mut self) -> Parting {
        self.publisher = None;
        let session_id = self.session_id.clone();
        let leave = LeaveCallRequest { session_id, reason: "the crowd moves on".into() };
        self.socket.send(RequestPayload::LeaveCallRequest(leave));
        let ended = async { while let Some(Heard::Frame(_)) = self.socket.next().await {} };
        // Whoever is not answered goes all the same.
        drop(timeout(GOODBYE, ended).await);
        Parting::Left
    }

    fn no_media(&self, reason: &str) -> CrowdError {
        CrowdError::Media { who: self.who.clone(), reason: reason.into() }
    }
}

/// The answer to the join.
async fn answer(socket: &mut Socket, who: &str) -> Result<JoinResponse, CrowdError> {
    let refused = |code, reason: String| CrowdError::Refused { who: who.into(), code, reason };
    loop {
        let frame = match socket.next().await {
            Some(Heard::Frame(frame)) => frame,
            Some(Heard::End(Some((code, reason)))) => return Err(refused(code.into(), reason)),
            Some(Heard::End(None)) | None => {
                return Err(refused(0, "the socket was closed without a reason".into()));
            }
        };
        match SfuEvent::decode(frame).ok().and_then(|event| event.event_payload) {
            Some(Event::JoinResponse(joined)) => return Ok(joined),
            Some(Event::Error(event)) => {
                let error = event.error.unwrap_or_default();
                return Err(refused(error.code, error.message));
            }
            _ => {}
        }
    }
}

fn reason(close: Option<(u16, String)>) -> String {
    match close {
        Some((code, reason)) => format!("{reason} ({code})"),
        None => "the connection is gone".into(),
    }
}

/// The film is in this codec.
fn vp8() -> PublishOption {
    PublishOption {
        track_type: TrackType::Video.into(),
        codec: Some(Codec { name: "vp8".into(), ..Codec::default() }),
        ..PublishOption::default()
    }
}

/// What somebody can receive who only signals: a session description without media.
const NOTHING: &str = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const HEALTH: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);
const GOODBYE: Duration = Duration::from_secs(2);
