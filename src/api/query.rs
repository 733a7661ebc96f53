//! Paths of requests with their queries.

use js_sys::encode_uri_component;

/// A path, and the query that is being added to it.
pub(crate) struct Query {
    path: String,
    has_query: bool,
}

impl Query {
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), has_query: false }
    }

    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.path.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.path.push_str(key);
        self.path.push('=');
        self.path.push_str(&segment(value));
        self
    }

    /// The same for a value that may be absent.
    pub(crate) fn maybe(self, key: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(key, &value.to_string()),
            None => self,
        }
    }

    pub(crate) fn finish(self) -> String {
        self.path
    }
}

/// A part of a path, as `encodeURIComponent` writes it.
pub(crate) fn segment(text: &str) -> String {
    encode_uri_component(text).into()
}
