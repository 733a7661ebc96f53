use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;

use super::{clock::Clock, guard::catching, report::Reporter};
use crate::core::{Input, Time};

/// One timer, armed again and again.
pub struct Timer {
    clock: Clock,
    reporter: Reporter,
    armed: Rc<RefCell<Option<Armed>>>,
}

struct Armed {
    due: Time,
    _timeout: Timeout,
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
        // gloo-timers throws what the browser threw.
        match catching(|| Timeout::new(delay, fire)) {
            Ok(timeout) => *self.armed.borrow_mut() = Some(Armed { due, _timeout: timeout }),
            Err(thrown) => self.reporter.warn("The browser sets no timer.", &thrown),
        }
    }
}

/// In ms. Longer ones overflow to none at all; one that runs out early is set anew.
const LONGEST: f64 = i32::MAX as f64;
