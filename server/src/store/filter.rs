//! Filters, orders and cursors of queries, as SQL.
//!
//! Fields and operators come from an allow-list per table and values are bound, so nothing of a
//! request becomes SQL text.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rusqlite::{Connection, Row, params_from_iter, types::Value as SqlValue};
use serde_json::Value;
use trunkline_protocol::coordinator::{DateTime, SortParam};

/// What can be asked about one table.
pub(crate) struct Table {
    pub name: &'static str,
    /// Breaks ties, so that every order is total.
    pub key: &'static str,
    pub fields: &'static [Field],
    /// Used when the request names no order: field and direction.
    pub default_sort: (&'static str, i32),
}

/// A field of a filter or an order.
pub(crate) struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// SQL expression of the value; for [`Kind::Set`] a query of the values.
    pub sql: &'static str,
    pub sortable: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Text,
    Date,
    Bool,
    Set,
}

/// A condition and its values.
#[derive(Debug)]
pub(crate) struct Condition {
    pub sql: String,
    pub values: Vec<SqlValue>,
}

/// Which rows, in which order, from where on.
pub(crate) struct PageRequest<'a> {
    pub filter: Option<&'a Value>,
    pub sort: &'a [SortParam],
    pub limit: u32,
    pub next: Option<&'a str>,
}

pub(crate) struct Page<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

#[derive(Debug)]
pub(crate) enum QueryError {
    /// The request cannot be understood; the text says what.
    Input(String),
    Sql(rusqlite::Error),
}

/// The rows of `table` that fulfil `scope` and the filter.
pub(crate) fn page<T>(
    db: &Connection,
    table: &Table,
    scope: Condition,
    request: &PageRequest<'_>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Page<T>, QueryError> {
    let order = order(table, request.sort)?;
    let mut conditions = vec![scope];
    if let Some(filter) = request.filter {
        conditions.push(
            Compiler {
                table,
                left: MAX_CONDITIONS,
            }
            .object(filter, 1)?,
        );
    }
    if let Some(cursor) = request.next {
        conditions.push(after(&order, &decode_cursor(&order, cursor)?));
    }
    let Condition {
        sql: condition,
        values,
    } = join("AND", conditions);
    let keys: Vec<_> = order
        .iter()
        .enumerate()
        .map(|(index, key)| format!("{} AS sort_key_{index}", key.expression))
        .collect();
    let order_by: Vec<_> = order
        .iter()
        .map(|key| {
            format!(
                "{} {}",
                key.expression,
                if key.descending { "DESC" } else { "ASC" }
            )
        })
        .collect();
    // One more than asked for tells whether there is a next page.
    let sql = format!(
        "SELECT {name}.*, {keys} FROM {name} WHERE {condition} ORDER BY {order_by} LIMIT {limit}",
        name = table.name,
        keys = keys.join(", "),
        order_by = order_by.join(", "),
        limit = u64::from(request.limit) + 1,
    );
    let mut statement = db.prepare(&sql)?;
    let mut found = statement.query(params_from_iter(values))?;
    let mut page = Page {
        rows: Vec::new(),
        next: None,
    };
    let mut last_keys = Vec::new();
    while let Some(row) = found.next()? {
        if page.rows.len() as u64 == u64::from(request.limit) {
            page.next = Some(encode_cursor(&order, &last_keys));
            break;
        }
        page.rows.push(read(row)?);
        last_keys = (0..order.len())
            .map(|index| row.get(format!("sort_key_{index}").as_str()))
            .collect::<Result<_, _>>()?;
    }
    Ok(page)
}

/// The conditions joined by `AND` or `OR`.
pub(crate) fn join(operator: &str, conditions: Vec<Condition>) -> Condition {
    let (texts, values): (Vec<_>, Vec<_>) = conditions
        .into_iter()
        .map(|condition| (condition.sql, condition.values))
        .unzip();
    let sql = if texts.is_empty() {
        // The neutral element of the operator.
        if operator == "OR" {
            "FALSE".into()
        } else {
            "TRUE".into()
        }
    } else {
        format!("({})", texts.join(&format!(" {operator} ")))
    };
    Condition {
        sql,
        values: values.concat(),
    }
}

/// `expression IN (values)`
pub(crate) fn one_of(expression: &str, values: Vec<SqlValue>) -> Condition {
    let places = vec!["?"; values.len()].join(", ");
    Condition {
        sql: format!("{expression} IN ({places})"),
        values,
    }
}

impl From<rusqlite::Error> for QueryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

struct Compiler<'a> {
    table: &'a Table,
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
        let parts: Result<_, _> = filters
            .iter()
            .map(|filter| self.object(filter, depth + 1))
            .collect();
        Ok(join(operator, parts?))
    }

    fn field(&mut self, name: &str, value: &Value) -> Result<Condition, QueryError> {
        let field = field(self.table, name)?;
        let Value::Object(operators) = value else {
            return self.compare(field, "$eq", value);
        };
        let parts: Result<_, _> = operators
            .iter()
            .map(|(operator, value)| self.compare(field, operator, value))
            .collect();
        Ok(join("AND", parts?))
    }

    fn compare(
        &mut self,
        field: &Field,
        operator: &str,
        value: &Value,
    ) -> Result<Condition, QueryError> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(input(format!(
                "a filter has at most {MAX_CONDITIONS} conditions"
            )));
        };
        self.left = left;
        let values = match (operator, value) {
            ("$in", Value::Array(values)) if values.len() <= MAX_IN => values
                .iter()
                .map(|value| bind(field, value))
                .collect::<Result<Vec<_>, _>>()?,
            ("$in", _) => return Err(input(format!("$in takes at most {MAX_IN} values"))),
            _ => Vec::new(),
        };
        if field.kind == Kind::Set {
            let values = match operator {
                "$in" => values,
                "$eq" => vec![bind(field, value)?],
                _ => return Err(unsupported(field, operator)),
            };
            let Condition { sql, values } = one_of("value", values);
            return Ok(Condition {
                sql: format!("EXISTS ({} AND {sql})", field.sql),
                values,
            });
        }
        let sign = match (operator, value) {
            ("$in", _) => return Ok(one_of(field.sql, values)),
            ("$exists", Value::Bool(exists)) => {
                let test = if *exists { "IS NOT NULL" } else { "IS NULL" };
                return Ok(Condition {
                    sql: format!("{} {test}", field.sql),
                    values,
                });
            }
            ("$eq", Value::Null) => {
                return Ok(Condition {
                    sql: format!("{} IS NULL", field.sql),
                    values,
                });
            }
            ("$eq", _) => "=",
            ("$gt", _) if field.kind != Kind::Bool => ">",
            ("$gte", _) if field.kind != Kind::Bool => ">=",
            ("$lt", _) if field.kind != Kind::Bool => "<",
            ("$lte", _) if field.kind != Kind::Bool => "<=",
            _ => return Err(unsupported(field, operator)),
        };
        Ok(Condition {
            sql: format!("{} {sign} ?", field.sql),
            values: vec![bind(field, value)?],
        })
    }
}

fn field<'a>(table: &'a Table, name: &str) -> Result<&'a Field, QueryError> {
    table
        .fields
        .iter()
        .find(|field| field.name == name)
        .ok_or_else(|| {
            input(format!(
                "cannot filter or sort by '{}'",
                name.escape_default()
            ))
        })
}

fn bind(field: &Field, value: &Value) -> Result<SqlValue, QueryError> {
    let bound = match (field.kind, value) {
        (Kind::Text | Kind::Set, Value::String(text)) => Some(SqlValue::Text(text.clone())),
        (Kind::Bool, Value::Bool(flag)) => Some(SqlValue::Integer(i64::from(*flag))),
        (Kind::Date, _) => serde_json::from_value::<DateTime>(value.clone())
            .ok()
            .map(|date| SqlValue::Integer(date.unix_nanos())),
        _ => None,
    };
    let wanted = match field.kind {
        Kind::Text | Kind::Set => "a string",
        Kind::Bool => "a boolean",
        Kind::Date => "an RFC 3339 date",
    };
    bound.ok_or_else(|| input(format!("'{}' is compared with {wanted}", field.name)))
}

struct SortKey {
    name: &'static str,
    expression: String,
    descending: bool,
}

fn order(table: &Table, sort: &[SortParam]) -> Result<Vec<SortKey>, QueryError> {
    if sort.len() > MAX_SORT {
        return Err(input(format!("at most {MAX_SORT} sort fields")));
    }
    let default = [SortParam {
        field: table.default_sort.0.into(),
        direction: Some(table.default_sort.1),
    }];
    let mut keys = Vec::new();
    for param in if sort.is_empty() { &default } else { sort } {
        let field = field(table, &param.field)?;
        if !field.sortable {
            return Err(input(format!("cannot sort by '{}'", field.name)));
        }
        let descending = match param.direction {
            None | Some(1) => false,
            Some(-1) => true,
            Some(_) => return Err(input("a sort direction is 1 or -1")),
        };
        // NULL has no place in a cursor comparison; this puts it before every value.
        let expression = match field.kind {
            Kind::Date => format!("ifnull({}, {})", field.sql, i64::MIN),
            _ => field.sql.into(),
        };
        keys.push(SortKey {
            name: field.name,
            expression,
            descending,
        });
    }
    keys.push(SortKey {
        name: "",
        expression: table.key.into(),
        descending: false,
    });
    Ok(keys)
}

/// The rows after the one that `values` were taken from.
fn after(order: &[SortKey], values: &[SqlValue]) -> Condition {
    let cases =
        (0..order.len()).map(|deciding| {
            let tests = order.iter().zip(values).take(deciding + 1).enumerate().map(
                |(index, (key, value))| {
                    let sign = match (index == deciding, key.descending) {
                        (false, _) => "=",
                        (true, false) => ">",
                        (true, true) => "<",
                    };
                    Condition {
                        sql: format!("{} {sign} ?", key.expression),
                        values: vec![value.clone()],
                    }
                },
            );
            join("AND", tests.collect())
        });
    join("OR", cases.collect())
}

/// The order goes into the cursor, so that it cannot be continued in another one.
fn encode_cursor(order: &[SortKey], values: &[SqlValue]) -> String {
    let mut parts = vec![Value::String(signature(order))];
    parts.extend(values.iter().map(|value| match value {
        SqlValue::Integer(number) => Value::from(*number),
        SqlValue::Text(text) => Value::from(text.as_str()),
        SqlValue::Null | SqlValue::Real(_) | SqlValue::Blob(_) => Value::Null,
    }));
    BASE64_URL_SAFE_NO_PAD.encode(Value::Array(parts).to_string())
}

fn decode_cursor(order: &[SortKey], cursor: &str) -> Result<Vec<SqlValue>, QueryError> {
    let parts = BASE64_URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|text| serde_json::from_slice::<Vec<Value>>(&text).ok());
    let Some([Value::String(signed), values @ ..]) = parts.as_deref() else {
        return Err(input("the cursor is not one of this server"));
    };
    if *signed != signature(order) || values.len() != order.len() {
        return Err(input("the cursor belongs to another order"));
    }
    values
        .iter()
        .map(|value| match value {
            Value::String(text) => Ok(SqlValue::Text(text.clone())),
            Value::Number(number) => number
                .as_i64()
                .map(SqlValue::Integer)
                .ok_or_else(|| input("the cursor is not one of this server")),
            _ => Err(input("the cursor is not one of this server")),
        })
        .collect()
}

fn signature(order: &[SortKey]) -> String {
    let names: Vec<_> = order
        .iter()
        .map(|key| format!("{}{}", if key.descending { "-" } else { "+" }, key.name))
        .collect();
    names.join(",")
}

fn unsupported(field: &Field, operator: &str) -> QueryError {
    input(format!(
        "'{}' cannot be compared by '{}'",
        field.name,
        operator.escape_default()
    ))
}

fn input(text: impl Into<String>) -> QueryError {
    QueryError::Input(text.into())
}

const MAX_DEPTH: usize = 5;
const MAX_CONDITIONS: usize = 100;
const MAX_IN: usize = 100;
const MAX_SORT: usize = 2;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TABLE: Table = Table {
        name: "thing",
        key: "thing.id",
        fields: &[
            Field {
                name: "id",
                kind: Kind::Text,
                sql: "thing.id",
                sortable: true,
            },
            Field {
                name: "at",
                kind: Kind::Date,
                sql: "thing.at",
                sortable: true,
            },
            Field {
                name: "on",
                kind: Kind::Bool,
                sql: "thing.lit",
                sortable: false,
            },
            Field {
                name: "tags",
                kind: Kind::Set,
                sql: "SELECT tag AS value FROM tag WHERE tag.id = thing.id",
                sortable: false,
            },
        ],
        default_sort: ("at", -1),
    };

    fn things() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE thing (id TEXT PRIMARY KEY, at INTEGER, lit INTEGER);
            CREATE TABLE tag (id TEXT, tag TEXT);
            INSERT INTO thing VALUES ('a', 1000000000, 1), ('b', 2000000000, 0),
                ('c', 2000000000, 1), ('d', NULL, 0);
            INSERT INTO tag VALUES ('a', 'red'), ('b', 'red'), ('b', 'blue');",
        )
        .unwrap();
        db
    }

    fn ask(filter: &Value, sort: &[SortParam], limit: u32, next: Option<&str>) -> Page<String> {
        let request = PageRequest {
            filter: Some(filter),
            sort,
            limit,
            next,
        };
        page(&things(), &TABLE, join("AND", vec![]), &request, |row| {
            row.get("id")
        })
        .unwrap()
    }

    fn ids(filter: &Value) -> String {
        ask(
            filter,
            &[SortParam {
                field: "id".into(),
                direction: None,
            }],
            100,
            None,
        )
        .rows
        .concat()
    }

    fn refusal(filter: &Value) -> String {
        let request = PageRequest {
            filter: Some(filter),
            sort: &[],
            limit: 1,
            next: None,
        };
        match page(&things(), &TABLE, join("AND", vec![]), &request, |row| {
            row.get::<_, String>(0)
        }) {
            Err(QueryError::Input(text)) => text,
            Err(QueryError::Sql(error)) => panic!("{error}"),
            Ok(_) => panic!("accepted {filter}"),
        }
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
            (
                json!({ "$and": [{ "tags": "red" }, { "$or": [{ "id": "b" }] }] }),
                "b",
            ),
            (json!({ "$or": [] }), ""),
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
            deep,
        ] {
            assert!(!refusal(&filter).is_empty());
        }
    }

    #[test]
    fn pages_in_any_order_show_every_row_once() {
        let orders = [
            (vec![], "bcad"),
            (vec![("at", 1)], "dabc"),
            (vec![("at", -1), ("id", -1)], "cbad"),
            (vec![("id", -1)], "dcba"),
        ];
        for (order, expected) in orders {
            let sort: Vec<_> = order
                .iter()
                .map(|(field, direction)| SortParam {
                    field: (*field).into(),
                    direction: Some(*direction),
                })
                .collect();
            let (mut seen, mut next) = (String::new(), None);
            loop {
                let page = ask(&json!({}), &sort, 1, next.as_deref());
                seen.extend(page.rows);
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{order:?}");
        }
    }

    #[test]
    fn forged_and_foreign_cursors_are_refused() {
        let foreign = ask(&json!({}), &[], 1, None).next.unwrap();
        let sort = [SortParam {
            field: "id".into(),
            direction: None,
        }];
        let forged = BASE64_URL_SAFE_NO_PAD.encode(r#"["+id,+",{},"a"]"#);
        for cursor in ["", "x", "AAAA", &foreign, &forged] {
            let request = PageRequest {
                filter: None,
                sort: &sort,
                limit: 1,
                next: Some(cursor),
            };
            let page = page(&things(), &TABLE, join("AND", vec![]), &request, |row| {
                row.get::<_, String>("id")
            });
            assert!(matches!(page, Err(QueryError::Input(_))), "{cursor}");
        }
    }
}
