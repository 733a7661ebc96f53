//! Conditions of queries: SQL with its values beside it, and why there is none.

use rusqlite::types::Value as SqlValue;

/// A condition and its values.
#[derive(Debug)]
pub(crate) struct Condition {
    pub sql: String,
    pub values: Vec<SqlValue>,
}

/// A query that is not run, or fails.
#[derive(Debug)]
pub(crate) enum QueryError {
    /// The request cannot be understood; the text says what.
    Input(String),
    Sql(rusqlite::Error),
}

pub(super) fn input(text: impl Into<String>) -> QueryError {
    QueryError::Input(text.into())
}

/// The conditions joined by `AND` or `OR`.
pub(crate) fn join(operator: &str, conditions: Vec<Condition>) -> Condition {
    let (texts, values): (Vec<_>, Vec<_>) =
        conditions.into_iter().map(|condition| (condition.sql, condition.values)).unzip();
    let sql = if texts.is_empty() {
        // The neutral element of the operator.
        if operator == "OR" { "FALSE".into() } else { "TRUE".into() }
    } else {
        format!("({})", texts.join(&format!(" {operator} ")))
    };
    Condition { sql, values: values.concat() }
}

/// `expression IN (values)`
pub(crate) fn one_of(expression: &str, values: Vec<SqlValue>) -> Condition {
    let places = vec!["?"; values.len()].join(", ");
    Condition { sql: format!("{expression} IN ({places})"), values }
}

impl From<rusqlite::Error> for QueryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// Values that one comparison names.
pub(super) const MAX_IN: usize = 100;
