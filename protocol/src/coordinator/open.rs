//! Values with names, of which there may be more tomorrow.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that has a name on the wire.
pub trait Named: Copy + PartialEq + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// The name on the wire.
    fn as_str(self) -> &'static str;
}

/// A value that was read: one we know, or the name of one we do not.
///
/// A missing value reads as an empty name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Open<T> {
    /// One we know.
    Known(T),
    /// The name of another.
    Other(String),
}

impl<T: Named> Open<T> {
    /// The value, if we know it.
    pub const fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Other(_) => None,
        }
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(value) => value.as_str(),
            Self::Other(name) => name,
        }
    }
}

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl<T> From<T> for Open<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: PartialEq> PartialEq<T> for Open<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Known(value) if value == other)
    }
}

impl<T: Named> Serialize for Open<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: Named> Deserialize<'de> for Open<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = T::ALL.iter().find(|value| value.as_str() == name);
        Ok(known.map_or(Self::Other(name), |value| Self::Known(*value)))
    }
}

/// Defines an enum whose values have names on the wire.
macro_rules! named_values {
    (
        $(#[$doc:meta])*
        $name:ident { $( $(#[$value_doc:meta])* $value:ident = $text:literal, )* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$value_doc])* $value, )* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text,)* }
            }
        }

        impl $crate::coordinator::Named for $name {
            const ALL: &'static [Self] = Self::ALL;

            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }
    };
}

pub(super) use named_values;

#[cfg(test)]
mod tests {
    use crate::coordinator::{Mode, Open};

    #[test]
    fn a_value_we_do_not_know_comes_back_as_it_was() {
        let mode: Open<Mode> = serde_json::from_str("\"sometimes\"").unwrap();
        assert_eq!(mode.known(), None);
        assert_eq!(serde_json::to_string(&mode).unwrap(), "\"sometimes\"");
    }

    #[test]
    fn a_value_we_know_is_told_by_its_name() {
        for mode in Mode::ALL {
            let name = format!("{:?}", mode.as_str());
            let read: Open<Mode> = serde_json::from_str(&name).unwrap();
            assert_eq!(read, *mode);
            assert_eq!(serde_json::to_string(&read).unwrap(), name);
        }
    }
}
