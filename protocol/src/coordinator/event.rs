//! Frames of the coordinator socket.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::{DateTime, EventBody};

/// One frame from the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it happened.
    pub created_at: DateTime,
    /// `type:id` of the call, for events about a call.
    pub call_cid: Option<String>,
    /// What happened.
    pub body: EventBody,
}

/// An event that this version does not know.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownEvent {
    /// `type` on the wire.
    pub event_type: String,
    /// Everything but `type`, `created_at` and `call_cid`.
    pub fields: Map<String, Value>,
}

impl Event {
    /// An event about a connection.
    pub fn of_connection(created_at: DateTime, body: impl Into<EventBody>) -> Self {
        Self { created_at, call_cid: None, body: body.into() }
    }

    /// An event about a call.
    pub fn of_call(cid: String, created_at: DateTime, body: impl Into<EventBody>) -> Self {
        Self { created_at, call_cid: Some(cid), body: body.into() }
    }

    /// `type` on the wire, see [`event_type`](super::event_type).
    pub fn event_type(&self) -> &str {
        self.body.event_type()
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Frame<'a> {
            #[serde(rename = "type")]
            event_type: &'a str,
            created_at: DateTime,
            #[serde(skip_serializing_if = "Option::is_none")]
            call_cid: Option<&'a str>,
            #[serde(flatten)]
            body: &'a EventBody,
        }
        let frame = Frame {
            event_type: self.event_type(),
            created_at: self.created_at,
            call_cid: self.call_cid.as_deref(),
            body: &self.body,
        };
        frame.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let event_type: String = take(&mut fields, "type")?.unwrap_or_default();
        Ok(Self {
            created_at: take(&mut fields, "created_at")?.unwrap_or_default(),
            call_cid: take(&mut fields, "call_cid")?,
            body: EventBody::read(event_type, fields).map_err(de::Error::custom)?,
        })
    }
}

impl Serialize for UnknownEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

fn take<T: de::DeserializeOwned, E: de::Error>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, E> {
    let value = fields.remove(name).unwrap_or_default();
    Option::deserialize(value).map_err(E::custom)
}

/// Defines the bodies of events and their names.
macro_rules! events {
    ($( $(#[$doc:meta])* $variant:ident($body:ident) = $constant:ident $text:literal, )*) => {
        /// What happened, and to what.
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(untagged)]
        pub enum EventBody {
            $( $(#[$doc])* $variant(Box<$body>), )*
            /// Something this version does not know.
            Unknown(Box<$crate::coordinator::UnknownEvent>),
        }

        impl EventBody {
            /// `type` on the wire.
            pub fn event_type(&self) -> &str {
                match self {
                    $( Self::$variant(_) => event_type::$constant, )*
                    Self::Unknown(event) => &event.event_type,
                }
            }

            /// Reads what is left of a frame without its `type`, `created_at` and `call_cid`.
            pub(in crate::coordinator) fn read(
                event_type: String,
                fields: serde_json::Map<String, serde_json::Value>,
            ) -> serde_json::Result<Self> {
                Ok(match event_type.as_str() {
                    $( event_type::$constant => {
                        Self::$variant(serde_json::from_value(fields.into())?)
                    } )*
                    _ => $crate::coordinator::UnknownEvent { event_type, fields }.into(),
                })
            }
        }

        $( impl From<$body> for EventBody {
            fn from(body: $body) -> Self {
                Self::$variant(Box::new(body))
            }
        } )*

        impl From<$crate::coordinator::UnknownEvent> for EventBody {
            fn from(body: $crate::coordinator::UnknownEvent) -> Self {
                Self::Unknown(Box::new(body))
            }
        }

        /// Names of events, as in `type`.
        #[allow(missing_docs)] // each name says it; the bodies are described above
        pub mod event_type {
            $( pub const $constant: &str = $text; )*
        }
    };
}

pub(super) use events;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_we_do_not_know_comes_back_as_it_was() {
        let frame = json!({ "type": "call.tomorrow", "created_at": "2025-08-14T14:48:39Z",
            "call_cid": "default:a", "what": { "is": [null] } });
        let event: Event = serde_json::from_value(frame.clone()).unwrap();
        assert_eq!(event.event_type(), "call.tomorrow");
        assert_eq!(serde_json::to_value(&event).unwrap(), frame);
    }

    #[test]
    fn an_empty_frame_is_an_event_without_a_name() {
        let event: Event = serde_json::from_value(json!({ "created_at": null })).unwrap();
        assert_eq!(event.event_type(), "");
        assert!(serde_json::from_value::<Event>(json!([])).is_err());
    }
}
