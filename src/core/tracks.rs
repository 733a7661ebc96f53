//! Sets of track types.

use std::fmt;

use trunkline_protocol::sfu::models::TrackType;

/// Which of the four types of tracks, in the order in which they are listed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TrackSet(u8);

impl TrackSet {
    /// How many sets there are, each with an [`Self::index`] below that.
    pub const COUNT: usize = 16;

    /// All types, in the order in which they are listed.
    pub const ALL: [TrackType; 4] =
        [TrackType::Audio, TrackType::Video, TrackType::ScreenShare, TrackType::ScreenShareAudio];

    /// Whether that type is one of them.
    pub fn contains(self, track_type: TrackType) -> bool {
        self.0 & bit(track_type) != 0
    }

    /// The same set with that type, or without it.
    #[must_use]
    pub fn with(self, track_type: TrackType, is_in: bool) -> Self {
        let bit = bit(track_type);
        Self(if is_in { self.0 | bit } else { self.0 & !bit })
    }

    /// The types, in their order.
    pub fn iter(self) -> impl Iterator<Item = TrackType> {
        Self::ALL.into_iter().filter(move |track_type| self.contains(*track_type))
    }

    /// A number of its own for each set.
    pub fn index(self) -> usize {
        self.0.into()
    }
}

/// No bit for a type that nobody knows.
fn bit(track_type: TrackType) -> u8 {
    match track_type {
        TrackType::Unspecified => 0,
        TrackType::Audio => 1,
        TrackType::Video => 2,
        TrackType::ScreenShare => 4,
        TrackType::ScreenShareAudio => 8,
    }
}

impl FromIterator<TrackType> for TrackSet {
    fn from_iter<I: IntoIterator<Item = TrackType>>(types: I) -> Self {
        types.into_iter().fold(Self::default(), |set, track_type| set.with(track_type, true))
    }
}

impl<const N: usize> PartialEq<[TrackType; N]> for TrackSet {
    fn eq(&self, types: &[TrackType; N]) -> bool {
        self.iter().eq(types.iter().copied())
    }
}

impl fmt::Debug for TrackSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
