//! What a participant receives: every sound, and the video of whoever sends one.

use std::collections::BTreeMap;

use trunkline_protocol::sfu::{
    event::{JoinResponse, SubscriberOffer, sfu_event::EventPayload as Event},
    models::{Participant, PeerType, TrackType, VideoDimension},
    signal::{
        SendAnswerRequest, SendAnswerResponse, TrackSubscriptionDetails,
        UpdateSubscriptionsRequest, UpdateSubscriptionsResponse,
    },
};

use super::{
    CrowdError,
    service::{Credentials, Service, check},
};
use crate::native::Peer;

/// The receiving side of one participant.
pub struct Receiver {
    peer: Peer,
    session_id: String,
    /// Users by the sessions whose video there is.
    videos: BTreeMap<String, String>,
    /// Whether the SFU knows what is wanted.
    is_asked: bool,
}

impl Receiver {
    pub fn new(peer: Peer, session_id: String) -> Self {
        Self { peer, session_id, videos: BTreeMap::new(), is_asked: true }
    }

    /// Takes note of who was there before.
    pub fn joined(&mut self, joined: &JoinResponse) {
        let participants = joined.call_state.iter().flat_map(|state| &state.participants);
        participants.for_each(|participant| self.note(participant));
    }

    /// Follows what happens.
    pub async fn heard(
        &mut self,
        event: Event,
        service: &Service,
        credentials: &Credentials,
    ) -> Result<(), CrowdError> {
        match event {
            Event::SubscriberOffer(offer) => self.answer(offer, service, credentials).await?,
            Event::TrackPublished(event) => event.participant.iter().for_each(|p| self.note(p)),
            Event::TrackUnpublished(event) if event.r#type() == TrackType::Video => {
                self.drop_video(&event.session_id);
            }
            Event::ParticipantLeft(event) => {
                event.participant.iter().for_each(|p| self.drop_video(&p.session_id));
            }
            _ => {}
        }
        if self.is_asked {
            return Ok(());
        }
        self.is_asked = true;
        let tracks = self.videos.iter().map(|(session_id, user_id)| TrackSubscriptionDetails {
            user_id: user_id.clone(),
            session_id: session_id.clone(),
            track_type: TrackType::Video.into(),
            dimension: Some(SMALL),
        });
        let session_id = self.session_id.clone();
        let request = UpdateSubscriptionsRequest { session_id, tracks: tracks.collect() };
        let answer: UpdateSubscriptionsResponse =
            service.call(credentials, "UpdateSubscriptions", &request).await?;
        check("UpdateSubscriptions", answer.error)
    }

    async fn answer(
        &self,
        offer: SubscriberOffer,
        service: &Service,
        credentials: &Credentials,
    ) -> Result<(), CrowdError> {
        let answered = self.peer.with(move |peer| peer.answer(&offer.sdp)).await;
        let answered = answered.unwrap_or_else(|| Err("the peer connection broke".into()));
        let sdp = answered
            .map_err(|reason| CrowdError::Media { who: self.session_id.clone(), reason })?;
        let request = SendAnswerRequest {
            peer_type: PeerType::Subscriber.into(),
            sdp,
            session_id: self.session_id.clone(),
            negotiation_id: offer.negotiation_id,
        };
        let answer: SendAnswerResponse = service.call(credentials, "SendAnswer", &request).await?;
        check("SendAnswer", answer.error)
    }

    fn note(&mut self, participant: &Participant) {
        let sends = participant.published_tracks().any(|kind| kind == TrackType::Video);
        if sends && participant.session_id != self.session_id {
            let Participant { session_id, user_id, .. } = participant.clone();
            self.is_asked &= self.videos.insert(session_id, user_id).is_some();
        }
    }

    fn drop_video(&mut self, session_id: &str) {
        self.is_asked &= self.videos.remove(session_id).is_none();
    }
}

const SMALL: VideoDimension = VideoDimension { width: 320, height: 180 };
