//! Which captions are shown: the newest few, each for a while.

use super::{CallContext, CallSession};
use crate::core::{
    changes::Slice,
    host::Host,
    time::{Duration, Time},
    view::{Caption, Event},
};

/// The captions of a call that are shown, oldest first.
#[derive(Debug)]
pub(super) struct Captions<H: Host> {
    shown: Vec<Shown<H>>,
    visible_for: Duration,
    limit: usize,
}

#[derive(Debug)]
struct Shown<H: Host> {
    speaker: String,
    /// When they began to say it, in ms since the epoch.
    start: Option<f64>,
    until: Time,
    document: H::Document,
}

impl<H: Host> Default for Captions<H> {
    fn default() -> Self {
        Self { shown: Vec::new(), visible_for: Duration::from_millis(2_700), limit: 2 }
    }
}

impl<H: Host> Captions<H> {
    pub(super) fn due(&self) -> Option<Time> {
        self.shown.iter().map(|shown| shown.until).min()
    }

    /// Keeps as many as are to be shown; the oldest go first.
    fn trim(&mut self) {
        let superfluous = self.shown.len().saturating_sub(self.limit);
        self.shown.drain(..superfluous);
    }
}

impl<H: Host> CallSession<H> {
    /// Somebody said something. What is shown already, by speaker and start, is not shown twice.
    pub(super) fn on_caption(&mut self, context: &CallContext<'_, H>, event: &Event<H::Document>) {
        let Some(caption) = &event.fields.closed_caption else {
            return;
        };
        let Caption { speaker_id: speaker, start_time: start } = caption.view.clone();
        let document = caption.document.clone();
        let is_known =
            |shown: &Shown<H>| shown.speaker == speaker && start.is_some() && shown.start == start;
        if !self.captions.shown.iter().any(is_known) {
            let until = context.out.after(self.captions.visible_for);
            self.captions.shown.push(Shown { speaker, start, until, document });
            self.captions.trim();
            self.publish_captions();
        }
    }

    /// How long those that come are shown, and how many at once.
    pub(super) fn set_captions(&mut self, visible_for: Option<Duration>, limit: Option<usize>) {
        let captions = &mut self.captions;
        captions.visible_for = visible_for.unwrap_or(captions.visible_for);
        captions.limit = limit.unwrap_or(captions.limit);
        captions.trim();
        self.publish_captions();
    }

    pub(super) fn on_captions_timeout(&mut self, now: Time) {
        if self.captions.due().is_some_and(|due| due <= now) {
            self.captions.shown.retain(|shown| shown.until > now);
            self.publish_captions();
        }
    }

    pub(super) fn clear_captions(&mut self) {
        if !self.captions.shown.is_empty() {
            self.captions.shown.clear();
            self.publish_captions();
        }
    }

    fn publish_captions(&mut self) {
        let shown = self.captions.shown.iter().map(|shown| shown.document.clone()).collect();
        self.visible.edit(Slice::ClosedCaptions, |state| state.closed_captions = shown);
    }
}
