//! Guests, whom anybody may become who knows the app's key.

use std::{fs, path::Path};

use serde_json::json;
use trunkline_server::native;

use crate::{
    Failure, Found,
    rig::{JSON, KEY, Rig, flood},
};

/// With as much custom data as is taken.
pub async fn guests(rig: &Rig) -> Result<Found, Failure> {
    let url = format!("{}/video/guest?api_key={KEY}", rig.base);
    let directory = rig.log.with_file_name("data");
    let before = size(&directory)?;
    let (until_refused, _) = flood(2000, async |index| {
        let user = json!({ "id": format!("guest-{index}"), "custom": { "x": "x".repeat(4900) } });
        let body = json!({ "user": user }).to_string().into_bytes();
        Ok(native::send("POST", &url, "", JSON, body).await?)
    })
    .await?;
    let grown = size(&directory)? - before;
    let note = format!("{:.1} MB on the disk", f64::from(u32::try_from(grown / 1000)?) / 1e3);
    Ok(Found { sent: 2000, until_refused, note })
}

fn size(directory: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}
