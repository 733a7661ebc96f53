use crate::web::task::detach;
use gloo_net::http::{Method, RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::{browser::Input, report::Reporter};
use crate::core::Duration;

/// Where the answer names the place.
const HEADER: &str = "x-amz-cf-pop";

/// Asks `url` where this client is, and reports the answer.
pub fn find_location(url: String, timeout: Duration, reporter: &Reporter) {
    let reporter = reporter.clone();
    detach(async move {
        let place = ask(&url, timeout).await.ok().flatten();
        reporter.report(Input::Location(place));
    });
}

async fn ask(url: &str, timeout: Duration) -> Result<Option<String>, JsValue> {
    let abort = AbortController::new()?;
    let signal = abort.signal();
    let request = RequestBuilder::new(url).method(Method::HEAD).abort_signal(Some(&signal)).build();
    let request: web_sys::Request = request.map_err(|_| JsValue::UNDEFINED)?.into();
    // Ends with this function.
    let _deadline = Timeout::new(millis(timeout), move || abort.abort());
    // A page may have replaced it by one that gives no promise.
    let answer = JsFuture::from(Promise::resolve(&fetch(&request)?)).await?;
    let answer: web_sys::Response = answer.dyn_into()?;
    Ok(Response::from(answer).headers().get(HEADER))
}

fn millis(timeout: Duration) -> u32 {
    u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX)
}

#[wasm_bindgen]
extern "C" {
    // gloo-net's own lets through what is thrown at once, as where there is no fetch.
    #[wasm_bindgen(catch)]
    fn fetch(request: &web_sys::Request) -> Result<JsValue, JsValue>;
}
