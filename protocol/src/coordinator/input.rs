//! How models are read: from objects only, and leniently.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize,
    de::{IgnoredAny, MapAccess, Visitor},
};

/// An object of the protocol. Derived code would also take an array, as the fields in their order,
/// and would refuse a `null` or a missing field.
pub(super) trait Model: Default {
    /// Reads the value of a field; false, and nothing read, when the model has no such field.
    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
    ) -> Result<bool, A::Error>;
}

/// Lets a struct be read: `model! { Name { field, other = "wire name" }, ..field_of_its_base }`.
/// What is absent or `null` keeps its default; what is unknown is skipped.
macro_rules! model {
    ($name:ident { $($field:ident $(= $wire:literal)?),* $(,)? } $(, ..$base:ident)?) => {
        impl $crate::coordinator::input::Model for $name {
            #[allow(unused_variables)] // some have no fields
            fn read_field<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                map: &mut A,
            ) -> Result<bool, A::Error> {
                $(
                    if name == $crate::coordinator::input::wire_name!($field $(= $wire)?) {
                        $crate::coordinator::input::read_into(&mut self.$field, map)?;
                        return Ok(true);
                    }
                )*
                $(
                    if $crate::coordinator::input::Model::read_field(&mut self.$base, name, map)? {
                        return Ok(true);
                    }
                )?
                Ok(false)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map($crate::coordinator::input::visitor())
            }
        }
    };
}

macro_rules! wire_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident = $wire:literal) => {
        $wire
    };
}

pub(super) use {model, wire_name};

/// Reads a value into `field`, unless it is `null`.
pub(super) fn read_into<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    field: &mut T,
    map: &mut A,
) -> Result<(), A::Error> {
    if let Some(value) = map.next_value()? {
        *field = value;
    }
    Ok(())
}

/// Reads a model.
pub(super) const fn visitor<M>() -> ModelVisitor<M> {
    ModelVisitor(PhantomData)
}

pub(super) struct ModelVisitor<M>(PhantomData<M>);

impl<'de, M: Model> Visitor<'de> for ModelVisitor<M> {
    type Value = M;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<M, A::Error> {
        let mut model = M::default();
        while let Some(name) = map.next_key::<String>()? {
            if !model.read_field(&name, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use crate::coordinator::{
        CallRequest, GetOrCreateCallRequest, MemberRequest, UserRequest, WsAuthMessage,
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
        assert_eq!(auth.user_details, UserRequest::default());
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
            let read = serde_json::from_str::<GetOrCreateCallRequest>(body);
            assert!(read.is_err(), "{body}");
        }
    }
}
