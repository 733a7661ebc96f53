//! The host of the tests: JSON as `serde_json` holds it, and texts that are thrown.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::core::{self, Body, Document, Host, Viewed};

/// The host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Native;

impl Host for Native {
    type Document = Value;
    type Thrown = String;
}

impl Document for Value {
    fn view<V: DeserializeOwned>(&self) -> Option<V> {
        self.is_object().then(|| V::deserialize(self).ok()).flatten()
    }

    fn with(&self, field: &'static str, value: &Self) -> Self {
        let mut copy = self.clone();
        copy[field] = value.clone();
        copy
    }

    fn merged(&self, newer: &Self) -> Self {
        let mut copy = self.clone();
        for (field, value) in newer.as_object().into_iter().flatten() {
            copy[field] = value.clone();
        }
        copy
    }
}

pub(super) type Client = core::Client<Native>;
pub(super) type Input = core::Input<Native>;
pub(super) type Effect = core::Effect<Native>;
pub(super) type Outcome = core::Outcome<Native>;
pub(super) type Error = core::Error<Native>;
pub(super) type CallState = core::CallState<Native>;
pub(super) type Participant = core::Participant<Native>;
pub(super) type Reply = core::Reply<Native>;
pub(super) type PeerInput = core::PeerInput<Native>;
pub(super) type GatherNews = core::GatherNews<Native>;
pub(super) type HttpReply = core::HttpReply<Native>;
pub(super) type HttpFailure = core::HttpFailure<Native>;
pub(super) type DeviceFailure = core::DeviceFailure<Native>;

/// A document with the view that the core reads of it.
pub(super) fn seen<V: DeserializeOwned + Default>(document: Value) -> Viewed<V, Value> {
    Viewed::new(document)
}

/// An app's object.
pub(super) fn body(object: Value) -> Body {
    Body::new(object.to_string()).unwrap()
}

/// A JWT of `user_id`; nobody here checks its signature.
pub(super) fn token(user_id: &str) -> String {
    let payload = URL_SAFE_NO_PAD.encode(json!({ "user_id": user_id }).to_string());
    format!("e30.{payload}.c2ln")
}
