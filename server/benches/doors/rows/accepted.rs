//! The requests that make most work for a media worker, of those that are taken: in a call with many
//! others, who publish and answer all that they are offered.
//!
//! What a worker is busy with is told in two ways. Its longest turn is that of its own clock, in which
//! other work on the machine shows. Its time on a core for each request is the kernel's, and holds
//! all that followed, the answers of the others included, which are turns of their own.

use std::{fs, time::Duration};

use prost::Message as _;
use tokio::time::sleep;
use trunkline_protocol::sfu::{
    event::JoinRequest,
    models::{IceTrickle, PeerType, TrackType},
    signal::{
        SendAnswerResponse, SetPublisherRequest, TrackMuteState, TrackSubscriptionDetails,
        UpdateMuteStatesRequest, UpdateSubscriptionsRequest,
    },
};

use super::requests;
use crate::{
    Failure, Found,
    rig::{PROTOBUF, Rig},
    support::{Client, wish},
};

/// Somebody publishes all there is, which everybody is told and offered; then others come with offers of as
/// many m-lines and codecs as are taken, and offer them again.
pub async fn set_publisher(rig: &Rig) -> Result<Found, Failure> {
    let mut scene = Scene::start(rig).await?;
    for kind in KINDS {
        let before = scene.on_core()?;
        scene.mallory.publish(kind, &[]).await;
        scene.note(before).await?;
    }
    let sdp = requests::offer();
    for number in 0..TIMES / 2 {
        scene.mallory = join(rig, &format!("mallory-{number}")).await?;
        scene.settled().await;
        let session_id = scene.mallory.session_id.clone();
        let request = SetPublisherRequest { sdp: sdp.clone(), session_id, tracks: Vec::new() };
        for _ in 0..2 {
            scene.send("SetPublisher", request.encode_to_vec()).await?;
        }
    }
    scene.found(&format!("{} bytes", sdp.len())).await
}

/// All wishes that are taken, and none. The answers to the offers that follow are as long as there are.
pub async fn subscriptions(rig: &Rig) -> Result<Found, Failure> {
    let mut scene = Scene::start(rig).await?;
    let all = scene.wishes();
    for number in 0..TIMES {
        let tracks = if number % 2 == 0 { all.clone() } else { Vec::new() };
        let session_id = scene.mallory.session_id.clone();
        let request = UpdateSubscriptionsRequest { session_id, tracks };
        scene.send("UpdateSubscriptions", request.encode_to_vec()).await?;
    }
    scene.found(&format!("{} wishes, SendAnswer included", all.len())).await
}

pub async fn candidates(rig: &Rig) -> Result<Found, Failure> {
    let mut scene = Scene::start(rig).await?;
    let request = IceTrickle {
        peer_type: PeerType::Subscriber.into(),
        ice_candidate: "x".repeat(30_000),
        session_id: scene.mallory.session_id.clone(),
    };
    for _ in 0..TIMES {
        scene.send("IceTrickle", request.encode_to_vec()).await?;
    }
    scene.found("").await
}

/// All tracks of somebody, on and off.
pub async fn mutes(rig: &Rig) -> Result<Found, Failure> {
    let mut scene = Scene::start(rig).await?;
    for kind in KINDS {
        scene.mallory.publish(kind, &[]).await;
    }
    scene.forgotten().await;
    for number in 0..TIMES {
        let state = |kind: &TrackType| TrackMuteState {
            track_type: (*kind).into(),
            muted: number % 2 == 0,
        };
        let request = UpdateMuteStatesRequest {
            session_id: scene.mallory.session_id.clone(),
            mute_states: KINDS.iter().map(state).collect(),
        };
        scene.send("UpdateMuteStates", request.encode_to_vec()).await?;
    }
    scene.found("4 tracks").await
}

/// A call of many, and somebody in it.
struct Scene<'a> {
    rig: &'a Rig,
    mallory: Client,
    others: Vec<Client>,
    /// For each request.
    costs: Vec<Duration>,
}

impl<'a> Scene<'a> {
    async fn start(rig: &'a Rig) -> Result<Self, Failure> {
        let mut others = Vec::new();
        for number in 0..OTHERS {
            let mut other = join(rig, &format!("other-{number}")).await?;
            for kind in [TrackType::Audio, TrackType::Video] {
                other.publish(kind, &[]).await;
            }
            others.push(other);
        }
        let mallory = join(rig, "mallory").await?;
        let scene = Self { rig, mallory, others, costs: Vec::new() };
        scene.forgotten().await;
        Ok(scene)
    }

    /// Waits until the server has forgotten the turns so far.
    async fn forgotten(&self) {
        sleep(REMEMBERED).await;
    }

    /// Waits until what follows from a request is over.
    async fn settled(&self) {
        sleep(SETTLED).await;
    }

    /// As many as are taken: of all that others publish, and of what nobody does.
    fn wishes(&self) -> Vec<TrackSubscriptionDetails> {
        let others = self.others.iter();
        others
            .flat_map(|other| KINDS.map(|kind| wish(other, kind, 640, 360)))
            .cycle()
            .take(MOST_WISHES)
            .collect()
    }

    async fn send(&mut self, method: &str, body: Vec<u8>) -> Result<(), Failure> {
        let before = self.on_core()?;
        let reply = self.rig.call(method, &self.mallory.token, PROTOBUF, body).await?;
        // All answers have their error in the same place.
        let error = SendAnswerResponse::decode(&reply.body[..]).map(|answer| answer.error);
        if reply.status != 200 || error != Ok(None) {
            return Err(format!("{method}: {error:?}").into());
        }
        self.note(before).await
    }

    async fn note(&mut self, before: Duration) -> Result<(), Failure> {
        self.settled().await;
        self.costs.push(self.on_core()?.saturating_sub(before));
        Ok(())
    }

    /// The time on a core of all media workers so far.
    fn on_core(&self) -> Result<Duration, Failure> {
        let mut sum = Duration::ZERO;
        for thread in fs::read_dir(format!("/proc/{}/task", self.rig.server.child.id()))? {
            let thread = thread?.path();
            let name = fs::read_to_string(thread.join("comm"))?;
            if name.starts_with("media-") && name.trim_end() != "media-reader" {
                let account = fs::read_to_string(thread.join("schedstat"))?;
                sum += Duration::from_nanos(account.split(' ').next().unwrap_or("0").parse()?);
            }
        }
        Ok(sum)
    }

    async fn found(mut self, what: &str) -> Result<Found, Failure> {
        let turn = self.rig.longest_turn().await?;
        self.costs.sort();
        let count = u32::try_from(self.costs.len().max(1))?;
        let mean = self.costs.iter().sum::<Duration>() / count;
        let most = self.costs.last().copied().unwrap_or_default();
        let note = format!(
            "{what}; longest turn {:.1} ms; on a core {:.1} ms each, {:.1} at most",
            1e3 * turn.as_secs_f64(),
            1e3 * mean.as_secs_f64(),
            1e3 * most.as_secs_f64(),
        );
        Ok(Found { sent: self.costs.len(), until_refused: None, note })
    }
}

async fn join(rig: &Rig, user_id: &str) -> Result<Client, Failure> {
    let token = rig.token(user_id, "large").await?;
    let session_id = format!("session-of-{user_id}");
    let request = JoinRequest { session_id, ..JoinRequest::default() };
    Ok(Client::join_at(&rig.base, token, user_id, request).await)
}

const OTHERS: usize = 50;
const TIMES: usize = 20;
const KINDS: [TrackType; 4] =
    [TrackType::Audio, TrackType::Video, TrackType::ScreenShare, TrackType::ScreenShareAudio];
/// As many as the server takes.
const MOST_WISHES: usize = 512;
/// As long as the server remembers its longest turn.
const REMEMBERED: Duration = Duration::from_secs(21);
const SETTLED: Duration = Duration::from_millis(200);
