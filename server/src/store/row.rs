//! Columns that SQLite has no type for.

use rusqlite::{Row, types::Type};
use serde::{Serialize, de::DeserializeOwned};
use trunkline_protocol::coordinator::DateTime;

pub(super) fn date(row: &Row<'_>, column: &str) -> rusqlite::Result<DateTime> {
    row.get(column).map(DateTime::from_unix_nanos)
}

pub(super) fn date_if_any(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<DateTime>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(DateTime::from_unix_nanos))
}

pub(super) fn nanos(date: Option<DateTime>) -> Option<i64> {
    date.map(DateTime::unix_nanos)
}

pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

pub(super) fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
