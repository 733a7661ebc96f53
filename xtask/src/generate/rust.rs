//! Types of Rust.

use std::{collections::BTreeSet, fmt::Write};

use serde_json::Value;
use trunkline_schema::{
    Enum, Event, Field, Model, Operation, Schema, Subject, Type, pascal_case, rust_type,
};

use super::{
    Files,
    text::{HEADER, comment, grouped, lines},
};

pub const FOLDER: &str = "protocol/src/coordinator/generated";

pub fn render(schema: &Schema) -> Files {
    let mut files = Files::new();
    let mut modules = vec!["operations".to_owned(), "events".to_owned()];
    for subject in &schema.subjects {
        files.insert(format!("{FOLDER}/{}.rs", subject.name), module(schema, subject));
        modules.push(subject.name.clone());
    }
    files.insert(format!("{FOLDER}/operations.rs"), operations(schema));
    files.insert(format!("{FOLDER}/events.rs"), events(schema));
    files.insert(format!("{FOLDER}/every_model.rs"), every_model(schema));
    modules.sort();
    let mut text = format!("//! Types of the protocol.\n//!\n//! {HEADER}\n\n");
    for module in &modules {
        _ = writeln!(text, "mod {module};");
    }
    text.push_str("#[cfg(test)]\npub(super) mod every_model;\n\n");
    for module in &modules {
        _ = writeln!(text, "pub use {module}::*;");
    }
    files.insert(format!("{FOLDER}.rs"), text);
    files
}

/// The types of one subject.
fn module(schema: &Schema, subject: &Subject) -> String {
    let mut text = format!("//! {}\n//!\n//! {HEADER}\n\n", subject.doc);
    text.push_str(&imports(schema, subject));
    for of in &subject.enums {
        text.push_str(&named_values(of));
    }
    for model in &subject.models {
        text.push_str(&structure(schema, model, &model.doc));
    }
    for event in &subject.events {
        let doc = format!("`{}`: {}", event.event_type, event.model.doc);
        text.push_str(&structure(schema, &event.model, &doc));
    }
    text
}

/// What the module imports.
fn imports(schema: &Schema, subject: &Subject) -> String {
    let mut names = BTreeSet::new();
    let mut own = BTreeSet::new();
    let (mut has_maps, mut has_json) = (false, false);
    for model in models(subject) {
        own.insert(model.rust_name());
        names.extend(base(schema, model));
        for field in &model.fields {
            let of = rust(schema, &field.of);
            has_maps |= of.contains("BTreeMap<");
            has_json |= of.contains("Value");
            names.extend(
                of.split(['<', '>', ',', ' ']).filter(|word| is_ours(word)).map(Into::into),
            );
        }
        let defaults = model.fields.iter().filter_map(|field| field.default.as_ref());
        if defaults.clone().any(Value::is_string) || defaults.clone().any(Value::is_array) {
            let enums = model.fields.iter().filter(|field| field.default.is_some());
            let enums = enums.filter_map(|field| field.of.name());
            names.extend(enums.filter(|name| schema.find_enum(name).is_some()).map(rust_type));
        }
    }
    let mut text = String::new();
    if has_maps {
        text.push_str("use std::collections::BTreeMap;\n\n");
    }
    if subject.has_models() {
        text.push_str("use serde::Serialize;\n");
    }
    if has_json {
        text.push_str("use serde_json::Value;\n");
    }
    text.push('\n');
    let names: Vec<String> = names.difference(&own).cloned().collect();
    if subject.has_models() {
        _ = writeln!(text, "use crate::coordinator::{{{}, input::model}};\n", names.join(", "));
    }
    if !subject.enums.is_empty() {
        text.push_str("use crate::coordinator::open::named_values;\n\n");
    }
    text
}

fn models(subject: &Subject) -> impl Iterator<Item = &Model> {
    subject.models.iter().chain(subject.events.iter().map(|event| &event.model))
}

/// The struct that a model extends.
fn base(schema: &Schema, model: &Model) -> Option<String> {
    let (_, base) = model.extends.as_ref()?;
    schema.find_model(base).map(Model::rust_name)
}

/// Whether a word of a type is defined by this crate.
fn is_ours(word: &str) -> bool {
    let of_others = ["BTreeMap", "Option", "String", "Value", "Vec"];
    word.starts_with(|first: char| first.is_ascii_uppercase()) && !of_others.contains(&word)
}

fn named_values(of: &Enum) -> String {
    let mut text = String::from("named_values! {\n");
    text.push_str(&comment("    /// ", &of.doc));
    _ = writeln!(text, "    {} {{", rust_type(&of.name));
    for (value, doc) in &of.values {
        text.push_str(&comment("        /// ", doc));
        _ = writeln!(text, "        {} = \"{value}\",", variant(value));
    }
    text + "    }\n}\n\n"
}

fn variant(value: &str) -> String {
    let name = pascal_case(value);
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("Q{name}") } else { name }
}

fn structure(schema: &Schema, model: &Model, doc: &str) -> String {
    let name = model.rust_name();
    let derived = model.fields.iter().all(is_default_of_type);
    let mut text = comment("/// ", doc);
    let copy = if model.is_copy { "Copy, " } else { "" };
    let default = if derived { "Default, " } else { "" };
    _ = writeln!(text, "#[derive(Clone, {copy}Debug, {default}PartialEq, Serialize)]");
    _ = writeln!(text, "pub struct {name} {{");
    if let (Some((field, _)), Some(base)) = (&model.extends, base(schema, model)) {
        _ = writeln!(text, "    /// As for [`{base}`].\n    #[serde(flatten)]");
        _ = writeln!(text, "    pub {field}: {base},");
    }
    for field in &model.fields {
        text.push_str(&comment("    /// ", &field.doc));
        let mut attributes = Vec::new();
        if field.rust_name != field.name {
            attributes.push(format!("rename = \"{}\"", field.name));
        }
        if field.is_option() && field.may_be_absent() {
            attributes.push("skip_serializing_if = \"Option::is_none\"".into());
        }
        if !attributes.is_empty() {
            _ = writeln!(text, "    #[serde({})]", attributes.join(", "));
        }
        let mut of = rust(schema, &field.of);
        if field.is_option() {
            of = format!("Option<{of}>");
        }
        _ = writeln!(text, "    pub {}: {of},", field.rust_name);
    }
    text.push_str("}\n\n");
    if !derived {
        text.push_str(&defaults(schema, &name, model));
    }
    text + &reading(&name, model)
}

/// How the struct is read; rustfmt leaves it as it is.
fn reading(name: &str, model: &Model) -> String {
    let names: Vec<String> = model
        .fields
        .iter()
        .map(|field| {
            if field.rust_name == field.name {
                field.name.clone()
            } else {
                format!("{} = \"{}\"", field.rust_name, field.name)
            }
        })
        .collect();
    let base = model.extends.as_ref().map(|(field, _)| format!(", ..{field}")).unwrap_or_default();
    let line = format!("model! {{ {name} {{ {} }}{base} }}", names.join(", "));
    if names.is_empty() {
        return format!("model! {{ {name} {{}}{base} }}\n\n");
    }
    if line.len() <= 100 {
        return format!("{line}\n\n");
    }
    let names = lines("    ", names.iter().map(String::as_str));
    format!("model! {{ {name} {{\n{names}}}{base} }}\n\n")
}

fn defaults(schema: &Schema, name: &str, model: &Model) -> String {
    let mut text = format!("impl Default for {name} {{\nfn default() -> Self {{\nSelf {{\n");
    for field in &model.fields {
        let value = match &field.default {
            Some(value) if !is_default_of_type(field) => default(&field.of, value),
            _ if field.is_option() => "None".into(),
            _ => default_of_type(schema, &field.of),
        };
        _ = writeln!(text, "{}: {value},", field.rust_name);
    }
    text + "}\n}\n}\n\n"
}

fn default(of: &Type, value: &Value) -> String {
    match (of, value) {
        (Type::Bool, value) => value.to_string(),
        (Type::Integer(_), value) => grouped(&value.to_string()),
        (Type::List(inner), Value::Array(values)) => {
            let values: Vec<String> = values.iter().map(|value| default(inner, value)).collect();
            format!("vec![{}]", values.join(", "))
        }
        (Type::Named(name), Value::String(value)) => {
            format!("{}::{}.into()", rust_type(name), variant(value))
        }
        (_, value) => format!("{value}.into()"),
    }
}

fn default_of_type(schema: &Schema, of: &Type) -> String {
    match of {
        Type::Bool => "false".into(),
        Type::Integer(_) => "0".into(),
        Type::List(_) => "Vec::new()".into(),
        Type::String => "String::new()".into(),
        Type::Named(name) => match schema.find_model(name) {
            Some(model) => format!("{}::default()", model.rust_name()),
            None => "Open::default()".into(),
        },
        _ => "Default::default()".into(),
    }
}

/// Whether deriving `Default` gives the field the value it needs.
fn is_default_of_type(field: &Field) -> bool {
    match &field.default {
        None | Some(Value::Bool(false)) => true,
        Some(Value::Number(number)) => number.as_u64() == Some(0),
        Some(Value::Array(values)) => values.is_empty(),
        Some(Value::Object(fields)) => fields.is_empty(),
        Some(_) => false,
    }
}

fn rust(schema: &Schema, of: &Type) -> String {
    match of {
        Type::Bool => "bool".into(),
        Type::String => "String".into(),
        Type::Integer(name) => (*name).into(),
        Type::Float => "f64".into(),
        Type::Date => "DateTime".into(),
        Type::Json => "Value".into(),
        Type::Object => "Custom".into(),
        Type::List(inner) => format!("Vec<{}>", rust(schema, inner)),
        Type::Map(inner) => format!("BTreeMap<String, {}>", rust(schema, inner)),
        Type::Named(name) => match schema.find_model(name) {
            Some(model) => model.rust_name(),
            None => format!("Open<{}>", rust_type(name)),
        },
    }
}

fn events(schema: &Schema) -> String {
    let mut text = format!("//! Events of the socket.\n//!\n//! {HEADER}\n\n");
    let names: Vec<String> = schema.events().map(|event| event.model.rust_name()).collect();
    _ = writeln!(text, "use crate::coordinator::{{event::events, {}}};\n", names.join(", "));
    text.push_str("events! {\n");
    for event in schema.events() {
        let Event { event_type, model, to, .. } = event;
        text.push_str(&comment("    /// ", &format!("{} To: {}.", model.doc, to.join(", "))));
        let (name, variant) = (model.rust_name(), event.variant());
        let constant = event_type.replace('.', "_").to_uppercase();
        _ = writeln!(text, "    {variant}({name}) = {constant} \"{event_type}\",");
    }
    text + "}\n"
}

/// Gives tests the models by their keys.
fn every_model(schema: &Schema) -> String {
    let mut text = format!("//! Every model by its key, for tests.\n//!\n//! {HEADER}\n\n");
    text.push_str("use serde_json::{Result, Value};\n\n");
    let names: Vec<String> = schema.models().map(Model::rust_name).collect();
    _ = writeln!(text, "use crate::coordinator::{{tests::round_trip, {}}};\n", names.join(", "));
    text.push_str("/// Reads a value as a model and writes that.\n");
    text.push_str("pub(in crate::coordinator) fn of(key: &str, value: Value) -> Result<Value> {\n");
    text.push_str("match key {\n");
    for model in schema.models() {
        _ = writeln!(text, "\"{}\" => round_trip::<{}>(value),", model.name, model.rust_name());
    }
    text + "_ => panic!(\"there is no model {key}\"),\n}\n}\n"
}

fn operations(schema: &Schema) -> String {
    let mut text = format!("//! REST operations.\n//!\n//! {HEADER}\n\n");
    text.push_str("use crate::coordinator::operation::{Method, Operation, Rate};\n\n");
    text.push_str(
        "/// Every operation of the protocol.\npub const OPERATIONS: &[Operation] = &[\n",
    );
    for operation in schema.operations() {
        text.push_str(&entry(operation));
    }
    text + "];\n"
}

fn entry(operation: &Operation) -> String {
    let Operation { id, method, paths, rate, .. } = operation;
    let method = pascal_case(&method.to_lowercase());
    let rate = pascal_case(rate);
    let mut entry = format!("Operation::new(\"{id}\", Method::{method}, &{paths:?}, Rate::{rate})");
    for (flag, call) in [
        (operation.is_root, ".root()"),
        (operation.is_public, ".public()"),
        (operation.is_implemented, ".implemented()"),
    ] {
        if flag {
            entry.push_str(call);
        }
    }
    entry + ",\n"
}
