//! Listens to the microphone: whether one that is on delivers anything, and whether the user speaks
//! while muted.

use super::{CallContext, CallSession, devices::capability};
use crate::core::{
    changes::Slice,
    effect::{Effect, ListenRequest, ListenSource, LocalEvent, Scope},
    host::Host,
    ids::ListenId,
    input::Sound,
    outbox::Outbox,
    state::{CallState, CallingState, DeviceKind, DeviceStatus},
    time::{Duration, Time},
};

/// How often to hear whether a microphone delivers anything.
const CHECK: Duration = Duration::from_millis(500);
/// How often to hear whether somebody speaks.
const LISTEN: Duration = Duration::from_millis(100);
/// How long nothing may be heard of somebody who speaks.
const PAUSE: Duration = Duration::from_millis(1_000);
/// How loud speech is, 0 to 255.
const SPEECH: u8 = 150;

/// How the microphone is listened to.
#[derive(Debug)]
pub(super) struct Listening {
    /// Whether to notice when the user speaks while muted.
    notices: bool,
    /// How long a microphone that is on may deliver nothing.
    threshold: Option<Duration>,
    running: Option<Running>,
}

impl Default for Listening {
    fn default() -> Self {
        Self { notices: false, threshold: Some(Duration::from_secs(5)), running: None }
    }
}

#[derive(Debug)]
struct Running {
    listening: ListenId,
    source: ListenSource,
    /// Since when nothing is heard.
    silent_since: Option<Time>,
    /// What was told last: whether the microphone delivers.
    told: Option<bool>,
}

impl Listening {
    pub(super) fn notice_speaking(&mut self, notices: bool) {
        self.notices = notices;
    }

    pub(super) fn set_silence_threshold<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        threshold: Option<Duration>,
    ) {
        self.threshold = threshold;
        if let Some(running) =
            self.running.take_if(|running| matches!(running.source, ListenSource::Capture(_)))
        {
            out.push(Effect::StopListening(running.listening));
        }
    }

    /// Whether what runs is what is wanted.
    fn is_right<H: Host>(&self, state: &CallState<H>) -> bool {
        let wanted = self.wanted(state);
        match (&self.running, &wanted) {
            (None, None) => true,
            (Some(running), Some(wanted)) => match (&running.source, wanted) {
                (ListenSource::Capture(is), Wanted::Capture(wanted)) => is == wanted,
                (ListenSource::Device(is), Wanted::Device(wanted)) => is.as_deref() == *wanted,
                (ListenSource::Capture(_), Wanted::Device(_))
                | (ListenSource::Device(_), Wanted::Capture(_)) => false,
            },
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    fn wanted<'a, H: Host>(&self, state: &'a CallState<H>) -> Option<Wanted<'a>> {
        let microphone = &state.microphone;
        if microphone.status == Some(DeviceStatus::Enabled) {
            return self.threshold.and(microphone.capture).map(Wanted::Capture);
        }
        // Also when nobody has ever turned it on; but not while it is being opened.
        let is_muted = self.notices
            && microphone.optimistic_status != Some(DeviceStatus::Enabled)
            && state.calling_state == CallingState::Joined
            && state.has_capability(capability(DeviceKind::Microphone));
        is_muted.then_some(Wanted::Device(microphone.selected.as_deref()))
    }
}

/// A [`ListenSource`] that is not copied unless it is another one than before.
enum Wanted<'a> {
    Capture(crate::core::ids::CaptureId),
    Device(Option<&'a str>),
}

impl<H: Host> CallSession<H> {
    /// Listens to what there is to be heard by now.
    pub(super) fn listen(&mut self, out: &mut Outbox<H>) {
        if self.listening.is_right(self.visible.state()) {
            return;
        }
        self.stop_listening(out);
        let Some(wanted) = self.listening.wanted(self.visible.state()) else { return };
        let (source, every) = match wanted {
            Wanted::Capture(capture) => (ListenSource::Capture(capture), CHECK),
            Wanted::Device(id) => (ListenSource::Device(id.map(str::to_owned)), LISTEN),
        };
        let listening = out.id(Some(self.key));
        out.push(Effect::Listen(ListenRequest { listening, source: source.clone(), every }));
        self.listening.running =
            Some(Running { listening, source, silent_since: None, told: None });
    }

    /// A microphone that is not the call's own may be another one than before.
    pub(super) fn listen_anew(&mut self, out: &mut Outbox<H>) {
        let is_device = |running: &Running| matches!(running.source, ListenSource::Device(_));
        if self.listening.running.as_ref().is_some_and(is_device) {
            self.stop_listening(out);
        }
    }

    pub(super) fn stop_listening(&mut self, out: &mut Outbox<H>) {
        if let Some(running) = self.listening.running.take() {
            out.push(Effect::StopListening(running.listening));
        }
        self.show_speaking(false);
    }

    pub(crate) fn on_heard(
        &mut self,
        context: &mut CallContext<'_, H>,
        listening: ListenId,
        sound: Sound,
    ) {
        let Some(running) = self.listening.running.as_mut().filter(|r| r.listening == listening)
        else {
            return;
        };
        let now = context.out.now;
        let (is_heard, patience) = match running.source {
            ListenSource::Capture(_) => (sound.delivers, self.listening.threshold),
            ListenSource::Device(_) => (sound.loudest >= SPEECH, Some(PAUSE)),
        };
        let since = if is_heard { None } else { running.silent_since.or(Some(now)) };
        running.silent_since = since;
        let is_silent = since.zip(patience).is_some_and(|(since, most)| now - since >= most);
        if is_heard == is_silent {
            return;
        }
        match running.source {
            ListenSource::Device(_) => self.show_speaking(is_heard),
            ListenSource::Capture(_) if running.told == Some(is_heard) => {}
            ListenSource::Capture(_) => {
                running.told = Some(is_heard);
                self.report_capture(context, is_heard);
            }
        }
    }

    fn report_capture(&self, context: &mut CallContext<'_, H>, captures_audio: bool) {
        let label = self.microphone.running().map(|(_, captured)| captured.label.clone());
        let event = LocalEvent::CaptureReport {
            cid: self.cid.clone(),
            captures_audio,
            device_id: self.state().microphone.selected.clone(),
            label: label.unwrap_or_default(),
        };
        for scope in [Scope::Call(self.key), Scope::Client] {
            context.out.emit_local(scope, "mic.capture_report", event.clone());
        }
    }

    fn show_speaking(&mut self, speaks: bool) {
        self.visible.set(Slice::Microphone, |state| &mut state.speaking_while_muted, speaks);
    }
}
