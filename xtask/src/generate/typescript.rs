//! Types of TypeScript.

use std::{collections::BTreeSet, fmt::Write};

use anyhow::{Result, ensure};
use trunkline_schema::{Enum, Event, Field, Model, Operation, Presence, Schema, Subject, Type};

use super::{
    Files,
    javascript::key,
    text::{HEADER, jsdoc},
};

pub const FOLDER: &str = "src/api/types/generated";

pub fn render(schema: &Schema) -> Result<Files> {
    let inputs = inputs(schema)?;
    let mut files = Files::new();
    for subject in &schema.subjects {
        let section = Section { schema, subject, inputs: &inputs };
        files.insert(format!("{FOLDER}/{}.ts", subject.name), section.render());
    }
    files.insert(format!("{FOLDER}/events.ts"), event_map(schema));
    Ok(files)
}

/// The models that apps write and servers read: their dates may be `Date`s, and they hold no nulls.
fn inputs(schema: &Schema) -> Result<BTreeSet<&str>> {
    let requests = schema.operations().filter_map(|operation| operation.request.as_deref());
    let inputs = reachable(schema, requests.chain(["WSAuthMessage", "CallSettingsRequest"]));
    let answers = schema.operations().filter_map(|operation| operation.response.as_deref());
    let outputs = reachable(schema, answers);
    let is_dated = |name: &&&str| {
        let model = schema.find_model(name);
        model.is_some_and(|model| model.fields.iter().any(|field| field.of == Type::Date))
    };
    let both: Vec<_> = inputs.intersection(&outputs).filter(is_dated).collect();
    ensure!(
        both.is_empty(),
        "dates are written and read differently, but these are both: {both:?}"
    );
    Ok(inputs)
}

fn reachable<'a>(schema: &'a Schema, from: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = from.collect();
    while let Some(name) = open.pop() {
        let Some(model) = schema.find_model(name) else { continue };
        if found.insert(name) {
            open.extend(model.extends.iter().map(|(_, base)| base.as_str()));
            open.extend(model.fields.iter().filter_map(|field| field.of.name()));
        }
    }
    found
}

/// The types of one subject. All of them end up in the one file of declarations that wasm-bindgen
/// writes, so they need no imports.
struct Section<'a> {
    schema: &'a Schema,
    subject: &'a Subject,
    inputs: &'a BTreeSet<&'a str>,
}

impl Section<'_> {
    fn render(&self) -> String {
        let mut body = String::new();
        for of in &self.subject.enums {
            body.push_str(&values(of));
        }
        for model in &self.subject.models {
            let is_answer = self.schema.operations().any(|operation| {
                operation.response.as_deref() == Some(&model.name) && operation.answer == model.name
            });
            let base = model.extends.as_ref().map(|(_, base)| base.as_str());
            let bases: Vec<&str> =
                is_answer.then_some("ApiResponse").into_iter().chain(base).collect();
            body.push_str(&self.interface(model, &model.doc, &bases));
        }
        for operation in &self.subject.operations {
            body.push_str(&answer(operation));
        }
        for event in &self.subject.events {
            body.push_str(&self.event(event));
        }
        format!("// {HEADER}\n\n{body}")
    }

    fn event(&self, event: &Event) -> String {
        let base = if event.of_call { "CallEvent" } else { "BaseEvent" };
        let base = format!("{base}<'{}'>", event.event_type);
        // The SDK says itself when an event arrived.
        let is_ours = |field: &Field| field.name != "received_at";
        let fields = event.model.fields.iter().filter(|field| is_ours(field)).cloned().collect();
        self.interface(&Model { fields, ..event.model.clone() }, &event.model.doc, &[&base])
    }

    fn interface(&self, model: &Model, doc: &str, bases: &[&str]) -> String {
        let mut text = jsdoc("", doc);
        _ = write!(text, "export interface {}", model.name);
        if !bases.is_empty() {
            _ = write!(text, " extends {}", bases.join(", "));
        }
        text.push_str(" {\n");
        let is_input = self.inputs.contains(model.name.as_str());
        for field in &model.fields {
            text.push_str(&property(&field.name, field, &field.doc, is_input));
            if let Some(also) = &field.also {
                let doc = format!("The same as `{}`; give only one of the two.", field.name);
                text.push_str(&property(also, field, &doc, is_input));
            }
        }
        text + "}\n\n"
    }
}

/// The answer of an operation, unless it is a model of its own.
fn answer(operation: &Operation) -> String {
    let Operation { answer, response, .. } = operation;
    if operation.is_untyped || response.as_deref() == Some(answer) {
        return String::new();
    }
    let bases: Vec<&str> = ["ApiResponse"].into_iter().chain(response.as_deref()).collect();
    let doc = jsdoc("", &format!("Answer to `{}`: {}", operation.id, first_lower(&operation.doc)));
    format!("{doc}export interface {answer} extends {} {{}}\n\n", bases.join(", "))
}

fn property(name: &str, field: &Field, doc: &str, is_input: bool) -> String {
    let of = typescript(&field.of, is_input);
    let doc = jsdoc("  ", doc);
    let may_be_missing = field.presence != Presence::Required;
    // Everything is something unknown, null included.
    let null = if is_input || of == "unknown" { "" } else { " | null" };
    if may_be_missing {
        format!("{doc}  {name}?: {of}{null};\n")
    } else {
        format!("{doc}  {name}: {of};\n")
    }
}

fn typescript(of: &Type, is_input: bool) -> String {
    match of {
        Type::Bool => "boolean".into(),
        Type::String => "string".into(),
        Type::Integer(_) | Type::Float => "number".into(),
        Type::Date if is_input => "Date | string".into(),
        Type::Date => "Timestamp".into(),
        Type::Json => "unknown".into(),
        Type::Object => "CustomData".into(),
        Type::List(inner) => {
            let inner = typescript(inner, is_input);
            if inner.contains(' ') { format!("({inner})[]") } else { format!("{inner}[]") }
        }
        Type::Map(inner) => format!("Record<string, {}>", typescript(inner, is_input)),
        Type::Named(name) => name.clone(),
    }
}

fn values(of: &Enum) -> String {
    let Enum { name, doc, .. } = of;
    let doc = jsdoc("", doc);
    if !of.is_const && of.aliases.is_empty() {
        let values: Vec<String> = of.values.iter().map(|(value, _)| format!("'{value}'")).collect();
        return format!("{doc}export type {name} = {};\n\n", values.join(" | "));
    }
    let mut table = String::from("{\n");
    for (value, doc) in &of.values {
        table.push_str(&jsdoc("  ", doc));
        _ = writeln!(table, "  readonly {}: '{value}';", key(value));
    }
    table.push('}');
    if of.is_const {
        return format!(
            "{doc}export const {name}: {table};\n{doc}export type {name} = (typeof {name})[keyof typeof {name}];\n\n"
        );
    }
    let mut text = format!("{doc}export interface {name}Enum {table}\n");
    _ = writeln!(text, "{doc}export type {name} = {name}Enum[keyof {name}Enum];\n");
    for (alias, doc) in &of.aliases {
        let doc = jsdoc("", doc);
        _ = writeln!(text, "{doc}export const {alias}: {name}Enum;");
        _ = writeln!(text, "{doc}export type {alias} = {name};\n");
    }
    text
}

fn event_map(schema: &Schema) -> String {
    let mut text = format!("// {HEADER}\n\n");
    text.push_str("/** The events of the coordinator, by name. */\n");
    text.push_str("export interface CoordinatorEventMap {\n");
    for event in schema.events() {
        text.push_str(&jsdoc("  ", &event.model.doc));
        _ = writeln!(text, "  '{}': {};", event.event_type, event.model.name);
    }
    text + "}\n"
}

fn first_lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}
