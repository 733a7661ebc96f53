//! The worker that wakes a page in the background.

use trunkline::{core::Input, web::Ticker};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, call, eval, get};

#[wasm_bindgen_test]
async fn a_real_worker_wakes_a_hidden_page() {
    let (inbox, reporter) = Inbox::new();
    let _hidden = visibility(true);
    let ticker = Ticker::new(reporter);

    ticker.set(true);

    for _ in 0..2 {
        assert_ticked(&inbox).await;
    }
    ticker.set(false);
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn it_ticks_while_the_page_is_hidden_and_only_then() {
    let (inbox, reporter) = Inbox::new();
    let workers = Workers::new();
    let page = visibility(false);
    let ticker = Ticker::new(reporter);
    ticker.set(true);
    assert_eq!(workers.count(), 0, "a page that is seen has timers that come in time");

    drop(page);
    let page = visibility(true);
    changes();
    workers.tick(0);
    workers.tick(0);
    assert_ticked(&inbox).await;
    assert_ticked(&inbox).await;

    drop(page);
    let page = visibility(false);
    changes();
    assert!(workers.has_ended(0));
    workers.tick(0);
    inbox.assert_silent().await;
    drop(page);
    let _page = visibility(true);
    changes();
    assert_eq!(workers.count(), 2);

    ticker.set(false);
    assert!(workers.has_ended(1));
    changes();
    assert_eq!(workers.count(), 2, "nothing is left on the page");
}

#[wasm_bindgen_test]
fn a_page_that_is_hidden_from_the_start_is_woken_too_and_once() {
    let (_, reporter) = Inbox::new();
    let workers = Workers::new();
    let _page = visibility(true);
    let ticker = Ticker::new(reporter);

    ticker.set(true);
    ticker.set(true);

    assert_eq!(workers.count(), 1);
    assert!(!workers.has_ended(0));
}

#[wasm_bindgen_test]
fn what_goes_away_takes_its_worker_and_the_address_of_its_script_along() {
    let (_, reporter) = Inbox::new();
    let workers = Workers::new();
    let revoked = Patch::new(
        "URL",
        "revokeObjectURL",
        "globalThis.revoked = []; return (url) => revoked.push(url)",
    );
    let _page = visibility(true);
    let ticker = Ticker::new(reporter);
    ticker.set(true);

    drop(ticker);

    assert!(workers.has_ended(0));
    changes();
    assert_eq!(workers.count(), 1);
    assert_eq!(eval("return revoked.join() === workers[0].url", &JsValue::NULL), true);
    drop(revoked);
}

#[wasm_bindgen_test]
async fn a_page_without_workers_or_that_forbids_them_goes_on_without() {
    let (inbox, reporter) = Inbox::new();
    for (path, name, script) in [
        ("globalThis", "Worker", "return undefined"),
        ("globalThis", "Worker", "return class { constructor() { throw new Error('forbidden') } }"),
        ("globalThis", "Blob", "return undefined"),
        ("URL", "createObjectURL", "return () => { throw new Error('forbidden') }"),
    ] {
        let page = visibility(true);
        let patch = Patch::new(path, name, script);
        let ticker = Ticker::new(reporter.clone());

        ticker.set(true);
        ticker.set(false);
        ticker.set(true);

        drop((patch, ticker, page));
    }
    inbox.assert_silent().await;
}

/// Takes the place of the browser's workers: these tick when told to.
struct Workers {
    made: JsValue,
    _patch: Patch,
}

impl Workers {
    fn new() -> Self {
        let script = "globalThis.workers = [];
            return class extends EventTarget {
              constructor(url) { super(); this.url = url; workers.push(this); }
              terminate() { this.hasEnded = true; }
            }";
        let patch = Patch::new("globalThis", "Worker", script);
        Self { made: eval("return workers", &JsValue::NULL), _patch: patch }
    }

    fn get(&self, place: u32) -> JsValue {
        get(&self.made, &place.to_string())
    }

    fn count(&self) -> JsValue {
        get(&self.made, "length")
    }

    fn tick(&self, place: u32) {
        let event = eval("return new MessageEvent('message', { data: 0 })", &JsValue::NULL);
        call(&self.get(place), "dispatchEvent", &[event]);
    }

    fn has_ended(&self, place: u32) -> bool {
        get(&self.get(place), "hasEnded").is_truthy()
    }
}

fn visibility(hidden: bool) -> Patch {
    Patch::new("document", "hidden", &format!("return {hidden}"))
}

/// Says that the visibility may have changed.
fn changes() {
    eval("document.dispatchEvent(new Event('visibilitychange'))", &JsValue::NULL);
}

async fn assert_ticked(inbox: &Inbox) {
    let input = inbox.next().await;
    assert!(matches!(input, Input::Timeout), "{input:?}");
}
