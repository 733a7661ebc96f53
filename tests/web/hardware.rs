//! Which devices there are, and whether the page may use them; with answers of the browser's kind in
//! place of its own.

use std::{cell::Cell, rc::Rc};

use trunkline::{
    core::ListedKind,
    web::{Permission, PermissionState, find_devices, list_devices, watch_devices},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Patch, eval, microtask, turn};

#[wasm_bindgen_test]
async fn the_devices_of_a_kind_are_listed_without_the_one_that_stands_for_another() {
    let _patch = devices("[['videoinput', 'a'], ['audioinput', 'default'], ['audioinput', 'b']]");

    let found = find_devices(Some(ListedKind::AudioInput)).await.unwrap();
    assert_eq!(found.len(), 1);
    let ids: Vec<String> = list_devices().await.into_iter().map(|device| device.id).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[wasm_bindgen_test]
async fn a_list_that_cannot_be_read_is_a_failure_and_none_is_an_empty_one() {
    for how in ["Promise.reject(new Error('no'))", "(() => { throw new Error('no') })()"] {
        let script = format!("return () => {how}");
        let _patch = Patch::new("navigator.mediaDevices", "enumerateDevices", &script);
        assert!(find_devices(None).await.is_err());
        assert!(list_devices().await.is_empty());
    }
    let _patch = Patch::new("navigator", "mediaDevices", "return undefined");
    assert!(find_devices(None).await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn who_watches_hears_once_of_what_comes_and_goes_and_nothing_afterwards() {
    // Timers of half a second run when the test says so.
    let _timers = Patch::new(
        "globalThis",
        "setTimeout",
        "globalThis.due = [];
         return (run, ms) => (ms === 500 ? due.push(run) : it(run, ms));",
    );
    let _clear = Patch::new(
        "globalThis",
        "clearTimeout",
        "return (timer) => (timer <= due.length ? (due[timer - 1] = () => {}) : it(timer));",
    );
    let heard = Rc::new(Cell::new(0));
    let counted = heard.clone();
    let watch = watch_devices(move || counted.set(counted.get() + 1));
    plug();
    plug();
    assert_eq!(heard.get(), 0, "one headset is several devices");
    eval("due.forEach((run) => run())", &JsValue::NULL);
    assert_eq!(heard.get(), 1);

    drop(watch);
    plug();
    eval("due.forEach((run) => run())", &JsValue::NULL);
    assert_eq!(heard.get(), 1);
}

#[wasm_bindgen_test]
async fn a_permission_shows_what_the_browser_says_and_that_it_asks() {
    let _patch = permissions(
        "globalThis.granting = Object.assign(new EventTarget(), { state: 'prompt' });
         return async () => granting;",
    );
    let permission = Permission::new("camera");
    let seen = Rc::new(std::cell::RefCell::new(Vec::new()));
    let (noted, known) = (seen.clone(), Rc::downgrade(&permission));
    let watch = permission.watch(move || {
        noted.borrow_mut().push(known.upgrade().unwrap().state());
    });
    assert_eq!(permission.query().await, PermissionState::Prompt);

    permission.ask(async { set("granted") }).await;
    permission.ask(async {}).await;
    set("denied");
    set("prompt");
    permission.ask(async {}).await;
    drop(watch);
    set("granted");

    let expected = [
        PermissionState::Prompting,
        PermissionState::Granted,
        PermissionState::Denied,
        PermissionState::Prompt,
        PermissionState::Prompting,
        PermissionState::Prompt,
    ];
    assert_eq!(*seen.borrow(), expected);
    assert_eq!(permission.state(), PermissionState::Granted);
}

#[wasm_bindgen_test]
async fn a_browser_that_cannot_be_asked_prompts() {
    for how in [
        "() => Promise.reject(new TypeError('no such permission'))",
        "() => { throw new TypeError('no') }",
        "async () => undefined",
        "undefined",
    ] {
        let _patch = permissions(&format!("return {how}"));
        let permission = Permission::new("microphone");
        assert_eq!(permission.query().await, PermissionState::Prompt, "{how}");
        let during = permission.ask(async { permission.state() }).await;
        assert_eq!(during, PermissionState::Prompting);
    }
    turn().await;
    microtask().await;
}

fn devices(list: &str) -> Patch {
    let script = format!(
        "return async () => {list}.map(([kind, deviceId]) => ({{ kind, deviceId, label: '' }}))"
    );
    Patch::new("navigator.mediaDevices", "enumerateDevices", &script)
}

fn permissions(script: &str) -> Patch {
    Patch::new("navigator.permissions", "query", script)
}

fn set(state: &str) {
    eval("granting.state = it; granting.dispatchEvent(new Event('change'))", &state.into());
}

fn plug() {
    eval("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))", &JsValue::NULL);
}
