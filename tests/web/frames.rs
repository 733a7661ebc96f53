//! Waiting for the next frame of the page.

use std::{cell::Cell, rc::Rc};

use trunkline::web::NextFrame;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Patch, eval};

#[wasm_bindgen_test]
fn whatever_comes_first_runs_it_and_nothing_does_after_it_was_dropped() {
    let _stage = hold_frames();
    let (frame, runs) = waiting();
    assert_eq!(runs.get(), 0, "not at once");
    eval("frames[0]()", &JsValue::NULL);
    assert_eq!(runs.get(), 1);
    drop(frame);
    assert_eq!(eval("return [dropped, timers.length].join()", &JsValue::NULL), "7,0");
}

#[wasm_bindgen_test]
fn a_page_without_frames_is_not_waited_for() {
    let _stage = hold_frames();
    let _no_frames = Patch::new("globalThis", "requestAnimationFrame", "return () => { throw 1 }");
    let (_frame, runs) = waiting();
    assert_eq!(eval("return delays.join()", &JsValue::NULL), "200");
    eval("timers[0]()", &JsValue::NULL);
    assert_eq!(runs.get(), 1);
}

fn waiting() -> (NextFrame, Rc<Cell<u32>>) {
    let runs = Rc::<Cell<u32>>::default();
    let counted = runs.clone();
    (NextFrame::new(move || counted.set(counted.get() + 1)), runs)
}

/// Frames and timers that come when a test calls them.
fn hold_frames() -> [Patch; 4] {
    eval("Object.assign(globalThis, { frames: [], timers: [], delays: [] })", &JsValue::NULL);
    [
        Patch::new(
            "globalThis",
            "requestAnimationFrame",
            "return (run) => { frames.push(run); return 7 }",
        ),
        Patch::new(
            "globalThis",
            "cancelAnimationFrame",
            "return (frame) => { globalThis.dropped = frame }",
        ),
        Patch::new(
            "globalThis",
            "setTimeout",
            "return (run, delay) => { timers.push(run); delays.push(delay); return 9 }",
        ),
        Patch::new(
            "globalThis",
            "clearTimeout",
            "return (timer) => { if (timer === 9) timers.pop() }",
        ),
    ]
}
