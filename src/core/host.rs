//! What the core knows of whoever drives it.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

/// The host's own types. The core carries their values and looks into none of them.
///
/// A marker: it is named once, where a host names its [`Client`](super::Client), and never has a
/// value.
pub trait Host: Clone + Debug + Default + PartialEq + 'static {
    /// A JSON value that apps see as the server wrote it.
    type Document: Document;
    /// What the browser or the app threw, for the log and for `cause`.
    type Thrown: Clone + Debug + 'static;
}

/// A JSON value of the host: `JSON.parse` made it in the browser, `serde_json` made it elsewhere.
/// Two are equal when they are written as the same text.
pub trait Document: Clone + Debug + Default + PartialEq + DeserializeOwned + 'static {
    /// What a view reads of it; `None` when this is no object.
    fn view<V: DeserializeOwned>(&self) -> Option<V>;

    /// The same object with another value in one field.
    #[must_use]
    fn with(&self, field: &'static str, value: &Self) -> Self;

    /// The same object with all fields of another one in place of its own.
    #[must_use]
    fn merged(&self, newer: &Self) -> Self;
}

/// A host whose values can be written to a file, so that what its core was told can be told again.
pub trait Recordable:
    Host<Document: Serialize + DeserializeOwned, Thrown: Serialize + DeserializeOwned>
{
}

impl<H> Recordable for H where
    H: Host<Document: Serialize + DeserializeOwned, Thrown: Serialize + DeserializeOwned>
{
}
