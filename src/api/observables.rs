//! Values of an exported object that are current and observable: `object.x` and `object.x$`.

use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// Keeps the values of one exported object until they change, and tells their watchers. Hangs on
    /// that object, as a part of its [`Parts`](super::parts::Parts).
    #[derive(Clone)]
    pub(crate) type Observables;

    /// `owner` has a getter for each value; `on_watched` is called with the name of a value and
    /// whether it is watched, or is `undefined`.
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(owner: &JsValue, on_watched: &JsValue) -> Observables;
    #[wasm_bindgen(method)]
    fn fresh(this: &Observables, name: &str) -> JsValue;
    /// The value as it was made last, so that an equal one can be kept; `undefined` when there is
    /// none.
    #[wasm_bindgen(method)]
    pub(crate) fn last(this: &Observables, name: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn keep(this: &Observables, name: &str, value: &JsValue);
    /// Takes in a list that was made, and gives back the one to show: the last one if it has the same
    /// items.
    #[wasm_bindgen(method, js_name = keepList)]
    pub(crate) fn keep_list(this: &Observables, name: &str, list: &Array) -> JsValue;
    /// The value has changed. It is made anew when somebody reads it.
    #[wasm_bindgen(method)]
    pub(crate) fn mark(this: &Observables, name: &str);
    /// The same for several.
    #[wasm_bindgen(method, variadic, js_name = mark)]
    pub(crate) fn mark_all(this: &Observables, names: &Array);
    /// The same for some of which watchers hear after the next [`Self::mark_late`].
    #[wasm_bindgen(method, variadic, js_name = markLater)]
    pub(crate) fn mark_all_later(this: &Observables, names: &Array);
    /// A method may answer something else, if it is asked about that.
    #[wasm_bindgen(method, js_name = markAnswer)]
    pub(crate) fn mark_answer(this: &Observables, method: &JsValue, about: &JsValue);
    /// The same, of which watchers hear after the next [`Self::mark_late`].
    #[wasm_bindgen(method, js_name = markAnswerLater)]
    pub(crate) fn mark_answer_later(this: &Observables, method: &JsValue, about: &JsValue);
    /// Watchers are to hear of what was marked for later.
    #[wasm_bindgen(method, js_name = markLate)]
    pub(crate) fn mark_late(this: &Observables);
    /// What apps get as the observable of what a method answers to these arguments; `about` is by
    /// what it is marked.
    #[wasm_bindgen(method, variadic)]
    pub(crate) fn answer(
        this: &Observables,
        method: &JsValue,
        about: &JsValue,
        arguments: &Array,
    ) -> JsValue;
    /// Tells one of several values that a value went through.
    #[wasm_bindgen(method)]
    pub(crate) fn tell(this: &Observables, name: &str, passed: &JsValue);
    /// Tells the watchers of everything that was marked, which runs code of the app.
    #[wasm_bindgen(method)]
    pub(crate) fn flush(this: &Observables);
    /// Tells the last values of all, in order, soon, when nothing of Rust may run any more.
    #[wasm_bindgen(method, variadic, js_name = tellLast)]
    pub(crate) fn tell_last(this: &Observables, name: &str, values: &Array);
    /// Whether anybody watches that value.
    #[wasm_bindgen(method, js_name = isWatched)]
    pub(crate) fn is_watched(this: &Observables, name: &str) -> bool;
    /// What apps get as `object.x$`.
    #[wasm_bindgen(method)]
    pub(crate) fn observable(this: &Observables, name: &str) -> JsValue;
    /// Calls an app's function with the object, at once and after each change of anything; what it
    /// returns ends that.
    #[wasm_bindgen(method, js_name = watchAll)]
    pub(crate) fn watch_all(this: &Observables, listener: &JsValue) -> JsValue;
    /// The same with what `selector` takes out of the object, when `equals` finds it changed.
    #[wasm_bindgen(method)]
    pub(crate) fn select(
        this: &Observables,
        selector: &JsValue,
        listener: &JsValue,
        equals: &JsValue,
    ) -> JsValue;
    /// The values of those names as plain JSON. It throws for what has no JSON, such as a cycle.
    #[wasm_bindgen(method, catch)]
    pub(crate) fn snapshot(this: &Observables, names: &Array) -> Result<JsValue, JsValue>;
    /// Gives the class of `owner` the getter `x$` for each name `x`, unless it has it.
    #[wasm_bindgen(static_method_of = Observables)]
    pub(crate) fn define(owner: &JsValue, names: &Array);
}

impl Observables {
    /// The value of that name, made by `make` unless it is known. `make` may run code of the app.
    pub(crate) fn value(&self, name: &str, make: impl FnOnce() -> JsValue) -> JsValue {
        let known = self.fresh(name);
        if !known.is_undefined() {
            return known;
        }
        let value = make();
        self.keep(name, &value);
        value
    }
}
