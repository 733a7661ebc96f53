//! Samples of what the schema describes, for tests.

use serde_json::{Map, Value, json};

use crate::{
    schema::{Event, Field, Model, Schema},
    types::{Presence, Type},
};

/// How to make samples.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    is_full: bool,
    dates_are_nanos: bool,
}

impl Sample {
    /// With a value for every field.
    pub const FULL: Self = Self { is_full: true, dates_are_nanos: false };
    /// With what must be there only.
    pub const LEAST: Self = Self { is_full: false, dates_are_nanos: false };

    /// The same with dates as nanoseconds.
    #[must_use]
    pub const fn with_nanos(self) -> Self {
        Self { dates_are_nanos: true, ..self }
    }

    /// A sample of a model.
    pub fn of_model(self, schema: &Schema, model: &Model) -> Value {
        Value::Object(self.object(schema, model))
    }

    /// A frame with a sample of an event.
    pub fn of_event(self, schema: &Schema, event: &Event) -> Value {
        let mut frame = self.object(schema, &event.model);
        frame.insert("type".into(), event.event_type.clone().into());
        frame.insert("created_at".into(), self.date());
        if event.of_call {
            frame.insert("call_cid".into(), "default:sample".into());
        }
        Value::Object(frame)
    }

    fn object(self, schema: &Schema, model: &Model) -> Map<String, Value> {
        let fields = schema.all_fields(model);
        fields
            .into_iter()
            .filter_map(|field| Some((field.name.clone(), self.field(schema, field)?)))
            .collect()
    }

    fn field(self, schema: &Schema, field: &Field) -> Option<Value> {
        match field.presence {
            _ if self.is_full => Some(self.value(schema, &field.of, &field.name)),
            Presence::Required => Some(self.value(schema, &field.of, &field.name)),
            Presence::Nullable => Some(Value::Null),
            Presence::Optional => None,
        }
    }

    fn value(self, schema: &Schema, of: &Type, name: &str) -> Value {
        match of {
            Type::Bool => true.into(),
            Type::String => name.into(),
            Type::Integer("i32" | "i64") => (-7).into(),
            Type::Integer(_) => 7.into(),
            Type::Float => 1.5.into(),
            Type::Date => self.date(),
            // Whatever belongs to the app must come back as it was, nulls and all.
            Type::Json | Type::Object => json!({ "mine": [1, null, { "deep": 1.5 }] }),
            Type::List(inner) if self.is_full => json!([self.value(schema, inner, name)]),
            Type::List(_) => json!([]),
            Type::Map(inner) if self.is_full => json!({ "key": self.value(schema, inner, name) }),
            Type::Map(_) => json!({}),
            Type::Named(key) => {
                let first = schema.find_enum(key).and_then(|of| of.values.first());
                match (first, schema.find_model(key)) {
                    (Some((value, _)), _) => value.clone().into(),
                    (None, Some(model)) => self.of_model(schema, model),
                    (None, None) => Value::Null,
                }
            }
        }
    }

    fn date(self) -> Value {
        if self.dates_are_nanos {
            1_755_182_919_988_853_336_i64.into()
        } else {
            "2025-08-14T14:48:39.988853336Z".into()
        }
    }
}
