//! Where a client is, by a `fetch` that we answer.

use trunkline::{
    core::{Duration, Input},
    web::find_location,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, eval};

#[wasm_bindgen_test]
async fn the_place_is_read_from_a_header() {
    let place = ask(
        "globalThis.asked = all[0];
         return Promise.resolve(new Response(null, { headers: { 'x-amz-cf-pop': 'FRA56-P1' } }))",
        5_000,
    );

    assert_eq!(place.await.as_deref(), Some("FRA56-P1"));
    let asked = eval("return `${asked.method} ${asked.url}`", &JsValue::NULL);
    assert_eq!(asked, "HEAD https://places.test/");
}

#[wasm_bindgen_test]
async fn no_place_is_none_whatever_goes_wrong() {
    for answer in [
        "return Promise.resolve(new Response())",
        "return Promise.reject(new TypeError('no network'))",
        "return Promise.reject()",
        "return Promise.resolve(7)",
        "return 7",
        "throw new Error('mine')",
    ] {
        assert_eq!(ask(answer, 5_000).await, None, "{answer}");
    }
}

#[wasm_bindgen_test]
async fn who_takes_too_long_is_not_waited_for() {
    let place = ask(
        "return new Promise((_, reject) => {
             all[0].signal.onabort = () => reject(new DOMException('', 'AbortError'));
         })",
        10,
    );

    assert_eq!(place.await, None);
}

async fn ask(answer: &'static str, timeout: u64) -> Option<String> {
    let (inbox, reporter) = Inbox::new();
    let script = format!("return (...all) => {{ {answer} }}");
    let patch = Patch::new("globalThis", "fetch", &script);
    let timeout = Duration::from_millis(timeout);
    find_location("https://places.test/".to_owned(), timeout, &reporter);
    let input = inbox.next().await;
    drop(patch);
    let Input::Location(place) = input else { panic!("{input:?}") };
    place
}
