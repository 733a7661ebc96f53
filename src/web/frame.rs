use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::{Rc, Weak},
};

use gloo_timers::callback::Timeout;
use wasm_bindgen::{
    JsValue,
    prelude::{Closure, wasm_bindgen},
};

use super::timers::{Guarded, after};

/// How long a frame may take to come, in ms; a hidden page has none.
const FRAME_LIMIT: u32 = 200;

/// Runs something with the next frame of the page, or soon when there is none, each time that it is
/// asked to; not any more when this is dropped.
pub struct Frames(Rc<Waiting>);

struct Waiting {
    run: Box<dyn Fn()>,
    /// What each frame calls: made once, as frames come many times a second.
    on_frame: OnceCell<Closure<dyn FnMut()>>,
    is_wanted: Cell<bool>,
    /// The frame that is asked for, if the page has frames.
    frame: Cell<Option<i32>>,
    /// How often it was wanted.
    turn: Cell<u32>,
    /// Looks now and then for a frame that does not come, as one timer per frame would be too dear.
    timer: RefCell<Option<Guarded<Timeout>>>,
}

impl Frames {
    /// Not before [`Self::want`].
    pub fn new(run: impl Fn() + 'static) -> Self {
        Self(Rc::new(Waiting {
            run: Box::new(run),
            on_frame: OnceCell::new(),
            is_wanted: Cell::default(),
            frame: Cell::default(),
            turn: Cell::default(),
            timer: RefCell::default(),
        }))
    }

    /// Runs it with the next frame, once however often that is asked before.
    pub fn want(&self) {
        let waiting = &self.0;
        if waiting.is_wanted.replace(true) {
            return;
        }
        waiting.turn.set(waiting.turn.get().wrapping_add(1));
        waiting.frame.set(waiting.ask_for_frame());
        if waiting.timer.borrow().is_none() {
            waiting.watch_over();
        }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.0.forget_frame();
    }
}

impl Waiting {
    fn ask_for_frame(self: &Rc<Self>) -> Option<i32> {
        let this = Rc::downgrade(self);
        let on_frame = self.on_frame.get_or_init(|| Closure::new(move || Self::come(&this)));
        request_animation_frame(on_frame.as_ref()).ok()
    }

    fn come(this: &Weak<Self>) {
        if let Some(waiting) = this.upgrade().filter(|waiting| waiting.is_wanted.take()) {
            (waiting.run)();
        }
    }

    fn watch_over(self: &Rc<Self>) {
        let (this, turn) = (Rc::downgrade(self), self.turn.get());
        let timer = after(FRAME_LIMIT, move || {
            let Some(waiting) = this.upgrade() else { return };
            let spent = waiting.timer.take();
            drop(spent);
            if !waiting.is_wanted.get() {
                return;
            }
            if waiting.turn.get() != turn {
                return waiting.watch_over();
            }
            waiting.forget_frame();
            (waiting.run)();
        });
        // Where no timer can be set, frames alone have to come.
        *self.timer.borrow_mut() = timer.ok();
    }

    /// There is nothing to be done about a page that does not know its frame.
    fn forget_frame(&self) {
        if self.is_wanted.take()
            && let Some(number) = self.frame.take()
        {
            let _ = cancel_animation_frame(number);
        }
    }
}

// web-sys asks first whether the global object is a window, for each frame.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = requestAnimationFrame)]
    fn request_animation_frame(callback: &JsValue) -> Result<i32, JsValue>;
    #[wasm_bindgen(catch, js_name = cancelAnimationFrame)]
    fn cancel_animation_frame(number: i32) -> Result<(), JsValue>;
}
