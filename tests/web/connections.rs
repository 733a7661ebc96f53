//! Has a page of tests open its connections in an order that the web server of wasm-bindgen's test runner
//! (tiny_http 0.12) can bear.
//!
//! It has four threads, and starts more when all of them have a connection. A thread that was given one
//! counts as free until it wakes up: a connection that comes meanwhile waits for it, for ever. A browser
//! opens five more at once when the glue's imports import so many files.
//!
//! So the glue imports three files before ours, as it does so by name, and nothing else. They take three
//! connections, ours the fourth. Connections are served in the order in which they came: when ours has
//! arrived, and others are asked for, no thread counts as free, and each further connection gets one of its
//! own.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(inline_js = "export const opened = () => 1;")]
extern "C" {
    #[wasm_bindgen(reexport = "firstOpened", js_name = opened)]
    pub fn first();
}

#[wasm_bindgen(inline_js = "export const opened = () => 2;")]
extern "C" {
    #[wasm_bindgen(reexport = "secondOpened", js_name = opened)]
    pub fn second();
}

#[wasm_bindgen(inline_js = "export const opened = () => 3;")]
extern "C" {
    #[wasm_bindgen(reexport = "thirdOpened", js_name = opened)]
    pub fn third();
}
