//! Promises that apps wait for.

use crate::web::Error;
use std::{
    cell::{Cell, RefCell},
    mem,
};

use indexmap::IndexMap;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsValue, prelude::Closure};

use super::{error::to_js, parts::Parts};
use crate::core::PromiseId;

/// A promise, and what settles it.
pub(crate) fn open() -> (Promise, Settle) {
    let mut settle = Settle { resolve: None, reject: None };
    let promise = Promise::new(&mut |resolve, reject| {
        settle = Settle { resolve: Some(resolve), reject: Some(reject) };
    });
    (promise, settle)
}

/// A promise that is rejected already: methods that return promises never throw.
pub(crate) fn rejected(error: &Error) -> Promise {
    Promise::reject(&to_js(error))
}

/// The promise, or one that is rejected because it could not be made.
pub(crate) fn promised(promise: Result<Promise, Error>) -> Promise {
    promise.unwrap_or_else(|error| rejected(&error))
}

thread_local! {
    static NOTHING: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
}

/// Nobody has to wait for that promise: a rejection that no app handles is not reported.
pub(crate) fn need_no_handler(promise: &Promise) {
    let _ = NOTHING.with(|nothing| promise.catch(nothing));
}

/// The two functions of a promise; only the first call has an effect.
#[derive(Clone)]
pub(crate) struct Settle {
    resolve: Option<Function>,
    reject: Option<Function>,
}

impl Settle {
    pub(crate) fn resolve(&self, value: &JsValue) {
        call(self.resolve.as_ref(), value);
    }

    pub(crate) fn reject(&self, error: &JsValue) {
        call(self.reject.as_ref(), error);
    }

    pub(crate) fn settle(&self, result: Result<JsValue, JsValue>) {
        match result {
            Ok(value) => self.resolve(&value),
            Err(error) => self.reject(&error),
        }
    }
}

/// They throw nothing: the functions of a promise never do.
fn call(function: Option<&Function>, value: &JsValue) {
    if let Some(function) = function {
        let _ = function.call1(&JsValue::UNDEFINED, value);
    }
}

/// The promises that wait for the core, by the names that it knows them by.
#[derive(Default)]
pub(crate) struct Promises {
    pending: RefCell<IndexMap<PromiseId, Pending>>,
    last: Cell<u64>,
}

struct Pending {
    settle: Settle,
    /// Whoever waits may have kept nothing but the promise: the objects that it came from must not be
    /// collected before it is settled.
    _holder: Option<Parts>,
    /// Is done just before the app hears of the end.
    finish: Option<Box<dyn FnOnce()>>,
}

impl Promises {
    /// A new one, which keeps `holder` until it is settled.
    pub(crate) fn begin(
        &self,
        holder: Option<Parts>,
        finish: Option<Box<dyn FnOnce()>>,
    ) -> (PromiseId, Promise) {
        let id = PromiseId(self.last.get() + 1);
        self.last.set(id.0);
        let (promise, settle) = open();
        self.pending.borrow_mut().insert(id, Pending { settle, _holder: holder, finish });
        (id, promise)
    }

    pub(crate) fn settle(&self, id: PromiseId, result: Result<JsValue, JsValue>) {
        let pending = self.pending.borrow_mut().shift_remove(&id);
        if let Some(Pending { settle, finish, .. }) = pending {
            if let Some(finish) = finish {
                finish();
            }
            settle.settle(result);
        }
    }

    /// Rejects all of them.
    pub(crate) fn reject_all(&self, error: &JsValue) {
        // A panic may have left it borrowed.
        let Ok(pending) = self.pending.try_borrow_mut().map(|mut pending| mem::take(&mut *pending))
        else {
            return;
        };
        for (_, Pending { settle, .. }) in pending {
            settle.reject(error);
        }
    }
}
