//! An OpenAPI description of what our server implements.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use trunkline_schema::{Field, Model, Operation, Presence, Schema, Type};

use super::Files;

const PATH: &str = "protocol/schema/openapi.json";

pub fn render(schema: &Schema) -> Result<Files> {
    let mut text = serde_json::to_string_pretty(&document(schema)?)?;
    text.push('\n');
    Ok(Files::from([(PATH.into(), text)]))
}

fn document(schema: &Schema) -> Result<Value> {
    let mut components = Components { schema, used: BTreeSet::new(), open: Vec::new() };
    let mut paths: Map<String, Value> = Map::new();
    for operation in schema.operations().filter(|operation| operation.is_implemented) {
        for path in &operation.paths {
            let item = paths.entry(path.clone()).or_insert_with(|| json!({}));
            item[operation.method.to_lowercase()] = components.operation(operation, path);
        }
    }
    let error = components.reference("APIError");
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "trunkline coordinator",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Users, calls, members and sessions of video calls.",
            "description": "Generated from protocol/schema. The same operations are served under \
                /api/v2/video (those on users and devices: /api/v2), with dates as numbers of \
                nanoseconds since 1970. Readers take null for absent and ignore unknown fields.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/video" }],
        "security": [{ "key": [], "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "apiKey", "in": "query", "name": "api_key",
                    "description": "Key of the app.",
                },
                "token": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "JWT of the user, without a scheme before it.",
                },
            },
            "responses": {
                "refusal": {
                    "description": "The request is refused.",
                    "content": { "application/json": { "schema": error } },
                },
            },
            "schemas": components.render()?,
        },
    }))
}

/// The models and enums that the document refers to.
struct Components<'a> {
    schema: &'a Schema,
    used: BTreeSet<String>,
    open: Vec<String>,
}

impl Components<'_> {
    fn operation(&mut self, operation: &Operation, path: &str) -> Value {
        let in_path = path.split('{').skip(1).filter_map(|part| part.split('}').next());
        let mut parameters: Vec<Value> = in_path
            .map(|name| {
                json!({ "name": name, "in": "path", "required": true,
                    "schema": { "type": "string" } })
            })
            .collect();
        for field in &operation.query {
            parameters.push(json!({ "name": field.name, "in": "query",
                "required": !field.may_be_absent(), "description": field.doc,
                "schema": self.of(&field.of) }));
        }
        let duration = json!({ "type": "object", "required": ["duration"], "properties": {
            "duration": { "type": "string", "description": "How long the server worked." } } });
        let body = match &operation.response {
            Some(model) => json!({ "allOf": [self.reference(model), duration] }),
            None => duration,
        };
        let success = if operation.method == "POST" { "201" } else { "200" };
        let mut value = json!({
            "operationId": operation.id,
            "summary": operation.doc,
            "parameters": parameters,
            "responses": {
                success: {
                    "description": "Done.",
                    "content": { "application/json": { "schema": body } },
                },
                "default": { "$ref": "#/components/responses/refusal" },
            },
        });
        if let Some(request) = &operation.request {
            value["requestBody"] = json!({
                "required": true,
                "content": { "application/json": { "schema": self.reference(request) } },
            });
        }
        if operation.is_public {
            value["security"] = json!([{ "key": [] }]);
        }
        value
    }

    fn reference(&mut self, name: &str) -> Value {
        if self.used.insert(name.into()) {
            self.open.push(name.into());
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    fn render(mut self) -> Result<Value> {
        let mut schemas = Map::new();
        while let Some(name) = self.open.pop() {
            let schema = self.schema;
            let value = if let Some(of) = schema.find_enum(&name) {
                // Other values may come: those known today are examples.
                let values: Vec<_> = of.values.iter().map(|(value, _)| value).collect();
                json!({ "type": "string", "description": of.doc, "examples": values })
            } else {
                let model = schema.find_model(&name).context("a model that is not there")?;
                self.model(model)
            };
            schemas.insert(name, value);
        }
        Ok(schemas.into())
    }

    fn model(&mut self, model: &Model) -> Value {
        let mut properties = Map::new();
        for field in self.schema.all_fields(model) {
            properties.insert(field.name.clone(), self.property(field));
        }
        let fields = self.schema.all_fields(model);
        let required: Vec<_> = fields
            .into_iter()
            .filter(|field| !field.may_be_absent())
            .map(|field| field.name.clone())
            .collect();
        let mut value = json!({ "type": "object", "description": model.doc,
            "properties": properties });
        if !required.is_empty() {
            value["required"] = required.into();
        }
        value
    }

    fn property(&mut self, field: &Field) -> Value {
        let mut value = self.of(&field.of);
        if field.presence == Presence::Nullable {
            value = json!({ "anyOf": [value, { "type": "null" }] });
        }
        value["description"] = field.doc.clone().into();
        if let Some(default) = &field.default {
            value["default"] = default.clone();
        }
        value
    }

    fn of(&mut self, of: &Type) -> Value {
        match of {
            Type::Bool => json!({ "type": "boolean" }),
            Type::String => json!({ "type": "string" }),
            Type::Integer("u16" | "u32" | "u64") => json!({ "type": "integer", "minimum": 0 }),
            Type::Integer(_) => json!({ "type": "integer" }),
            Type::Float => json!({ "type": "number" }),
            Type::Date => json!({ "type": "string", "format": "date-time" }),
            Type::Json => json!({}),
            Type::Object => json!({ "type": "object" }),
            Type::List(inner) => json!({ "type": "array", "items": self.of(inner) }),
            Type::Map(inner) => {
                json!({ "type": "object", "additionalProperties": self.of(inner) })
            }
            Type::Named(name) => self.reference(name),
        }
    }
}
