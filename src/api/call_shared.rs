//! What all objects of one call share.

use crate::web::{CallState, has_panicked};
use std::{
    cell::{Cell, Ref, RefCell},
    rc::Rc,
};

use js_sys::Promise;
use wasm_bindgen::JsValue;

use super::{
    call_state::{self, Kept},
    client::ClientShared,
    device,
    fields::known_text,
    notes::Notes,
    parts::{Parts, WeakParts},
    promises::need_no_handler,
    rendering, rights,
};
use crate::core::{
    CallChanges, CallCommand, CallKey, CallingState, Command, PromiseId, Slice, Slices,
};

/// What `Call`, its state and its devices share: the way to the core, and to each other. When an app
/// has dropped all of them, the core forgets the call.
pub(crate) struct CallShared {
    pub(crate) client: Rc<ClientShared>,
    pub(crate) key: CallKey,
    /// Of its state.
    pub(crate) kept: Kept,
    /// News that watchers have not heard of.
    news: Cell<Slices>,
    /// Devices have news that watchers have not heard of.
    devices_changed: Cell<bool>,
    parts: RefCell<Option<WeakParts>>,
    /// The calling states that the call went through, for a report of a problem.
    timeline: RefCell<Notes<&'static str>>,
}

impl CallShared {
    pub(crate) fn new(client: Rc<ClientShared>, key: CallKey) -> Rc<Self> {
        Rc::new(Self {
            client,
            key,
            kept: Kept::default(),
            news: Cell::default(),
            devices_changed: Cell::default(),
            parts: RefCell::default(),
            timeline: RefCell::default(),
        })
    }

    /// The objects that the app holds hang together from now on.
    pub(crate) fn set_parts(&self, parts: &Parts) {
        *self.parts.borrow_mut() = Some(WeakParts::new(parts));
    }

    /// What hangs on the objects of this call; `None` when the app has dropped them.
    pub(crate) fn parts(&self) -> Option<Parts> {
        self.parts.borrow().as_ref().and_then(WeakParts::upgrade)
    }

    /// One of these; `undefined` when there is none.
    pub(crate) fn part(&self, name: &'static str) -> JsValue {
        self.parts().map(|parts| parts.get_known(&known_text(name))).unwrap_or_default()
    }

    /// Reads the state of the call; `None` when nothing can be read any more. `read` may run no code
    /// of the app.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&CallState) -> T) -> Option<T> {
        self.state().map(|state| read(&state))
    }

    fn state(&self) -> Option<Ref<'_, CallState>> {
        // A panic may have left the core borrowed.
        if has_panicked() {
            return None;
        }
        Ref::filter_map(self.client.driver().client(), |client| client.call(self.key)).ok()
    }

    /// Gives an order that no promise waits for.
    pub(crate) fn order(&self, command: CallCommand) {
        self.client.order(Command::Call(self.key, command));
    }

    /// A promise that `command` has settled, sooner or later. It keeps the objects of the call.
    pub(crate) fn promise(&self, command: impl FnOnce(PromiseId) -> CallCommand) -> Promise {
        let (id, promise) = self.begin(None);
        if let Some(id) = id {
            self.order(command(id));
        }
        promise
    }

    /// See [`ClientShared::begin`].
    pub(crate) fn begin(&self, finish: Option<Box<dyn FnOnce()>>) -> (Option<PromiseId>, Promise) {
        let (id, promise) = self.client.begin(self.parts(), finish);
        // Apps join, leave and ask in passing: what comes of it shows in the state.
        need_no_handler(&promise);
        (id, promise)
    }

    /// What changed is current from now on, and told with the next [`Self::flush`].
    pub(crate) fn mark(self: &Rc<Self>, changes: &CallChanges) {
        for transition in &changes.transitions {
            self.note(transition.to);
        }
        call_state::mark(self, changes);
        if changes.slices == Slices::default() {
            // Nothing but levels and statistics, of which watchers hear later.
            return;
        }
        self.news.set(self.news.get().and(changes.slices));
        let Some(parts) = self.parts() else {
            return;
        };
        if device::mark(&parts, changes) {
            self.devices_changed.set(true);
        }
        rendering::mark(&parts, changes);
        if changes.slices.contains(Slice::OwnCapabilities) {
            rights::mark(&parts);
        }
    }

    /// Tells the watchers of everything that was marked.
    pub(crate) fn flush(self: &Rc<Self>) {
        let news = self.news.take();
        if news == Slices::default() {
            return;
        }
        call_state::flush(self, news);
        if self.devices_changed.take() {
            device::flush(self);
        }
        let shows = news.contains_any(&[Slice::IncomingVideo, Slice::BlockedAudio]);
        if let Some(parts) = self.parts().filter(|_| shows) {
            rendering::flush(&parts);
        }
        let permits = news.contains(Slice::OwnCapabilities);
        if let Some(parts) = self.parts().filter(|_| permits) {
            rights::flush(&parts);
        }
    }

    /// Tells the listeners of the call.
    pub(crate) fn emit(&self, event: &JsValue) {
        if let Some(parts) = self.parts() {
            parts.listeners().emit(event);
        }
    }

    /// Notes for a report of a problem that the call is in that state.
    pub(crate) fn note(&self, state: CallingState) {
        // After a panic it may be in use.
        if let Ok(mut timeline) = self.timeline.try_borrow_mut() {
            timeline.add(state.as_str());
        }
    }

    /// The calling states that the call went through, with their times.
    pub(crate) fn timeline(&self) -> Vec<(String, &'static str)> {
        self.timeline.borrow().kept()
    }
}

impl Drop for CallShared {
    fn drop(&mut self) {
        self.client.forget_call(self.key);
    }
}
