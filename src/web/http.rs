use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::core::{HttpBody, HttpRequest, RequestId, ResponseKind};

/// The requests that are not answered yet.
pub struct Http(JsHttp);

impl Http {
    /// None yet.
    pub fn new(reporter: &JsValue) -> Self {
        Self(JsHttp::new(reporter))
    }

    /// Sends a request and reports the answer, unless it is aborted before.
    pub fn send(&self, request: &HttpRequest) {
        let mut fields = Vec::with_capacity(2 * request.headers.len());
        for (name, value) in &request.headers {
            fields.extend([JsValue::from_str(name), JsValue::from_str(value)]);
        }
        let (json, bytes) = match &request.body {
            HttpBody::Empty => (None, None),
            HttpBody::Json(text) => (Some(&**text), None),
            HttpBody::Bytes(bytes) => (None, Some(&**bytes)),
        };
        self.0.send(
            request.request.number(),
            request.method.as_str(),
            &request.url,
            fields,
            json,
            bytes,
            request.response == ResponseKind::Bytes,
            request.keepalive,
        );
    }

    /// Gives a request up; nothing is reported about it any more.
    pub fn abort(&self, id: RequestId) {
        self.0.abort(id.number());
    }

    /// Gives all of them up.
    pub fn abort_all(&self) {
        self.0.close_all();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.size()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.abort_all();
    }
}

#[wasm_bindgen(module = "/js/http.js")]
extern "C" {
    #[wasm_bindgen(js_name = Http)]
    type JsHttp;

    #[wasm_bindgen(constructor, js_class = Http)]
    fn new(reporter: &JsValue) -> JsHttp;
    #[wasm_bindgen(method, getter)]
    fn size(this: &JsHttp) -> usize;
    #[wasm_bindgen(method)]
    #[allow(clippy::too_many_arguments)]
    // one crossing of the boundary instead of one per field
    fn send(
        this: &JsHttp,
        id: i64,
        method: &str,
        url: &str,
        fields: Vec<JsValue>,
        json: Option<&str>,
        bytes: Option<&[u8]>,
        wants_bytes: bool,
        keepalive: bool,
    );
    #[wasm_bindgen(method)]
    fn abort(this: &JsHttp, id: i64);
    #[wasm_bindgen(method, js_name = closeAll)]
    fn close_all(this: &JsHttp);
}
