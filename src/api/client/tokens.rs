//! The app's token provider.

use crate::web::task::detach;
use std::rc::Rc;

use js_sys::{Function, TypeError};
use wasm_bindgen::{JsCast, JsValue};

use super::shared::ClientShared;
use crate::{api::parts::Parts, core::TokenRequestId, web::settled};

/// What it is called among the parts of the client.
const PROVIDER: &str = "tokenProvider";

/// From now on tokens come from `provider`.
pub(super) fn set_provider(parts: &Parts, provider: Option<&Function>) {
    parts.set(PROVIDER, &provider.map(JsValue::from).unwrap_or_default());
}

/// Asks the app for a token, and tells the core what it answers or throws.
pub(super) fn ask(shared: &Rc<ClientShared>, request: TokenRequestId) {
    // Asked at once, as it may only be right for the user of now.
    let given = match shared.function(PROVIDER) {
        Some(provider) => provider.call0(&JsValue::UNDEFINED),
        None => Err(JsValue::UNDEFINED),
    };
    let shared = Rc::downgrade(shared);
    detach(async move {
        let answer = match given {
            Ok(token) => settled(&token).await.and_then(read),
            Err(thrown) => Err(thrown),
        };
        if let Some(shared) = shared.upgrade() {
            shared.take_token(request, answer);
        }
    });
}

fn read(token: JsValue) -> Result<String, JsValue> {
    let no_text = || TypeError::new("the token provider gave no string").unchecked_into();
    token.as_string().ok_or_else(no_text)
}
