//! After a panic, which ends what the module is good for: nothing waits, nothing traps, and
//! everything says why. By itself, as nothing can be tested in this instance afterwards.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::panic)] // it panics on purpose

use js_sys::{Array, Function, Object, Promise, Reflect};
use trunkline::api::Client;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../web/connections.rs"]
mod connections;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:2/video";

/// A panic within this test would be one too many, so what is wrong is returned.
#[wasm_bindgen_test]
async fn after_a_panic_everything_says_why() -> Result<(), JsValue> {
    let options = object(&[("baseURL", NOBODY.into()), ("logger", quiet())]);
    let client = Client::construct(&"key".into(), &options)?;
    let call = invoke(&client, "call", &["default".into(), "a".into()])?;
    let state = get(&call, "state")?;
    let permissions = get(&call, "permissionsContext")?;
    let user = object(&[("id", "anna".into())]);
    let never = Function::new_no_args("return new Promise(() => {})");
    let connecting = invoke(&client, "connectUser", &[user, never.into()])?;
    // It is looked at only after the scenario, which wants nothing to be left unhandled.
    invoke(&connecting, "catch", &[quiet()])?;
    let loading = invoke(&call, "getOrCreate", &[])?;
    let waiting = [connecting, loading].map(code_of);

    let panics: Closure<dyn Fn()> = Closure::new(|| panic!("on purpose"));
    let scenario = load(include_str!("scenario.js")).await?;
    let arguments = [get(&client, "constructor")?, panics.into_js_value()];
    let lost = invoke(&scenario, "aCallThatWentOnIsLost", &arguments)?;
    JsFuture::from(lost.unchecked_into::<Promise>()).await?;

    for code in waiting {
        expect(code.await == "instance-dead", "what waited is rejected")?;
    }
    // Most methods look at their arguments first.
    for (object, least) in [(&client, 8), (&call, 20), (&permissions, 0)] {
        let rejected = try_all(object).await?;
        expect(rejected >= least, &format!("only {rejected} methods say why"))?;
    }
    expect(get(&call, "state")? == state, "what belongs to a call stays the same")?;
    expect(get(&call, "cid")? == "default:a", "its name as well")?;
    let made = invoke(&client, "call", &["default".into(), "b".into()]);
    expect(made.is_err_and(|thrown| code(&thrown) == "instance-dead"), "there are no new calls")
}

/// A module. Not by way of the glue, as [`connections`] says.
async fn load(code: &str) -> Result<JsValue, JsValue> {
    let body = "return import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))";
    let module = Function::new_with_args("code", body).call1(&JsValue::UNDEFINED, &code.into())?;
    JsFuture::from(module.unchecked_into::<Promise>()).await
}

fn expect(is_right: bool, what: &str) -> Result<(), JsValue> {
    if is_right { Ok(()) } else { Err(what.into()) }
}

/// Reads every getter of an object and calls every method, without arguments. Returns how many
/// promises were rejected for what happened.
async fn try_all(object: &JsValue) -> Result<u32, JsValue> {
    let prototype = Reflect::get_prototype_of(object)?;
    let mut rejected = 0;
    for name in Object::get_own_property_names(&prototype).iter() {
        let name = name.as_string().unwrap_or_default();
        if name == "constructor" || name == "free" || name.starts_with("__") {
            continue;
        }
        // A getter that traps ends the test.
        if !get(object, &name)?.is_function() {
            continue;
        }
        match invoke(object, &name, &[]) {
            Ok(result) if result.is_instance_of::<Promise>() => {
                rejected += u32::from(code_of(result).await == "instance-dead");
            }
            Ok(_) => {}
            Err(thrown) => {
                let is_typed = !code(&thrown).is_empty();
                expect(is_typed, &format!("{name} throws {thrown:?}"))?;
            }
        }
    }
    Ok(rejected)
}

/// The code that a promise is rejected with. Somebody waits for it from now on.
fn code_of(promise: JsValue) -> impl Future<Output = String> {
    let settled = JsFuture::from(promise.unchecked_into::<Promise>());
    async {
        match settled.await {
            Ok(value) => format!("resolved with {value:?}"),
            Err(error) => code(&error),
        }
    }
}

fn code(error: &JsValue) -> String {
    get(error, "code").ok().and_then(|code| code.as_string()).unwrap_or_default()
}

fn get(object: &JsValue, key: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &key.into())
}

fn invoke(object: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(object, method)?.dyn_into()?;
    method.apply(object, &arguments.iter().collect::<Array>())
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}

fn quiet() -> JsValue {
    Function::new_no_args("").into()
}
