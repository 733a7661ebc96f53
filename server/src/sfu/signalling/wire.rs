//! Small conversions between our types and the wire types.

use std::time::{Duration, SystemTime};

use trunkline_protocol::sfu::{
    Struct, Timestamp, event,
    models::{Error, ErrorCode, VideoDimension, WebsocketReconnectStrategy},
};

use crate::sfu::ids::Size;

/// The oneof of an `SfuEvent`.
pub type Event = event::sfu_event::EventPayload;

/// An application-level error. Never with `should_retry`: clients of this protocol repeat such a
/// request at once and without limit.
pub fn error(code: ErrorCode, message: impl Into<String>) -> Error {
    Error { code: code.into(), message: message.into(), should_retry: false }
}

/// An `error` event. Its error is always filled: clients take an empty one for the end of a
/// livestream.
pub fn error_event(error: Error, strategy: WebsocketReconnectStrategy) -> Event {
    Event::Error(event::Error { error: Some(error), reconnect_strategy: strategy.into() })
}

/// Wall time as protobuf carries it.
pub fn timestamp(time: SystemTime) -> Timestamp {
    let since_epoch = since_epoch(time);
    Timestamp {
        seconds: i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since_epoch.subsec_nanos()).unwrap_or(0),
    }
}

/// Wall time as tokens carry it: whole seconds since the epoch.
pub fn seconds(time: SystemTime) -> u64 {
    since_epoch(time).as_secs()
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO)
}

/// A JSON object as protobuf carries it.
pub fn structure(object: &serde_json::Map<String, serde_json::Value>) -> Struct {
    let value = serde_json::Value::Object(object.clone());
    // Every JSON object is a Struct, so the fallback is never taken.
    serde_json::from_value(value).unwrap_or_default()
}

/// A size, unless one of its sides is zero.
pub fn size(dimension: VideoDimension) -> Option<Size> {
    let VideoDimension { width, height } = dimension;
    (width > 0 && height > 0).then_some(Size { width, height })
}
