//! What a call captures and sends: its devices, and streams of the app.

mod given;

use trunkline_protocol::sfu::models;

pub(super) use self::given::Given;
use super::{
    CallContext, CallSession, Phase,
    devices::{Device, DeviceNews, capability, is_on_by_default, not_permitted},
    publisher::Source,
    sfu::SfuSession,
    visible::Visible,
};
use crate::core::{
    command::{Choice, DeviceOrder, MediaOption},
    effect::{Effect, Outcome},
    error::Error,
    host::Host,
    ids::{CaptureId, PromiseId},
    input::{Captured, DeviceFailure},
    outbox::Outbox,
    state::{DeviceKind, Media, TrackType},
    view::Settings,
};

/// How the app wants its media captured and sent.
#[derive(Debug, Default)]
pub(super) struct MediaWishes {
    /// The track types in the order in which they were published first.
    order: Vec<TrackType>,
    /// Streams of the app.
    pub(super) given: Vec<Given>,
    /// Who waits for the browser to send what a device delivers.
    pub(super) unsent: Vec<(TrackType, PromiseId)>,
    /// frames/s and bits/s of a shared screen.
    screen_limits: Option<(u32, u32)>,
    /// What to ask the SFU for.
    pub(super) video: Option<PreferredVideo>,
}

/// How the app would like its video to be published.
#[derive(Clone, Debug)]
pub(super) struct PreferredVideo {
    pub(super) codec: String,
    pub(super) fmtp: String,
    pub(super) bitrate: u32,
    pub(super) layers: u32,
}

// Devices.
impl<H: Host> CallSession<H> {
    pub(super) fn order_device(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        order: DeviceOrder,
        promise: PromiseId,
    ) {
        let owner = self.key;
        match order {
            DeviceOrder::Disable { keep } => {
                self.disable_device(context, kind, keep);
                self.device_mut(kind).0.choose();
                context.out.resolve(promise, Outcome::Done);
            }
            DeviceOrder::Toggle { keep } if self.device(kind).is_wanted() => {
                self.order_device(context, kind, DeviceOrder::Disable { keep }, promise);
            }
            DeviceOrder::Enable | DeviceOrder::Toggle { .. } => {
                if self.enable_device(context, kind, promise) {
                    self.device_mut(kind).0.choose();
                }
            }
            DeviceOrder::Resume if self.device(kind).was_wanted() => {
                self.enable_device(context, kind, promise);
            }
            DeviceOrder::Resume => context.out.resolve(promise, Outcome::Done),
            DeviceOrder::Renew { fresh } => {
                let (device, visible) = self.device_mut(kind);
                device.renew(context.out, visible, owner, Some(promise), fresh);
            }
            DeviceOrder::Select(choice) => {
                let (device, visible) = self.device_mut(kind);
                device.select(context.out, visible, owner, choice, Some(promise));
                device.choose();
            }
        }
    }

    /// `false` when it is not permitted.
    fn enable_device(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        promise: PromiseId,
    ) -> bool {
        let is_permitted = !matches!(self.phase, Phase::Joined(_)) || self.may_publish(kind);
        if is_permitted {
            self.open_device(context, kind, Some(promise));
        } else {
            context.out.reject(promise, not_permitted(kind));
        }
        is_permitted
    }

    fn open_device(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        promise: Option<PromiseId>,
    ) {
        let owner = self.key;
        let (device, visible) = self.device_mut(kind);
        if device.enable(context.out, visible, owner) {
            let published = self.publish_device(context, kind);
            self.settle_published(context.out, kind.track_type(), promise, &published);
        } else {
            let (device, _) = self.device_mut(kind);
            device.wait(context.out, promise);
        }
    }

    pub(super) fn disable_device(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        keep: bool,
    ) {
        let (device, visible) = self.device_mut(kind);
        device.disable(context.out, visible, keep);
        self.unpublish_device(context.out, kind);
    }

    /// Nothing is sent any more.
    pub(super) fn stop_media(&mut self, context: &mut CallContext<'_, H>) {
        for kind in DeviceKind::ALL {
            if self.device(kind).is_wanted() {
                self.disable_device(context, kind, false);
            }
        }
        self.take_back(context.out, |_| true, false);
    }

    /// The call was left: devices go off, unless the app wants to keep them.
    pub(super) fn reset_media(&mut self, context: &mut CallContext<'_, H>) {
        self.take_back(context.out, |_| true, false);
        self.settle_unsent(context.out, |_| true, &Ok(()));
        self.media.order.clear();
        for kind in DeviceKind::ALL {
            let (device, visible) = self.device_mut(kind);
            device.reset(context.out, visible);
        }
    }

    pub(crate) fn on_captured(
        &mut self,
        context: &mut CallContext<'_, H>,
        capture: CaptureId,
        result: Result<Captured, DeviceFailure<H>>,
    ) {
        let owner = self.key;
        for kind in DeviceKind::ALL {
            let (device, visible) = self.device_mut(kind);
            match device.on_captured(context.out, visible, owner, capture, result.clone()) {
                DeviceNews::Nothing => {}
                DeviceNews::Runs { promises, replaced } => {
                    let published = self.publish_device(context, kind);
                    if let Some(replaced) = replaced {
                        context.out.push(Effect::StopCapture(replaced));
                    }
                    let track_type = kind.track_type();
                    self.settle_published(context.out, track_type, promises, &published);
                }
                DeviceNews::Off => self.unpublish_device(context.out, kind),
            }
        }
    }

    pub(crate) fn on_capture_ended(
        &mut self,
        context: &mut CallContext<'_, H>,
        capture: CaptureId,
    ) {
        for kind in DeviceKind::ALL {
            let (device, visible) = self.device_mut(kind);
            if device.on_ended(context.out, visible, capture) {
                self.unpublish_device(context.out, kind);
            }
        }
        self.take_back(context.out, |given| given.capture == capture, false);
    }

    /// The system holds a track back, as during a phone call.
    pub(crate) fn on_capture_muted(
        &mut self,
        context: &mut CallContext<'_, H>,
        capture: CaptureId,
        muted: bool,
    ) {
        let of_device = |kind: &DeviceKind| {
            self.device(*kind).running().is_some_and(|(running, _)| running == capture)
        };
        let given = self.media.given.iter().find(|given| given.capture == capture);
        let by_device = DeviceKind::ALL.into_iter().find(of_device).map(DeviceKind::track_type);
        let Some(track_type) = by_device.or(given.map(|given| given.track_type)) else {
            return;
        };
        self.visible.set_interrupted(track_type, muted);
        if let (false, Phase::Joined(session)) = (muted, &mut self.phase)
            && let Some(publisher) = &mut session.publisher
        {
            publisher.rearm(context.out, capture);
        }
    }

    /// What the user had chosen before is known by now.
    pub(super) fn apply_default(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        on: Option<bool>,
        device_id: Option<String>,
    ) {
        let in_call = matches!(self.phase, Phase::Joined(_));
        let expected = in_call || context.config.defaults_on_load && self.set_up;
        if !expected || self.state().device(kind).optimistic_status.is_some() {
            return;
        }
        if device_id.is_some() && self.state().device(kind).selected.is_none() {
            let (device, visible) = self.device_mut(kind);
            device.set_choice(visible, Choice { device_id, facing: None });
        }
        let on = on.unwrap_or_else(|| is_on_by_default(self.state().settings(), kind));
        if on && self.may_publish(kind) {
            self.open_device(context, kind, None);
        }
    }

    pub(super) fn set_media(&mut self, context: &mut CallContext<'_, H>, option: MediaOption) {
        match option {
            MediaOption::StopOnLeave(kind, stops) => self.device_mut(kind).0.stops_on_leave = stops,
            MediaOption::ScreenAudio(on) => self.set_screen_sound(context, on),
            MediaOption::NoticeSpeaking(notices) => self.listening.notice_speaking(notices),
            MediaOption::SilenceThreshold(threshold) => {
                self.listening.set_silence_threshold(context.out, threshold);
            }
            MediaOption::ScreenLimits { fps, bitrate, content_hint } => {
                self.device_mut(DeviceKind::ScreenShare).0.screen = (fps, content_hint);
                self.media.screen_limits = Some((fps, bitrate));
            }
            MediaOption::PreferVideo { codec, fmtp, bitrate, layers } => {
                self.media.video = Some(PreferredVideo { codec, fmtp, bitrate, layers });
            }
        }
    }

    /// What to ask the SFU for at the first join.
    pub(super) fn preferred_options(&self) -> Vec<models::PublishOption> {
        let number = |value: u32| i32::try_from(value).unwrap_or_default();
        let video = self.media.video.as_ref().map(|video| models::PublishOption {
            track_type: TrackType::Video.into(),
            codec: Some(models::Codec {
                name: video.codec.clone(),
                fmtp: video.fmtp.clone(),
                ..models::Codec::default()
            }),
            bitrate: number(video.bitrate),
            max_spatial_layers: number(video.layers),
            ..models::PublishOption::default()
        });
        let screen = self.media.screen_limits.map(|(fps, bitrate)| models::PublishOption {
            track_type: TrackType::ScreenShare.into(),
            fps: number(fps),
            bitrate: number(bitrate),
            ..models::PublishOption::default()
        });
        video.into_iter().chain(screen).collect()
    }

    fn may_publish(&self, kind: DeviceKind) -> bool {
        self.state().has_capability(capability(kind))
    }

    pub(super) fn settings(&self) -> Option<&Settings> {
        let call = self.state().document.as_ref()?;
        call.settings.as_ref().map(|settings| &settings.view)
    }

    pub(super) fn device_mut(&mut self, kind: DeviceKind) -> (&mut Device<H>, &mut Visible<H>) {
        let device = match kind {
            DeviceKind::Camera => &mut self.camera,
            DeviceKind::Microphone => &mut self.microphone,
            DeviceKind::ScreenShare => &mut self.screen_share,
        };
        (device, &mut self.visible)
    }
}

// Publishing.
impl<H: Host> CallSession<H> {
    /// Just joined: publishes what is on, in the order of the first time, and has it found out what
    /// the user, or else the settings, want of the devices that nobody has touched.
    pub(super) fn start_media(&mut self, context: &mut CallContext<'_, H>) {
        if let Phase::Joined(session) = &mut self.phase {
            session.subscriptions.touch_published(context.out, true);
            if session.publisher.is_none() {
                return self.give_up_given(context.out);
            }
        }
        self.publish_again(context);
        for kind in DeviceKind::ALL {
            // Who turned it on was told that it runs; this is a failure of the call.
            if let Err(error) = self.publish_device(context, kind) {
                context.out.warn_of(error);
            }
        }
        for track_type in self.media.given.iter().map(|given| given.track_type).collect::<Vec<_>>()
        {
            if let Err(error) = self.publish_all(context, track_type) {
                context.out.warn_of(error);
            }
        }
        if let Phase::Joined(session) = &mut self.phase
            && let Some(publisher) = &mut session.publisher
        {
            publisher.drop_carried();
            self.tell_mute_states(context.out);
        }
        self.ask_defaults(context);
    }

    pub(super) fn ask_defaults(&self, context: &mut CallContext<'_, H>) {
        let untouched = |kind: DeviceKind| self.state().device(kind).optimistic_status.is_none();
        if untouched(DeviceKind::Camera) || untouched(DeviceKind::Microphone) {
            context.out.push(Effect::AskDefaults(self.key));
        }
    }

    /// A device whose permission was taken away goes off.
    pub(super) fn enforce_capabilities(&mut self, context: &mut CallContext<'_, H>) {
        if !matches!(self.phase, Phase::Joined(_)) {
            return;
        }
        for kind in
            DeviceKind::ALL.into_iter().filter(|kind| !self.may_publish(*kind)).collect::<Vec<_>>()
        {
            if self.device(kind).is_wanted() || self.state().device(kind).capture.is_some() {
                self.disable_device(context, kind, false);
            }
            let of_kind = |given: &Given| DeviceKind::of(given.track_type) == Some(kind);
            self.take_back(context.out, of_kind, false);
        }
    }

    /// The SFU changed how tracks are to be published.
    pub(super) fn publish_again(&mut self, context: &mut CallContext<'_, H>) {
        for track_type in self.media.order.clone() {
            if let Err(error) = self.publish(context, track_type) {
                context.out.warn_of(error);
            }
        }
    }

    fn publish_device(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
    ) -> Result<(), Error<H>> {
        if self.device(kind).running().is_none() {
            return Ok(());
        }
        let track_type = kind.track_type();
        // The device is what the app wants now.
        self.take_back(context.out, |given| given.track_type == track_type, true);
        self.publish_all(context, track_type)
    }

    fn publish_all(
        &mut self,
        context: &mut CallContext<'_, H>,
        track_type: TrackType,
    ) -> Result<(), Error<H>> {
        self.publish(context, track_type)?;
        if track_type == TrackType::ScreenShare {
            // A screen without its sound is better than none.
            if let Err(error) = self.publish(context, TrackType::ScreenShareAudio) {
                context.out.warn_of(error);
            }
        }
        Ok(())
    }

    /// Publishes what there is of that type. What cannot be published is turned off.
    pub(super) fn publish(
        &mut self,
        context: &mut CallContext<'_, H>,
        track_type: TrackType,
    ) -> Result<(), Error<H>> {
        let Some((kind, source)) = DeviceKind::of(track_type).zip(self.source(track_type)) else {
            return Ok(());
        };
        let permitted = self.may_publish(kind);
        let Phase::Joined(session) = &mut self.phase else {
            return Ok(());
        };
        let SfuSession { publisher: Some(publisher), publish_options, .. } = &mut **session else {
            return Ok(());
        };
        let result = if permitted {
            publisher.publish(context.out, publish_options, &source)
        } else {
            Err(not_permitted(kind))
        };
        let sent = !publisher.awaits_browser(track_type);
        // The sound that came with a screen is none of its own.
        let is_it =
            |given: &&mut Given| given.capture == source.capture && given.track_type == track_type;
        let given = self.media.given.iter_mut().find(is_it);
        match result {
            Ok(()) => {
                if let Some(promise) = given.filter(|_| sent).and_then(|g| g.waiting.take()) {
                    context.out.resolve(promise, Outcome::Done);
                }
                if !self.media.order.contains(&track_type) {
                    self.media.order.push(track_type);
                }
                self.visible.set_local_media(track_type, Some(Media::Local(source.capture)));
                self.tell_mute_states(context.out);
                Ok(())
            }
            Err(error) if track_type == TrackType::ScreenShareAudio && given.is_none() => {
                Err(error)
            }
            Err(error) => match given.map(|given| given.waiting.take()) {
                None => {
                    let failed = Err(error.clone());
                    self.settle_unsent(context.out, |of| of == track_type, &failed);
                    self.disable_device(context, kind, false);
                    Err(error)
                }
                Some(waiting) => {
                    let is_it = |given: &Given| given.capture == source.capture;
                    self.take_back(context.out, is_it, false);
                    let Some(promise) = waiting else {
                        return Err(error);
                    };
                    context.out.reject(promise, error);
                    Ok(())
                }
            },
        }
    }

    /// What is to be published as `track_type`: the app's stream, or the device's.
    fn source(&self, track_type: TrackType) -> Option<Source> {
        let kind = DeviceKind::of(track_type)?;
        let device = self.device(kind);
        let is_sound = track_type == TrackType::ScreenShareAudio;
        let given = |of| self.media.given.iter().find(move |given| given.track_type == of);
        let with_screen = || given(TrackType::ScreenShare).filter(|_| is_sound);
        let (capture, captured, own) = match given(track_type).or_else(with_screen) {
            Some(given) => (given.capture, &given.captured, given.track_type == track_type),
            None => {
                let (capture, captured) = device.running()?;
                (capture, captured, !is_sound)
            }
        };
        if !own && !device.audio {
            return None;
        }
        let track_id =
            if own { Some(&captured.track_id) } else { captured.audio_track_id.as_ref() };
        Some(Source {
            track_type,
            capture,
            track_id: track_id?.clone(),
            size: captured.size,
            profile: captured.profile.unwrap_or(device.profile),
            limits: self.media.screen_limits.filter(|_| track_type == TrackType::ScreenShare),
        })
    }

    fn unpublish_device(&mut self, out: &mut Outbox<H>, kind: DeviceKind) {
        self.unpublish(out, kind.track_type());
        if kind == DeviceKind::ScreenShare {
            self.unpublish(out, TrackType::ScreenShareAudio);
        }
    }

    pub(super) fn unpublish(&mut self, out: &mut Outbox<H>, track_type: TrackType) {
        self.visible.set_interrupted(track_type, false);
        // Who waited is not bothered with an error: the last wish wins.
        self.settle_unsent(out, |of| of == track_type, &Ok(()));
        // A session that is being replaced is what the next one is told of.
        let session = match &mut self.phase {
            Phase::Joined(session) => Some(&mut **session),
            Phase::Joining(join) => join.replaced_mut(),
            Phase::Idle | Phase::Failed | Phase::Left => None,
        };
        if let Some(publisher) = session.and_then(|session| session.publisher.as_mut()) {
            publisher.unpublish(out, track_type);
            self.visible.set_local_media(track_type, None);
            self.tell_mute_states(out);
        }
    }

    pub(super) fn tell_mute_states(&mut self, out: &mut Outbox<H>) {
        if let Phase::Joined(session) = &mut self.phase {
            let SfuSession { publisher, rpcs, session_id, .. } = &mut **session;
            if let Some(publisher) = publisher {
                publisher.tell_mute_states(out, rpcs, session_id);
            }
        }
    }
}
