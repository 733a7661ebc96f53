//! What is left of a client when the module has stopped for good. By itself, as nothing works
//! afterwards.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic)] // it is about a panic

use js_sys::{Object, Reflect};
use trunkline::api::Engine;
use wasm_bindgen::{
    JsValue,
    prelude::{Closure, wasm_bindgen},
};
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn calls_that_went_on_are_shown_as_lost_and_nothing_traps() -> Result<(), JsValue> {
    let nothing: JsValue = Object::new().into();
    let engine: JsValue = Engine::new(&nothing, &nothing).into();
    let class = Reflect::get(&engine, &"constructor".into()).unwrap();
    let crash = Closure::<dyn Fn()>::new(|| panic!("on purpose")).into_js_value();
    Reflect::set(&js_sys::global(), &"crash".into(), &crash).unwrap();
    run("a_call_that_went_on_is_lost", &class).await.map(drop)
}

#[wasm_bindgen(raw_module = "/tests/app/scenarios.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn run(name: &str, engine_class: &JsValue) -> Result<JsValue, JsValue>;
}
