use crate::web::task::detach;
use gloo_net::http::{Method, RequestBuilder, Response};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    browser::Input, foreign::settled, guard::catching, http::Abortion, report::Reporter,
    timers::after,
};
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
    let abortion = Abortion::new();
    // gloo-net throws what the browser threw.
    let request = catching(|| {
        let signal = abortion.signal();
        RequestBuilder::new(url).method(Method::HEAD).abort_signal(signal.as_ref()).build()
    })?;
    let request: web_sys::Request = request.map_err(|_| JsValue::UNDEFINED)?.into();
    // Ends with this function.
    let _deadline = after(millis(timeout), move || drop(abortion))?;
    let answer: web_sys::Response = settled(&fetch(&request)?).await?.dyn_into()?;
    catching(|| Response::from(answer).headers().get(HEADER))
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
