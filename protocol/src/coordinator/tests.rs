//! What holds for every model and event, checked with samples that the schema makes.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use trunkline_schema::{Fault, Sample, Schema};

use super::{DateEncoding, Event, EventBody, OPERATIONS, generated::every_model};

/// Reads a value and writes what was read.
pub(super) fn round_trip<T: DeserializeOwned + Serialize>(
    value: Value,
) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<T>(value)?)
}

fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::coordinator().unwrap());
    &SCHEMA
}

/// Calls `change` with every field of every model inside a sample, maps and the data of apps left
/// out: their keys are `key` and `mine` in samples.
fn change_fields(value: &mut Value, change: &mut impl FnMut(&mut Value) -> bool) {
    match value {
        Value::Array(values) => {
            for value in values {
                change_fields(value, change);
            }
        }
        Value::Object(fields) if fields.contains_key("mine") => (),
        Value::Object(fields) => {
            fields.retain(|name, value| name == "key" || change(value));
            for value in fields.values_mut() {
                change_fields(value, change);
            }
        }
        _ => (),
    }
}

#[test]
fn what_is_complete_comes_back_as_it_was() {
    let schema = schema();
    for model in schema.models() {
        let sample = Sample::FULL.of_model(schema, model);
        assert_eq!(every_model::of(&model.name, sample.clone()).unwrap(), sample, "{}", model.name);
    }
}

#[test]
fn what_is_absent_is_filled_in_as_the_schema_says() {
    let schema = schema();
    for model in schema.models() {
        let sample = Sample::LEAST.of_model(schema, model);
        let written = every_model::of(&model.name, sample.clone()).unwrap();
        assert_eq!(schema.check_model(&model.name, &written), [], "{}", model.name);
        for (name, value) in sample.as_object().unwrap() {
            // Objects may hold fields with defaults.
            if !value.is_object() {
                assert_eq!(written[name], *value, "{}.{name}", model.name);
            }
        }
        for field in schema.all_fields(model) {
            let is_written = written.get(&field.name).is_some();
            let has_default = field.default.is_some();
            let expected = !field.may_be_absent() || has_default;
            assert_eq!(is_written, expected, "{}.{}", model.name, field.name);
        }
        assert_eq!(every_model::of(&model.name, written.clone()).unwrap(), written);
    }
}

#[test]
fn defaults_are_those_of_the_schema() {
    let schema = schema();
    let mut count = 0;
    for model in schema.models() {
        let written = every_model::of(&model.name, json!({})).unwrap();
        for field in &model.fields {
            match &field.default {
                // An empty object stands for the defaults of another model.
                Some(Value::Object(_)) | None => (),
                Some(default) => {
                    assert_eq!(written[&field.name], *default, "{}.{}", model.name, field.name);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 40, "{count} defaults");
}

#[test]
fn an_empty_object_a_null_and_a_field_we_do_not_know_are_read() {
    let schema = schema();
    for model in schema.models() {
        let empty = every_model::of(&model.name, json!({})).unwrap();
        for problem in schema.check_model(&model.name, &empty) {
            // A missing value of an enum has no name, which is no value of the enum.
            assert!(matches!(problem.fault, Fault::NoValueOf(_)), "{}: {problem}", model.name);
        }

        let mut nulls = Sample::FULL.of_model(schema, model);
        for value in nulls.as_object_mut().unwrap().values_mut() {
            *value = Value::Null;
        }
        assert_eq!(every_model::of(&model.name, nulls).unwrap(), empty, "{}", model.name);

        let unknown = json!({ "not_yet_invented": { "deep": [1] } });
        assert_eq!(every_model::of(&model.name, unknown).unwrap(), empty, "{}", model.name);
    }
}

#[test]
fn values_of_enums_that_we_do_not_know_come_back_as_they_were() {
    let schema = schema();
    let names: Vec<&str> = schema
        .subjects
        .iter()
        .flat_map(|subject| &subject.enums)
        .filter_map(|of| of.values.first())
        .map(|(value, _)| value.as_str())
        .collect();
    let mut count = 0;
    for model in schema.models() {
        let mut sample = Sample::FULL.of_model(schema, model);
        let mut rename = |value: &mut Value| {
            let values = match value {
                Value::Array(values) => values.as_mut_slice(),
                value => std::slice::from_mut(value),
            };
            for value in
                values.iter_mut().filter(|v| v.as_str().is_some_and(|v| names.contains(&v)))
            {
                *value = "tomorrow".into();
                count += 1;
            }
            true
        };
        change_fields(&mut sample, &mut rename);
        assert_eq!(every_model::of(&model.name, sample.clone()).unwrap(), sample, "{}", model.name);
    }
    assert!(count > 20, "{count} values");
}

#[test]
fn dates_are_read_in_both_encodings_and_written_in_the_one_that_is_asked_for() {
    let schema = schema();
    for model in schema.models() {
        let text = Sample::FULL.of_model(schema, model);
        let nanos = Sample::FULL.with_nanos().of_model(schema, model);
        let write = |value: &Value| every_model::of(&model.name, value.clone()).unwrap();
        assert_eq!(write(&nanos), text, "{}", model.name);
        assert_eq!(DateEncoding::UnixNanos.scope(|| write(&text)), nanos, "{}", model.name);
    }
}

#[test]
fn every_event_comes_back_as_it_was() {
    let schema = schema();
    for event in schema.events() {
        let frame = Sample::FULL.of_event(schema, event);
        let read: Event = serde_json::from_value(frame.clone()).unwrap();
        assert!(!matches!(read.body, EventBody::Unknown(_)), "{}", event.event_type);
        assert_eq!(read.event_type(), event.event_type);
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written, frame);
        assert_eq!(schema.check_event(&written), []);

        let nanos = Sample::FULL.with_nanos().of_event(schema, event);
        assert_eq!(serde_json::from_value::<Event>(nanos.clone()).unwrap(), read);
        let written = DateEncoding::UnixNanos.scope(|| serde_json::to_value(&read).unwrap());
        assert_eq!(written, nanos);

        let bare = json!({ "type": event.event_type, "not_yet_invented": 1 });
        let read: Event = serde_json::from_value(bare).unwrap();
        assert_eq!(read.event_type(), event.event_type);
    }
}

#[test]
fn operations_are_those_of_the_schema() {
    let ids: Vec<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let schema = schema();
    let expected: Vec<&str> = schema.operations().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, expected);
    let mut routes: Vec<_> = OPERATIONS
        .iter()
        .flat_map(|operation| operation.paths.iter().map(|path| (operation.method as u8, path)))
        .collect();
    let count = routes.len();
    routes.sort_unstable();
    routes.dedup();
    assert_eq!(routes.len(), count, "two operations share a route");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Other servers and later versions leave fields out, or send `null`, wherever they like.
    #[test]
    fn fields_may_be_missing_or_null_anywhere(choices in prop::collection::vec(0..4_u8, 1..200)) {
        let schema = schema();
        for event in schema.events() {
            let mut frame = Sample::FULL.of_event(schema, event);
            let mut choices = choices.iter().cycle();
            change_fields(&mut frame, &mut |value| {
                match choices.next() {
                    Some(0) => false,
                    Some(1) => {
                        *value = Value::Null;
                        true
                    }
                    _ => true,
                }
            });
            let read = serde_json::from_value::<Event>(frame.clone());
            prop_assert!(read.is_ok(), "{read:?} of {frame:#}");
        }
    }
}
