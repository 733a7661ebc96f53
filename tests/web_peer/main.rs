//! Fetch and sockets against a real counterpart, which `cargo xtask` runs beside these tests.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are no tests for clippy

mod counterpart;
mod http;
mod sockets;
#[path = "../web/support.rs"]
mod support;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
