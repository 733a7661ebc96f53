//! After a panic, which ends what the module is good for: nothing waits, nothing traps, and
//! everything says why. By itself, as nothing can be tested in this instance afterwards.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::panic)] // it panics on purpose

use js_sys::{Array, Function, Object, Promise, Reflect};
use trunkline::api::Client;
use wasm_bindgen::{
    JsCast, JsValue,
    prelude::{Closure, wasm_bindgen},
};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:2/video";

#[wasm_bindgen(raw_module = "/tests/app/scenarios.js")]
extern "C" {
    /// The scenario calls the global function `crash`.
    #[wasm_bindgen(catch)]
    async fn run(name: &str, client_class: &JsValue) -> Result<JsValue, JsValue>;
}

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

    let panics: Closure<dyn Fn()> = Closure::new(|| panic!("on purpose"));
    Reflect::set(&js_sys::global(), &"crash".into(), &panics.into_js_value())?;
    run("a_call_that_went_on_is_lost", &get(&client, "constructor")?).await?;

    for promise in [connecting, loading] {
        expect(rejection(promise).await == "instance-dead", "what waited is rejected")?;
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
                rejected += u32::from(rejection(result).await == "instance-dead");
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

async fn rejection(promise: JsValue) -> String {
    match JsFuture::from(promise.unchecked_into::<Promise>()).await {
        Ok(value) => format!("resolved with {value:?}"),
        Err(error) => code(&error),
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
