//! Timers of gloo-timers, which throws what the browser threw: while it sets one, and while it takes
//! one back.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen::JsValue;

use super::{browser::Input, clock::Clock, guard::catching, report::Reporter};
use crate::core::Time;

/// One timer, armed again and again.
pub struct Timer {
    clock: Clock,
    reporter: Reporter,
    armed: Rc<RefCell<Option<Armed>>>,
}

struct Armed {
    due: Time,
    _timer: Guarded<Timeout>,
}

impl Timer {
    /// Reports each time it runs out.
    pub fn new(clock: Clock, reporter: Reporter) -> Self {
        Self { clock, reporter, armed: Rc::default() }
    }

    /// Runs out at `due`, or soon if that is past; what was set before is void. `None` never runs
    /// out.
    pub fn set(&self, due: Option<Time>) {
        if self.armed.borrow().as_ref().map(|armed| armed.due) == due {
            return;
        }
        drop(self.armed.take());
        let Some(due) = due else { return };

        let (armed, reporter) = (Rc::downgrade(&self.armed), self.reporter.clone());
        let fire = move || {
            if let Some(armed) = armed.upgrade() {
                // Spent, so that the same moment can be set again: timers may be early.
                drop(armed.take());
            }
            reporter.report(Input::Timeout);
        };
        let delay = self.clock.until(due).ceil().min(LONGEST);
        // Whole, and between 0 and the longest.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let delay = delay as u32;
        match after(delay, fire) {
            Ok(timer) => *self.armed.borrow_mut() = Some(Armed { due, _timer: timer }),
            Err(thrown) => self.reporter.warn("The browser sets no timer.", &thrown),
        }
    }
}

/// Runs something once, in so many ms, unless the timer is dropped before.
///
/// # Errors
///
/// What the browser throws.
pub(crate) fn after(ms: u32, run: impl FnOnce() + 'static) -> Result<Guarded<Timeout>, JsValue> {
    catching(|| Timeout::new(ms, run)).map(|timer| Guarded(Some(timer)))
}

/// Runs something every so many ms, until the timer is dropped.
///
/// # Errors
///
/// What the browser throws.
pub(crate) fn every(ms: u32, run: impl FnMut() + 'static) -> Result<Guarded<Interval>, JsValue> {
    catching(|| Interval::new(ms, run)).map(|timer| Guarded(Some(timer)))
}

/// A timer until it is dropped.
pub(crate) struct Guarded<T>(Option<T>);

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        let timer = self.0.take();
        // One that cannot be taken back finds nobody when it runs out.
        let _ = catching(|| drop(timer));
    }
}

/// In ms. Longer ones overflow to none at all; one that runs out early is set anew.
const LONGEST: f64 = i32::MAX as f64;
