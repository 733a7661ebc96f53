//! JSON that the host has parsed.
//!
//! In the browser a JSON document is a JavaScript object made by `JSON.parse`; the core reads the
//! few fields it needs and hands the same object on to the app. That keeps a JSON parser and a
//! decoder per type out of the download, and the app gets the server's answer itself, unknown
//! fields included.

use std::{any::Any, fmt, rc::Rc};

/// One parsed JSON value, cheap to clone.
#[derive(Clone)]
pub struct Json(Rc<dyn Node>);

/// What a host must be able to tell about a JSON value.
pub trait Node: Any {
    /// The field `key` of an object; `None` when this is no object, the field is absent or `null`.
    fn get(&self, key: &str) -> Option<Json>;
    /// The elements, when this is an array.
    fn items(&self) -> Option<Vec<Json>>;
    /// The own fields, when this is an object that is no array.
    fn entries(&self) -> Option<Vec<(String, Json)>>;
    /// The text, when this is a string.
    fn as_str(&self) -> Option<String>;
    /// The number, when this is one.
    fn as_f64(&self) -> Option<f64>;
    /// The truth value, when this is one.
    fn as_bool(&self) -> Option<bool>;
    /// The value as JSON text; `None` when it cannot be written (a cycle, a `BigInt`).
    fn to_text(&self) -> Option<String>;
    /// For the host to get its own value back.
    fn as_any(&self) -> &dyn Any;
}

impl Json {
    /// Wraps a value of the host.
    pub fn new(node: impl Node) -> Self {
        Self(Rc::new(node))
    }

    /// The host's own value, if it is of type `T`.
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }

    /// The field `key`; `None` when absent or `null`.
    pub fn get(&self, key: &str) -> Option<Json> {
        self.0.get(key)
    }

    /// The value at the end of `path`.
    pub fn at(&self, path: &[&str]) -> Option<Json> {
        path.iter().try_fold(self.clone(), |node, key| node.get(key))
    }

    /// The text field `key`, or an empty text.
    pub fn text(&self, key: &str) -> String {
        self.get(key).and_then(|v| v.as_str()).unwrap_or_default()
    }

    /// The number field `key`.
    pub fn number(&self, key: &str) -> Option<f64> {
        self.get(key).and_then(|v| v.as_f64())
    }

    /// The truth field `key`; absent is `false`.
    pub fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(|v| v.as_bool()).unwrap_or_default()
    }

    /// The elements of the array field `key`; absent is empty.
    pub fn list(&self, key: &str) -> Vec<Json> {
        self.get(key).and_then(|v| v.items()).unwrap_or_default()
    }

    /// The texts in the array field `key`; absent is empty, other elements are left out.
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.list(key).iter().filter_map(Json::as_str).collect()
    }

    /// The moment in field `key`, in milliseconds since the epoch: an RFC 3339 text or a number of
    /// nanoseconds, the two date encodings of the coordinator.
    pub fn millis(&self, key: &str) -> Option<f64> {
        let value = self.get(key)?;
        match value.as_str() {
            Some(text) => parse_rfc3339(&text),
            None => value.as_f64().map(|ns| ns / 1e6),
        }
    }

    /// The elements, when this is an array.
    pub fn items(&self) -> Option<Vec<Json>> {
        self.0.items()
    }

    /// The own fields, when this is an object.
    pub fn entries(&self) -> Option<Vec<(String, Json)>> {
        self.0.entries()
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<String> {
        self.0.as_str()
    }

    /// The number, when this is one.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    /// The truth value, when this is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.0.as_bool()
    }

    /// The value as JSON text; `None` when it cannot be written.
    pub fn to_text(&self) -> Option<String> {
        self.0.to_text()
    }

    /// Whether both are written as the same text. Servers write fields in a stable order, so this
    /// tells an unchanged value from a changed one without walking it.
    pub fn same(&self, other: &Json) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.to_text() == other.to_text()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.same(other)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json")
    }
}

/// Writes one JSON object, field by field, for request bodies.
pub(crate) struct ObjectWriter {
    text: String,
}

impl ObjectWriter {
    pub(crate) fn new() -> Self {
        Self { text: String::from("{") }
    }

    pub(crate) fn text(self, key: &str, value: &str) -> Self {
        let mut quoted = String::new();
        write_quoted(&mut quoted, value);
        self.raw(key, &quoted)
    }

    pub(crate) fn flag(self, key: &str, value: bool) -> Self {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// Adds a field whose value is JSON text already.
    pub(crate) fn raw(mut self, key: &str, json: &str) -> Self {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        write_quoted(&mut self.text, key);
        self.text.push(':');
        self.text.push_str(json);
        self
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                const HEX: [char; 16] = [
                    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
                ];
                out.push_str("\\u00");
                for nibble in [u32::from(c) >> 4, u32::from(c) & 15] {
                    out.extend(HEX.get(nibble as usize));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Milliseconds since the epoch of an RFC 3339 text with any number of fraction digits.
fn parse_rfc3339(text: &str) -> Option<f64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);

    let rest = text.get(19..)?;
    let digits = rest
        .strip_prefix('.')
        .map_or(0, |fraction| fraction.bytes().take_while(u8::is_ascii_digit).count());
    let millis = match digits {
        0 => 0,
        // Cut to three digits, or filled up to them.
        n => {
            let shown = n.min(3);
            let scale = [100, 10, 1].get(shown - 1)?;
            rest.get(1..=shown)?.parse::<i64>().ok()? * scale
        }
    };
    let zone = rest.get(if digits == 0 { 0 } else { digits + 1 }..)?;
    let offset_minutes = match zone.as_bytes().first()? {
        b'Z' | b'z' => 0,
        sign @ (b'+' | b'-') => {
            let hours = zone.get(1..3)?.parse::<i64>().ok()?;
            let minutes = zone.get(4..6)?.parse::<i64>().ok()?;
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };

    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        - offset_minutes * 60;
    #[allow(clippy::cast_precision_loss)] // milliseconds of the next thousand years fit exactly
    Some((seconds * 1000 + millis) as f64)
}

/// Days since 1970-01-01 of a date in the Gregorian calendar (Howard Hinnant's algorithm).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_parse_with_any_fraction_and_zone() {
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00Z"), Some(0.0));
        assert_eq!(parse_rfc3339("2025-08-14T14:48:39.988853336Z"), Some(1_755_182_919_988.0));
        assert_eq!(parse_rfc3339("2025-08-14T16:48:39.5+02:00"), Some(1_755_182_919_500.0));
        assert_eq!(parse_rfc3339("2024-02-29T00:00:00-00:30"), Some(1_709_166_600_000.0));
        for broken in ["", "yesterday", "2025-08-14", "2025-08-14T14:48:39", "2025-08-14T14:48:39é"]
        {
            assert_eq!(parse_rfc3339(broken), None, "{broken}");
        }
    }

    #[test]
    fn written_objects_are_read_back_unchanged() {
        let nasty = "quote \" back \\ tab \t bell \u{7} null \u{0} line\u{2028} é 😀";

        let text = ObjectWriter::new().text("a", nasty).flag("b", true).raw("c", "[1]").finish();

        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value, serde_json::json!({ "a": nasty, "b": true, "c": [1] }));
    }
}
