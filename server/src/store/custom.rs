//! Filters that reach into custom data, as SQL conditions.

use rusqlite::types::Value as SqlValue;
use serde_json::Value;

use super::condition::{Condition, MAX_IN, QueryError, input, join};

/// A value in a column of JSON objects, by the path that the request names.
pub(super) struct CustomField<'a> {
    column: &'static str,
    name: &'a str,
    /// A JSON path of quoted labels, which is bound like a value.
    path: String,
}

impl<'a> CustomField<'a> {
    /// `keys` are separated by dots. `name` is how the request calls the field.
    pub fn new(column: &'static str, name: &'a str, keys: &str) -> Result<Self, QueryError> {
        let mut path = String::from("$");
        for key in keys.split('.') {
            if key.is_empty() {
                return Err(input(format!("'{}' has an empty key", name.escape_default())));
            }
            // Escaped as a JSON string, a key can neither end its label nor add another step.
            path.push('.');
            path.push_str(&Value::from(key).to_string());
        }
        Ok(Self { column, name, path })
    }

    pub fn compare(&self, operator: &str, value: &Value) -> Result<Condition, QueryError> {
        match (operator, value) {
            ("$in", Value::Array(values)) if values.len() <= MAX_IN => self.one_of(values),
            ("$in", _) => Err(input(format!("$in takes at most {MAX_IN} values"))),
            ("$exists", Value::Bool(true)) => Ok(self.ask("json_type", "IS NOT NULL")),
            ("$exists", Value::Bool(false)) => Ok(self.ask("json_type", "IS NULL")),
            ("$eq", Value::Null) => Ok(self.ask("json_extract", "IS NULL")),
            ("$eq", _) => self.one_of(std::slice::from_ref(value)),
            ("$gt", _) => self.ordered(operator, ">", value),
            ("$gte", _) => self.ordered(operator, ">=", value),
            ("$lt", _) => self.ordered(operator, "<", value),
            ("$lte", _) => self.ordered(operator, "<=", value),
            _ => Err(self.unsupported(operator)),
        }
    }

    /// Only values of one type compare: for SQLite every text is greater than every number, and
    /// `true` is 1.
    fn one_of(&self, values: &[Value]) -> Result<Condition, QueryError> {
        let (mut texts, mut numbers, mut flags) = (Vec::new(), Vec::new(), Vec::new());
        for value in values {
            match value {
                Value::Bool(flag) => flags.push(SqlValue::Integer(i64::from(*flag))),
                Value::String(_) => texts.push(self.bind(value)?),
                _ => numbers.push(self.bind(value)?),
            }
        }
        let groups = [(TEXT, texts), (NUMBER, numbers), (FLAG, flags)];
        let groups = groups.into_iter().filter(|(_, values)| !values.is_empty());
        let groups = groups.map(|(types, values)| {
            let places = vec!["?"; values.len()].join(", ");
            let mut equal = self.ask("json_extract", &format!("IN ({places})"));
            equal.values.extend(values);
            join("AND", vec![self.ask("json_type", types), equal])
        });
        Ok(join("OR", groups.collect()))
    }

    fn ordered(&self, operator: &str, sign: &str, value: &Value) -> Result<Condition, QueryError> {
        let types = match value {
            Value::String(_) => TEXT,
            Value::Bool(_) => return Err(self.unsupported(operator)),
            _ => NUMBER,
        };
        let mut ordered = self.ask("json_extract", &format!("{sign} ?"));
        ordered.values.push(self.bind(value)?);
        Ok(join("AND", vec![self.ask("json_type", types), ordered]))
    }

    /// `function(column, path) test`
    fn ask(&self, function: &str, test: &str) -> Condition {
        Condition {
            sql: format!("{function}({}, ?) {test}", self.column),
            values: vec![SqlValue::Text(self.path.clone())],
        }
    }

    fn bind(&self, value: &Value) -> Result<SqlValue, QueryError> {
        let bound = match value {
            Value::String(text) => Some(SqlValue::Text(text.clone())),
            Value::Number(number) => {
                number.as_i64().map(SqlValue::Integer).or(number.as_f64().map(SqlValue::Real))
            }
            _ => None,
        };
        bound.ok_or_else(|| {
            let name = self.name.escape_default();
            input(format!("'{name}' is compared with a string, a number or a boolean"))
        })
    }

    fn unsupported(&self, operator: &str) -> QueryError {
        let (name, operator) = (self.name.escape_default(), operator.escape_default());
        input(format!("'{name}' cannot be compared by '{operator}'"))
    }
}

const TEXT: &str = "= 'text'";
const NUMBER: &str = "IN ('integer', 'real')";
const FLAG: &str = "IN ('true', 'false')";
