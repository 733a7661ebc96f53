use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Watches whether the browser is online and the page is there.
pub(crate) struct Page(JsPage);

impl Page {
    pub(crate) fn watch(reporter: &JsValue) -> Self {
        Self(JsPage::new(reporter))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[wasm_bindgen(module = "/js/page.js")]
extern "C" {
    #[wasm_bindgen(js_name = Page)]
    type JsPage;

    #[wasm_bindgen(constructor, js_class = Page)]
    fn new(reporter: &JsValue) -> JsPage;
    #[wasm_bindgen(method)]
    fn close(this: &JsPage);
}
