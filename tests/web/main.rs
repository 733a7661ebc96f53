//! The web layer against the browser's own objects: each effect, and how it fails.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are no tests for clippy

mod describe;
mod devices;
mod hardware;
mod http;
mod json;
mod peers;
mod sockets;
mod support;
mod timers;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
