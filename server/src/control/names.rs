//! What the SFU calls a call. It knows nothing of apps, and the name is unique across them.

use crate::app::AppId;

/// What the SFU calls the call with this cid.
pub fn call_name(app: AppId, cid: &str) -> String {
    format!("{}/{cid}", app.0)
}

/// What stands for all calls of the app in which the call of this name is.
pub(crate) fn all_calls(call_name: &str) -> &str {
    call_name.find('/').and_then(|end| call_name.get(..=end)).unwrap_or_default()
}

/// The cid in the name of a call.
pub fn cid(call_name: &str) -> &str {
    call_name.split_once('/').map_or(call_name, |(_, cid)| cid)
}

/// The app and the cid in the name of a call.
pub(super) fn in_app(call_name: &str) -> Option<(AppId, &str)> {
    let (app, cid) = call_name.split_once('/')?;
    Some((AppId(app.parse().ok()?), cid))
}
