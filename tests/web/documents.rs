//! JSON that the browser parsed: what the core reads of it, and what apps get of it.

use js_sys::{Object, Reflect};
use trunkline::{
    core::{
        Document as _, Viewed,
        view::{Answer, Event},
    },
    web::{Document, Reply, body, event, free_object, reply},
};
use trunkline_protocol::{compact, sfu::Struct};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{eval, get};

#[wasm_bindgen_test]
fn a_view_reads_what_fits_and_documents_stay_what_they_were() {
    let answer = answer(
        r#"{"call":{"cid":"a:b","created_at":"1970-01-01T00:00:01.5Z","updated_at":2000000000,
            "custom":{"é😀":[1,null]},"settings":{"audio":{"mic_default_on":true}},
            "session":{"participants":[{"user_session_id":"s","user":{"id":"u"}}],
                "participants_count_by_role":{"user":2}}},
            "members":[{"user_id":"bob","custom":{}}],"own_capabilities":["x"],"created":true}"#,
    );

    let call = answer.view.call.call.as_ref().unwrap();
    assert_eq!((call.cid.as_str(), call.created_at), ("a:b", Some(1500.0)));
    assert_eq!(call.updated_at, Some(2000.0));
    assert!(call.settings.as_ref().unwrap().view.audio.as_ref().unwrap().mic_default_on);
    let custom = call.custom.as_ref().unwrap().copy();
    assert_eq!(get(&get(&custom, "é😀"), "0"), 1.0);
    let session = &call.session.as_ref().unwrap().view;
    assert_eq!(session.participants[0].view.user_session_id, "s");
    assert_eq!(session.participants_count_by_role.get("user"), Some(&2));
    let members = answer.view.call.members.as_ref().unwrap();
    assert_eq!(members[0].view.user_id, "bob");
    assert!(get(&members[0].document.copy(), "custom").is_object());
    assert_eq!(answer.view.call.own_capabilities.as_deref(), Some(&["x".to_owned()][..]));
    assert_eq!(answer.view.call.created, Some(true));
}

#[wasm_bindgen_test]
fn a_mistyped_field_is_absent_and_nothing_else_is_lost() {
    for value in ["null", "true", "7", "-1.5", "\"t\"", "[]", "[null,[5],{}]", "{\"a\":[]}"] {
        for field in ["cid", "created_at", "custom", "settings", "session", "egress", "backstage"] {
            let text = format!(r#"{{"call":{{"{field}":{value},"transcribing":true}}}}"#);
            assert!(answer(&text).view.call.call.unwrap().transcribing, "{text}");
        }
        for field in ["members", "own_capabilities", "calls", "credentials", "user", "created"] {
            let text = format!(r#"{{"{field}":{value},"message":"m","call":{value}}}"#);
            assert_eq!(answer(&text).view.refusal.message, "m", "{text}");
        }
    }
    let members = answer(r#"{"members":[5,null,[],"x",{"user_id":"bob"}]}"#).view.call.members;
    assert_eq!(members.unwrap().len(), 1, "a bad element is left out");
}

#[wasm_bindgen_test]
fn what_is_no_object_holds_no_event() {
    for text in ["null", "5", "\"text\"", "[]", "{}", r#"{"type":5}"#, r#"[{"type":"x"}]"#] {
        let value = js_sys::JSON::parse(text).unwrap();
        assert_eq!(event(value).view.fields.name, "", "{text}");
    }
    let removed = event(js_sys::JSON::parse(r#"{"type":"t","members":["a",5]}"#).unwrap());
    assert_eq!(removed.view.fields.name, "t");
    assert_eq!(removed.view.removed_members, ["a"]);
}

#[wasm_bindgen_test]
fn text_that_is_no_json_is_refused() {
    for text in ["", "{", "undefined", "{'a':1}", "<html>", "NaN"] {
        assert!(Document::parse(text).is_none(), "{text}");
    }
    assert!(matches!(reply(JsValue::UNDEFINED), Reply::Unreadable));
    assert!(matches!(reply(JsValue::NULL), Reply::Json(_)));
}

#[wasm_bindgen_test]
fn what_an_app_does_to_its_copy_nobody_else_sees() {
    let document = Document::parse(r#"{"type":"x","call":{"custom":{"n":1}}}"#).unwrap();
    let (first, second) = (document.copy(), document.copy());

    eval("it.type = 'mine'; it.call.custom.n = 2; it.more = true", &first);

    assert_ne!(first, second);
    for other in [second, document.copy()] {
        assert_eq!(get(&get(&get(&other, "call"), "custom"), "n"), 1.0);
        assert!(get(&other, "more").is_undefined());
    }
    let read: Event<Document> = document.view().unwrap();
    assert_eq!(read.fields.name, "x");
}

#[wasm_bindgen_test]
fn what_cannot_be_copied_is_shown_and_cannot_be_changed() {
    let document = Document::parse(r#"{"type":"x","call":{"custom":{"n":1}}}"#).unwrap();
    for broken in ["() => { throw 'on purpose' }", "() => undefined"] {
        for method in ["parse", "stringify"] {
            let script = format!("const own = JSON.{method}; JSON.{method} = {broken}; return own");
            let own = eval(&script, &JsValue::NULL);
            let told = document.copy();
            eval(&format!("JSON.{method} = it"), &own);

            assert_eq!(get(&told, "type"), "x", "{method}: {broken}");
            // The SDK adds when it came.
            eval("it.received_at = 1; try { it.call.custom.n = 2 } catch {}", &told);
            assert_eq!(get(&told, "received_at"), 1.0);
            let other = document.frozen();
            assert!(get(&other, "received_at").is_undefined());
            assert_eq!(get(&get(&get(&other, "call"), "custom"), "n"), 1.0);
        }
    }
}

#[wasm_bindgen_test]
fn a_frozen_document_is_the_same_object_each_time_and_cannot_be_changed() {
    let document = Document::parse(r#"{"a":{"b":[{"c":1}]},"__proto__":{"p":1}}"#).unwrap();

    let shown = document.frozen();

    assert_eq!(shown, document.frozen());
    let script = "'use strict';
        for (const [at, key] of [[it, 'a'], [it.a, 'new'], [it.a.b, 0], [it.a.b[0], 'c']]) {
            try { at[key] = 'mine'; return false } catch (thrown) {
                if (!(thrown instanceof TypeError)) return false;
            }
        }
        return Object.isFrozen(Object.getOwnPropertyDescriptor(it, '__proto__').value)";
    assert_eq!(eval(script, &shown), true);
    assert_eq!(eval("it.a.b[0].c = 5; return it.a.b[0].c", &document.copy()), 5.0);
}

#[wasm_bindgen_test]
fn a_document_deeper_than_the_stack_is_frozen_all_the_same() {
    let depth = 200_000;
    let value = eval(
        "let value = {}; for (let n = 0; n < it; n += 1) value = [value]; return value",
        &depth.into(),
    );

    let shown = Document::new(value).frozen();

    let script = "let count = 0;
        for (let at = it; at !== undefined; at = at[0]) count += Object.isFrozen(at) ? 1 : 0;
        return count";
    assert_eq!(eval(script, &shown), f64::from(depth + 1));
}

#[wasm_bindgen_test]
fn documents_are_equal_when_they_are_written_alike() {
    let parse = |text| Document::parse(text).unwrap();

    assert_eq!(parse(r#"{"a":[1,"é"]}"#), parse(r#"{ "a": [1.0, "\u00e9"] }"#));
    assert_ne!(parse(r#"{"a":1}"#), parse(r#"{"a":2}"#));
    assert_ne!(parse("null"), Document::default());
}

#[wasm_bindgen_test]
fn a_request_sends_all_that_json_can_express_of_an_object() {
    let object = eval(
        "return { date: new Date(0), none: undefined, n: 1e21, nested: { '\\u2028': [null] } }",
        &JsValue::UNDEFINED,
    );

    let text = body(&object).unwrap().unwrap().into_text();

    assert_eq!(
        text,
        "{\"date\":\"1970-01-01T00:00:00.000Z\",\"n\":1e+21,\"nested\":{\"\u{2028}\":[null]}}"
    );
    for script in ["undefined", "null", "'text'", "7", "true", "() => {}"] {
        let value = eval(&format!("return {script}"), &JsValue::UNDEFINED);
        assert_eq!(body(&value).unwrap(), None, "{script}");
    }
}

#[wasm_bindgen_test]
fn what_json_cannot_express_is_an_error_whatever_the_app_throws() {
    for script in [
        "return [1]",
        "return { big: 1n }",
        "const cycle = {}; cycle.cycle = cycle; return cycle",
        "return { toJSON() { throw new Error('mine') } }",
        "return { toJSON() { return 'no object' } }",
        "return { get trap() { throw undefined } }",
        "return new Proxy({}, { ownKeys() { throw null } })",
        "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy",
    ] {
        let object = eval(script, &JsValue::UNDEFINED);
        assert_eq!(body(&object).unwrap_err().code.as_str(), "invalid-argument", "{script}");
    }
}

#[wasm_bindgen_test]
fn free_objects_come_as_objects_with_fields_of_their_own() {
    // { a: [1.5, "é", true, null], __proto__: {} }, as protobuf.
    let number = [&[0x11][..], &1.5_f64.to_le_bytes()].concat();
    let items = [number, b"\x1a\x02\xc3\xa9".to_vec(), vec![0x20, 1], vec![0x08, 0]];
    let items: Vec<u8> = items.iter().flat_map(|item| part(1, item)).collect();
    let list = [part(1, b"a"), part(2, &part(6, &items))].concat();
    let proto = [part(1, b"__proto__"), part(2, &part(5, b""))].concat();
    let object: Struct = compact::decode(&[part(1, &list), part(1, &proto)].concat()).unwrap();

    let read = free_object(Some(&object));

    let keys = Object::keys(read.unchecked_ref::<Object>());
    assert_eq!(keys.iter().collect::<Vec<_>>(), ["a", "__proto__"].map(JsValue::from));
    let text = js_sys::JSON::stringify(&read).unwrap();
    assert_eq!(JsValue::from(text), r#"{"a":[1.5,"é",true,null],"__proto__":{}}"#);
    assert!(Reflect::get(&Object::new(), &"polluted".into()).unwrap().is_undefined());
    assert_eq!(Object::keys(free_object(None).unchecked_ref::<Object>()).length(), 0);
}

/// A field of a message.
fn part(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
}

fn answer(text: &str) -> Viewed<Answer<Document>, Document> {
    Viewed::new(Document::parse(text).unwrap())
}

#[wasm_bindgen_test]
fn a_changed_document_is_another_one_and_shares_what_did_not_change() {
    let known = Document::parse(r#"{"user":{"id":"a","name":"A","teams":["t"]},"role":"host"}"#);
    let (known, user) = (known.unwrap(), Document::parse(r#"{"name":"B"}"#).unwrap());
    // Apps hold it, frozen to its depths.
    let frozen = known.frozen();

    let renamed = Document::new(get(&frozen, "user")).merged(&user);
    let renewed = known.with("user", &renamed).frozen();

    let text = r#"{"user":{"id":"a","name":"B","teams":["t"]},"role":"host"}"#;
    assert_eq!(js_sys::JSON::stringify(&renewed).unwrap(), text);
    assert_eq!(get(&get(&frozen, "user"), "name"), "A");
    assert_eq!(get(&get(&frozen, "user"), "teams"), get(&get(&renewed, "user"), "teams"));
    assert!(known != Document::new(renewed));
}
