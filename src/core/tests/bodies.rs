//! Bodies of requests.

use serde_json::{Value, json};

use super::native::Native;
use crate::core::Body;

#[test]
fn only_objects_are_bodies() {
    for text in ["", "null", "5", "\"text\"", "[]", "{", "{} {}", "{'a':1}"] {
        assert_eq!(Body::new(text.to_owned()), None, "{text}");
    }
    let text = r#"{"a":1e2,"b":{"c":[0.10]}}"#;
    let body = Body::new(text.to_owned()).unwrap();
    assert_eq!(body.into_text(), text, "not a byte is changed");
}

#[test]
fn fields_are_set_and_taken_out_and_the_others_stay_as_they_were() {
    let nasty = "quote \" back \\ tab \t bell \u{7} null \u{0} line\u{2028} é 😀";
    let body = Body::new(r#"{"__proto__":1.50,"ring":true,"location":"mine"}"#.to_owned());
    let mut fields = body.unwrap().fields();

    fields.remove(&["ring"]);
    fields.set("location", nasty);

    let text = fields.to_text();
    assert!(text.contains("1.50"), "{text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value, json!({ "__proto__": 1.5, "location": nasty }));
}

#[test]
fn a_known_field_of_another_type_is_an_error_with_its_name() {
    let body = |value: Value| Body::new(json!({ "ring": value }).to_string()).unwrap();
    let read = |value| body(value).flag::<Native>("ring");

    assert_eq!(read(json!(true)).unwrap(), Some(true));
    assert_eq!(read(json!(null)).unwrap(), None);
    let error = read(json!("yes")).unwrap_err();
    assert_eq!(error.code.as_str(), "invalid-argument");
    assert!(error.message.contains("`ring`"), "{}", error.message);
}
