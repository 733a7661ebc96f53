//! How requests are read where derived code would be too strict or too lax.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

/// A struct that is read from a JSON object only. Derived code also takes an array, as the fields
/// in their order, which turns a client's mistake into a silent success.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData)).map(Self)
    }
}

/// Reads `null` like an absent field.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An object, an empty one when the field is `null`.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    object_if_any(deserializer).map(Option::unwrap_or_default)
}

/// An object or `null`.
pub(super) fn object_if_any<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|object| object.0))
}

/// An array of objects or `null`.
pub(super) fn objects_if_any<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let objects = Option::<Vec<Object<T>>>::deserialize(deserializer)?;
    Ok(objects.map(|objects| objects.into_iter().map(|object| object.0).collect()))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use crate::coordinator::{
        CallRequest, GetOrCreateCallRequest, MemberRequest, Object, WsAuthMessage,
    };

    #[test]
    fn null_and_unknown_fields_read_as_absent() {
        let body = r#"{ "data": { "members": [{ "user_id": null, "role": null }], "custom": null,
            "starts_at": null, "team": null, "later": 1 }, "members_limit": null, "ring": null,
            "more": {} }"#;
        let request: GetOrCreateCallRequest = serde_json::from_str(body).unwrap();
        let data = request.data.unwrap();
        assert_eq!(data.members, Some(vec![MemberRequest::default()]));
        assert_eq!(CallRequest { members: None, ..data }, CallRequest::default());

        let auth: WsAuthMessage =
            serde_json::from_str(r#"{ "token": null, "user_details": null }"#).unwrap();
        assert_eq!(auth, WsAuthMessage::default());
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        for body in [
            "[]",
            "null",
            r#"{ "data": [] }"#,
            r#"{ "data": { "members": [["bob"]] } }"#,
            r#"{ "data": { "members": {} } }"#,
        ] {
            let read = serde_json::from_str::<Object<GetOrCreateCallRequest>>(body);
            assert!(read.is_err(), "{body}");
        }
    }
}
