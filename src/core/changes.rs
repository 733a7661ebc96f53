//! Which parts of the state changed, so that nothing is compared and nothing is copied that
//! nobody reads.

use indexmap::IndexMap;

use super::{ids::CallKey, roster::Slot, state::CallingState};

/// What changed since the host last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The connected user.
    pub connected_user: bool,
    /// The list of registered calls.
    pub calls: bool,
    /// Per call.
    pub by_call: IndexMap<CallKey, CallChanges>,
}

/// What changed in one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallChanges {
    /// What is to be read anew.
    pub slices: Slices,
    /// Who changed, and in what. Somebody may be named more than once.
    pub people: Vec<(Slot, Aspects)>,
    /// Every change of the calling state, in order, so that none is skipped.
    pub transitions: Vec<Transition>,
}

/// One change of the calling state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Before.
    pub from: CallingState,
    /// After.
    pub to: CallingState,
}

impl Changes {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        let Self { connected_user, calls, by_call } = self;
        !connected_user && !calls && by_call.is_empty()
    }
}

impl CallChanges {
    pub(crate) fn mark(&mut self, slice: Slice) {
        self.slices.0 |= slice.bit();
    }

    /// Adds later changes to these.
    pub(crate) fn absorb(&mut self, later: Self) {
        self.slices.0 |= later.slices.0;
        if self.people.is_empty() {
            self.people = later.people;
        } else {
            self.people.extend(later.people);
        }
        self.transitions.extend(later.transitions);
    }

    pub(crate) fn is_empty(&self) -> bool {
        let Self { slices, people, transitions } = self;
        *slices == Slices::default() && people.is_empty() && transitions.is_empty()
    }
}

/// In what a participant changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aspects(u16);

impl Aspects {
    /// They came.
    pub const CAME: Self = Self(1);
    /// They went. With [`Self::CAME`]: whoever is in the slot now, if anybody, came into it.
    pub const LEFT: Self = Self(1 << 1);
    /// How loud they are.
    pub const LEVEL: Self = Self(1 << 2);
    /// How well they are connected.
    pub const QUALITY: Self = Self(1 << 3);
    /// Whether they speak.
    pub const SPEAKING: Self = Self(1 << 4);
    /// Whether they are the dominant speaker.
    pub const DOMINANT: Self = Self(1 << 5);
    /// What they publish, and what of it comes through.
    pub const TRACKS: Self = Self(1 << 6);
    /// What the SFU tells of who they are.
    pub const IDENTITY: Self = Self(1 << 7);
    /// The tracks of theirs that the host holds.
    pub const MEDIA: Self = Self(1 << 8);
    /// What only this side knows: pin, tiles, sizes, volume, reaction.
    pub const LOCAL: Self = Self(1 << 9);
    /// All of them.
    pub const ALL: Self = Self(u16::MAX);

    /// Whether one of `others` is among these.
    pub fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// These and others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These, if so; otherwise none.
    #[must_use]
    pub(crate) fn only_if(self, so: bool) -> Self {
        if so { self } else { Self::default() }
    }

    /// Whether nothing changed.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether there is nothing besides `others`.
    pub fn is_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Whether nothing changed but levels and statistics. They come many times a second, so a host
    /// may show them at most once per frame.
    pub fn is_passing(self) -> bool {
        self.is_within(Self::LEVEL.and(Self::QUALITY))
    }
}

/// A set of slices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slices(u64);

impl Slices {
    /// Whether `slice` is one of them.
    pub fn contains(self, slice: Slice) -> bool {
        self.0 & slice.bit() != 0
    }

    /// That one alone.
    pub const fn of(slice: Slice) -> Self {
        Self(slice.bit())
    }

    /// Whether there is nothing besides `others`.
    pub fn is_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Whether one of `slices` is among them.
    pub fn contains_any(self, slices: &[Slice]) -> bool {
        slices.iter().any(|slice| self.contains(*slice))
    }

    /// These and those.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// All of them.
    pub fn iter(self) -> impl Iterator<Item = Slice> {
        Slice::ALL.iter().copied().filter(move |slice| self.contains(*slice))
    }
}

macro_rules! slices {
    ($($(#[$doc:meta])* $name:ident = $js:literal,)*) => {
        /// A part of a call's state that is read and observed as one value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Slice { $($(#[$doc])* $name),* }

        impl Slice {
            /// All of them, in the order of their indices.
            pub const ALL: &'static [Slice] = &[$(Slice::$name),*];

            /// Name of the property of `call.state`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $js),* }
            }

            const fn bit(self) -> u64 {
                1 << (self as u8)
            }
        }
    };
}

slices! {
    /// `CallingState`
    CallingState = "callingState",
    /// The members, as the server wrote them.
    Members = "members",
    /// The app's free object.
    Custom = "custom",
    /// The resolved settings.
    Settings = "settings",
    /// Capability names.
    OwnCapabilities = "ownCapabilities",
    /// The creator.
    CreatedBy = "createdBy",
    /// `Date`
    CreatedAt = "createdAt",
    /// `Date`
    UpdatedAt = "updatedAt",
    /// `Date`
    StartsAt = "startsAt",
    /// `Date`
    EndedAt = "endedAt",
    /// Who ended the call.
    EndedBy = "endedBy",
    /// `Date`
    StartedAt = "startedAt",
    /// Whether the call is in backstage.
    Backstage = "backstage",
    /// The team the call belongs to.
    Team = "team",
    /// The running session.
    Session = "session",
    /// Everybody in the call; the list, its order, and who is in it.
    Participants = "participants",
    /// With anonymous ones.
    ParticipantCount = "participantCount",
    /// Anonymous ones.
    AnonymousParticipantCount = "anonymousParticipantCount",
    /// Users who may not enter.
    BlockedUserIds = "blockedUserIds",
    /// Whether a composite recording runs.
    Recording = "recording",
    /// Whether each participant is recorded apart.
    IndividualRecording = "individualRecording",
    /// Whether raw media is recorded.
    RawRecording = "rawRecording",
    /// Whether a transcription runs.
    Transcribing = "transcribing",
    /// Whether captions are made.
    Captioning = "captioning",
    /// The captions that are shown now.
    ClosedCaptions = "closedCaptions",
    /// How media flow.
    CallStatsReport = "callStatsReport",
    /// Running recordings and broadcasts.
    Egress = "egress",
    /// Where broadcasts can come in.
    Ingress = "ingress",
    /// Pictures of the call.
    Thumbnails = "thumbnails",
    /// Whether media is encrypted end to end.
    E2eeEnabled = "e2eeEnabled",
    /// Whether the server sends updates of this call.
    Watching = "watching",
    /// Whether the last load made the call.
    Created = "created",
    /// Who rings whom.
    Ring = "ring",
    /// The camera.
    Camera = "camera",
    /// The microphone.
    Microphone = "microphone",
    /// The screen that is shared.
    ScreenShare = "screenShare",
    /// Which videos of the others are received.
    IncomingVideo = "incomingVideo",
    /// Whose sound the browser does not let play.
    BlockedAudio = "blockedAudio",
    /// How the others are heard.
    Speaker = "speaker",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_fit_the_bit_set() {
        assert!(Slice::ALL.len() <= 64);

        let mut changes = CallChanges::default();
        changes.mark(Slice::Microphone);

        assert_eq!(changes.slices.iter().collect::<Vec<_>>(), [Slice::Microphone]);
        assert!(!changes.slices.contains(Slice::Camera));
    }
}
