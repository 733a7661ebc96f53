//! The elements with which an app shows and plays participants: what each of them shows, and whether
//! it plays.

use indexmap::IndexMap;

use super::{
    CallContext, CallSession,
    audio_watchdog::AudioWatchdog,
    playback::Playback,
    video_sizes::{Video, VideoSizes},
};
use crate::core::{
    changes::{Aspects, Slice},
    effect::{Effect, Outcome},
    element::{ElementEffect, ElementInput, ElementOrder, IncomingVideo, PlayOutcome},
    host::Host,
    ids::{CallKey, ElementId, PromiseId},
    outbox::Outbox,
    participant::{Media, Participant},
    roster::Roster,
    state::{CallState, CallingState, TrackType},
    time::{Duration, Time},
};

/// How long a promise waits for blocked elements to play.
const PATIENCE: Duration = Duration::from_secs(5);

/// All that an app bound to the participants of one call.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    bound: IndexMap<ElementId, Bound>,
    /// Elements of the app in which everybody's sound is played, with elements of our own.
    containers: Vec<ElementId>,
    /// Those that the browser does not let play, in the order in which that was found.
    blocked: Vec<ElementId>,
    resumptions: Vec<Resumption>,
    sizes: VideoSizes,
    watchdog: AudioWatchdog,
}

/// An element that shows or plays one track.
#[derive(Debug)]
struct Bound {
    session_id: String,
    /// Shows the user, in whichever session.
    is_own: bool,
    track_type: TrackType,
    shows: Option<Media>,
    playback: Playback,
    /// Where it was made, if it is one of our own.
    container: Option<ElementId>,
}

/// A promise that is resolved when these elements play, or may not.
#[derive(Debug)]
struct Resumption {
    promise: PromiseId,
    elements: Vec<ElementId>,
    until: Time,
}

impl Bound {
    /// What it is to show.
    fn media<H: Host>(&self, state: &CallState<H>) -> Option<Media> {
        if self.is_own {
            return state.local_participant()?.media(self.track_type);
        }
        let participants = &state.participants;
        let slot = participants.slot_of(&self.session_id)?;
        // What arrives where a picture is not published any more may be somebody else's.
        let is_published =
            || participants.activity(slot).published_tracks.contains(self.track_type);
        if is_video(self.track_type) && !is_published() {
            return None;
        }
        participants.get(slot)?.media(self.track_type)
    }
}

impl Elements {
    fn bind<H: Host>(
        &mut self,
        state: &CallState<H>,
        element: ElementId,
        (session_id, track_type): Video,
    ) {
        self.watchdog.on_bound(&session_id, track_type);
        let is_own = state.participant(&session_id).is_some_and(|p| p.is_local);
        if is_video(track_type) && !is_own {
            self.sizes.bind(element, (session_id.clone(), track_type));
        }
        let bound = Bound {
            session_id,
            is_own,
            track_type,
            shows: None,
            playback: Playback::default(),
            container: None,
        };
        self.bound.insert(element, bound);
    }

    fn forget<H: Host>(&mut self, out: &mut Outbox<H>, element: ElementId) {
        self.bound.shift_remove(&element);
        self.blocked.retain(|blocked| *blocked != element);
        self.answer(out, element);
    }

    /// Makes elements for sounds that came, and takes those away whose sound went.
    fn keep_containers<H: Host>(&mut self, state: &CallState<H>, out: &mut Outbox<H>) {
        let is_over = |bound: &Bound| bound.container.is_some() && bound.media(state).is_none();
        let over: Vec<ElementId> =
            self.bound.iter().filter(|(_, bound)| is_over(bound)).map(|(id, _)| *id).collect();
        for element in over {
            self.forget(out, element);
            out.push(Effect::Element(element, ElementEffect::Remove));
        }
        if self.containers.is_empty() {
            return;
        }
        let mut played = IndexMap::new();
        for bound in self.bound.values() {
            if let Some(container) = bound.container {
                played.insert((container, bound.session_id.clone(), bound.track_type), ());
            }
        }
        for container in self.containers.clone() {
            for (participant, track_type) in sounds(&state.participants) {
                let session_id = participant.session_id.clone();
                if played.contains_key(&(container, session_id.clone(), track_type)) {
                    continue;
                }
                let element: ElementId = out.id(container.owner());
                self.bind(state, element, (session_id.clone(), track_type));
                if let Some(bound) = self.bound.get_mut(&element) {
                    bound.container = Some(container);
                }
                let effect = ElementEffect::Make { container, session_id };
                out.push(Effect::Element(element, effect));
            }
        }
    }

    /// Has every element show what it is to show.
    fn follow<H: Host>(&mut self, state: &CallState<H>, out: &mut Outbox<H>) {
        self.keep_containers(state, out);
        for (element, bound) in &mut self.bound {
            let media = bound.media(state);
            if media == bound.shows {
                continue;
            }
            bound.shows = media;
            out.push(Effect::Element(*element, ElementEffect::Show(media)));
            if media.is_some() {
                // The attribute alone does not start an element that a script paused.
                out.push(Effect::Element(*element, ElementEffect::Play));
            } else {
                self.blocked.retain(|blocked| blocked != element);
            }
        }
    }

    /// An element has played, or could not.
    fn answer<H: Host>(&mut self, out: &mut Outbox<H>, element: ElementId) {
        for resumption in &mut self.resumptions {
            resumption.elements.retain(|waiting| *waiting != element);
        }
        self.resolve(out, |resumption| resumption.elements.is_empty());
    }

    fn resolve<H: Host>(&mut self, out: &mut Outbox<H>, is_over: impl Fn(&Resumption) -> bool) {
        self.resumptions.retain(|resumption| {
            let over = is_over(resumption);
            if over {
                out.resolve(resumption.promise, Outcome::Done);
            }
            !over
        });
    }

    /// Of whom the browser lets the sound not play.
    fn blocked_sessions(&self) -> Vec<String> {
        let mut sessions: Vec<String> = Vec::new();
        for bound in self.blocked.iter().filter_map(|element| self.bound.get(element)) {
            if !sessions.contains(&bound.session_id) {
                sessions.push(bound.session_id.clone());
            }
        }
        sessions
    }

    fn due(&self) -> Option<Time> {
        let playbacks = self.bound.values().filter_map(|bound| bound.playback.due());
        let resumptions = self.resumptions.iter().map(|resumption| resumption.until);
        playbacks.chain(resumptions).chain(self.watchdog.due()).min()
    }

    fn on_timeout<H: Host>(&mut self, key: CallKey, state: &CallState<H>, out: &mut Outbox<H>) {
        let now = out.now;
        for (element, bound) in &mut self.bound {
            if bound.playback.on_timeout(now) {
                out.push(Effect::Element(*element, ElementEffect::Play));
            }
        }
        self.resolve(out, |resumption| resumption.until <= now);
        let Self { watchdog, bound, .. } = self;
        let is_bound = |session_id: &str, track_type| {
            bound.values().any(|b| b.session_id == session_id && b.track_type == track_type)
        };
        for (session_id, track_type) in watchdog.on_timeout(now, &state.participants, is_bound) {
            out.push(Effect::WarnOfUnheard { call: key, session_id, track_type });
        }
    }
}

impl<H: Host> CallSession<H> {
    pub(super) fn order_element(&mut self, context: &mut CallContext<'_, H>, order: ElementOrder) {
        let out = &mut *context.out;
        let Self { elements, visible, .. } = self;
        match order {
            ElementOrder::Bind { element, session_id, track_type } => {
                elements.bind(visible.state(), element, (session_id, track_type));
                elements.follow(visible.state(), out);
            }
            ElementOrder::Unbind(element) => {
                elements.forget(out, element);
                let video = elements.sizes.unbind(element);
                self.ask_for(out, video);
            }
            ElementOrder::AttachAudio(container) => {
                elements.containers.push(container);
                elements.follow(visible.state(), out);
            }
            ElementOrder::DetachAudio(container) => {
                elements.containers.retain(|known| *known != container);
                let made = elements.bound.iter().filter(|(_, b)| b.container == Some(container));
                for element in made.map(|(element, _)| *element).collect::<Vec<_>>() {
                    elements.forget(out, element);
                }
            }
            ElementOrder::ResumeAudio { promise } => {
                let blocked = elements.blocked.clone();
                for element in &blocked {
                    out.push(Effect::Element(*element, ElementEffect::Play));
                }
                let until = out.after(PATIENCE);
                elements.resumptions.push(Resumption { promise, elements: blocked, until });
                elements.resolve(out, |resumption| resumption.elements.is_empty());
            }
            ElementOrder::EnableVideo(enabled) => {
                self.set_incoming_video(|settings| settings.enabled = enabled);
            }
            ElementOrder::PreferSize { size, session_ids } => {
                self.set_incoming_video(|settings| match session_ids {
                    None => settings.preferred = size,
                    Some(session_ids) => {
                        for session_id in session_ids {
                            match size {
                                Some(size) => settings.by_session.insert(session_id, size),
                                None => settings.by_session.shift_remove(&session_id),
                            };
                        }
                    }
                });
            }
            ElementOrder::LimitDensity(limit) => {
                self.set_incoming_video(|settings| settings.max_density = limit);
            }
            ElementOrder::WatchAudio(is_enabled) => {
                elements.watchdog.enable(is_enabled);
                self.arm_watchdog(out);
            }
        }
        self.show_blocked();
    }

    pub(crate) fn on_element(
        &mut self,
        context: &mut CallContext<'_, H>,
        element: ElementId,
        input: ElementInput,
    ) {
        let out = &mut *context.out;
        let Elements { bound, sizes, blocked, .. } = &mut self.elements;
        let Some(bound) = bound.get_mut(&element) else {
            return;
        };
        match input {
            ElementInput::Resized { size, picture, density } => {
                let video = sizes.on_resized(element, size, picture, density);
                self.ask_for(out, video);
            }
            ElementInput::Scrolled { is_near } => {
                let video = sizes.on_scrolled(element, is_near);
                self.ask_for(out, video);
            }
            ElementInput::Playing => bound.playback.on_playing(),
            ElementInput::Stopped { is_live } => bound.playback.on_stopped(out.now, is_live),
            ElementInput::PlayEnded(outcome) => {
                match outcome {
                    PlayOutcome::Playing => blocked.retain(|known| *known != element),
                    PlayOutcome::Forbidden => {
                        // Videos are muted: no browser forbids them.
                        let is_sound = !is_video(bound.track_type) && bound.shows.is_some();
                        if is_sound && !blocked.contains(&element) {
                            blocked.push(element);
                        }
                    }
                    PlayOutcome::Failed => {}
                }
                self.elements.answer(out, element);
                self.show_blocked();
            }
        }
    }

    /// Elements follow what changed in this step.
    pub(super) fn follow_changes(&mut self, out: &mut Outbox<H>) {
        if self.visible.is_anybody_marked(Aspects::MEDIA.and(Aspects::TRACKS)) {
            self.elements.follow(self.visible.state(), out);
            self.show_blocked();
        }
        if self.visible.is_marked(Slice::IncomingVideo) {
            self.ask_for_all(out);
        }
        if self.visible.is_marked(Slice::CallingState) {
            self.arm_watchdog(out);
        }
    }

    pub(super) fn on_elements_timeout(&mut self, out: &mut Outbox<H>) {
        self.elements.on_timeout(self.key, self.visible.state(), out);
    }

    pub(super) fn elements_due(&self) -> Option<Time> {
        self.elements.due()
    }

    /// The call is left. Elements stay bound, as the same call may be joined again.
    pub(super) fn release_elements(&mut self, out: &mut Outbox<H>) {
        self.elements.resolve(out, |_| true);
        self.ask_for_all(out);
    }

    /// A video may be wanted in another size than before.
    pub(super) fn ask_for(&mut self, out: &mut Outbox<H>, video: impl IntoIterator<Item = Video>) {
        for video in video {
            let visibility = self.visible.visibility(&video.0, video.1);
            let settings = &self.visible.state().incoming_video;
            let size = self.elements.sizes.wish(settings, &video, visibility);
            self.set_video_size(out, video, size);
        }
    }

    fn ask_for_all(&mut self, out: &mut Outbox<H>) {
        let videos = self.elements.sizes.videos();
        self.ask_for(out, videos);
    }

    fn set_incoming_video(&mut self, edit: impl FnOnce(&mut IncomingVideo)) {
        let mut settings = self.visible.state().incoming_video.clone();
        edit(&mut settings);
        self.visible.set(Slice::IncomingVideo, |s| &mut s.incoming_video, settings);
    }

    fn arm_watchdog(&mut self, out: &Outbox<H>) {
        let is_joined = self.state().calling_state == CallingState::Joined;
        self.elements.watchdog.arm(out.now, is_joined);
    }

    fn show_blocked(&mut self) {
        let blocked = self.elements.blocked_sessions();
        self.visible.set(Slice::BlockedAudio, |s| &mut s.blocked_audio, blocked);
    }
}

/// The sounds of the others that arrive.
fn sounds<H: Host>(participants: &Roster<H>) -> impl Iterator<Item = (&Participant<H>, TrackType)> {
    let others = participants.iter().filter(|participant| !participant.is_local);
    others.flat_map(|participant| {
        [TrackType::Audio, TrackType::ScreenShareAudio]
            .into_iter()
            .filter(|track_type| participant.media(*track_type).is_some())
            .map(move |track_type| (participant, track_type))
    })
}

fn is_video(track_type: TrackType) -> bool {
    matches!(track_type, TrackType::Video | TrackType::ScreenShare)
}
