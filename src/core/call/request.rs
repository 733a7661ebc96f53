//! What the app gives, checked and brought into the coordinator's form before anything is sent.

use crate::core::{
    error::Error,
    json::{Json, ObjectWriter},
    rest::push_encoded,
};

/// `type` and `id` are at most this long.
const MAX_LENGTH: usize = 64;

/// Another name, more natural to JavaScript, for a field of `data`.
const ALIASES: [(&str, &str); 2] = [("startsAt", "starts_at"), ("settings", "settings_override")];

/// Fields that stand beside `data`, where the guide's option table puts them into it.
const BESIDE_DATA: [&str; 2] = ["ring", "notify"];

/// The path of a call.
///
/// # Errors
///
/// `invalid-argument` for names that no server could tell apart from something else.
pub(crate) fn call_path(call_type: &str, id: &str) -> Result<String, Error> {
    check_name("type", call_type)?;
    check_name("id", id)?;
    let mut path = String::from("/call/");
    push_encoded(&mut path, call_type);
    path.push('/');
    push_encoded(&mut path, id);
    Ok(path)
}

fn check_name(what: &str, name: &str) -> Result<(), Error> {
    let problem = if name.is_empty() {
        "is empty"
    } else if name.chars().count() > MAX_LENGTH {
        "is longer than 64 characters"
    } else if name.contains(':') {
        "contains ':', which separates type and id"
    } else if name.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\')) {
        "contains white space, a slash or a control character"
    } else if matches!(name, "." | "..") {
        // Browsers take these for steps in the path, even when they are encoded.
        "is a relative path"
    } else {
        return Ok(());
    };
    Err(Error::invalid_argument(
        format!("the call's {what} {problem}"),
        "Use letters, digits, '-' and '_', at most 64 of them.",
    ))
}

/// The body of `getOrCreate`, and what `join` adds to its own.
pub(crate) fn write_request(
    mut body: ObjectWriter,
    request: Option<&Json>,
) -> Result<ObjectWriter, Error> {
    for (key, value) in fields(request)? {
        let text = if key == "data" { write_data(&value)? } else { json_text(&value)? };
        body = body.raw(&key, &text);
    }
    Ok(body)
}

/// The body of `update`, whose fields are those of `data`.
pub(crate) fn write_update(request: Option<&Json>) -> Result<String, Error> {
    match request {
        Some(request) => write_data(request),
        None => Ok("{}".to_owned()),
    }
}

/// A body that needs no change.
pub(crate) fn write_plain(request: Option<&Json>) -> Result<String, Error> {
    request.map_or_else(|| Ok("{}".to_owned()), json_text)
}

/// The fields of an app's object as query parameters.
pub(crate) fn write_query(params: Option<&Json>) -> Result<Vec<(&'static str, String)>, Error> {
    let mut query = Vec::new();
    for (key, value) in fields(params)? {
        let known = ["ring", "notify", "members_limit", "video"].into_iter().find(|k| *k == key);
        if let Some(key) = known {
            query.push((key, json_text(&value)?));
        }
    }
    Ok(query)
}

fn fields(request: Option<&Json>) -> Result<Vec<(String, Json)>, Error> {
    let Some(request) = request else {
        return Ok(Vec::new());
    };
    request.entries().ok_or_else(|| {
        Error::invalid_argument("the request is not an object", "Pass an object, or nothing.")
    })
}

fn write_data(data: &Json) -> Result<String, Error> {
    let entries = data.entries().ok_or_else(|| {
        Error::invalid_argument("the call's data is not an object", "Pass an object, or nothing.")
    })?;
    let has = |name: &str| entries.iter().any(|(key, _)| key == name);
    if let Some(misplaced) = BESIDE_DATA.into_iter().find(|name| has(name)) {
        return Err(Error::invalid_argument(
            format!("`{misplaced}` stands inside `data`"),
            "Put it beside `data`: { ring: true, data: { … } }.",
        ));
    }
    for (alias, name) in ALIASES {
        if has(alias) && has(name) {
            return Err(Error::invalid_argument(
                format!("both `{alias}` and `{name}` are given"),
                "Give one of them; they mean the same.",
            ));
        }
    }
    let mut body = ObjectWriter::new();
    for (key, value) in &entries {
        let alias = ALIASES.into_iter().find(|(alias, _)| alias == key);
        let name = alias.map_or(key.as_str(), |(_, name)| name);
        body = body.raw(name, &json_text(value)?);
    }
    Ok(body.finish())
}

fn json_text(value: &Json) -> Result<String, Error> {
    value.to_text().ok_or_else(|| {
        Error::invalid_argument(
            "the request holds something that JSON cannot express",
            "Leave out cycles, functions and BigInts.",
        )
    })
}
