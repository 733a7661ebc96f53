//! Camera, microphone and shared screen of a call: on, off, and what happens in between.

mod plugging;
mod request;
mod upkeep;

use std::mem;

pub(super) use self::plugging::find;
pub(crate) use self::request::{capability, is_on_by_default, not_permitted};
use self::request::{capture_request, takes_one_at_a_time};
use super::visible::Visible;
use crate::core::{
    changes::Slice,
    command::Choice,
    effect::Effect,
    error::Error,
    host::Host,
    ids::{CallKey, CaptureId, PromiseId},
    input::{Captured, DeviceFailure},
    outbox::Outbox,
    state::{AudioBitrateProfile, DeviceKind, DeviceState, DeviceStatus},
};

/// What a screen delivers at most when the app does not say, in frames/s.
const SCREEN_FRAMERATE: u32 = 30;

/// One device.
///
/// ```text
///        enable              captured            select, renew
/// Off ───────────▶ Opening ───────────▶ On ◀───────────────────▶ Renewing
///  ▲  disable, failed │    disable, ended │ ▲ captured, or failed
///  └──────────────────┴───────────────────┤ │ enable
///                                         ▼ │
///                        disable and keep  Paused
/// ```
///
/// The last request wins: a capture that is no longer wanted is stopped the moment it arrives, and
/// whoever asked for it is not bothered with an error.
#[derive(Debug)]
pub(crate) struct Device<H: Host> {
    kind: DeviceKind,
    phase: Phase<H>,
    choice: Choice,
    /// What the order before the last one wanted.
    previous: Option<DeviceStatus>,
    pub(crate) stops_on_leave: bool,
    /// For voice or for music; none is what fits the device.
    pub(crate) profile: AudioBitrateProfile,
    /// Whether the sound of a screen is published.
    pub(crate) audio: bool,
    /// How a screen is captured: frames/s, and what matters in its picture.
    pub(crate) screen: (u32, String),
    /// Whether what is under way is the user's choice, to be kept for the next visit.
    is_choice: bool,
    /// Who waits until nothing is under way.
    waiting: Vec<PromiseId>,
}

#[derive(Debug)]
enum Phase<H: Host> {
    Off,
    Opening {
        capture: CaptureId,
        promises: Vec<PromiseId>,
        or_else: OrElse<H>,
    },
    On(Running),
    /// Another capture is to take the place of the one that runs.
    Renewing {
        running: Running,
        next: CaptureId,
        promises: Vec<PromiseId>,
        /// What the running one was chosen by.
        before: Choice,
        fresh: bool,
    },
    /// Off for everybody else.
    Paused(Running),
}

/// What to do when a device cannot be opened.
#[derive(Debug)]
enum OrElse<H: Host> {
    Off,
    /// It was not opened by this choice, so that choice stands again.
    Restore(Choice),
    /// The same; and it was on, so it is to be on again.
    Reopen(Choice),
    /// It is on again, or not even that: now those hear of the failure who chose another device.
    Tell(Vec<PromiseId>, Error<H>),
}

impl<H: Host> OrElse<H> {
    fn tell(self, out: &mut Outbox<H>) {
        if let Self::Tell(promises, error) = self {
            out.settle_all(promises, &Err(error));
        }
    }
}

#[derive(Debug)]
struct Running {
    capture: CaptureId,
    captured: Captured,
}

/// What a capture means for the call.
#[derive(Debug)]
#[must_use]
pub(crate) enum DeviceNews {
    Nothing,
    /// It runs from now on, in place of another one that is to be stopped once it is published.
    Runs {
        promises: Vec<PromiseId>,
        replaced: Option<CaptureId>,
    },
    /// The device is off.
    Off,
}

impl<H: Host> Device<H> {
    pub(crate) fn new(kind: DeviceKind) -> Self {
        let profile = match kind {
            DeviceKind::Camera | DeviceKind::Microphone => {
                AudioBitrateProfile::VoiceStandardUnspecified
            }
            DeviceKind::ScreenShare => AudioBitrateProfile::MusicHighQuality,
        };
        Self {
            kind,
            phase: Phase::Off,
            choice: Choice::default(),
            previous: None,
            stops_on_leave: true,
            profile,
            audio: true,
            screen: (SCREEN_FRAMERATE, String::new()),
            is_choice: false,
            waiting: Vec::new(),
        }
    }

    /// The capture that is to be published.
    pub(crate) fn running(&self) -> Option<(CaptureId, &Captured)> {
        match &self.phase {
            Phase::Off | Phase::Opening { .. } | Phase::Paused(_) => None,
            Phase::On(running) | Phase::Renewing { running, .. } => {
                Some((running.capture, &running.captured))
            }
        }
    }

    /// Whether it is on, or going to be.
    pub(crate) fn is_wanted(&self) -> bool {
        !matches!(self.phase, Phase::Off | Phase::Paused(_))
    }

    /// Whether it was on before the last order, and is not going to be.
    pub(crate) fn was_wanted(&self) -> bool {
        !self.is_wanted() && self.previous == Some(DeviceStatus::Enabled)
    }

    /// Turns it on. `true` when it is on at once and was not.
    #[must_use]
    pub(crate) fn enable(
        &mut self,
        out: &mut Outbox<H>,
        visible: &mut Visible<H>,
        owner: CallKey,
    ) -> bool {
        self.wish(visible, DeviceStatus::Enabled);
        match mem::replace(&mut self.phase, Phase::Off) {
            Phase::Off => {
                self.open(out, visible, owner, Vec::new(), OrElse::Off);
                false
            }
            Phase::Paused(running) => {
                out.push(Effect::SilenceCapture(running.capture, false));
                self.runs(visible, running);
                true
            }
            other => {
                self.phase = other;
                false
            }
        }
    }

    /// Settles `promise` when it is on; at once when it is.
    pub(crate) fn wait(&mut self, out: &mut Outbox<H>, promise: Option<PromiseId>) {
        match &mut self.phase {
            Phase::Opening { promises, .. } => promises.extend(promise),
            Phase::Off | Phase::On(_) | Phase::Renewing { .. } | Phase::Paused(_) => {
                out.settle_all(promise, &Ok(()));
            }
        }
    }

    /// Turns it off, or silences it if it is on and `keep` says so.
    pub(crate) fn disable(&mut self, out: &mut Outbox<H>, visible: &mut Visible<H>, keep: bool) {
        self.wish(visible, DeviceStatus::Disabled);
        if keep {
            self.pause(out);
        } else {
            self.stop(out);
        }
        let capture = self.kept();
        self.show(visible, |device| {
            device.status = Some(DeviceStatus::Disabled);
            device.capture = capture;
        });
    }

    /// Uses another device, or none in particular.
    pub(crate) fn select(
        &mut self,
        out: &mut Outbox<H>,
        visible: &mut Visible<H>,
        owner: CallKey,
        choice: Choice,
        promise: Option<PromiseId>,
    ) {
        let same = self.choice == choice;
        let before = mem::replace(&mut self.choice, choice);
        self.show_choice(visible);
        match &mut self.phase {
            Phase::Paused(_) if !same => {
                self.stop(out);
                self.show(visible, |device| device.capture = None);
                out.settle_all(promise, &Ok(()));
            }
            Phase::Off | Phase::Paused(_) => out.settle_all(promise, &Ok(())),
            Phase::Opening { .. } => {
                if let Phase::Opening { capture, mut promises, or_else } =
                    mem::replace(&mut self.phase, Phase::Off)
                {
                    promises.extend(promise);
                    out.push(Effect::StopCapture(capture));
                    let or_else = match or_else {
                        OrElse::Restore(_) | OrElse::Reopen(_) => or_else,
                        OrElse::Off | OrElse::Tell(..) => {
                            or_else.tell(out);
                            OrElse::Restore(before)
                        }
                    };
                    self.open(out, visible, owner, promises, or_else);
                }
            }
            Phase::On(_) if same => out.settle_all(promise, &Ok(())),
            Phase::On(_) | Phase::Renewing { .. } => {
                self.renew_from(out, visible, owner, promise, Some(before), true);
            }
        }
    }

    /// Captures anew if it is on: other filters, other constraints, or a device in the place of one
    /// that was unplugged.
    pub(crate) fn renew(
        &mut self,
        out: &mut Outbox<H>,
        visible: &mut Visible<H>,
        owner: CallKey,
        promise: Option<PromiseId>,
        fresh: bool,
    ) {
        match &mut self.phase {
            Phase::Off => out.settle_all(promise, &Ok(())),
            Phase::Paused(_) => {
                self.stop(out);
                self.show(visible, |device| device.capture = None);
                out.settle_all(promise, &Ok(()));
            }
            Phase::Opening { .. } => {
                if let Phase::Opening { capture, mut promises, or_else } =
                    mem::replace(&mut self.phase, Phase::Off)
                {
                    promises.extend(promise);
                    out.push(Effect::StopCapture(capture));
                    self.open(out, visible, owner, promises, or_else);
                }
            }
            Phase::On(_) | Phase::Renewing { .. } => {
                self.renew_from(out, visible, owner, promise, None, fresh);
            }
        }
    }

    /// The call was left: off, and nobody has touched it.
    pub(crate) fn reset(&mut self, out: &mut Outbox<H>, visible: &mut Visible<H>) {
        if !self.stops_on_leave {
            return;
        }
        self.stop(out);
        self.previous = None;
        let Choice { device_id: selected, facing } = self.choice.clone();
        self.show(visible, |device| {
            let is_soundless = device.is_soundless;
            *device = DeviceState { selected, facing, is_soundless, ..DeviceState::default() };
        });
    }

    /// Takes what a capture delivers.
    #[must_use]
    pub(crate) fn on_captured(
        &mut self,
        out: &mut Outbox<H>,
        visible: &mut Visible<H>,
        owner: CallKey,
        capture: CaptureId,
        result: Result<Captured, DeviceFailure<H>>,
    ) -> DeviceNews {
        let is_ours = match &self.phase {
            Phase::Opening { capture: ours, .. } | Phase::Renewing { next: ours, .. } => {
                *ours == capture
            }
            Phase::Off | Phase::On(_) | Phase::Paused(_) => false,
        };
        if !is_ours {
            return DeviceNews::Nothing;
        }
        match (mem::replace(&mut self.phase, Phase::Off), result) {
            (Phase::Opening { promises, or_else, .. }, Ok(captured)) => {
                self.runs(visible, Running { capture, captured });
                or_else.tell(out);
                DeviceNews::Runs { promises, replaced: None }
            }
            (Phase::Renewing { running, promises, .. }, Ok(captured)) => {
                self.runs(visible, Running { capture, captured });
                DeviceNews::Runs { promises, replaced: Some(running.capture) }
            }
            (Phase::Opening { promises, or_else, .. }, Err(failure)) => {
                let error = self.error(failure);
                self.failed(out, visible, owner, promises, error, or_else)
            }
            (Phase::Renewing { running, promises, before, .. }, Err(failure)) => {
                if takes_one_at_a_time(&failure) {
                    // As phones do with their cameras. It is published as it was until the next one
                    // comes.
                    out.push(Effect::StopCapture(running.capture));
                    self.open(out, visible, owner, promises, OrElse::Reopen(before));
                    return DeviceNews::Nothing;
                }
                let error = self.error(failure);
                self.is_choice = false;
                self.choice = before;
                self.phase = Phase::On(running);
                self.show_choice(visible);
                self.show(visible, |device| device.error = Some(error.clone()));
                out.settle_all(promises, &Err(error));
                DeviceNews::Nothing
            }
            (Phase::Off | Phase::On(_) | Phase::Paused(_), _) => DeviceNews::Nothing,
        }
    }

    /// The system took a capture away. `true` when it was the one that was published.
    #[must_use]
    pub(crate) fn on_ended(
        &mut self,
        out: &mut Outbox<H>,
        visible: &mut Visible<H>,
        capture: CaptureId,
    ) -> bool {
        match &self.phase {
            Phase::On(running) | Phase::Paused(running) if running.capture == capture => {
                self.disable(out, visible, false);
                true
            }
            Phase::Renewing { running, .. } if running.capture == capture => {
                if let Phase::Renewing { running, next, promises, before, .. } =
                    mem::replace(&mut self.phase, Phase::Off)
                {
                    out.push(Effect::StopCapture(running.capture));
                    let or_else = OrElse::Restore(before);
                    self.phase = Phase::Opening { capture: next, promises, or_else };
                    self.show(visible, |device| {
                        device.status = Some(DeviceStatus::Disabled);
                        device.capture = None;
                    });
                }
                true
            }
            Phase::Off
            | Phase::Opening { .. }
            | Phase::On(_)
            | Phase::Renewing { .. }
            | Phase::Paused(_) => false,
        }
    }

    /// What it delivers could not be used.
    pub(crate) fn show_error(&self, visible: &mut Visible<H>, error: &Error<H>) {
        self.show(visible, |device| device.error = Some(error.clone()));
    }

    /// A choice of an earlier visit, for a device that nobody has touched.
    pub(crate) fn set_choice(&mut self, visible: &mut Visible<H>, choice: Choice) {
        self.choice = choice;
        self.show_choice(visible);
    }

    fn failed(
        &mut self,
        out: &mut Outbox<H>,
        visible: &mut Visible<H>,
        owner: CallKey,
        promises: Vec<PromiseId>,
        error: Error<H>,
        or_else: OrElse<H>,
    ) -> DeviceNews {
        self.is_choice = false;
        self.show(visible, |device| device.error = Some(error.clone()));
        match or_else {
            OrElse::Off | OrElse::Tell(..) => or_else.tell(out),
            OrElse::Restore(choice) => self.choice = choice,
            OrElse::Reopen(choice) => {
                self.choice = choice;
                self.show_choice(visible);
                self.open(out, visible, owner, Vec::new(), OrElse::Tell(promises, error));
                return DeviceNews::Nothing;
            }
        }
        out.settle_all(promises, &Err(error));
        self.show_choice(visible);
        self.show(visible, |device| {
            // It may have been on when it was opened again.
            if device.status == Some(DeviceStatus::Enabled) {
                device.status = Some(DeviceStatus::Disabled);
            }
            device.optimistic_status = device.status;
            device.capture = None;
        });
        DeviceNews::Off
    }

    fn error(&self, failure: DeviceFailure<H>) -> Error<H> {
        Error::device(self.kind, failure, self.choice.device_id.clone())
    }

    fn renew_from(
        &mut self,
        out: &mut Outbox<H>,
        visible: &Visible<H>,
        owner: CallKey,
        promise: Option<PromiseId>,
        chosen_before: Option<Choice>,
        fresh: bool,
    ) {
        let now = self.choice.clone();
        let (running, mut promises, before, fresh) = match mem::replace(&mut self.phase, Phase::Off)
        {
            Phase::On(running) => (running, Vec::new(), chosen_before.unwrap_or(now), fresh),
            Phase::Renewing { running, next, promises, before, fresh: was_fresh } => {
                out.push(Effect::StopCapture(next));
                (running, promises, before, fresh || was_fresh)
            }
            other => {
                self.phase = other;
                return out.settle_all(promise, &Ok(()));
            }
        };
        promises.extend(promise);
        let source = (!fresh || self.kind == DeviceKind::ScreenShare).then_some(running.capture);
        let next = self.ask(out, visible, owner, source);
        self.phase = Phase::Renewing { running, next, promises, before, fresh };
    }

    fn open(
        &mut self,
        out: &mut Outbox<H>,
        visible: &Visible<H>,
        owner: CallKey,
        promises: Vec<PromiseId>,
        or_else: OrElse<H>,
    ) {
        let capture = self.ask(out, visible, owner, None);
        self.phase = Phase::Opening { capture, promises, or_else };
    }

    fn ask(
        &self,
        out: &mut Outbox<H>,
        visible: &Visible<H>,
        owner: CallKey,
        source: Option<CaptureId>,
    ) -> CaptureId {
        let capture = out.id(Some(owner));
        let settings = visible.state().settings();
        let mut request = capture_request(capture, self.kind, settings, &self.choice);
        request.profile = self.profile;
        request.audio = self.audio;
        if self.kind == DeviceKind::ScreenShare {
            let (max_framerate, content_hint) = self.screen.clone();
            request.max_framerate = Some(max_framerate);
            request.content_hint = content_hint;
        }
        request.source = source;
        out.push(Effect::Capture(request));
        capture
    }

    fn runs(&mut self, visible: &mut Visible<H>, running: Running) {
        let (capture, device_id) = (running.capture, running.captured.device_id.clone());
        self.phase = Phase::On(running);
        self.show(visible, |device| {
            device.status = Some(DeviceStatus::Enabled);
            device.capture = Some(capture);
            device.error = None;
            if device_id.is_some() {
                device.selected = device_id;
            }
        });
    }

    fn kept(&self) -> Option<CaptureId> {
        match &self.phase {
            Phase::Paused(running) => Some(running.capture),
            Phase::Off | Phase::Opening { .. } | Phase::On(_) | Phase::Renewing { .. } => None,
        }
    }

    fn pause(&mut self, out: &mut Outbox<H>) {
        match mem::replace(&mut self.phase, Phase::Off) {
            Phase::On(running) => {
                out.push(Effect::SilenceCapture(running.capture, true));
                self.phase = Phase::Paused(running);
            }
            Phase::Renewing { running, next, promises, .. } => {
                out.push(Effect::StopCapture(next));
                out.settle_all(promises, &Ok(()));
                out.push(Effect::SilenceCapture(running.capture, true));
                self.phase = Phase::Paused(running);
            }
            other => {
                let was_paused = matches!(other, Phase::Paused(_));
                self.phase = other;
                if !was_paused {
                    self.stop(out);
                }
            }
        }
    }

    fn stop(&mut self, out: &mut Outbox<H>) {
        match mem::replace(&mut self.phase, Phase::Off) {
            Phase::Off => {}
            Phase::Opening { capture, promises, or_else } => {
                out.push(Effect::StopCapture(capture));
                out.settle_all(promises, &Ok(()));
                or_else.tell(out);
            }
            Phase::On(running) | Phase::Paused(running) => {
                out.push(Effect::StopCapture(running.capture));
            }
            Phase::Renewing { running, next, promises, .. } => {
                out.push(Effect::StopCapture(next));
                out.push(Effect::StopCapture(running.capture));
                out.settle_all(promises, &Ok(()));
            }
        }
    }

    fn wish(&mut self, visible: &mut Visible<H>, wish: DeviceStatus) {
        let before = visible.state().device(self.kind).optimistic_status;
        if before != Some(wish) {
            self.previous = before;
            self.show(visible, |device| device.optimistic_status = Some(wish));
        }
    }

    fn show_choice(&self, visible: &mut Visible<H>) {
        let Choice { device_id, facing } = self.choice.clone();
        let running = self.running().and_then(|(_, captured)| captured.device_id.clone());
        self.show(visible, |device| {
            device.selected = device_id.or(running);
            device.facing = facing;
        });
    }

    pub(super) fn show(&self, visible: &mut Visible<H>, edit: impl FnOnce(&mut DeviceState<H>)) {
        let slice = match self.kind {
            DeviceKind::Camera => Slice::Camera,
            DeviceKind::Microphone => Slice::Microphone,
            DeviceKind::ScreenShare => Slice::ScreenShare,
        };
        visible.edit(slice, |state| edit(state.device_mut(self.kind)));
    }
}
