//! What passes between the core and the elements with which an app shows and plays participants.

use indexmap::IndexMap;

use serde::{Deserialize, Serialize};

use super::{
    ids::{ElementId, PromiseId},
    state::{Dimension, Media, TrackType},
};

/// An order of the app about its elements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ElementOrder {
    /// Show or play a track of a participant with an element of
    /// [`Client::element`](super::Client::element).
    Bind {
        /// Its name from now on.
        element: ElementId,
        /// Whose. The user's own elements follow them into later sessions.
        session_id: String,
        /// Which track.
        track_type: TrackType,
    },
    /// Forget an element.
    Unbind(ElementId),
    /// Play the sound of everybody inside an element, with elements made for that.
    AttachAudio(ElementId),
    /// Not any more: forget the element and what was made inside it.
    DetachAudio(ElementId),
    /// Play whatever the browser has not let play so far.
    ResumeAudio {
        /// Resolves when that is done, or was not possible.
        promise: PromiseId,
    },
    /// Whether videos of the others are received at all.
    EnableVideo(bool),
    /// Ask for cameras in another size than that of the elements that show them.
    PreferSize {
        /// px; `None` takes that back.
        size: Option<Dimension>,
        /// Of whom; `None` is everybody.
        session_ids: Option<Vec<String>>,
    },
    /// Ask for no more px of video per CSS px of an element than that, greater than 0; `None` takes
    /// that back.
    LimitDensity(Option<f64>),
    /// Whether to look for sound that nobody hears; the core does by default.
    WatchAudio(bool),
}

/// Something to do with an element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ElementEffect {
    /// Have it show a track, or nothing.
    Show(Option<Media>),
    /// Start it. Answer: [`ElementInput::PlayEnded`].
    Play,
    /// Make it, to play sound inside another element.
    Make {
        /// The other element.
        container: ElementId,
        /// Whose sound.
        session_id: String,
    },
    /// Take away one that was made.
    Remove,
}

/// News of an element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ElementInput {
    /// It shows a video, and it or its picture has another size than before.
    Resized {
        /// CSS px; 0 when it is hidden.
        size: Dimension,
        /// px of the picture in it; 0 when there is none.
        picture: Dimension,
        /// px of the display per CSS px, greater than 0.
        density: f64,
    },
    /// It was scrolled far away from what the page shows, or comes near.
    Scrolled {
        /// Whether it is near.
        is_near: bool,
    },
    /// It plays.
    Playing,
    /// It stopped by itself.
    Stopped {
        /// Whether its stream still delivers something.
        is_live: bool,
    },
    /// What came of [`ElementEffect::Play`].
    PlayEnded(PlayOutcome),
}

/// What comes of starting an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlayOutcome {
    /// It plays.
    Playing,
    /// The browser wants the user to touch the page first.
    Forbidden,
    /// It does not, for another reason: another stream took the place of this one.
    Failed,
}

/// Which videos of the others are received, and in which size.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingVideo {
    /// Whether any is.
    pub enabled: bool,
    /// The size that is asked for instead of that of the elements; of cameras, not of screens.
    pub preferred: Option<Dimension>,
    /// The same for some participants, by session.
    pub by_session: IndexMap<String, Dimension>,
    /// At most that many px are asked for per CSS px of an element.
    pub max_density: Option<f64>,
}

impl Default for IncomingVideo {
    fn default() -> Self {
        Self { enabled: true, preferred: None, by_session: IndexMap::new(), max_density: None }
    }
}
