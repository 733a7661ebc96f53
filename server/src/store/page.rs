//! Orders and cursors of queries, as SQL.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rusqlite::{Row, Statement, params_from_iter, types::Value as SqlValue};
use serde_json::Value;
use trunkline_protocol::coordinator::SortParam;

use super::{
    Db,
    condition::{Condition, QueryError, input, join, one_of},
    filter::{Kind, Table, compile, field},
};

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
    order: Vec<SortKey>,
    /// Where each row stands in the order.
    keys: Vec<Vec<SqlValue>>,
}

impl<T> Page<T> {
    /// Ends the page after so many rows; the next one begins with the row after them.
    pub fn cut(&mut self, kept: usize) {
        if kept < self.rows.len() {
            self.rows.truncate(kept);
            self.keys.truncate(kept);
            self.next = self.keys.last().map(|last| encode_cursor(&self.order, last));
        }
    }
}

/// The rows of `table` that belong to the app and fulfil `scope` and the filter.
pub(crate) fn page<T>(
    db: Db<'_>,
    table: &Table,
    scope: Condition,
    request: &PageRequest<'_>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Page<T>, QueryError> {
    let order = order(table, request.sort)?;
    let Condition { sql, values } = query(db, table, scope, request, &order)?;
    // What an app asks again and again is short.
    let (mut once, mut again);
    let statement: &mut Statement<'_> = if sql.len() > MAX_KEPT {
        once = db.connection.prepare(&sql)?;
        &mut once
    } else {
        again = db.connection.prepare_cached(&sql)?;
        &mut again
    };
    let mut found = statement.query(params_from_iter(values))?;
    let mut page = Page { rows: Vec::new(), next: None, order, keys: Vec::new() };
    while let Some(row) = found.next()? {
        if page.rows.len() as u64 == u64::from(request.limit) {
            let last = page.keys.last().map(Vec::as_slice).unwrap_or_default();
            page.next = Some(encode_cursor(&page.order, last));
            break;
        }
        page.rows.push(read(row)?);
        let keys = (0..page.order.len()).map(|index| row.get(format!("sort_key_{index}").as_str()));
        page.keys.push(keys.collect::<Result<_, _>>()?);
    }
    Ok(page)
}

/// How SQLite goes about it, step by step, for tests.
#[cfg(test)]
pub(crate) fn plan(
    db: Db<'_>,
    table: &Table,
    scope: Condition,
    request: &PageRequest<'_>,
) -> Vec<String> {
    let order = order(table, request.sort).unwrap();
    let Condition { sql, values } = query(db, table, scope, request, &order).unwrap();
    let mut statement = db.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps = statement.query_map(params_from_iter(values), |row| row.get("detail")).unwrap();
    steps.collect::<Result<_, _>>().unwrap()
}

fn query(
    db: Db<'_>,
    table: &Table,
    scope: Condition,
    request: &PageRequest<'_>,
    order: &[SortKey],
) -> Result<Condition, QueryError> {
    let own = one_of(&format!("{}.app", table.name), vec![SqlValue::Integer(db.app.0)]);
    let mut conditions = vec![own, scope];
    if let Some(filter) = request.filter {
        conditions.push(compile(table, db.app, filter)?);
    }
    if let Some(cursor) = request.next {
        conditions.push(after(order, &decode_cursor(order, cursor)?));
    }
    let Condition { sql: condition, values } = join("AND", conditions);
    let keys: Vec<_> = order
        .iter()
        .enumerate()
        .map(|(index, key)| format!("{} AS sort_key_{index}", key.expression))
        .collect();
    let order_by: Vec<_> = order
        .iter()
        .map(|key| format!("{} {}", key.expression, if key.descending { "DESC" } else { "ASC" }))
        .collect();
    // One more than asked for tells whether there is a next page.
    let sql = format!(
        "SELECT {name}.*, {keys} FROM {name} WHERE {condition} ORDER BY {order_by} LIMIT {limit}",
        name = table.name,
        keys = keys.join(", "),
        order_by = order_by.join(", "),
        limit = u64::from(request.limit) + 1,
    );
    Ok(Condition { sql, values })
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
    let default = [(table.default_sort.0, Some(table.default_sort.1))];
    let asked: Vec<_> = sort.iter().map(|param| (param.field.as_str(), param.direction)).collect();
    let mut keys = Vec::new();
    for &(name, direction) in if asked.is_empty() { &default[..] } else { &asked } {
        let field = field(table, name)?;
        if !field.sortable {
            return Err(input(format!("cannot sort by '{}'", field.name)));
        }
        let descending = match direction {
            None | Some(1) => false,
            Some(-1) => true,
            Some(_) => return Err(input("a sort direction is 1 or -1")),
        };
        // NULL has no place in a cursor comparison; this puts it before every value.
        let expression = match field.kind {
            Kind::DateIfAny => format!("ifnull({}, {})", field.sql, i64::MIN),
            _ => field.sql.into(),
        };
        keys.push(SortKey { name: field.name, expression, descending });
    }
    keys.push(SortKey { name: "", expression: table.key.into(), descending: false });
    Ok(keys)
}

/// The rows after the one that `values` were taken from.
fn after(order: &[SortKey], values: &[SqlValue]) -> Condition {
    let cases = (0..order.len()).map(|deciding| {
        let tests =
            order.iter().zip(values).take(deciding + 1).enumerate().map(|(index, (key, value))| {
                let sign = match (index == deciding, key.descending) {
                    (false, _) => "=",
                    (true, false) => ">",
                    (true, true) => "<",
                };
                Condition {
                    sql: format!("{} {sign} ?", key.expression),
                    values: vec![value.clone()],
                }
            });
        join("AND", tests.collect())
    });
    let later = join("OR", cases.collect());
    // Follows from it, and lets an index skip what has been seen.
    let bound = order.iter().zip(values).take(1).map(|(key, value)| {
        let sign = if key.descending { "<=" } else { ">=" };
        Condition { sql: format!("{} {sign} ?", key.expression), values: vec![value.clone()] }
    });
    join("AND", bound.chain([later]).collect())
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

const MAX_SORT: usize = 2;
/// Bytes of SQL.
const MAX_KEPT: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::{
        filter::tests::{TABLE, things},
        first_app,
    };

    fn ask(filter: &Value, sort: &[SortParam], limit: u32, next: Option<&str>) -> Page<String> {
        let request = PageRequest { filter: Some(filter), sort, limit, next };
        page(first_app(&things()), &TABLE, join("AND", vec![]), &request, |row| row.get("id"))
            .unwrap()
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
                    ..SortParam::default()
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
    fn a_page_that_is_cut_short_goes_on_where_it_ends() {
        let mut first = ask(&json!({}), &[], 100, None);
        first.cut(3);
        assert_eq!(first.rows.concat(), "bca");
        let mut rest = ask(&json!({}), &[], 100, first.next.as_deref());
        rest.cut(1);
        assert_eq!((rest.rows.concat().as_str(), rest.next), ("d", None));
    }

    #[test]
    fn forged_and_foreign_cursors_are_refused() {
        let foreign = ask(&json!({}), &[], 1, None).next.unwrap();
        let sort = [SortParam { field: "id".into(), ..SortParam::default() }];
        let forged = BASE64_URL_SAFE_NO_PAD.encode(r#"["+id,+",{},"a"]"#);
        for cursor in ["", "x", "AAAA", &foreign, &forged] {
            let request = PageRequest { filter: None, sort: &sort, limit: 1, next: Some(cursor) };
            let page = page(first_app(&things()), &TABLE, join("AND", vec![]), &request, |row| {
                row.get::<_, String>("id")
            });
            assert!(matches!(page, Err(QueryError::Input(_))), "{cursor}");
        }
    }
}
