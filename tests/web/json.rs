//! JSON that the browser parsed.

use trunkline::{core::Json, web::JsNode};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::eval;

#[wasm_bindgen_test]
fn values_are_read_as_what_they_are() {
    let json =
        parse(r#"{"text":"é😀","number":-1.5,"flag":false,"list":[1,"a"],"object":{"b":2}}"#);

    assert_eq!(json.get("text").unwrap().as_str().as_deref(), Some("é😀"));
    assert_eq!(json.get("number").unwrap().as_f64(), Some(-1.5));
    assert_eq!(json.get("flag").unwrap().as_bool(), Some(false));
    assert_eq!(json.get("list").unwrap().items().unwrap().len(), 2);
    assert_eq!(json.at(&["object", "b"]).unwrap().as_f64(), Some(2.0));
    let keys: Vec<String> = json.entries().unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["text", "number", "flag", "list", "object"]);
}

#[wasm_bindgen_test]
fn nothing_is_read_as_what_it_is_not() {
    let json = parse(r#"{"text":"1","number":1,"null":null,"list":[1],"object":{}}"#);

    assert!(json.get("null").is_none());
    assert!(json.get("absent").is_none());
    for (key, is_list, is_object) in [
        ("text", false, false),
        ("number", false, false),
        ("list", true, false),
        ("object", false, true),
    ] {
        let value = json.get(key).unwrap();
        assert_eq!(value.items().is_some(), is_list, "{key}");
        assert_eq!(value.entries().is_some(), is_object, "{key}");
        assert!(value.get("length").is_none(), "{key}");
        assert!(value.get("0").is_none(), "{key}");
    }
    assert!(json.get("text").unwrap().as_f64().is_none());
    assert!(json.get("number").unwrap().as_str().is_none());
    assert!(json.get("number").unwrap().as_bool().is_none());
}

#[wasm_bindgen_test]
fn what_every_object_inherits_is_no_field() {
    let json = parse("{}");
    for key in ["constructor", "toString", "__proto__", "hasOwnProperty"] {
        assert!(json.get(key).is_none(), "{key}");
    }
    let own = parse(r#"{"__proto__":"mine","constructor":"mine"}"#);
    assert_eq!(own.text("__proto__"), "mine");
    assert_eq!(own.text("constructor"), "mine");
}

#[wasm_bindgen_test]
fn text_that_is_no_json_is_refused() {
    for text in ["", "{", "undefined", "{'a':1}", "<html>", "NaN"] {
        assert!(JsNode::parse(text).is_none(), "{text}");
    }
}

#[wasm_bindgen_test]
fn the_app_gets_the_very_object_back() {
    let object = eval("return { nested: { deep: [1, null] } }", &JsValue::UNDEFINED);

    let json = JsNode::wrap(object.clone());

    assert_eq!(JsNode::unwrap(&json), object);
    assert_eq!(json.to_text().as_deref(), Some(r#"{"nested":{"deep":[1,null]}}"#));
}

#[wasm_bindgen_test]
fn what_json_cannot_hold_has_no_text() {
    for script in [
        "return 1n",
        "return () => {}",
        "return undefined",
        "const cycle = {}; cycle.cycle = cycle; return cycle",
        "return { toJSON() { throw new Error('mine') } }",
    ] {
        let json = JsNode::wrap(eval(script, &JsValue::UNDEFINED));
        assert!(json.to_text().is_none(), "{script}");
    }
}

#[wasm_bindgen_test]
fn fields_that_throw_when_read_are_absent() {
    let trap = eval("return { get trap() { throw new Error('mine') } }", &JsValue::UNDEFINED);
    assert!(JsNode::wrap(trap).get("trap").is_none());
}

#[wasm_bindgen_test]
fn only_objects_are_wrapped_as_objects() {
    for script in ["undefined", "null", "'text'", "7", "true"] {
        let value = eval(&format!("return {script}"), &JsValue::UNDEFINED);
        assert!(JsNode::wrap_object(value).is_none(), "{script}");
    }
    assert!(JsNode::wrap_object(eval("return {}", &JsValue::UNDEFINED)).is_some());
}

fn parse(text: &str) -> Json {
    JsNode::parse(text).unwrap()
}
