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
    /// What [`template`] makes.
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

/// An object with all fields, of which others are copies: so all have the same shape.
fn template(media: &MediaTable) -> JsValue {
    SHARED.with(|shared| {
        let make = || {
            let template = Object::new();
            let (nobody, nothing) = (Participant::default(), Activity::default());
            fill(template.unchecked_ref(), Aspects::ALL, &nobody, nothing, media);
            template.into()
        };
        shared.template.get_or_init(make).clone()
    })
}

/// What of somebody changes many times a second: they are shown anew with all others of whom nothing
/// else changed, in one step.
const ACTIVITY: Aspects =
    Aspects::LEVEL.and(Aspects::SPEAKING).and(Aspects::DOMINANT).and(Aspects::QUALITY);

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

/// The objects, and what is known of them.
struct Objects {
    shown: ShownPeople,
    /// By slot.
    known: Vec<Known>,
    /// Those whose activity is to be shown anew.
    stale: Columns,
}

/// What an app was shown of whoever is in a slot.
#[derive(Default)]
struct Known {
    /// There is an object, which is made when it is first read.
    is_made: bool,
    /// In what they have changed since.
    changed: Aspects,
    /// How often objects were made for those who were in the slot.
    edition: u32,
}

/// Somebody's activity at each place, as it crosses in one step.
#[derive(Default)]
struct Columns {
    slots: Vec<u32>,
    levels: Vec<f32>,
    are_speaking: Vec<u8>,
    are_dominant: Vec<u8>,
    qualities: Vec<i32>,
}

impl People {
    /// Somebody changed, came or went.
    pub(crate) fn mark(&self, call: &CallState, changes: &[(Slot, Aspects)]) {
        let mut objects = self.objects.borrow_mut();
        let mut arrangement = self.arrangement.borrow_mut();
        for (slot, aspects) in changes {
            arrangement.mark(&call.participants, *slot, *aspects);
            objects.mark(*slot, *aspects);
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
        let shown = self.objects.borrow().shown.at(number(slot));
        let shown = (!shown.is_undefined()).then(|| field(&shown, "sessionId"));
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
        objects.show_activity();
        self.lists.borrow_mut().show(kind, items, &objects.shown)
    }

    /// Whoever is in that slot, or `undefined`.
    pub(crate) fn object(&self, call: &CallState, slot: Slot, media: &MediaTable) -> JsValue {
        let mut objects = self.objects.borrow_mut();
        if objects.edition(call, slot, media).is_none() {
            return JsValue::UNDEFINED;
        }
        objects.show_activity();
        objects.shown.at(number(slot))
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

impl Default for Objects {
    fn default() -> Self {
        Self { shown: ShownPeople::new(), known: Vec::new(), stale: Columns::default() }
    }
}

impl Objects {
    /// Somebody changed, came or went.
    fn mark(&mut self, slot: Slot, aspects: Aspects) {
        let Some(known) = self.known.get_mut(slot.index()) else { return };
        if aspects.any(Aspects::CAME.and(Aspects::LEFT)) && known.is_made {
            known.is_made = false;
            self.shown.put(number(slot), &JsValue::UNDEFINED);
        }
        known.changed = known.changed.and(aspects);
    }

    /// How often the object of whoever is in that slot was made; it shows them as they are now, once
    /// [`Self::show_activity`] was called. `None` when nobody is.
    fn edition(&mut self, call: &CallState, slot: Slot, media: &MediaTable) -> Option<u32> {
        let participant = call.participants.get(slot)?;
        if self.known.len() <= slot.index() {
            self.known.resize_with(slot.index() + 1, Known::default);
        }
        let known = self.known.get_mut(slot.index())?;
        let changed = std::mem::take(&mut known.changed);
        let is_made = std::mem::replace(&mut known.is_made, true);
        if is_made && changed.is_empty() {
            return Some(known.edition);
        }
        known.edition = known.edition.wrapping_add(1);
        let does = call.participants.activity(slot);
        if is_made && changed.is_within(ACTIVITY) {
            self.stale.push(slot, does);
        } else {
            let (like, changed) = if is_made {
                (self.shown.at(number(slot)), changed)
            } else {
                (template(media), Aspects::ALL)
            };
            let object = copy(&like);
            fill(object.unchecked_ref(), changed, participant, does, media);
            self.shown.put(number(slot), &object);
        }
        Some(known.edition)
    }

    /// Shows the activity of all who were found to have another one.
    fn show_activity(&mut self) {
        if !self.stale.slots.is_empty() {
            let Columns { slots, levels, are_speaking, are_dominant, qualities } = &self.stale;
            self.shown.update(slots, levels, are_speaking, are_dominant, qualities);
            self.stale.clear();
        }
    }
}

impl Columns {
    fn push(&mut self, slot: Slot, does: Activity) {
        self.slots.push(number(slot));
        self.levels.push(does.audio_level);
        self.are_speaking.push(does.is_speaking.into());
        self.are_dominant.push(does.is_dominant_speaker.into());
        self.qualities.push(does.connection_quality as i32);
    }

    /// Keeps the space, as they come many times a second.
    fn clear(&mut self) {
        self.slots.clear();
        self.levels.clear();
        self.are_speaking.clear();
        self.are_dominant.clear();
        self.qualities.clear();
    }
}

/// A slot as JavaScript counts them.
fn number(slot: Slot) -> u32 {
    slot.index().try_into().unwrap_or(u32::MAX)
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// The objects that an app is shown of the participants of one call, by slot, and lists of them.
    type ShownPeople;

    #[wasm_bindgen(constructor)]
    fn new() -> ShownPeople;
    /// Whoever is in that slot, or `undefined`.
    #[wasm_bindgen(method)]
    fn at(this: &ShownPeople, slot: u32) -> JsValue;
    /// Shows somebody in that slot from now on, frozen; `undefined` is nobody.
    #[wasm_bindgen(method)]
    fn put(this: &ShownPeople, slot: u32, object: &JsValue);
    /// Shows those in `slots` with what the other lists say at the same place.
    #[wasm_bindgen(method)]
    fn update(
        this: &ShownPeople,
        slots: &[u32],
        levels: &[f32],
        are_speaking: &[u8],
        are_dominant: &[u8],
        qualities: &[i32],
    );
    /// The list `before`, but so long, and with those in `slots` at `places`; frozen.
    #[wasm_bindgen(method)]
    fn list(
        this: &ShownPeople,
        before: &Array,
        length: u32,
        places: &[u32],
        slots: &[u32],
    ) -> Array;
    /// The same participant, to be changed and put in their place.
    #[wasm_bindgen(js_name = copyParticipant)]
    fn copy(participant: &JsValue) -> Object;
}
