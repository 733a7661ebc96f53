//! Dates as the coordinator writes and reads them.

use std::{cell::Cell, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A moment, in nanoseconds since the Unix epoch.
///
/// Read from an RFC 3339 string or from a number of nanoseconds; written in the encoding of the
/// surrounding [`DateEncoding::scope`]. A missing date reads as the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(i64);

/// How dates are written: the two prefixes of the coordinator differ in nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DateEncoding {
    /// A string such as `2025-08-14T14:48:39.988853336Z`: everything under `/video`.
    #[default]
    Rfc3339,
    /// A number of nanoseconds since the Unix epoch: everything under `/api/v2`.
    UnixNanos,
}

/// The text is no RFC 3339 date, or lies outside the years 1678 to 2261.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDate;

impl DateTime {
    /// From nanoseconds since the Unix epoch.
    pub const fn from_unix_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn unix_nanos(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 date.
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidDate> {
        let date = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidDate)?;
        i64::try_from(date.unix_timestamp_nanos()).map(Self).map_err(|_| InvalidDate)
    }

    /// The same moment as an RFC 3339 string in UTC.
    pub fn to_rfc3339(self) -> Result<String, InvalidDate> {
        OffsetDateTime::from_unix_timestamp_nanos(self.0.into())
            .map_err(|_| InvalidDate)?
            .format(&Rfc3339)
            .map_err(|_| InvalidDate)
    }

    /// This moment plus (or minus) whole seconds, held inside the range of the type.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(NANOS_PER_SECOND)))
    }

    /// Whole seconds from `earlier` to this moment; never negative.
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        let seconds = self.0.saturating_sub(earlier.0) / NANOS_PER_SECOND;
        if seconds < 0 { 0 } else { seconds.unsigned_abs() }
    }
}

impl DateEncoding {
    /// Writes every date inside `write` (on this thread) in this encoding.
    ///
    /// The encoding depends on the route, the dates sit deep inside typed bodies next to free JSON
    /// that must stay untouched; so it travels beside serde instead of through every type.
    pub fn scope<T>(self, write: impl FnOnce() -> T) -> T {
        struct Restore(DateEncoding);
        impl Drop for Restore {
            fn drop(&mut self) {
                ENCODING.set(self.0);
            }
        }
        let _restore = Restore(ENCODING.replace(self));
        write()
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match ENCODING.get() {
            DateEncoding::UnixNanos => serializer.serialize_i64(self.0),
            DateEncoding::Rfc3339 => {
                serializer.serialize_str(&self.to_rfc3339().map_err(ser::Error::custom)?)
            }
        }
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DateVisitor)
    }
}

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 date between the years 1678 and 2261")
    }
}

impl std::error::Error for InvalidDate {}

struct DateVisitor;

impl de::Visitor<'_> for DateVisitor {
    type Value = DateTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 date or Unix nanoseconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<DateTime, E> {
        DateTime::parse_rfc3339(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, nanos: i64) -> Result<DateTime, E> {
        Ok(DateTime(nanos))
    }

    fn visit_u64<E: de::Error>(self, nanos: u64) -> Result<DateTime, E> {
        i64::try_from(nanos).map(DateTime).map_err(|_| E::custom(InvalidDate))
    }
}

thread_local! {
    static ENCODING: Cell<DateEncoding> = const { Cell::new(DateEncoding::Rfc3339) };
}

const NANOS_PER_SECOND: i64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "2025-08-14T14:48:39.988853336Z";
    const NANOS: i64 = 1_755_182_919_988_853_336;

    #[test]
    fn a_date_reads_the_same_from_text_and_from_nanoseconds() {
        let text: DateTime = serde_json::from_str(&format!("{TEXT:?}")).unwrap();
        let number: DateTime = serde_json::from_str(&NANOS.to_string()).unwrap();
        assert_eq!(text, number);
        assert_eq!(text.unix_nanos(), NANOS);
    }

    #[test]
    fn an_offset_is_taken_into_account() {
        let date: DateTime =
            serde_json::from_str("\"2025-08-14T16:48:39.988853336+02:00\"").unwrap();
        assert_eq!(date.unix_nanos(), NANOS);
    }

    #[test]
    fn the_encoding_of_the_scope_is_used_and_ends_with_it() {
        let date = DateTime::from_unix_nanos(NANOS);
        let number = DateEncoding::UnixNanos.scope(|| serde_json::to_string(&date).unwrap());
        assert_eq!(number, NANOS.to_string());
        assert_eq!(serde_json::to_string(&date).unwrap(), format!("{TEXT:?}"));
    }

    #[test]
    fn dates_that_are_none_are_refused() {
        for text in ["\"\"", "\"tomorrow\"", "\"9999-01-01T00:00:00Z\"", "true", "[]", "1e300"] {
            assert!(serde_json::from_str::<DateTime>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_between_dates_are_never_negative() {
        let date = DateTime::from_unix_nanos(NANOS);
        assert_eq!(date.plus_seconds(90).seconds_since(date), 90);
        assert_eq!(date.seconds_since(date.plus_seconds(90)), 0);
    }
}
