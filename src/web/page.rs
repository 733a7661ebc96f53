use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use super::{browser::Input, listener::Listener, object::field, report::Reporter};

/// Watches whether the browser is online and the page is there, for as long as it lives.
pub struct Page {
    _listeners: [Listener; 3],
}

impl Page {
    /// Reports each change.
    pub fn watch(reporter: &Reporter) -> Self {
        // A page or a worker. Elsewhere there is nothing to listen to.
        let target: EventTarget = js_sys::global().unchecked_into();
        let on = |name, input: fn(JsValue) -> Option<Input>| {
            let reporter = reporter.clone();
            Listener::new(&target, name, move |event| {
                if let Some(input) = input(event) {
                    reporter.report(input);
                }
            })
        };
        let listeners = [
            on("online", |_| Some(Input::Online(true))),
            on("offline", |_| Some(Input::Online(false))),
            on("pagehide", |event| {
                // A page in the back-forward cache may come back as it was.
                field(&event, "persisted").is_falsy().then_some(Input::PageHidden)
            }),
        ];
        Self { _listeners: listeners }
    }
}
