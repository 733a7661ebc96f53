use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Does `work` below a frame of JavaScript, where whatever is thrown through it ends.
///
/// For libraries that throw on what the browser threw, from between frames of Rust: left to fly, it
/// would take along whoever called. What `work` held by then is lost, so it must not hold a borrow.
pub(crate) fn catching<T>(work: impl FnOnce() -> T) -> Result<T, JsValue> {
    let mut work = Some(work);
    let mut result = None;
    let mut run = || result = work.take().map(|work| work());
    apply(&mut run, &JsValue::UNDEFINED, &Array::new())?;
    result.ok_or(JsValue::UNDEFINED)
}

#[wasm_bindgen]
extern "C" {
    // `js_sys::Reflect::apply` takes no function that lives on the stack.
    #[wasm_bindgen(catch, js_namespace = Reflect)]
    fn apply(work: &mut dyn FnMut(), this: &JsValue, arguments: &Array) -> Result<(), JsValue>;
}
