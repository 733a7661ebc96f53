use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::core::DescribeId;

/// Makes two throw-away offers that tell what this browser can receive and send.
pub fn describe(request: DescribeId, reporter: &JsValue) {
    describe_codecs(reporter, request.number());
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = describeCodecs)]
    fn describe_codecs(reporter: &JsValue, id: i64);
}
