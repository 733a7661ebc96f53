//! The types of fields.

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`
    Bool,
    /// Text.
    String,
    /// An integer that fits the Rust type of this name.
    Integer(&'static str),
    /// A number.
    Float,
    /// RFC 3339 or Unix nanoseconds.
    Date,
    /// Any JSON value.
    Json,
    /// Any JSON object.
    Object,
    /// A list.
    List(Box<Type>),
    /// A map from strings.
    Map(Box<Type>),
    /// An enum or a model, by its key in the schema.
    Named(String),
}

/// Whether a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always, with a value.
    Required,
    /// Always; `null` when there is no value.
    Nullable,
    /// Absent when there is no value.
    Optional,
}

impl Type {
    /// Reads the notation, such as `[string]?`.
    pub(crate) fn parse(text: &str) -> Option<(Self, Presence)> {
        let (text, presence) = if let Some(text) = text.strip_suffix('?') {
            (text, Presence::Optional)
        } else if let Some(text) = text.strip_suffix("|null") {
            (text, Presence::Nullable)
        } else {
            (text, Presence::Required)
        };
        Some((Self::parse_plain(text)?, presence))
    }

    /// The key of the enum or model that this is, or is a list or map of.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(inner) | Self::Map(inner) => inner.name(),
            _ => None,
        }
    }

    /// The same with another key.
    pub(crate) fn rename(&self, rename: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Named(name) => Self::Named(rename(name)),
            Self::List(inner) => Self::List(Box::new(inner.rename(rename))),
            Self::Map(inner) => Self::Map(Box::new(inner.rename(rename))),
            other => other.clone(),
        }
    }

    fn parse_plain(text: &str) -> Option<Self> {
        let inner = |open, close| text.strip_prefix(open).and_then(|t| t.strip_suffix(close));
        if let Some(inner) = inner('[', ']') {
            return Some(Self::List(Box::new(Self::parse_plain(inner)?)));
        }
        if let Some(inner) = inner('{', '}') {
            return Some(Self::Map(Box::new(Self::parse_plain(inner)?)));
        }
        Some(match text {
            "bool" => Self::Bool,
            "string" => Self::String,
            "f64" => Self::Float,
            "date" => Self::Date,
            "json" => Self::Json,
            "object" => Self::Object,
            _ => {
                if let Some(integer) = INTEGERS.into_iter().find(|integer| *integer == text) {
                    Self::Integer(integer)
                } else if text.starts_with(|first: char| first.is_ascii_uppercase())
                    && text.chars().all(|c| c.is_ascii_alphanumeric())
                {
                    Self::Named(text.into())
                } else {
                    return None;
                }
            }
        })
    }
}

const INTEGERS: [&str; 5] = ["i32", "u16", "u32", "i64", "u64"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_nest_and_end_with_their_presence() {
        let strings = Type::List(Box::new(Type::String));
        assert_eq!(Type::parse("[string]"), Some((strings.clone(), Presence::Required)));
        assert_eq!(Type::parse("{[string]}?"), {
            Some((Type::Map(Box::new(strings)), Presence::Optional))
        });
        assert_eq!(Type::parse("u32|null"), Some((Type::Integer("u32"), Presence::Nullable)));
        assert_eq!(Type::parse("Mode"), Some((Type::Named("Mode".into()), Presence::Required)));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in ["", "?", "text", "[string", "string]", "{}", "u8", "Two Words", "Mode??"] {
            assert_eq!(Type::parse(text), None, "{text}");
        }
    }
}
