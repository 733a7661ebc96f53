//! The app's side in a browser: the classes that apps hold. The scenarios
//! are JavaScript, as apps are.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)] // helpers of tests are no tests for clippy

use js_sys::Reflect;
use trunkline::api::Client;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

macro_rules! scenarios {
    ($($name:ident)*) => {$(
        #[wasm_bindgen_test]
        async fn $name() -> Result<(), JsValue> {
            run(stringify!($name), &client_class()).await.map(drop)
        }
    )*};
}

scenarios! {
    failures_say_what_to_do
    refusals_of_the_server_carry_what_it_said
    answers_that_are_none_are_failures
    each_promise_settles_once
    a_second_join_is_the_first
    throwing_listeners_stop_nobody
    a_throwing_logger_stops_nothing
    a_throwing_token_provider_fails_the_connecting
    throwing_subscribers_stop_nobody
    devices_are_turned_on_and_off
    a_denied_device_is_a_failure_of_its_own_class
}

/// The class that apps make clients of, as this module exports it.
fn client_class() -> JsValue {
    let client = Client::construct(&"key".into(), &JsValue::UNDEFINED).unwrap();
    Reflect::get(&client, &"constructor".into()).unwrap()
}

#[wasm_bindgen(raw_module = "/tests/app/scenarios.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn run(name: &str, client_class: &JsValue) -> Result<JsValue, JsValue>;
}
