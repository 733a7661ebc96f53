//! What apps see of participants.

use std::cell::RefCell;

use litemap::LiteMap;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{
    documents,
    record::{date, list, record, texts},
};
use crate::{
    core::{Arrangement, Dimension, Media, Pin, Sorting, Tiles, TrackType, Visibility},
    web::{CallState, MediaTable, Participant},
};

record! {
    /// Somebody present: one session of one user. A user with two open tabs is two participants.
    ///
    /// Objects are frozen. One that did not change stays the same object (`===`), also inside a new
    /// list.
    StreamVideoParticipant "StreamVideoParticipant" = make(from: &Participant, media: &MediaTable);
    /// Who.
    set_user_id "userId": "string", &str = &from.user_id;
    /// Unique within the call.
    set_session_id "sessionId": "string", &str = &from.session_id;
    /// To be shown.
    set_name "name": "string", &str = &from.name;
    /// URL of a picture, or empty.
    set_image "image": "string", &str = &from.image;
    /// Roles in the call.
    set_roles "roles": "readonly string[]", JsValue = texts(&from.roles);
    /// The user's free object.
    set_custom "custom": "CustomData", JsValue = documents::custom(from.custom.as_ref());
    /// Since when they are in the call.
    set_joined_at "joinedAt" "?": "Date", JsValue = date(from.joined_at);
    /// First part of the ids of this participant's streams.
    set_track_lookup_prefix "trackLookupPrefix": "string", &str = &from.track_lookup_prefix;
    /// What they publish, unmuted.
    set_published_tracks "publishedTracks": "readonly SfuModels.TrackType[]", JsValue =
        tracks(&from.published_tracks);
    /// Tracks that the SFU holds back for lack of bandwidth.
    set_paused_tracks "pausedTracks": "readonly SfuModels.TrackType[]", JsValue =
        tracks(&from.paused_tracks);
    /// As the SFU sees it.
    set_connection_quality "connectionQuality": "SfuModels.ConnectionQuality", i32 =
        from.connection_quality as i32;
    /// Whether they speak.
    set_is_speaking "isSpeaking": "boolean", bool = from.is_speaking;
    /// Whether they are the one to look at.
    set_is_dominant_speaker "isDominantSpeaker": "boolean", bool = from.is_dominant_speaker;
    /// 0 to 1.
    set_audio_level "audioLevel": "number", f32 = from.audio_level;
    /// How they came into the call.
    set_source "source": "SfuModels.ParticipantSource", i32 = from.source;
    /// Whether this is the session of this very `Call` object.
    set_is_local "isLocalParticipant": "boolean", bool = from.is_local;
    /// Camera; of others, while subscribed.
    set_video "videoStream" "?": "MediaStream", JsValue = stream(media, from.video);
    /// Microphone.
    set_audio "audioStream" "?": "MediaStream", JsValue = stream(media, from.audio);
    /// Screen; of others, while subscribed.
    set_screen_share "screenShareStream" "?": "MediaStream", JsValue =
        stream(media, from.screen_share);
    /// Sound of the screen.
    set_screen_share_audio "screenShareAudioStream" "?": "MediaStream", JsValue =
        stream(media, from.screen_share_audio);
    /// Size in which the camera is asked for; `undefined` when it is not.
    set_video_dimension "videoDimension" "?": "VideoDimension", JsValue =
        from.video_dimension.map(dimension).unwrap_or_default();
    /// Size in which the screen is asked for; `undefined` when it is not.
    set_screen_share_dimension "screenShareDimension" "?": "VideoDimension", JsValue =
        from.screen_share_dimension.map(dimension).unwrap_or_default();
    /// Own tracks that the system holds back, as during a phone call.
    set_interrupted_tracks "interruptedTracks": "readonly SfuModels.TrackType[]", JsValue =
        tracks(&from.interrupted_tracks);
    /// How loud they are played, 0 to 1; `undefined` for as loud as everybody.
    set_audio_volume "audioVolume" "?": "number", Option<f64> = from.audio_volume;
    /// Whether their tiles are in sight, as {@link Call.trackElementVisibility} found.
    set_tiles "viewportVisibilityState": "ViewportVisibility", JsValue = tiles(from.tiles);
    /// Whether and since when they are pinned.
    set_pin "pin" "?": "ParticipantPin", JsValue = from.pin.map(pin).unwrap_or_default();
    /// Their last reaction, until {@link Call.resetReaction}.
    set_reaction "reaction" "?": "VideoReactionResponse", JsValue =
        documents::value(from.reaction.as_ref().map(|reaction| &reaction.document));
}

record! {
    /// A size in CSS px.
    VideoDimension "VideoDimension" = dimension(size: Dimension);
    /// px
    set_width "width": "number", u32 = size.width;
    /// px
    set_height "height": "number", u32 = size.height;
}

record! {
    /// A pinned participant.
    ParticipantPin "ParticipantPin" = pin(pin: Pin);
    /// Pinned in this page only, not for everyone.
    set_is_local_pin "isLocalPin": "boolean", bool = pin.is_local;
    /// ms since the epoch.
    set_pinned_at "pinnedAt": "number", f64 = pin.pinned_at;
}

record! {
    /// Whether the tiles of a participant are in sight.
    ViewportVisibility "ViewportVisibility" = tiles(tiles: Tiles);
    /// The tile of the camera.
    set_video_track "videoTrack": "VisibilityState", &str = visibility(tiles.video);
    /// The tile of the screen.
    set_screen_share_track "screenShareTrack": "VisibilityState", &str =
        visibility(tiles.screen_share);
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Unknown => "UNKNOWN",
        Visibility::Visible => "VISIBLE",
        Visibility::Invisible => "INVISIBLE",
    }
}

fn tracks(types: &[TrackType]) -> JsValue {
    list(types.iter().map(|track_type| JsValue::from(*track_type as i32)))
}

/// The stream behind a name that the core gave it, or `undefined`.
fn stream(media: &MediaTable, of: Option<Media>) -> JsValue {
    of.and_then(|of| media.stream(of)).map(JsValue::from).unwrap_or_default()
}

/// The objects that an app was shown of the participants of one call. What they mention comes from the
/// server or is a stream, so that Rust may hold them while the call goes on.
#[derive(Default)]
pub(crate) struct People {
    /// By session id; each is made when it is first read, and kept until its participant changes.
    objects: RefCell<LiteMap<String, JsValue>>,
    arrangement: RefCell<Arrangement>,
    /// In the order in which they were shown last.
    shown: RefCell<Vec<Shown>>,
}

/// Somebody who is shown, and what lists they are in.
#[derive(Clone)]
struct Shown {
    object: JsValue,
    is_local: bool,
    is_pinned: bool,
    is_dominant: bool,
    shares_screen: bool,
}

impl People {
    /// Somebody changed, or is new.
    pub(crate) fn forget(&self, session_id: &str) {
        self.objects.borrow_mut().remove(session_id);
    }

    /// One of them, or `undefined`.
    pub(crate) fn find(&self, call: &CallState, session_id: &str, media: &MediaTable) -> JsValue {
        let participant = call.participant(session_id);
        participant.map(|participant| self.object(participant, media)).unwrap_or_default()
    }

    /// All of them, in the order in which they came.
    pub(crate) fn list(&self, call: &CallState, media: &MediaTable) -> Array {
        call.participants.iter().map(|p| self.object(p, media)).collect()
    }

    /// Lets go of those who have left.
    pub(crate) fn forget_others(&self, call: &CallState) {
        let mut objects = self.objects.borrow_mut();
        if objects.len() > call.participants.len() {
            objects.retain(|session_id, _| call.participant(session_id).is_some());
        }
        if call.participants.is_empty() {
            self.shown.borrow_mut().clear();
        }
    }

    fn object(&self, participant: &Participant, media: &MediaTable) -> JsValue {
        let known = self.objects.borrow().get(&participant.session_id).cloned();
        known.unwrap_or_else(|| {
            let made = make(participant, media);
            self.objects.borrow_mut().insert(participant.session_id.clone(), made.clone());
            made
        })
    }

    /// The order in which they are shown from now on.
    pub(crate) fn arrangement(&self) -> &RefCell<Arrangement> {
        &self.arrangement
    }

    /// Begins to put them in order; the answer is to be finished.
    pub(crate) fn begin_sorting(&self, call: &CallState, media: &MediaTable) -> Unsorted {
        let shown = |participant: &Participant| Shown {
            object: self.object(participant, media),
            is_local: participant.is_local,
            is_pinned: participant.pin.is_some(),
            is_dominant: participant.is_dominant_speaker,
            shares_screen: participant.published_tracks.contains(&TrackType::ScreenShare),
        };
        Unsorted {
            sorting: self.arrangement.borrow().sorting(&call.participants),
            people: call.participants.iter().map(shown).collect(),
        }
    }

    /// They are shown in the order that was found.
    pub(crate) fn finish_sorting(&self, unsorted: Unsorted) -> Array {
        let Unsorted { sorting, people } = unsorted;
        self.arrangement.borrow_mut().remember(&sorting);
        let places = sorting.places();
        let sorted = places.into_iter().filter_map(|place| people.get(place as usize));
        let shown: Vec<Shown> = sorted.cloned().collect();
        let list = shown.iter().map(|shown| shown.object.clone()).collect();
        *self.shown.borrow_mut() = shown;
        list
    }

    /// This page's own participant, or `undefined`.
    pub(crate) fn local(&self) -> JsValue {
        self.first(|shown| shown.is_local)
    }

    /// The one to look at, or `undefined`.
    pub(crate) fn dominant(&self) -> JsValue {
        self.first(|shown| shown.is_dominant)
    }

    /// Everybody but [`Self::local`].
    pub(crate) fn remote(&self) -> Array {
        self.all(|shown| !shown.is_local)
    }

    /// Those who are pinned.
    pub(crate) fn pinned(&self) -> Array {
        self.all(|shown| shown.is_pinned)
    }

    /// Whether anybody shares their screen.
    pub(crate) fn anybody_shares_screen(&self) -> bool {
        self.shown.borrow().iter().any(|shown| shown.shares_screen)
    }

    fn first(&self, test: fn(&Shown) -> bool) -> JsValue {
        let shown = self.shown.borrow();
        shown.iter().find(|shown| test(shown)).map(|s| s.object.clone()).unwrap_or_default()
    }

    fn all(&self, test: fn(&Shown) -> bool) -> Array {
        let shown = self.shown.borrow();
        shown.iter().filter(|shown| test(shown)).map(|shown| shown.object.clone()).collect()
    }
}

/// Participants that are about to be put in order.
pub(crate) struct Unsorted {
    sorting: Sorting,
    people: Vec<Shown>,
}

impl Unsorted {
    /// Puts them in order. `ask` is code of the app; see `core::sorting::AskApp`.
    pub(crate) fn sort(&mut self, ask: impl Fn(u32, &JsValue, &JsValue) -> Option<f64>) {
        let Self { sorting, people } = self;
        let object = |place: u32| people.get(place as usize).map(|shown| &shown.object);
        sorting.run(&|which, a, b| ask(which, object(a)?, object(b)?));
    }
}
