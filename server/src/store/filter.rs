//! Filters of queries, as SQL conditions.
//!
//! Fields and operators come from an allow-list per table and values are bound, so nothing of a
//! request becomes SQL text.

use rusqlite::types::Value as SqlValue;
use serde_json::Value;
use trunkline_protocol::coordinator::DateTime;

use super::{
    condition::{Condition, MAX_IN, QueryError, input, join, one_of},
    custom::CustomField,
};
use crate::app::AppId;

/// What can be asked about one table.
pub(crate) struct Table {
    pub name: &'static str,
    /// Names a row in its app, so that every order is total.
    pub key: &'static str,
    pub fields: &'static [Field],
    /// The column of the JSON object that `custom.{key}` reaches into.
    pub custom: Option<&'static str>,
    /// Used when the request names no order: field and direction.
    pub default_sort: (&'static str, i32),
}

/// A field of a filter or an order.
pub(crate) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// SQL expression of the value; for [`Kind::Set`] a query of the keys of rows that have any. Not
    /// a question to ask of each row: it must be able to come first, and to use an index.
    pub sql: &'static str,
    pub sortable: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Text,
    Date,
    /// A date that may be absent.
    DateIfAny,
    Bool,
    /// Several values, in this column. The query takes the app as its only value.
    Set {
        column: &'static str,
    },
}

/// The condition that a filter of a request stands for.
pub(super) fn compile(table: &Table, app: AppId, filter: &Value) -> Result<Condition, QueryError> {
    let mut compiler = Compiler { table, app, left: MAX_CONDITIONS };
    compiler.object(filter, 1)
}

/// The field of this name, if it may be asked about.
pub(super) fn field<'a>(table: &'a Table, name: &str) -> Result<&'a Field, QueryError> {
    table
        .fields
        .iter()
        .find(|field| field.name == name)
        .ok_or_else(|| input(format!("cannot filter or sort by '{}'", name.escape_default())))
}

struct Compiler<'a> {
    table: &'a Table,
    app: AppId,
    left: usize,
}

impl Compiler<'_> {
    fn object(&mut self, filter: &Value, depth: usize) -> Result<Condition, QueryError> {
        let Value::Object(fields) = filter else {
            return Err(input("a filter must be an object"));
        };
        if depth > MAX_DEPTH {
            return Err(input(format!("filters nest at most {MAX_DEPTH} deep")));
        }
        // Empty ones as well: SQLite does not take expressions of any length.
        self.count()?;
        let mut all = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            all.push(match name.as_str() {
                "$and" => self.list("AND", value, depth)?,
                "$or" => self.list("OR", value, depth)?,
                _ => self.field(name, value)?,
            });
        }
        Ok(join("AND", all))
    }

    fn list(
        &mut self,
        operator: &str,
        value: &Value,
        depth: usize,
    ) -> Result<Condition, QueryError> {
        let Value::Array(filters) = value else {
            return Err(input("$and and $or take an array of filters"));
        };
        // Without any filter, `$and` holds for everything and `$or` for nothing.
        let parts: Result<_, _> =
            filters.iter().map(|filter| self.object(filter, depth + 1)).collect();
        Ok(join(operator, parts?))
    }

    fn field(&mut self, name: &str, value: &Value) -> Result<Condition, QueryError> {
        let custom = self.table.custom.zip(name.strip_prefix("custom."));
        if let Some((column, path)) = custom {
            let field = CustomField::new(column, name, path)?;
            return self.operators(value, |_, operator, value| field.compare(operator, value));
        }
        let field = field(self.table, name)?;
        self.operators(value, |compiler, operator, value| compiler.compare(field, operator, value))
    }

    fn operators(
        &mut self,
        value: &Value,
        compare: impl Fn(&Self, &str, &Value) -> Result<Condition, QueryError>,
    ) -> Result<Condition, QueryError> {
        let Value::Object(operators) = value else {
            self.count()?;
            return compare(self, "$eq", value);
        };
        self.count()?;
        let mut parts = Vec::with_capacity(operators.len());
        for (operator, value) in operators {
            self.count()?;
            parts.push(compare(self, operator, value)?);
        }
        Ok(join("AND", parts))
    }

    fn count(&mut self) -> Result<(), QueryError> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(input(format!("a filter has at most {MAX_CONDITIONS} parts")));
        };
        self.left = left;
        Ok(())
    }

    fn compare(
        &self,
        field: &Field,
        operator: &str,
        value: &Value,
    ) -> Result<Condition, QueryError> {
        let values = match (operator, value) {
            ("$in", Value::Array(values)) if values.len() <= MAX_IN => {
                values.iter().map(|value| bind(field, value)).collect::<Result<Vec<_>, _>>()?
            }
            ("$in", _) => return Err(input(format!("$in takes at most {MAX_IN} values"))),
            _ => Vec::new(),
        };
        if let Kind::Set { column } = field.kind {
            let values = match operator {
                "$in" => values,
                "$eq" => vec![bind(field, value)?],
                _ => return Err(unsupported(field, operator)),
            };
            let with = one_of(column, values);
            let sql = format!("{} IN ({} AND {})", self.table.key, field.sql, with.sql);
            let app = SqlValue::Integer(self.app.0);
            return Ok(Condition { sql, values: [vec![app], with.values].concat() });
        }
        let sign = match (operator, value) {
            ("$in", _) => return Ok(one_of(field.sql, values)),
            ("$exists", Value::Bool(exists)) => {
                let test = if *exists { "IS NOT NULL" } else { "IS NULL" };
                return Ok(Condition { sql: format!("{} {test}", field.sql), values });
            }
            ("$eq", Value::Null) => {
                return Ok(Condition { sql: format!("{} IS NULL", field.sql), values });
            }
            ("$eq", _) => "=",
            ("$gt", _) if field.kind != Kind::Bool => ">",
            ("$gte", _) if field.kind != Kind::Bool => ">=",
            ("$lt", _) if field.kind != Kind::Bool => "<",
            ("$lte", _) if field.kind != Kind::Bool => "<=",
            _ => return Err(unsupported(field, operator)),
        };
        Ok(Condition { sql: format!("{} {sign} ?", field.sql), values: vec![bind(field, value)?] })
    }
}

fn bind(field: &Field, value: &Value) -> Result<SqlValue, QueryError> {
    let bound = match (field.kind, value) {
        (Kind::Text | Kind::Set { .. }, Value::String(text)) => Some(SqlValue::Text(text.clone())),
        (Kind::Bool, Value::Bool(flag)) => Some(SqlValue::Integer(i64::from(*flag))),
        (Kind::Date | Kind::DateIfAny, _) => serde_json::from_value::<DateTime>(value.clone())
            .ok()
            .map(|date| SqlValue::Integer(date.unix_nanos())),
        _ => None,
    };
    let wanted = match field.kind {
        Kind::Text | Kind::Set { .. } => "a string",
        Kind::Bool => "a boolean",
        Kind::Date | Kind::DateIfAny => "an RFC 3339 date",
    };
    bound.ok_or_else(|| input(format!("'{}' is compared with {wanted}", field.name)))
}

fn unsupported(field: &Field, operator: &str) -> QueryError {
    input(format!("'{}' cannot be compared by '{}'", field.name, operator.escape_default()))
}

const MAX_DEPTH: usize = 5;
/// Filters, fields and comparisons.
const MAX_CONDITIONS: usize = 200;

#[cfg(test)]
pub(super) mod tests {
    use rusqlite::{Connection, params_from_iter};
    use serde_json::json;

    use super::*;

    pub(in crate::store) const TABLE: Table = Table {
        name: "thing",
        key: "thing.id",
        fields: &[
            Field { name: "id", kind: Kind::Text, sql: "thing.id", sortable: true },
            Field { name: "at", kind: Kind::DateIfAny, sql: "thing.at", sortable: true },
            Field { name: "on", kind: Kind::Bool, sql: "thing.lit", sortable: false },
            Field {
                name: "tags",
                kind: Kind::Set { column: "tag.tag" },
                sql: "SELECT tag.id FROM tag WHERE tag.app = ?",
                sortable: false,
            },
        ],
        custom: None,
        default_sort: ("at", -1),
    };

    pub(in crate::store) fn things() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE thing (id TEXT PRIMARY KEY, at INTEGER, lit INTEGER, app INTEGER DEFAULT 1);
            CREATE TABLE tag (id TEXT, tag TEXT, app INTEGER DEFAULT 1);
            INSERT INTO thing (id, at, lit) VALUES ('a', 1000000000, 1), ('b', 2000000000, 0),
                ('c', 2000000000, 1), ('d', NULL, 0);
            INSERT INTO tag (id, tag) VALUES ('a', 'red'), ('b', 'red'), ('b', 'blue');
            INSERT INTO tag VALUES ('d', 'red', 2);",
        )
        .unwrap();
        db
    }

    fn ids(filter: &Value) -> String {
        let Condition { sql, values } = compile(&TABLE, AppId(1), filter).unwrap();
        let db = things();
        let sql = format!("SELECT id FROM thing WHERE {sql} ORDER BY id");
        let mut found = db.prepare(&sql).unwrap();
        let ids = found.query_map(params_from_iter(values), |row| row.get::<_, String>(0)).unwrap();
        ids.collect::<Result<String, _>>().unwrap()
    }

    #[test]
    fn filters_select_what_they_say() {
        let cases = [
            (json!({}), "abcd"),
            (json!({ "id": "a" }), "a"),
            (json!({ "id": { "$eq": "a" } }), "a"),
            (json!({ "id": { "$in": ["a", "c", "x"] } }), "ac"),
            (json!({ "id": { "$in": [] } }), ""),
            (json!({ "id": { "$gt": "a", "$lte": "c" } }), "bc"),
            (json!({ "at": { "$gte": "1970-01-01T00:00:02Z" } }), "bc"),
            (json!({ "at": { "$lt": "1970-01-01T00:00:02Z" } }), "a"),
            (json!({ "at": { "$exists": false } }), "d"),
            (json!({ "at": null }), "d"),
            (json!({ "at": { "$exists": true }, "on": true }), "ac"),
            (json!({ "tags": { "$in": ["red"] } }), "ab"),
            (json!({ "tags": "blue" }), "b"),
            (json!({ "$or": [{ "id": "a" }, { "on": false }] }), "abd"),
            (json!({ "$and": [{ "tags": "red" }, { "$or": [{ "id": "b" }] }] }), "b"),
            (json!({ "$or": [] }), ""),
            (json!({ "$and": [] }), "abcd"),
            (json!({ "$or": [{}, { "id": "a" }] }), "abcd"),
            (json!({ "id": {} }), "abcd"),
        ];
        for (filter, expected) in cases {
            assert_eq!(ids(&filter), expected, "{filter}");
        }
    }

    #[test]
    fn hostile_values_are_values() {
        assert_eq!(ids(&json!({ "id": "' OR 1=1 --" })), "");
        assert_eq!(ids(&json!({ "tags": { "$in": ["') OR 1=1 --"] } })), "");
    }

    #[test]
    fn filters_outside_the_allow_list_are_refused() {
        let deep = (0..6).fold(json!({}), |inner, _| json!({ "$and": [inner] }));
        let many: Vec<_> = (0..101).map(|_| "a").collect();
        for filter in [
            json!([]),
            json!({ "password": "a" }),
            json!({ "id; DROP TABLE thing": "a" }),
            json!({ "id": { "$where": "1" } }),
            json!({ "id": 1 }),
            json!({ "on": { "$gt": true } }),
            json!({ "at": "yesterday" }),
            json!({ "tags": { "$gt": "a" } }),
            json!({ "id": { "$in": many } }),
            json!({ "id": { "$in": "a" } }),
            json!({ "$or": {} }),
            json!({ "$or": vec![json!({}); 1000] }),
            json!({ "$and": [{ "$or": vec![json!({ "id": {} }); 200] }] }),
            deep,
        ] {
            assert!(
                matches!(compile(&TABLE, AppId(1), &filter), Err(QueryError::Input(_))),
                "{filter}"
            );
        }
    }
}
