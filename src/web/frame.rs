use gloo_timers::callback::Timeout;
use wasm_bindgen::{JsCast, prelude::Closure};

use super::timers::{Guarded, after};

/// How long a frame may take to come, in ms; a hidden page has none.
const FRAME_LIMIT: u32 = 200;

/// Runs something once with the next frame of the page, or soon when there is none; not at all when
/// this is dropped before.
pub struct NextFrame {
    /// Its number, and what it calls.
    frame: Option<(i32, Closure<dyn FnMut()>)>,
    _timer: Option<Guarded<Timeout>>,
}

impl NextFrame {
    /// Waits for the frame. `run` is called by whichever comes first, and has to drop this.
    pub fn new(run: impl Fn() + Clone + 'static) -> Self {
        let timer = after(FRAME_LIMIT, run.clone()).ok();
        let frame = web_sys::window().and_then(|window| {
            let closure = Closure::<dyn FnMut()>::new(run);
            let number = window.request_animation_frame(closure.as_ref().unchecked_ref()).ok()?;
            Some((number, closure))
        });
        Self { frame, _timer: timer }
    }
}

impl Drop for NextFrame {
    fn drop(&mut self) {
        if let Some((number, _)) = &self.frame
            && let Some(window) = web_sys::window()
        {
            // There is nothing to be done about a page that does not know its frame.
            let _ = window.cancel_animation_frame(*number);
        }
    }
}
