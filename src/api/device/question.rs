//! The question to the user that gives devices their names.

use std::cell::{Cell, RefCell};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::{
    api::{error::to_js, functions::promise},
    core::DeviceKind,
    web::{Error, Permission, PermissionState, get_user_media, media_key, object, stop_tracks},
};

/// A wish of the app to see devices, for which the user is asked once at most: a list is read again
/// whenever something changes, and the end of a question is such a change.
#[derive(Default)]
pub(super) struct Question {
    asked: RefCell<Option<Promise>>,
    is_refusal_told: Cell<bool>,
    is_withdrawn: Cell<bool>,
}

thread_local! {
    /// The questions that are open on this page: whoever wishes the same shares them.
    static OPEN: RefCell<Vec<(DeviceKind, Promise)>> = const { RefCell::new(Vec::new()) };
}

impl Question {
    /// Asks, if that was not done yet and may do good; waits for the answer.
    ///
    /// # Errors
    ///
    /// What the user or the browser has against it, once.
    pub(super) async fn ask(&self, kind: DeviceKind) -> Result<(), JsValue> {
        if self.asked().is_none() && (!may_ask(kind).await || self.is_withdrawn.get()) {
            return Ok(());
        }
        let asked = self.asked().unwrap_or_else(|| ask(kind));
        *self.asked.borrow_mut() = Some(asked.clone());
        match JsFuture::from(asked).await {
            Err(refusal) if !self.is_refusal_told.replace(true) => Err(refusal),
            _ => Ok(()),
        }
    }

    /// The app does not wish it any more.
    pub(super) fn withdraw(&self) {
        self.is_withdrawn.set(true);
    }

    fn asked(&self) -> Option<Promise> {
        self.asked.borrow().clone()
    }
}

fn ask(kind: DeviceKind) -> Promise {
    let find = |open: &[(DeviceKind, Promise)]| {
        open.iter().find(|(of, _)| *of == kind).map(|(_, asked)| asked.clone())
    };
    if let Some(open) = OPEN.with_borrow(|open| find(open)) {
        return open;
    }
    let asked = promise(async move {
        let media = object(&[(media_key(kind), JsValue::TRUE)]);
        let opened = get_user_media(kind, &media).await;
        OPEN.with_borrow_mut(|open| open.retain(|(of, _)| *of != kind));
        let opened = opened.map_err(|failure| to_js(&Error::device(kind, failure.into(), None)))?;
        stop_tracks(&opened);
        Ok(JsValue::UNDEFINED)
    });
    OPEN.with_borrow_mut(|open| open.push((kind, asked.clone())));
    asked
}

async fn may_ask(kind: DeviceKind) -> bool {
    match Permission::of(kind) {
        Some(permission) => permission.query().await != PermissionState::Denied,
        None => false,
    }
}
