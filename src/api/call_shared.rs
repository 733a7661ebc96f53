//! What all objects of one call share.

use std::{cell::RefCell, rc::Rc};

use js_sys::Promise;

use super::{
    call_state::Kept,
    parts::{Parts, WeakParts},
    shell::Shell,
};
use crate::core::{CallCommand, CallKey, CallState, Command, PromiseId};

/// What `Call`, its state and its devices share: the way to the core, and to each other. When an app
/// has dropped all of them, the core forgets the call.
pub(crate) struct CallShared {
    pub(crate) client: Rc<Shell>,
    pub(crate) key: CallKey,
    /// Of its state.
    pub(crate) kept: Kept,
    /// Tells it from an earlier object for the same call.
    serial: u32,
    parts: RefCell<Option<WeakParts>>,
}

impl CallShared {
    pub(crate) fn new(client: Rc<Shell>, key: CallKey, serial: u32) -> Rc<Self> {
        Rc::new(Self { client, key, kept: Kept::default(), serial, parts: RefCell::default() })
    }

    /// The objects that the app holds hang together from now on.
    pub(crate) fn set_parts(&self, parts: &Parts) {
        *self.parts.borrow_mut() = Some(WeakParts::new(parts));
    }

    /// What hangs on the objects of this call; `None` when the app has dropped them.
    pub(crate) fn parts(&self) -> Option<Parts> {
        self.parts.borrow().as_ref().and_then(WeakParts::upgrade)
    }

    /// Reads the state of the call; `None` when nothing can be read any more. `read` may run no code
    /// of the app.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&CallState) -> T) -> Option<T> {
        // A panic may have left the core borrowed.
        if self.client.refusal().is_some_and(|error| error.code == "instance-dead") {
            return None;
        }
        self.client.driver().client().call(self.key).map(read)
    }

    /// Gives an order that no promise waits for.
    pub(crate) fn order(&self, command: CallCommand) {
        self.client.order(Command::Call(self.key, command));
    }

    /// A promise that `command` has settled, sooner or later.
    pub(crate) fn promise(&self, command: impl FnOnce(PromiseId) -> CallCommand) -> Promise {
        self.client.promise(|promise| Command::Call(self.key, command(promise)))
    }
}

impl Drop for CallShared {
    fn drop(&mut self) {
        self.client.forget_call(self.key, self.serial);
    }
}
