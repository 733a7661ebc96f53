//! Queries of the coordinator.

use serde_json::json;

use crate::{
    Failure, Found,
    rig::{Rig, flood},
};

/// Lists of calls with as much in them as there can be.
pub async fn calls(rig: &Rig) -> Result<Found, Failure> {
    drop(rig.token("mallory", "first").await?);
    let custom = json!({ "x": "x".repeat(4900) });
    let (refused, _) = flood(50, async |index| {
        let data = json!({ "members": [{ "user_id": "mallory" }], "custom": custom });
        let body = json!({ "data": data }).to_string().into_bytes();
        rig.ask(&format!("/video/call/default/large-{index}"), "mallory", body).await
    })
    .await?;
    let query = json!({ "filter_conditions": { "members": { "$in": ["mallory"] } }, "limit": 100 });
    let query = query.to_string().into_bytes();
    let (until_refused, bytes) =
        flood(200, async |_| rig.ask("/video/calls", "mallory", query.clone()).await).await?;
    let note = format!("{bytes} bytes of answers, calls refused from {refused:?} on");
    Ok(Found { sent: 200, until_refused, note })
}
