//! Operations that an app may give up through an `AbortSignal`.

use crate::web::task::detach;
use std::cell::Cell;

use js_sys::Promise;
use serde::{Deserialize, Deserializer, de::Error as _};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::{
    error::to_js,
    promises::{Settle, open, rejected},
};
use crate::{
    core::{Category, Code, ErrorClass},
    web::{Error, Listener, field},
};

/// A signal of the app, read from an option such as `signal: Option<Signal>`.
#[derive(Clone)]
pub(crate) struct Signal(AbortSignal);

impl Signal {
    /// Whether it is the same object.
    pub(crate) fn is(&self, other: &Self) -> bool {
        *AsRef::<JsValue>::as_ref(&self.0) == *AsRef::<JsValue>::as_ref(&other.0)
    }

    pub(crate) fn is_aborted(&self) -> bool {
        field(&self.0, "aborted").is_truthy()
    }

    /// The failure of what is given up; `what` is the name of the method.
    pub(crate) fn abortion(&self, what: &str) -> Error {
        let mut error = Error::new(Code::Aborted, Category::Abort, format!("{what} was aborted"))
            .class(ErrorClass::JoinAborted)
            .hint("Nothing to do if the app aborted it on purpose; otherwise call it again.")
            .retryable();
        let reason = field(&self.0, "reason");
        if !reason.is_undefined() {
            error = error.cause(reason);
        }
        error
    }
}

impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value: JsValue = serde_wasm_bindgen::preserve::deserialize(deserializer)?;
        // By its form and not by its class, as it may come from another window.
        let is_signal = field(&value, "aborted").as_bool().is_some()
            && field(&value, "addEventListener").is_function();
        if is_signal {
            Ok(Self(value.unchecked_into()))
        } else {
            Err(D::Error::custom("no AbortSignal"))
        }
    }
}

/// Begins what `what` names, unless `signal` has been given already. From then on the signal rejects
/// the promise, and has `on_abort` give up what was begun.
pub(crate) fn abortable(
    signal: Option<&Signal>,
    what: &'static str,
    begin: impl FnOnce() -> Promise,
    on_abort: impl FnOnce() + 'static,
) -> Promise {
    match signal {
        None => begin(),
        Some(signal) if signal.is_aborted() => rejected(&signal.abortion(what)),
        Some(signal) => follow(signal, what, begin(), Box::new(on_abort)),
    }
}

/// A promise of its own for what is `running` already, see [`abortable`].
pub(crate) fn follow(
    signal: &Signal,
    what: &'static str,
    running: Promise,
    on_abort: Box<dyn FnOnce()>,
) -> Promise {
    let (promise, settle) = open();
    let listener = listen(signal, what, settle.clone(), on_abort);
    detach(async move {
        let result = JsFuture::from(running).await;
        drop(listener);
        settle.settle(result);
    });
    promise
}

fn listen(
    signal: &Signal,
    what: &'static str,
    settle: Settle,
    on_abort: Box<dyn FnOnce()>,
) -> Listener {
    let on_abort = Cell::new(Some(on_abort));
    let given = signal.clone();
    Listener::new(&signal.0, "abort", move |_| {
        settle.reject(&to_js(&given.abortion(what)));
        if let Some(on_abort) = on_abort.take() {
            on_abort();
        }
    })
}
