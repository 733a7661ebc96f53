//! What the core has an app hear of.

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    log::{Level, LogScope},
    shared::ClientShared,
    tokens,
};
use crate::{
    api::{
        client_state, connectivity, device, device_preferences, error::to_js, rendering, statistics,
    },
    core::{
        CallKey, CaptureRequest, Changes, DeviceKind, ElementEffect, ElementId, EventPayload,
        LocalEvent, PromiseId, Scope, TokenRequestId, TrackType,
    },
    web::{AppEvent, Error, Frontend, Outcome, Setup, field},
};

impl Frontend for ClientShared {
    fn mark(&self, changes: &Changes) {
        for (key, changes) in &changes.by_call {
            if let Some(call) = self.call(*key) {
                call.mark(changes);
            }
            if !changes.transitions.is_empty() {
                self.review_call(*key);
            }
        }
        if changes.calls {
            // Every registered call gets its object, which is how the core learns when nobody needs
            // the call any more.
            let registered = self.driver().client().state().calls.clone();
            for call in registered {
                self.call_object(call);
            }
            self.review_calls();
        }
        if !changes.calls && !changes.connected_user {
            return;
        }
        self.has_news.set(true);
        if let Some(parts) = self.parts() {
            client_state::mark(&parts, changes);
        }
    }

    fn flush(&self) {
        for call in self.calls() {
            call.flush();
        }
        if self.has_news.take()
            && let Some(parts) = self.parts()
        {
            client_state::flush(&parts);
        }
        self.review();
    }

    fn settle(&self, promise: PromiseId, result: Result<Outcome, Error>) {
        let result = match result {
            Ok(outcome) => Ok(self.outcome(outcome)),
            Err(error) => Err(to_js(&error)),
        };
        // The outcome may have been that nobody is connected.
        self.review();
        self.promises.settle(promise, result);
    }

    fn emit(&self, event: AppEvent) {
        let told = match &event.payload {
            EventPayload::Server(document) => received(document.copy()),
            EventPayload::Local(local) => received(own_event(&event.name, local)),
            EventPayload::Lost(cid, error) => received(lost(&event.name, cid, error)),
        };
        match event.scope {
            Scope::Client => {
                if let Some(parts) = self.parts() {
                    parts.listeners().emit(&told);
                }
            }
            Scope::Call(call) => {
                if let Some(call) = self.call(call) {
                    call.emit(&told);
                }
            }
        }
    }

    fn setup(&self, request: &CaptureRequest) -> Setup {
        let call = request.capture.owner().and_then(|call| ClientShared::call(self, call));
        call.map(|call| device::setup(&call, request)).unwrap_or_default()
    }

    fn remember_device(&self, call: CallKey, kind: DeviceKind) {
        if let Some(call) = ClientShared::call(self, call) {
            device_preferences::remember_device(&call, kind);
        }
    }

    fn ask_defaults(&self, call: CallKey) {
        if let Some(call) = ClientShared::call(self, call) {
            device_preferences::recall_all(call);
        }
    }

    fn measure(&self, call: CallKey) {
        if let Some(call) = ClientShared::call(self, call) {
            statistics::measure(call);
        }
    }

    fn element(&self, element: ElementId, effect: &ElementEffect) {
        let call = element.owner().and_then(|call| ClientShared::call(self, call));
        if let Some(Err(thrown)) = call.map(|call| rendering::perform(&call, element, effect)) {
            let message = "an element of the app cannot be used";
            self.log(LogScope::Rendering, Level::Warn, message, &[thrown]);
        }
    }

    fn warn_of_unheard(&self, _: CallKey, session_id: &str, track_type: TrackType) {
        let message = rendering::warn_of_unheard(session_id, track_type);
        self.log(LogScope::Rendering, Level::Warn, &message, &[]);
    }

    fn fetch_token(&self, request: TokenRequestId) {
        if let Some(this) = self.weak().upgrade() {
            tokens::ask(&this, request);
        }
    }

    fn warn(&self, message: &str, thrown: &JsValue) {
        let details: &[JsValue] =
            if thrown.is_undefined() { &[] } else { std::slice::from_ref(thrown) };
        self.log(LogScope::Core, Level::Warn, message, details);
    }
}

impl ClientShared {
    /// What the app gets of an outcome.
    fn outcome(&self, outcome: Outcome) -> JsValue {
        match outcome {
            Outcome::Done => JsValue::UNDEFINED,
            Outcome::Json(document) => document.copy(),
            Outcome::Connectivity(report) => connectivity::report(&report),
            Outcome::Call(call) => self.call_object(call),
            Outcome::Calls(answer, calls) => {
                // The server's answer, in which the app's objects stand for the calls.
                let objects: Vec<JsValue> =
                    calls.into_iter().map(|call| self.call_object(call)).collect();
                let found = Object::assign(&Object::new(), answer.copy().unchecked_ref());
                set(&found, "calls", objects);
                found.into()
            }
        }
    }
}

/// An event of the server, or of our own, with the time of now.
fn received(event: JsValue) -> JsValue {
    // The same object goes to the listeners of the client and of the call.
    if !field(&event, "received_at").is_instance_of::<Date>() {
        set(event.unchecked_ref(), "received_at", Date::new_0());
    }
    event
}

fn own_event(name: &str, event: &LocalEvent) -> JsValue {
    let told = Object::new();
    set(&told, "type", name);
    match event {
        LocalEvent::ConnectionChanged { online } | LocalEvent::NetworkChanged { online } => {
            set(&told, "online", *online);
        }
        LocalEvent::Unwatched { cid } => set(&told, "call_cid", cid.as_str()),
        LocalEvent::Left { cid, reason } => {
            set(&told, "call_cid", cid.as_str());
            set(&told, "reason", *reason);
        }
        LocalEvent::DeviceDisconnected { .. } | LocalEvent::CaptureReport { .. } => {
            return device::event(name, event);
        }
    }
    told.into()
}

fn lost(name: &str, cid: &str, error: &Error) -> JsValue {
    let told = Object::new();
    set(&told, "type", name);
    set(&told, "call_cid", cid);
    set(&told, "error", to_js(error));
    told.into()
}

/// Sets a field of an object of our own, which throws nothing.
fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &key.into(), &value.into());
}
