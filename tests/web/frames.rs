//! Waiting for the next frame of the page.

use std::{cell::Cell, rc::Rc};

use trunkline::web::Frames;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Patch, eval};

#[wasm_bindgen_test]
fn whatever_comes_first_runs_it_and_nothing_does_after_it_was_dropped() {
    let _stage = hold_frames();
    let (frames, runs) = waiting();
    frames.want();
    assert_eq!(runs.get(), 0, "not at once");
    eval("frames[0]()", &JsValue::NULL);
    assert_eq!(runs.get(), 1, "once, however often it was wanted");
    eval("frames[0]()", &JsValue::NULL);
    assert_eq!(runs.get(), 1, "not when it is not wanted");

    frames.want();
    drop(frames);
    assert_eq!(eval("return [dropped, Object.keys(timers)].join()", &JsValue::NULL), "7,");
}

#[wasm_bindgen_test]
fn many_frames_cost_one_function_and_one_timer() {
    let _stage = hold_frames();
    let (frames, runs) = waiting();
    for number in 0..10 {
        frames.want();
        eval("frames[it]()", &number.into());
    }
    assert_eq!(runs.get(), 10);
    let told = "return [frames.length, new Set(frames).size, delays.join()].join()";
    assert_eq!(eval(told, &JsValue::NULL), "10,1,200");
}

#[wasm_bindgen_test]
fn a_frame_that_stays_out_is_not_waited_for() {
    let _stage = hold_frames();
    let (frames, runs) = waiting();
    eval("frames[0]()", &JsValue::NULL);
    frames.want();
    eval("timers[0]()", &JsValue::NULL);
    assert_eq!(runs.get(), 1, "that frame may still come");
    assert_eq!(eval("return delays.join()", &JsValue::NULL), "200,200");
    eval("timers[1]()", &JsValue::NULL);
    assert_eq!(runs.get(), 2);
    assert_eq!(eval("return dropped", &JsValue::NULL), 7);
}

#[wasm_bindgen_test]
fn a_page_without_frames_is_not_waited_for() {
    let _stage = hold_frames();
    let _no_frames = Patch::new("globalThis", "requestAnimationFrame", "return () => { throw 1 }");
    let (_frames, runs) = waiting();
    assert_eq!(eval("return delays.join()", &JsValue::NULL), "200");
    eval("timers[0]()", &JsValue::NULL);
    assert_eq!(runs.get(), 1);
}

fn waiting() -> (Frames, Rc<Cell<u32>>) {
    let runs = Rc::<Cell<u32>>::default();
    let counted = runs.clone();
    let frames = Frames::new(move || counted.set(counted.get() + 1));
    frames.want();
    (frames, runs)
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
            "return (run, delay) => { delays.push(delay); return timers.push(run) }",
        ),
        Patch::new("globalThis", "clearTimeout", "return (timer) => { delete timers[timer - 1] }"),
    ]
}
