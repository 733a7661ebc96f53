use js_sys::Date;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Performance;

use crate::core::Time;

/// The browser's monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// The time since the page began.
    pub fn now(self) -> Time {
        // The clock counts from 0, and no page lives for 2^53 ms.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Time::from_millis(millis() as u64)
    }

    /// How long until `time`, in ms; never negative.
    #[allow(clippy::cast_precision_loss)] // see `now`
    pub fn until(self, time: Time) -> f64 {
        (time.as_millis() as f64 - millis()).max(0.0)
    }

    /// Milliseconds between the epoch and the start of the clock.
    pub fn epoch_offset(self) -> f64 {
        Date::now() - millis()
    }
}

fn millis() -> f64 {
    PERFORMANCE.with(|clock| clock.as_ref().map_or_else(Date::now, Performance::now))
}

#[wasm_bindgen]
extern "C" {
    /// Not by way of a window, as workers and Node have none.
    #[wasm_bindgen(thread_local_v2, js_name = performance)]
    static PERFORMANCE: Option<Performance>;
}
