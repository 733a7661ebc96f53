//! Reads the files of the schema, and refuses what does not hold together.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use crate::{
    names::pascal_case,
    schema::{Enum, Event, Field, Model, ModelKind, Operation, Schema, Subject},
    types::{Presence, Type},
};

/// Why the schema cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError(String);

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SchemaError {}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../coordinator/", $name, ".json")))),*]
    };
}

const WORDS: &str = include_str!("../coordinator/words.json");
const FILES: [(&str, &str); 15] = files![
    "enums",
    "connection",
    "users",
    "calls",
    "settings",
    "egress_settings",
    "members",
    "ringing",
    "live",
    "moderation",
    "interaction",
    "egress",
    "transcription",
    "reports",
    "stats",
];

impl Schema {
    /// The protocol of the coordinator.
    pub fn coordinator() -> Result<Self, SchemaError> {
        Self::load(WORDS, &FILES)
    }

    fn load(words: &str, files: &[(&str, &str)]) -> Result<Self, SchemaError> {
        let words: Words = read("words", words)?;
        let mut settings = BTreeSet::new();
        let mut raw = Vec::new();
        for (name, text) in files {
            let subject: RawSubject = read(name, text)?;
            settings.extend(subject.settings.0.iter().map(|(key, _)| key.clone()));
            raw.push((name, subject));
        }
        let subjects = raw
            .into_iter()
            .map(|(name, raw)| subject(name, raw, &words, &settings))
            .collect::<Result<_, _>>()?;
        let schema = Self { subjects };
        check(&schema)?;
        Ok(schema)
    }
}

/// An object whose order counts.
#[derive(Debug)]
struct Entries<T>(Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    #[serde(rename = "doc")]
    _doc: String,
    words: Entries<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSubject {
    doc: String,
    #[serde(default)]
    enums: Entries<RawEnum>,
    #[serde(default)]
    models: Entries<RawModel>,
    #[serde(default)]
    settings: Entries<RawModel>,
    #[serde(default)]
    operations: Entries<RawOperation>,
    #[serde(default)]
    events: Entries<RawEvent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEnum {
    doc: String,
    values: Entries<String>,
    #[serde(default, rename = "const")]
    is_const: bool,
    #[serde(default)]
    aliases: Entries<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    doc: String,
    #[serde(default)]
    copy: bool,
    #[serde(default)]
    extends: Entries<String>,
    fields: Entries<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOperation {
    doc: String,
    http: OneOrMore,
    #[serde(default)]
    root: bool,
    #[serde(default)]
    query: Entries<String>,
    request: Option<String>,
    response: Option<String>,
    answer: Option<String>,
    rate: String,
    #[serde(default)]
    public: bool,
    #[serde(default)]
    implemented: bool,
    #[serde(default)]
    untyped: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    doc: String,
    name: Option<String>,
    to: Vec<String>,
    #[serde(default)]
    of_call: bool,
    fields: Entries<String>,
}

/// `settings` are the keys of all settings.
fn subject(
    name: &str,
    raw: RawSubject,
    words: &Words,
    settings: &BTreeSet<String>,
) -> Result<Subject, SchemaError> {
    let enums = raw.enums.0.into_iter().map(|(name, raw)| Enum {
        name,
        doc: raw.doc,
        values: raw.values.0,
        is_const: raw.is_const,
        aliases: raw.aliases.0,
    });
    let mut models = Vec::new();
    for (key, raw) in raw.models.0 {
        models.push(model(key, raw, words)?);
    }
    for (key, raw) in raw.settings.0 {
        let complete = Model { kind: ModelKind::Settings, ..model(key, raw, words)? };
        models.push(complete.clone());
        models.push(request(complete, settings));
    }
    let mut operations = Vec::new();
    for (id, raw) in raw.operations.0 {
        operations.push(operation(id, raw, words)?);
    }
    let mut events = Vec::new();
    for (event_type, raw) in raw.events.0 {
        let of_call = raw.of_call || event_type.starts_with("call.");
        let model = Model {
            name: raw.name.unwrap_or_else(|| format!("{}Event", pascal_case(&event_type))),
            doc: raw.doc,
            kind: ModelKind::Plain,
            is_copy: false,
            extends: None,
            fields: fields(&event_type, raw.fields, words)?,
        };
        events.push(Event { event_type, to: raw.to, of_call, model });
    }
    let enums = enums.collect();
    Ok(Subject { name: name.into(), doc: raw.doc, enums, models, operations, events })
}

fn model(name: String, raw: RawModel, words: &Words) -> Result<Model, SchemaError> {
    let fields = fields(&name, raw.fields, words)?;
    let extends = raw.extends.0.into_iter().next();
    let kind = ModelKind::Plain;
    Ok(Model { name, doc: raw.doc, kind, is_copy: raw.copy, extends, fields })
}

/// The settings of a request.
fn request(complete: Model, settings: &BTreeSet<String>) -> Model {
    let rename = |key: &str| {
        let is_group = settings.contains(key);
        if is_group { request_name(key) } else { key.into() }
    };
    let fields = complete.fields.into_iter().map(|field| Field {
        of: field.of.rename(&rename),
        presence: Presence::Optional,
        default: None,
        ..field
    });
    Model {
        name: request_name(&complete.name),
        doc: format!("{} What is absent stays as it is.", complete.doc),
        kind: ModelKind::SettingsRequest,
        fields: fields.collect(),
        ..complete
    }
}

fn request_name(key: &str) -> String {
    format!("{}Request", key.strip_suffix("Response").unwrap_or(key))
}

fn operation(id: String, raw: RawOperation, words: &Words) -> Result<Operation, SchemaError> {
    let routes = match raw.http {
        OneOrMore::One(route) => vec![route],
        OneOrMore::More(routes) => routes,
    };
    let mut method = String::new();
    let mut paths = Vec::new();
    for route in routes {
        let Some((verb, path)) = route.split_once(' ') else {
            return Err(SchemaError(format!("{id}: '{route}' is no method and path")));
        };
        method = verb.into();
        paths.push(path.into());
    }
    Ok(Operation {
        query: fields(&id, raw.query, words)?,
        answer: raw.answer.unwrap_or_else(|| format!("{id}Response")),
        id,
        doc: raw.doc,
        method,
        paths,
        is_root: raw.root,
        request: raw.request,
        response: raw.response,
        rate: raw.rate,
        is_public: raw.public,
        is_implemented: raw.implemented,
        is_untyped: raw.untyped,
    })
}

fn fields(of: &str, raw: Entries<String>, words: &Words) -> Result<Vec<Field>, SchemaError> {
    let field = |(name, text): (String, String)| {
        field(&name, &text, words).ok_or_else(|| SchemaError(format!("{of}.{name}: '{text}'")))
    };
    raw.0.into_iter().map(field).collect()
}

fn field(name: &str, text: &str, words: &Words) -> Option<Field> {
    let (head, doc) = match text.split_once(": ") {
        Some((head, doc)) => (head, doc),
        None => {
            let found = words.words.0.iter().find(|(word, _)| word == name)?;
            (text, found.1.as_str())
        }
    };
    let mut tokens = head.split(' ');
    let (of, presence) = Type::parse(tokens.next()?)?;
    let mut field = Field {
        name: name.into(),
        rust_name: name.into(),
        also: None,
        of,
        presence,
        default: None,
        doc: doc.into(),
    };
    while let Some(token) = tokens.next() {
        let value = tokens.next()?;
        match token {
            "as" => field.rust_name = value.into(),
            "also" => field.also = Some(value.into()),
            "=" => field.default = Some(serde_json::from_str(value).ok()?),
            _ => return None,
        }
    }
    Some(field)
}

/// Names that nothing has, names that two things have, and what the generators could not write.
fn check(schema: &Schema) -> Result<(), SchemaError> {
    let mut names = BTreeSet::new();
    let enums = schema.subjects.iter().flat_map(|subject| &subject.enums);
    let of_events = schema.events().map(|event| &event.model);
    let all_models: Vec<&Model> = schema.models().chain(of_events).collect();
    let all_names = enums.map(|e| &e.name).chain(all_models.iter().map(|model| &model.name));
    for name in all_names {
        if !names.insert(name.as_str()) {
            return Err(SchemaError(format!("two things are called {name}")));
        }
    }
    let mut ids = BTreeSet::new();
    for operation in schema.operations() {
        if !ids.insert(operation.id.as_str()) {
            return Err(SchemaError(format!("two operations are called {}", operation.id)));
        }
        let id = &operation.id;
        for name in operation.request.iter().chain(&operation.response) {
            if schema.find_model(name).is_none() {
                return Err(SchemaError(format!("{id}: there is no model {name}")));
            }
        }
        if !METHODS.contains(&operation.method.as_str()) {
            return Err(SchemaError(format!("{id}: there is no method {}", operation.method)));
        }
        if !RATES.contains(&operation.rate.as_str()) {
            return Err(SchemaError(format!("{id}: there is no rate {}", operation.rate)));
        }
    }
    for event in schema.events() {
        if let Some(strange) = event.to.iter().find(|to| !RECIPIENTS.contains(&to.as_str())) {
            return Err(SchemaError(format!("{}: who is '{strange}'?", event.event_type)));
        }
    }
    for model in all_models {
        let base = model.extends.as_ref().map(|(_, base)| base.as_str());
        let referred = model.fields.iter().filter_map(|field| field.of.name());
        if let Some(unknown) = referred.chain(base).find(|name| !names.contains(name)) {
            return Err(SchemaError(format!("{}: there is no {unknown}", model.name)));
        }
        if let Some(field) = model.fields.iter().find(|field| !is_rust_name(&field.rust_name)) {
            return Err(SchemaError(format!("{}.{}: name it with `as`", model.name, field.name)));
        }
    }
    Ok(())
}

fn is_rust_name(name: &str) -> bool {
    name != "type" && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

const METHODS: [&str; 4] = ["GET", "POST", "PATCH", "DELETE"];
/// What requests are counted with: a user may send so many of one kind in a minute.
const RATES: [&str; 9] =
    ["read", "query", "create", "join", "write", "signal", "guest", "telemetry", "server"];
const RECIPIENTS: [&str; 7] =
    ["connection", "user", "watchers", "members", "creator", "app", "hooks"];

fn read<'a, T: Deserialize<'a>>(name: &str, text: &'a str) -> Result<T, SchemaError> {
    serde_json::from_str(text).map_err(|error| SchemaError(format!("{name}.json: {error}")))
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_WORDS: &str = r#"{ "doc": "", "words": { "id": "Unique." } }"#;

    fn load(subject: &str) -> Result<Schema, SchemaError> {
        Schema::load(NO_WORDS, &[("test", subject)])
    }

    fn with_field(field: &str) -> Result<Schema, SchemaError> {
        load(&format!(
            r#"{{ "doc": "", "models": {{ "A": {{ "doc": "", "fields": {{ {field} }} }} }} }}"#
        ))
    }

    #[test]
    fn the_schema_of_the_coordinator_holds_together() {
        let schema = Schema::coordinator().unwrap();
        assert!(schema.find_model("CallResponse").is_some());
        assert!(schema.find_event("call.ring").is_some());
    }

    #[test]
    fn a_field_is_its_type_names_default_and_words() {
        let schema = with_field(r#""type": "u32? as kind also sort = 3: Which kind.""#).unwrap();
        let field = &schema.find_model("A").unwrap().fields[0];
        assert_eq!(field.rust_name, "kind");
        assert_eq!(field.also.as_deref(), Some("sort"));
        assert_eq!(field.default, Some(3.into()));
        assert_eq!(field.doc, "Which kind.");
        assert!(field.may_be_absent() && !field.is_option());
    }

    #[test]
    fn words_are_looked_up() {
        let schema = with_field(r#""id": "string""#).unwrap();
        assert_eq!(schema.find_model("A").unwrap().fields[0].doc, "Unique.");
    }

    #[test]
    fn what_does_not_hold_together_is_refused() {
        for field in [
            r#""unheard": "string""#,
            r#""id": "text: x""#,
            r#""id": "string by x: x""#,
            r#""id": "string =: x""#,
            r#""id": "B""#,
            r#""type": "string: x""#,
        ] {
            assert!(with_field(field).is_err(), "{field}");
        }
        for operation in [
            r#"{ "doc": "", "http": "GET", "rate": "read" }"#,
            r#"{ "doc": "", "http": "PUT /a", "rate": "read" }"#,
            r#"{ "doc": "", "http": "GET /a", "rate": "fast" }"#,
            r#"{ "doc": "", "http": "GET /a", "rate": "read", "response": "A" }"#,
        ] {
            let text = format!(r#"{{ "doc": "", "operations": {{ "Do": {operation} }} }}"#);
            assert!(load(&text).is_err(), "{operation}");
        }
    }

    #[test]
    fn settings_become_a_complete_and_a_partial_model() {
        let text = r#"{ "doc": "", "settings": {
            "XSettingsResponse": { "doc": "X.", "fields": { "y": "YSettingsResponse: Y." } },
            "YSettingsResponse": { "doc": "Y.", "fields": { "on": "bool = true: On." } } } }"#;
        let schema = load(text).unwrap();
        let complete = schema.find_model("XSettingsResponse").unwrap();
        assert_eq!(complete.rust_name(), "XSettings");
        let request = schema.find_model("XSettingsRequest").unwrap();
        assert_eq!(request.fields[0].of, Type::Named("YSettingsRequest".into()));
        let on = &schema.find_model("YSettingsRequest").unwrap().fields[0];
        assert!(on.is_option() && on.may_be_absent());
    }
}
