//! What apps see of participants.

mod lists;

use std::{
    cell::{Cell, OnceCell, RefCell},
    ops::Range,
};

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

pub(crate) use self::lists::ListKind;
use self::lists::{Item, Lists};
use super::{
    documents,
    record::{date, declare, list, record, texts},
};
use crate::{
    core::{
        Activity, Arrangement, Aspects, Dimension, Pin, Slot, Sorting, Tiles, TrackSet, TrackType,
        Visibility,
    },
    web::{CallState, MediaTable, Participant, field},
};

/// Declares the object that apps get of a participant: its fields as `record!` has them, each with
/// the aspect in which its value changes.
macro_rules! participant {
    (
        $(#[doc = $doc:tt])*
        $Record:ident $name:tt = $fill:ident($($argument:ident: $Argument:ty),*);
        $(
            $(#[doc = $field_doc:tt])*
            $aspect:ident: $setter:ident $field:tt $($optional:literal)?: $type:tt, $Value:ty = $value:expr;
        )*
    ) => {
        declare! {
            $(#[doc = $doc])*
            $Record $name;
            $(
                $(#[doc = $field_doc])*
                $setter $field $($optional)?: $type, $Value;
            )*
        }

        /// Sets the fields that changed.
        fn $fill(record: &$Record, changed: Aspects, $($argument: $Argument),*) {
            $(if changed.any(Aspects::$aspect) {
                record.$setter($value);
            })*
        }
    };
}

participant! {
    /// Somebody present: one session of one user. A user with two open tabs is two participants.
    ///
    /// Objects are frozen. One that did not change stays the same object (`===`), also inside a new
    /// list.
    StreamVideoParticipant "StreamVideoParticipant" =
        fill(from: &Participant, does: Activity, media: &MediaTable);
    /// Who.
    IDENTITY: set_user_id "userId": "string", &str = &from.user_id;
    /// Unique within the call.
    IDENTITY: set_session_id "sessionId": "string", &str = &from.session_id;
    /// To be shown.
    IDENTITY: set_name "name": "string", &str = &from.name;
    /// URL of a picture, or empty.
    IDENTITY: set_image "image": "string", &str = &from.image;
    /// Roles in the call.
    IDENTITY: set_roles "roles": "readonly string[]", JsValue = texts(&from.roles);
    /// The user's free object.
    IDENTITY: set_custom "custom": "CustomData", JsValue = documents::custom(from.custom.as_ref());
    /// Since when they are in the call.
    IDENTITY: set_joined_at "joinedAt" "?": "Date", JsValue = date(from.joined_at);
    /// First part of the ids of this participant's streams.
    IDENTITY: set_track_lookup_prefix "trackLookupPrefix": "string", &str = &from.track_lookup_prefix;
    /// What they publish, unmuted.
    TRACKS: set_published_tracks "publishedTracks": "readonly SfuModels.TrackType[]", JsValue =
        tracks(does.published_tracks);
    /// Tracks that the SFU holds back for lack of bandwidth.
    TRACKS: set_paused_tracks "pausedTracks": "readonly SfuModels.TrackType[]", JsValue =
        tracks(does.paused_tracks);
    /// As the SFU sees it.
    QUALITY: set_connection_quality "connectionQuality": "SfuModels.ConnectionQuality", i32 =
        does.connection_quality as i32;
    /// Whether they speak.
    SPEAKING: set_is_speaking "isSpeaking": "boolean", bool = does.is_speaking;
    /// Whether they are the one to look at.
    DOMINANT: set_is_dominant_speaker "isDominantSpeaker": "boolean", bool = does.is_dominant_speaker;
    /// 0 to 1.
    LEVEL: set_audio_level "audioLevel": "number", f32 = does.audio_level;
    /// How they came into the call.
    IDENTITY: set_source "source": "SfuModels.ParticipantSource", i32 = from.source;
    /// Whether this is the session of this very `Call` object.
    IDENTITY: set_is_local "isLocalParticipant": "boolean", bool = from.is_local;
    /// Camera; of others, while subscribed.
    MEDIA: set_video "videoStream" "?": "MediaStream", JsValue = stream(media, from, TrackType::Video);
    /// Microphone.
    MEDIA: set_audio "audioStream" "?": "MediaStream", JsValue = stream(media, from, TrackType::Audio);
    /// Screen; of others, while subscribed.
    MEDIA: set_screen_share "screenShareStream" "?": "MediaStream", JsValue =
        stream(media, from, TrackType::ScreenShare);
    /// Sound of the screen.
    MEDIA: set_screen_share_audio "screenShareAudioStream" "?": "MediaStream", JsValue =
        stream(media, from, TrackType::ScreenShareAudio);
    /// Size in which the camera is asked for; `undefined` when it is not.
    LOCAL: set_video_dimension "videoDimension" "?": "VideoDimension", JsValue =
        from.video_dimension.map(dimension).unwrap_or_default();
    /// Size in which the screen is asked for; `undefined` when it is not.
    LOCAL: set_screen_share_dimension "screenShareDimension" "?": "VideoDimension", JsValue =
        from.screen_share_dimension.map(dimension).unwrap_or_default();
    /// Own tracks that the system holds back, as during a phone call.
    LOCAL: set_interrupted_tracks "interruptedTracks": "readonly SfuModels.TrackType[]", JsValue =
        tracks(from.interrupted_tracks);
    /// How loud they are played, 0 to 1; `undefined` for as loud as everybody.
    LOCAL: set_audio_volume "audioVolume" "?": "number", Option<f64> = from.audio_volume;
    /// Whether their tiles are in sight, as {@link Call.trackElementVisibility} found.
    LOCAL: set_tiles "viewportVisibilityState": "ViewportVisibility", JsValue = tiles(from.tiles);
    /// Whether and since when they are pinned.
    LOCAL: set_pin "pin" "?": "ParticipantPin", JsValue = from.pin.map(pin).unwrap_or_default();
    /// Their last reaction, until {@link Call.resetReaction}.
    LOCAL: set_reaction "reaction" "?": "VideoReactionResponse", JsValue =
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
    ViewportVisibility "ViewportVisibility" = make_tiles(tiles: Tiles);
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

/// What is the same for many participants, and made once.
#[derive(Default)]
struct Shared {
    /// An object with all fields, of which others are copies: so all have the same shape.
    template: OnceCell<JsValue>,
    tracks: [OnceCell<JsValue>; TrackSet::COUNT],
    tiles: [[OnceCell<JsValue>; 3]; 3],
}

thread_local! {
    static SHARED: Shared = Shared::default();
}

fn tracks(set: TrackSet) -> JsValue {
    let make = || list(set.iter().map(|track_type| JsValue::from(track_type as i32)));
    SHARED.with(|shared| match shared.tracks.get(set.index()) {
        Some(known) => known.get_or_init(make).clone(),
        None => make(),
    })
}

fn tiles(tiles: Tiles) -> JsValue {
    SHARED.with(|shared| {
        let known = shared.tiles.get(tiles.video as usize);
        match known.and_then(|known| known.get(tiles.screen_share as usize)) {
            Some(known) => known.get_or_init(|| make_tiles(tiles)).clone(),
            None => make_tiles(tiles),
        }
    })
}

/// The stream behind a name that the core gave it, or `undefined`.
fn stream(media: &MediaTable, of: &Participant, track_type: TrackType) -> JsValue {
    of.media(track_type).and_then(|of| media.stream(of)).map(JsValue::from).unwrap_or_default()
}

/// An object like `like`, but with what changed.
fn remake(
    like: &JsValue,
    changed: Aspects,
    from: &Participant,
    does: Activity,
    media: &MediaTable,
) -> JsValue {
    // What changes all the time, at one call into JavaScript.
    if changed.is_within(Aspects::LEVEL.and(Aspects::SPEAKING)) {
        return with_sound(like, does.audio_level, does.is_speaking);
    }
    if changed.is_within(Aspects::QUALITY) {
        return with_quality(like, does.connection_quality as i32);
    }
    let made = copy(like);
    fill(made.unchecked_ref(), changed, from, does, media);
    Object::freeze(&made).into()
}

fn make(from: &Participant, does: Activity, media: &MediaTable) -> JsValue {
    let template = SHARED.with(|shared| {
        let make = || {
            let template = Object::new();
            let (nobody, nothing) = (Participant::default(), Activity::default());
            fill(template.unchecked_ref(), Aspects::ALL, &nobody, nothing, media);
            template.into()
        };
        shared.template.get_or_init(make).clone()
    });
    remake(&template, Aspects::ALL, from, does, media)
}

/// The objects that an app was shown of the participants of one call. What they mention comes from the
/// server or is a stream, so that Rust may hold them while the call goes on.
#[derive(Default)]
pub(crate) struct People {
    objects: RefCell<Objects>,
    lists: RefCell<Lists>,
    arrangement: RefCell<Arrangement>,
    /// The order was read while it was being found.
    shown_meanwhile: Cell<bool>,
}

/// By slot.
#[derive(Default)]
struct Objects(Vec<Known>);

/// What an app was shown of whoever is in a slot.
#[derive(Default)]
struct Known {
    /// Made when it is first read.
    object: Option<JsValue>,
    /// In what they have changed since.
    changed: Aspects,
    /// How often objects were made for those who were in the slot.
    edition: u32,
}

impl People {
    /// Somebody changed, came or went.
    pub(crate) fn mark(&self, call: &CallState, changes: &[(Slot, Aspects)]) {
        let mut objects = self.objects.borrow_mut();
        let mut arrangement = self.arrangement.borrow_mut();
        for (slot, aspects) in changes {
            arrangement.mark(&call.participants, *slot, *aspects);
            if let Some(known) = objects.0.get_mut(slot.index()) {
                if aspects.any(Aspects::CAME.and(Aspects::LEFT)) {
                    known.object = None;
                }
                known.changed = known.changed.and(*aspects);
            }
        }
        if call.participants.is_empty() {
            self.lists.borrow_mut().clear();
        }
    }

    /// One of them, or `undefined`.
    pub(crate) fn find(&self, call: &CallState, session_id: &str, media: &MediaTable) -> JsValue {
        let slot = call.participants.slot_of(session_id);
        slot.map(|slot| self.object(call, slot, media)).unwrap_or_default()
    }

    /// The session of whom an app was shown in that slot, and of whoever is in it now.
    pub(crate) fn session_ids(&self, call: &CallState, slot: Slot) -> [Option<JsValue>; 2] {
        let objects = self.objects.borrow();
        let shown = objects.0.get(slot.index()).and_then(|known| known.object.as_ref());
        let shown = shown.map(|object| field(object, "sessionId"));
        [shown, call.participants.get(slot).map(|participant| (&participant.session_id).into())]
    }

    /// The list of those of them who are there, frozen: the same one as long as it shows the same.
    pub(crate) fn list(
        &self,
        call: &CallState,
        media: &MediaTable,
        kind: ListKind,
        slots: impl Iterator<Item = Slot>,
    ) -> Array {
        let mut objects = self.objects.borrow_mut();
        let edition = |slot| Some(Item { slot, edition: objects.edition(call, slot, media)? });
        let items = slots.filter_map(edition).collect();
        self.lists.borrow_mut().show(kind, items, |slot| objects.get(slot))
    }

    /// Whoever is in that slot, or `undefined`.
    pub(crate) fn object(&self, call: &CallState, slot: Slot, media: &MediaTable) -> JsValue {
        let mut objects = self.objects.borrow_mut();
        let is_there = objects.edition(call, slot, media).is_some();
        if is_there { objects.get(slot) } else { JsValue::UNDEFINED }
    }

    /// The order in which they are shown.
    pub(crate) fn arrangement(&self) -> &RefCell<Arrangement> {
        &self.arrangement
    }

    /// Begins to put them in order, unless they are; see [`Arrangement::begin`].
    pub(crate) fn begin_sorting(&self, call: &CallState) -> Option<Sorting> {
        let mut arrangement = self.arrangement.borrow_mut();
        if arrangement.is_sorting() {
            self.shown_meanwhile.set(true);
        }
        arrangement.begin(&call.participants)
    }

    /// They are shown in the order that was found. `false` if code of the app that had a part in it
    /// was shown the former order as the current one.
    pub(crate) fn finish_sorting(&self, sorting: Sorting) -> bool {
        self.arrangement.borrow_mut().finish(sorting);
        !self.shown_meanwhile.take()
    }

    /// The list of those whom `is_wanted` picks, as they are shown.
    pub(crate) fn shown(
        &self,
        call: &CallState,
        media: &MediaTable,
        name: &'static str,
        is_wanted: impl Fn(Slot) -> bool,
    ) -> Array {
        let arrangement = self.arrangement.borrow();
        let wanted = arrangement.shown().iter().copied().filter(|slot| is_wanted(*slot));
        self.list(call, media, ListKind::Field(name), wanted)
    }

    /// The list of those who are shown at these places, of which there may be fewer.
    pub(crate) fn page(&self, call: &CallState, media: &MediaTable, places: Range<usize>) -> Array {
        let arrangement = self.arrangement.borrow();
        let shown = arrangement.shown();
        let end = places.end.min(shown.len());
        let page = shown.get(places.start.min(end)..end).unwrap_or_default();
        self.list(call, media, ListKind::Page(places), page.iter().copied())
    }
}

impl Objects {
    /// How often the object of whoever is in that slot was made; it shows them as they are now. `None`
    /// when nobody is.
    fn edition(&mut self, call: &CallState, slot: Slot, media: &MediaTable) -> Option<u32> {
        let participant = call.participants.get(slot)?;
        if self.0.len() <= slot.index() {
            self.0.resize_with(slot.index() + 1, Known::default);
        }
        let known = self.0.get_mut(slot.index())?;
        let changed = std::mem::take(&mut known.changed);
        if known.object.is_none() || !changed.is_empty() {
            let does = call.participants.activity(slot);
            known.object = Some(match &known.object {
                Some(object) => remake(object, changed, participant, does, media),
                None => make(participant, does, media),
            });
            known.edition = known.edition.wrapping_add(1);
        }
        Some(known.edition)
    }

    fn get(&self, slot: Slot) -> JsValue {
        self.0.get(slot.index()).and_then(|known| known.object.clone()).unwrap_or_default()
    }
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// A participant as before, but as loud as this.
    #[wasm_bindgen(js_name = withSound)]
    fn with_sound(participant: &JsValue, audio_level: f32, is_speaking: bool) -> JsValue;
    /// A participant as before, but connected as well as this.
    #[wasm_bindgen(js_name = withQuality)]
    fn with_quality(participant: &JsValue, connection_quality: i32) -> JsValue;
    /// A participant as before, to be changed and frozen.
    #[wasm_bindgen(js_name = copyParticipant)]
    fn copy(participant: &JsValue) -> Object;
}
