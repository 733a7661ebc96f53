//! The web layer against the browser's own objects: each effect, and how it fails. Where an effect
//! needs somebody at the other end, the browser's object is a fake; `tests/web_peer` has the real one.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are no tests for clippy

mod describe;
mod devices;
mod documents;
mod elements;
mod encodings;
mod entropy;
mod frames;
mod gathering;
mod hardware;
mod http;
mod location;
mod page;
mod peers;
mod side;
mod sockets;
mod support;
mod ticker;
mod timers;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
