//! Checks JSON against the schema.

use std::fmt;

use serde_json::Value;

use crate::{
    schema::{Field, Model, Schema},
    types::{Presence, Type},
};

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Such as `call.session.participants[0].user`; empty for the whole.
    pub path: String,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A field that must be there is not.
    Missing,
    /// The schema has no such field.
    Unknown,
    /// Another type of value is expected: this one.
    NotA(String),
    /// The enum has no such value.
    NoValueOf(String),
    /// The schema has no model, operation or event of this name.
    NoSuch(String),
}

impl Schema {
    /// Checks a value against a model.
    pub fn check_model(&self, name: &str, value: &Value) -> Vec<Problem> {
        let mut problems = Problems::default();
        match self.find_model(name) {
            Some(model) => self.check_object(&mut problems, "", value, model, &[]),
            None => problems.add("", Fault::NoSuch(name.into())),
        }
        problems.0
    }

    /// Checks the body of a request to an operation.
    pub fn check_request(&self, operation: &str, body: &Value) -> Vec<Problem> {
        match self.find_operation(operation) {
            Some(operation) if operation.is_untyped => Vec::new(),
            Some(operation) => match &operation.request {
                Some(request) => self.check_model(request, body),
                None => self.check_fields(body, Vec::new(), &[]),
            },
            None => no_such(operation),
        }
    }

    /// Checks the body of a successful answer of an operation.
    pub fn check_response(&self, operation: &str, body: &Value) -> Vec<Problem> {
        match self.find_operation(operation) {
            Some(operation) if operation.is_untyped => Vec::new(),
            Some(operation) => {
                let model = operation.response.as_ref().and_then(|name| self.find_model(name));
                let fields = model.map(|model| self.all_fields(model)).unwrap_or_default();
                self.check_fields(body, fields, &[DURATION])
            }
            None => no_such(operation),
        }
    }

    /// Checks the body of a refusal.
    pub fn check_error(&self, body: &Value) -> Vec<Problem> {
        self.check_model("APIError", body)
    }

    /// Checks a frame that the coordinator sends.
    pub fn check_event(&self, frame: &Value) -> Vec<Problem> {
        let event_type = frame.get("type").and_then(Value::as_str).unwrap_or_default();
        match self.find_event(event_type) {
            Some(event) => {
                let common = if event.of_call { &OF_EVENTS[..] } else { &OF_EVENTS[..2] };
                self.check_fields(frame, self.all_fields(&event.model), common)
            }
            None => no_such(event_type),
        }
    }

    fn check_fields(
        &self,
        value: &Value,
        fields: Vec<&Field>,
        common: &[(&str, Type)],
    ) -> Vec<Problem> {
        let mut problems = Problems::default();
        self.check_entries(&mut problems, "", value, &fields, common);
        problems.0
    }

    fn check_object(
        &self,
        problems: &mut Problems,
        path: &str,
        value: &Value,
        model: &Model,
        common: &[(&str, Type)],
    ) {
        self.check_entries(problems, path, value, &self.all_fields(model), common);
    }

    fn check_entries(
        &self,
        problems: &mut Problems,
        path: &str,
        value: &Value,
        fields: &[&Field],
        common: &[(&str, Type)],
    ) {
        let Some(object) = value.as_object() else {
            return problems.add(path, Fault::NotA("object".into()));
        };
        for (name, of) in common {
            match object.get(*name) {
                Some(value) => self.check_value(problems, &join(path, name), value, of),
                None => problems.add(&join(path, name), Fault::Missing),
            }
        }
        for field in fields {
            let path = join(path, &field.name);
            match object.get(&field.name) {
                Some(Value::Null) if field.presence != Presence::Required => (),
                Some(value) => self.check_value(problems, &path, value, &field.of),
                None if field.may_be_absent() => (),
                None => problems.add(&path, Fault::Missing),
            }
        }
        for name in object.keys() {
            let is_known = fields.iter().any(|field| field.name == *name)
                || common.iter().any(|(known, _)| known == name);
            if !is_known {
                problems.add(&join(path, name), Fault::Unknown);
            }
        }
    }

    fn check_value(&self, problems: &mut Problems, path: &str, value: &Value, of: &Type) {
        let fits = match of {
            Type::Bool => value.is_boolean(),
            Type::String => value.is_string(),
            Type::Integer("i32") => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            Type::Integer("u16") => value.as_u64().is_some_and(|n| u16::try_from(n).is_ok()),
            Type::Integer("u32") => value.as_u64().is_some_and(|n| u32::try_from(n).is_ok()),
            Type::Integer("u64") => value.is_u64(),
            Type::Integer(_) => value.is_i64(),
            Type::Float => value.is_number(),
            Type::Date => value.is_i64() || value.as_str().is_some_and(looks_like_a_date),
            Type::Json => true,
            Type::Object => value.is_object(),
            Type::List(inner) => match value.as_array() {
                Some(values) => {
                    for (index, value) in values.iter().enumerate() {
                        self.check_value(problems, &format!("{path}[{index}]"), value, inner);
                    }
                    true
                }
                None => false,
            },
            Type::Map(inner) => match value.as_object() {
                Some(values) => {
                    for (key, value) in values {
                        self.check_value(problems, &join(path, key), value, inner);
                    }
                    true
                }
                None => false,
            },
            Type::Named(name) => return self.check_named(problems, path, value, name),
        };
        if !fits {
            problems.add(path, Fault::NotA(describe(of)));
        }
    }

    fn check_named(&self, problems: &mut Problems, path: &str, value: &Value, name: &str) {
        if let Some(of) = self.find_enum(name) {
            match value.as_str() {
                Some(value) if of.values.iter().any(|(known, _)| known == value) => (),
                Some(_) => problems.add(path, Fault::NoValueOf(name.into())),
                None => problems.add(path, Fault::NotA(name.into())),
            }
        } else if let Some(model) = self.find_model(name) {
            self.check_object(problems, path, value, model, &[]);
        }
    }
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, path: &str, fault: Fault) {
        self.0.push(Problem { path: path.into(), fault });
    }
}

fn no_such(name: &str) -> Vec<Problem> {
    vec![Problem { path: String::new(), fault: Fault::NoSuch(name.into()) }]
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}

/// `2025-08-14T14:48:39Z`, with fractions of seconds and offsets.
fn looks_like_a_date(text: &str) -> bool {
    let Some((day, time)) = text.split_once('T') else {
        return false;
    };
    let digits_and =
        |text: &str, others: &str| text.chars().all(|c| c.is_ascii_digit() || others.contains(c));
    day.len() == 10
        && digits_and(day, "-")
        && time.len() >= 9
        && digits_and(time, ":.+-Z")
        && (time.ends_with('Z') || time.get(8..).is_some_and(|rest| rest.contains(['+', '-'])))
}

fn describe(of: &Type) -> String {
    match of {
        Type::Bool => "bool".into(),
        Type::String => "string".into(),
        Type::Integer(name) => (*name).into(),
        Type::Float => "f64".into(),
        Type::Date => "date".into(),
        Type::Json => "json".into(),
        Type::Object => "object".into(),
        Type::List(_) => "list".into(),
        Type::Map(_) => "map".into(),
        Type::Named(name) => name.clone(),
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the whole" } else { &self.path };
        match &self.fault {
            Fault::Missing => write!(f, "{path} is missing"),
            Fault::Unknown => write!(f, "{path} is not in the schema"),
            Fault::NotA(expected) => write!(f, "{path} is no {expected}"),
            Fault::NoValueOf(name) => write!(f, "{path} is no value of {name}"),
            Fault::NoSuch(name) => write!(f, "the schema has no '{name}'"),
        }
    }
}

const DURATION: (&str, Type) = ("duration", Type::String);
/// What every event has; the last one, events of calls only.
const OF_EVENTS: [(&str, Type); 3] =
    [("type", Type::String), ("created_at", Type::Date), ("call_cid", Type::String)];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Sample;

    fn schema() -> Schema {
        Schema::coordinator().unwrap()
    }

    fn texts(problems: Vec<Problem>) -> Vec<String> {
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn samples_have_no_problems() {
        let schema = schema();
        for sample in [Sample::FULL, Sample::LEAST, Sample::FULL.with_nanos()] {
            for model in schema.models() {
                let value = sample.of_model(&schema, model);
                assert_eq!(schema.check_model(&model.name, &value), [], "{value:#}");
            }
            for event in schema.events() {
                let frame = sample.of_event(&schema, event);
                assert_eq!(schema.check_event(&frame), [], "{frame:#}");
            }
        }
    }

    #[test]
    fn missing_and_unknown_fields_are_named_with_their_paths() {
        let mut frame =
            Sample::FULL.of_event(&schema(), schema().find_event("call.created").unwrap());
        let call = frame["call"].as_object_mut().unwrap();
        call.remove("cid");
        call.insert("colour".into(), json!("red"));
        frame["members"][0]["user"].as_object_mut().unwrap().remove("role");
        frame.as_object_mut().unwrap().remove("call_cid");

        assert_eq!(
            texts(schema().check_event(&frame)),
            [
                "call_cid is missing",
                "call.cid is missing",
                "call.colour is not in the schema",
                "members[0].user.role is missing",
            ]
        );
    }

    #[test]
    fn values_of_the_wrong_kind_are_named() {
        let schema = schema();
        let settings = json!({
            "audio": { "mic_default_on": "yes", "default_device": "headset" },
            "recording": { "mode": 1 },
            "limits": { "max_participants": -1, "max_participants_exclude_roles": [true] },
            "video": null,
            "ring": [],
        });
        assert_eq!(
            texts(schema.check_model("CallSettingsRequest", &settings)),
            [
                "audio.default_device is no value of AudioDevice",
                "audio.mic_default_on is no bool",
                "ring is no object",
                "limits.max_participants is no u32",
                "limits.max_participants_exclude_roles[0] is no string",
                "recording.mode is no Mode",
            ]
        );
    }

    #[test]
    fn null_is_allowed_where_there_may_be_nothing() {
        let schema = schema();
        let user = schema.find_model("UserResponse").unwrap();
        let mut value = Sample::FULL.of_model(&schema, user);
        value["name"] = Value::Null;
        value["deleted_at"] = Value::Null;
        assert_eq!(schema.check_model("UserResponse", &value), []);
        value["role"] = Value::Null;
        assert_eq!(texts(schema.check_model("UserResponse", &value)), ["role is no string"]);
    }

    #[test]
    fn answers_have_a_duration() {
        let schema = schema();
        assert_eq!(texts(schema.check_response("EndCall", &json!({}))), ["duration is missing"]);
        let body = json!({ "duration": "1.00ms", "call": 1 });
        assert_eq!(texts(schema.check_response("EndCall", &body)), ["call is not in the schema"]);
    }

    #[test]
    fn requests_without_a_model_are_empty() {
        let schema = schema();
        assert_eq!(schema.check_request("EndCall", &json!({})), []);
        let more = schema.check_request("EndCall", &json!({ "why": "late" }));
        assert_eq!(texts(more), ["why is not in the schema"]);
        let block = schema.check_request("BlockUser", &json!({}));
        assert_eq!(texts(block), ["user_id is missing"]);
    }

    #[test]
    fn unheard_names_are_problems() {
        let schema = schema();
        let expected = ["the schema has no 'x'"];
        assert_eq!(texts(schema.check_model("x", &json!({}))), expected);
        assert_eq!(texts(schema.check_request("x", &json!({}))), expected);
        assert_eq!(texts(schema.check_response("x", &json!({}))), expected);
        assert_eq!(texts(schema.check_event(&json!({ "type": "x" }))), expected);
    }

    #[test]
    fn dates_are_text_or_nanoseconds() {
        let schema = schema();
        for (date, fits) in [
            (json!("2025-08-14T14:48:39.988853336Z"), true),
            (json!("2025-08-14T16:48:39+02:00"), true),
            (json!(1_755_182_919_988_853_336_i64), true),
            (json!("2025-08-14"), false),
            (json!("2025-08-14T14:48:39"), false),
            (json!("tomorrow"), false),
            (json!(1.5), false),
        ] {
            let request = json!({ "starts_at": date });
            assert_eq!(schema.check_request("UpdateCall", &request).is_empty(), fits, "{date}");
        }
    }
}
