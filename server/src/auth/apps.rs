//! The apps of a running server. Commands may change them meanwhile.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use trunkline_protocol::coordinator::{DateTime, ErrorCode};

use super::{App, Credentials, DEV_SECRET, authentication};
use crate::{
    app::AppId,
    clock,
    coordinator::{Caller, Refusal},
    store::apps::AppRecord,
};

/// The apps of this server.
pub struct Apps {
    /// The one that the server was started with.
    own: AppId,
    dev: bool,
    by_key: RwLock<HashMap<String, Arc<KnownApp>>>,
}

/// An app, and whether it may be used.
pub struct KnownApp {
    /// Names it in the store.
    pub id: AppId,
    /// Key and secret.
    pub app: App,
    /// The app as it was before its secret changed, and until when that is good for something.
    previous: Option<(App, DateTime)>,
    is_disabled: bool,
}

impl Apps {
    /// The stored apps, of which the server was started with `own`, in development or not.
    pub(crate) fn new(apps: impl IntoIterator<Item = AppRecord>, own: AppId, dev: bool) -> Self {
        let known = Self { own, dev, by_key: RwLock::default() };
        known.replace(apps);
        known
    }

    /// From now on these.
    pub(crate) fn replace(&self, apps: impl IntoIterator<Item = AppRecord>) {
        let usable = apps
            .into_iter()
            // A directory that has served development must not leave its door open.
            .filter(|app| self.dev || app.secret != DEV_SECRET)
            // Another key at the start takes the place of the one before.
            .filter(|app| app.id == self.own || !app.by_start);
        let by_key = usable.map(|app| (app.key.clone(), Arc::new(app.into()))).collect();
        *self.by_key.write().unwrap_or_else(PoisonError::into_inner) = by_key;
    }

    /// The app that a request names.
    pub fn find(&self, api_key: Option<&str>) -> Result<Arc<KnownApp>, Refusal> {
        let refused = |detail| Refusal::new(ErrorCode::AccessKey, detail);
        let key = api_key.ok_or_else(|| refused("api_key is missing"))?;
        let by_key = self.by_key.read().unwrap_or_else(PoisonError::into_inner);
        let found = by_key.get(key).ok_or_else(|| refused("the api_key is not known"))?;
        if found.is_disabled {
            return Err(refused("the app is disabled"));
        }
        Ok(Arc::clone(found))
    }

    /// Which user sends the request.
    pub fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refusal> {
        let known = self.find(credentials.api_key)?;
        known.by_either_secret(|app| app.authenticate(known.id, credentials))
    }

    /// The app whose backend sends the request: the token must be a server-side one.
    pub fn authenticate_server(&self, credentials: Credentials<'_>) -> Result<AppId, Refusal> {
        let known = self.find(credentials.api_key)?;
        let token = credentials.token.filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| authentication("the request has no token"))?;
        let claims = known.by_either_secret(|app| app.read(token))?;
        if claims.server == Some(true) {
            return Ok(known.id);
        }
        let detail = "only a server-side token may do this";
        Err(Refusal::new(ErrorCode::NotAllowed, detail))
    }

    /// Numbers of all apps.
    pub fn ids(&self) -> Vec<AppId> {
        let by_key = self.by_key.read().unwrap_or_else(PoisonError::into_inner);
        by_key.values().map(|known| known.id).collect()
    }
}

impl KnownApp {
    /// The secret of before is asked only where the one of now does not fit.
    fn by_either_secret<T>(
        &self,
        check: impl Fn(&App) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        match (check(&self.app), &self.previous) {
            (Err(refusal), Some((before, until)))
                if refusal.code == ErrorCode::TokenSignatureInvalid && clock::now() < *until =>
            {
                check(before)
            }
            (result, _) => result,
        }
    }
}

impl From<AppRecord> for KnownApp {
    fn from(record: AppRecord) -> Self {
        let AppRecord { id, key, secret, previous, disabled, .. } = record;
        let before = previous.map(|(secret, until)| (App { key: key.clone(), secret }, until));
        Self { id, app: App { key, secret }, previous: before, is_disabled: disabled }
    }
}
