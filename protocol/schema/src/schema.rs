//! What the schema says, read and checked.

use serde_json::Value;

use crate::{
    names::rust_type,
    types::{Presence, Type},
};

/// The protocol.
#[derive(Clone, Debug)]
pub struct Schema {
    /// One per file.
    pub subjects: Vec<Subject>,
}

/// The part of the protocol that one file describes.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Name of the file.
    pub name: String,
    /// What it is about.
    pub doc: String,
    /// Values with names.
    pub enums: Vec<Enum>,
    /// Objects, settings among them.
    pub models: Vec<Model>,
    /// REST operations.
    pub operations: Vec<Operation>,
    /// Events of the socket.
    pub events: Vec<Event>,
}

/// Values with names. Readers must expect others.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Key in the schema, and name in every language.
    pub name: String,
    /// What the values say.
    pub doc: String,
    /// Values on the wire, and what they mean.
    pub values: Vec<(String, String)>,
    /// JavaScript has the values as a constant of the same name.
    pub is_const: bool,
    /// Constants and types of other names in JavaScript, and what they are for.
    pub aliases: Vec<(String, String)>,
}

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// Nothing special.
    Plain,
    /// Complete settings, as in responses.
    Settings,
    /// Settings of a request: every field may be absent.
    SettingsRequest,
}

/// An object.
#[derive(Clone, Debug)]
pub struct Model {
    /// Key in the schema, and name in TypeScript.
    pub name: String,
    /// What it is.
    pub doc: String,
    /// What it is for.
    pub kind: ModelKind,
    /// Small and plain enough to be copied in Rust.
    pub is_copy: bool,
    /// Holds all fields of another model: the field in Rust that has them, and its key.
    pub extends: Option<(String, String)>,
    /// Its own fields.
    pub fields: Vec<Field>,
}

/// A field of a model, an event or a query.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name on the wire.
    pub name: String,
    /// Name in Rust.
    pub rust_name: String,
    /// Second name that the SDK takes from apps.
    pub also: Option<String>,
    /// What it holds.
    pub of: Type,
    /// Whether it is there.
    pub presence: Presence,
    /// What readers take for an absent one, if not the default of the type.
    pub default: Option<Value>,
    /// What it means.
    pub doc: String,
}

/// A REST operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Unique; part of error messages.
    pub id: String,
    /// What it does.
    pub doc: String,
    /// Method in capitals.
    pub method: String,
    /// Below `/video` and, unless [`is_root`](Self::is_root), `/api/v2/video`. The first is the
    /// one to use.
    pub paths: Vec<String>,
    /// Directly below `/api/v2`.
    pub is_root: bool,
    /// Parameters of its own in the query.
    pub query: Vec<Field>,
    /// Key of the model in the body.
    pub request: Option<String>,
    /// Key of the model in the answer, which `duration` is added to.
    pub response: Option<String>,
    /// Name of the answer in TypeScript.
    pub answer: String,
    /// What its requests are counted with.
    pub rate: String,
    /// Needs no token.
    pub is_public: bool,
    /// Our server has it.
    pub is_implemented: bool,
    /// Known by name only; nothing is said of its bodies.
    pub is_untyped: bool,
}

/// An event of the coordinator socket. `type`, `created_at` and, for events of calls, `call_cid`
/// come on top of its fields.
#[derive(Clone, Debug)]
pub struct Event {
    /// `type` on the wire.
    pub event_type: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// It is about one call.
    pub of_call: bool,
    /// Its fields.
    pub model: Model,
}

impl Schema {
    /// The enum of that name.
    pub fn find_enum(&self, name: &str) -> Option<&Enum> {
        self.subjects.iter().flat_map(|subject| &subject.enums).find(|e| e.name == name)
    }

    /// The model of that key.
    pub fn find_model(&self, name: &str) -> Option<&Model> {
        self.subjects.iter().flat_map(|subject| &subject.models).find(|model| model.name == name)
    }

    /// The operation of that id.
    pub fn find_operation(&self, id: &str) -> Option<&Operation> {
        self.operations().find(|operation| operation.id == id)
    }

    /// The event of that type.
    pub fn find_event(&self, event_type: &str) -> Option<&Event> {
        self.events().find(|event| event.event_type == event_type)
    }

    /// All operations.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.subjects.iter().flat_map(|subject| &subject.operations)
    }

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.subjects.iter().flat_map(|subject| &subject.events)
    }

    /// All models; events are none.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.subjects.iter().flat_map(|subject| &subject.models)
    }

    /// All fields of a model, those of the model it extends among them.
    pub fn all_fields<'a>(&'a self, model: &'a Model) -> Vec<&'a Field> {
        let base = model.extends.as_ref().and_then(|(_, base)| self.find_model(base));
        let inherited = base.map(|base| self.all_fields(base)).unwrap_or_default();
        inherited.into_iter().chain(&model.fields).collect()
    }
}

impl Subject {
    /// Whether nothing is in it but enums.
    pub fn has_models(&self) -> bool {
        !self.models.is_empty() || !self.events.is_empty()
    }
}

impl Model {
    /// Name in Rust.
    pub fn rust_name(&self) -> String {
        let name = match self.kind {
            // Complete settings are no response of their own: the server works with them.
            ModelKind::Settings => self.name.strip_suffix("Response").unwrap_or(&self.name),
            ModelKind::Plain | ModelKind::SettingsRequest => &self.name,
        };
        rust_type(name)
    }
}

impl Field {
    /// Whether it may be missing on the wire.
    pub fn may_be_absent(&self) -> bool {
        self.presence == Presence::Optional
    }

    /// Whether Rust has `Option` for it.
    pub fn is_option(&self) -> bool {
        self.presence != Presence::Required && self.default.is_none()
    }
}

impl Event {
    /// Name of its variant in Rust.
    pub fn variant(&self) -> String {
        rust_type(self.model.name.strip_suffix("Event").unwrap_or(&self.model.name))
    }
}
