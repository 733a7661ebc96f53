use wasm_bindgen::prelude::wasm_bindgen;

use crate::core::Time;

/// The browser's monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// The time since the page began.
    pub fn now(self) -> Time {
        // The clock counts from 0, and no page lives for 2^53 ms.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Time::from_millis(performance_now() as u64)
    }

    /// How long until `time`, in ms; never negative.
    #[allow(clippy::cast_precision_loss)] // see `now`
    pub fn until(self, time: Time) -> f64 {
        (time.as_millis() as f64 - performance_now()).max(0.0)
    }

    /// Milliseconds between the epoch and the start of the clock.
    pub fn epoch_offset(self) -> f64 {
        js_sys::Date::now() - performance_now()
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}
