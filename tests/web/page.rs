//! What happens to the page as a whole.

use trunkline::{core::Input, web::Page};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, eval};

#[wasm_bindgen_test]
async fn going_online_and_offline_is_reported() {
    let (inbox, reporter) = Inbox::new();
    let _page = Page::watch(&reporter);

    happens("new Event('offline')");
    happens("new Event('online')");

    for expected in [false, true] {
        let input = inbox.next().await;
        assert!(matches!(input, Input::Online(online) if online == expected), "{input:?}");
    }
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_page_that_may_come_back_is_not_gone() {
    let (inbox, reporter) = Inbox::new();
    let _page = Page::watch(&reporter);

    happens("new PageTransitionEvent('pagehide', { persisted: true })");
    inbox.assert_silent().await;
    happens("new PageTransitionEvent('pagehide', { persisted: false })");

    let input = inbox.next().await;
    assert!(matches!(input, Input::PageHidden), "{input:?}");
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn nothing_is_left_on_the_page() {
    let (inbox, reporter) = Inbox::new();
    let page = Page::watch(&reporter);

    drop(page);

    happens("new Event('offline')");
    happens("new PageTransitionEvent('pagehide')");
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn where_there_are_no_events_nothing_happens() {
    let (inbox, reporter) = Inbox::new();
    for script in ["return undefined", "return () => { throw new Error('no') }"] {
        let _add = Patch::new("globalThis", "addEventListener", script);
        let _remove = Patch::new("globalThis", "removeEventListener", script);
        drop(Page::watch(&reporter));
    }
    inbox.assert_silent().await;
}

fn happens(event: &str) {
    eval(&format!("dispatchEvent({event})"), &JsValue::UNDEFINED);
}
