//! The server that xtask runs beside these tests.

use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::support::{PATIENCE, call, eval, object};

/// Its address: `http://…` and so on.
pub async fn counterpart(scheme: &str, path: &str) -> String {
    let port = text_of("/target/counterpart-port").await;
    format!("{scheme}://127.0.0.1:{port}{path}")
}

/// Asks it and returns its answer.
pub async fn ask(path: &str) -> String {
    text_of(&counterpart("http", path).await).await
}

async fn text_of(url: &str) -> String {
    let request = object(&[("url", &url.into()), ("patience", &PATIENCE.into())]);
    let script = "return fetch(it.url, { signal: AbortSignal.timeout(it.patience) })";
    let response = JsFuture::from(Promise::from(eval(script, &request))).await.unwrap();
    let text = call(&response, "text", &[]);
    JsFuture::from(text.unchecked_into::<Promise>()).await.unwrap().as_string().unwrap()
}
