//! Who connects, and with which tokens, as apps say it.

use crate::web::Error;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    api::{body::Body, options::invalid},
    core::{Tokens, User, UserKind},
};

/// A user of the app.
pub(crate) struct Login {
    pub(crate) kind: UserKind,
    /// Empty when the app gave none.
    id: String,
    details: Body,
    token: Option<String>,
    pub(crate) provider: Option<Function>,
}

impl Login {
    /// Reads `connectUser(user, tokenOrProvider)`.
    pub(crate) fn read(user: &JsValue, token_or_provider: &JsValue) -> Result<Self, Error> {
        if token_or_provider.is_undefined() {
            make_login(user, None, None)
        } else if let Some(token) = token_or_provider.as_string() {
            make_login(user, Some(token), None)
        } else if let Some(provider) = token_or_provider.dyn_ref::<Function>() {
            make_login(user, None, Some(provider.clone()))
        } else {
            Err(invalid("connectUser: the token is neither a string nor a function"))
        }
    }

    /// What tells the user from others of the app; empty when nothing does.
    pub(crate) fn key(&self) -> &str {
        if self.kind == UserKind::Anonymous { "!anon" } else { &self.id }
    }

    /// Whether a user who needs a token has nothing to get it from.
    pub(crate) fn lacks_token(&self) -> bool {
        self.kind == UserKind::Authenticated && self.token.is_none() && self.provider.is_none()
    }

    /// As the core takes it.
    pub(crate) fn into_user(self) -> (User, Tokens) {
        let tokens = Tokens { fixed: self.token, provider: self.provider.is_some() };
        let details = Some(self.details.into_core());
        (User { kind: self.kind, id: self.id, details }, tokens)
    }
}

pub(crate) fn make_login(
    user: &JsValue,
    token: Option<String>,
    provider: Option<Function>,
) -> Result<Login, Error> {
    if user.is_undefined() || user.is_null() {
        return Err(invalid("user: not an object"));
    }
    let details = Body::copy(user, "user")?;
    let kind = match field(&details, "type")?.as_deref() {
        None | Some("authenticated") => UserKind::Authenticated,
        Some("guest") => UserKind::Guest,
        Some("anonymous") => UserKind::Anonymous,
        Some(_) => return Err(invalid("user.type is no kind of user")),
    };
    if kind == UserKind::Guest && (token.is_some() || provider.is_some()) {
        return Err(invalid("user: guests get their token from the coordinator"));
    }
    let id = field(&details, "id")?.unwrap_or_default();
    Ok(Login { kind, id, details, token, provider })
}

fn field(details: &Body, key: &str) -> Result<Option<String>, Error> {
    let value = details.get(key);
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let text = value.as_string();
    text.map(Some).ok_or_else(|| invalid(&format!("user.{key} is not a string")))
}
