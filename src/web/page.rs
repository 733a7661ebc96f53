use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, PageTransitionEvent};

use super::{listener::Listener, report::Reporter};
use crate::core::Input;

/// Watches whether the browser is online and the page is there.
pub(crate) struct Page {
    _listeners: Vec<Listener>,
}

impl Page {
    pub(crate) fn watch(reporter: &Reporter) -> Self {
        let Some(window) = web_sys::window() else {
            return Self { _listeners: vec![] };
        };
        let on = |name, input: fn(&JsValue) -> Option<Input>| {
            let reporter = reporter.clone();
            let target: &EventTarget = window.as_ref();
            Listener::new(target, name, move |event| {
                if let Some(input) = input(&event) {
                    reporter.report(input);
                }
            })
        };
        Self {
            _listeners: vec![
                on("online", |_| Some(Input::Online(true))),
                on("offline", |_| Some(Input::Online(false))),
                on("pagehide", |event| {
                    // A page in the back-forward cache may come back as it was.
                    let persisted = event
                        .dyn_ref::<PageTransitionEvent>()
                        .is_some_and(PageTransitionEvent::persisted);
                    (!persisted).then_some(Input::PageHidden)
                }),
            ],
        }
    }
}
