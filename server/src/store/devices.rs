//! Devices that shall get push messages.

use rusqlite::{Row, params};
use trunkline_protocol::coordinator::{CreateDeviceRequest, DateTime};

use super::{
    Db,
    row::{date, json, to_json},
};

/// A stored device.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DeviceRecord {
    pub user_id: String,
    pub created_at: DateTime,
    /// What the client said of it.
    pub description: CreateDeviceRequest,
}

/// The devices of a user, oldest first.
pub(crate) fn list(db: Db<'_>, user_id: &str) -> rusqlite::Result<Vec<DeviceRecord>> {
    db.connection
        .prepare_cached(
            "SELECT * FROM device WHERE app = ?1 AND user_id = ?2 ORDER BY created_at, id",
        )?
        .query_map(params![db.app, user_id], read)?
        .collect()
}

/// Inserts the device. An address leads to one user: whoever had it before loses it.
pub(crate) fn save(db: Db<'_>, device: &DeviceRecord) -> rusqlite::Result<()> {
    let id = &device.description.id;
    db.connection
        .prepare_cached("DELETE FROM device WHERE app = ?1 AND id = ?2")?
        .execute(params![db.app, id])?;
    db.connection
        .prepare_cached(
            "INSERT INTO device (app, user_id, id, created_at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            db.app,
            device.user_id,
            id,
            device.created_at.unix_nanos(),
            to_json(&device.description)?
        ])?;
    Ok(())
}

/// Removes the device; false when the user has none of this address.
pub(crate) fn remove(db: Db<'_>, user_id: &str, id: &str) -> rusqlite::Result<bool> {
    let removed = db
        .connection
        .prepare_cached("DELETE FROM device WHERE app = ?1 AND user_id = ?2 AND id = ?3")?
        .execute(params![db.app, user_id, id])?;
    Ok(removed > 0)
}

fn read(row: &Row<'_>) -> rusqlite::Result<DeviceRecord> {
    Ok(DeviceRecord {
        user_id: row.get("user_id")?,
        created_at: date(row, "created_at")?,
        description: json(row, "body")?,
    })
}
