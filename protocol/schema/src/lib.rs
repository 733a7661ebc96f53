//! The coordinator protocol as data.
//!
//! The files in `protocol/schema/coordinator` say what there is: enums, models, settings,
//! operations, events. This crate reads them, so that `cargo xtask generate` can write the types
//! of Rust and TypeScript, and tests can check JSON and make samples of it. It does not depend on
//! anything that is generated: broken output must not stop the generator.
//!
//! # Notation
//!
//! A field is `"name": "TYPE [as NAME] [also NAME] [= DEFAULT]: words"`.
//!
//! | TYPE | meaning |
//! |---|---|
//! | `string` `bool` `i32` `u16` `u32` `i64` `u64` `f64` | as in Rust |
//! | `date` | RFC 3339 or Unix nanoseconds |
//! | `object`, `json` | any JSON object, any JSON value |
//! | `[T]`, `{T}` | list, map from strings |
//! | `Name` | an enum or a model |
//! | `T?` | may be absent |
//! | `T\|null` | is `null` when there is nothing |
//!
//! `as` is the name in Rust, where the name on the wire is a keyword. `also` is a second name that
//! the SDK takes from apps. A field with a default is always written by us, even if it has `?`.
//! Readers take `null` for absent, and absent for the default. Without words, a field means what
//! `words.json` says.
//!
//! `settings` are models that become two each: the complete one of responses, and the one of
//! requests, in which every field may be absent.

//!
//! # Adding an operation or an event
//!
//! 1. Describe it, and the models it needs, in the file of its subject; a new file is listed in
//!    `load.rs`.
//! 2. Run `cargo xtask generate`: the types, the table of operations and the OpenAPI description
//!    follow.
//! 3. Once the server has the operation, say `"implemented": true`; until then it refuses it by
//!    name.
//!
//! # Checking JSON
//!
//! ```
//! let schema = trunkline_schema::Schema::coordinator()?;
//! let body = serde_json::json!({ "duration": "1.00ms", "colour": "red" });
//! let problems = schema.check_response("EndCall", &body);
//! assert_eq!(problems[0].to_string(), "colour is not in the schema");
//! # Ok::<(), trunkline_schema::SchemaError>(())
//! ```

mod load;
mod names;
mod sample;
mod schema;
mod types;
mod validate;

pub use load::SchemaError;
pub use names::{pascal_case, rust_type};
pub use sample::Sample;
pub use schema::{Enum, Event, Field, Model, ModelKind, Operation, Schema, Subject};
pub use types::{Presence, Type};
pub use validate::{Fault, Problem};
