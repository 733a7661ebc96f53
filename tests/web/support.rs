//! Waiting, and bending the browser for a while.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use js_sys::{Function, Object, Promise, Reflect};
use trunkline::web::{Input, Reporter};
use wasm_bindgen::{
    JsCast, JsValue,
    prelude::{Closure, wasm_bindgen},
};
use wasm_bindgen_futures::JsFuture;

/// How long a report may take before the test fails, in ms.
pub const PATIENCE: f64 = 5_000.0;

/// What the web layer reported, in order.
pub struct Inbox(Rc<Shared>);

#[derive(Default)]
struct Shared {
    inputs: RefCell<VecDeque<Input>>,
    warnings: RefCell<Vec<String>>,
    waker: RefCell<Option<Waker>>,
}

impl Inbox {
    /// An empty one, and what fills it.
    pub fn new() -> (Self, Reporter) {
        let shared = Rc::<Shared>::default();
        let (filled, warned) = (shared.clone(), shared.clone());
        let report = move |input| {
            filled.inputs.borrow_mut().push_back(input);
            if let Some(waker) = filled.waker.take() {
                waker.wake();
            }
        };
        let warn =
            move |message: &str, _: &JsValue| warned.warnings.borrow_mut().push(message.into());
        (Self(shared), Reporter::new(report, warn))
    }

    /// The next report.
    pub async fn next(&self) -> Input {
        let shared = self.0.clone();
        let late = Rc::new(Cell::new(false));
        let flag = late.clone();
        let wake = Closure::<dyn Fn()>::new(move || {
            flag.set(true);
            if let Some(waker) = shared.waker.take() {
                waker.wake();
            }
        });
        let timer = set_timeout(wake.as_ref().unchecked_ref(), PATIENCE);
        let input = poll_fn(|context| {
            if let Some(input) = self.0.inputs.borrow_mut().pop_front() {
                return Poll::Ready(input);
            }
            assert!(!late.get(), "nothing was reported");
            *self.0.waker.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
        clear_timeout(&timer);
        input
    }

    /// What failed without a report.
    pub fn warnings(&self) -> Vec<String> {
        self.0.warnings.borrow().clone()
    }

    /// Fails if there is a report, now or after what the browser has queued.
    pub async fn assert_silent(&self) {
        turn().await;
        let inputs = self.0.inputs.borrow();
        assert!(inputs.is_empty(), "reported: {inputs:?}");
    }
}

/// Lets the browser do what it has queued so far.
pub async fn turn() {
    for _ in 0..3 {
        let promise = Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, 0.0)));
        JsFuture::from(promise).await.unwrap();
    }
}

/// Lets the futures run that have been started.
pub async fn microtask() {
    JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await.unwrap();
}

/// `object[name](…arguments)`
pub fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> JsValue {
    let function: Function = get(object, name).unchecked_into();
    Reflect::apply(&function, object, &arguments.iter().collect()).unwrap()
}

/// `object[name]`
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

/// An object with those fields.
pub fn object(fields: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

/// Runs JavaScript with `value` as `it`, and returns what it gives.
pub fn eval(script: &str, value: &JsValue) -> JsValue {
    Function::new_with_args("it", script).call1(&JsValue::UNDEFINED, value).unwrap()
}

/// A property of a global object that is replaced until this is dropped.
pub struct Patch {
    undo: JsValue,
}

impl Patch {
    /// `path` leads to the object, such as `navigator.mediaDevices`; `script` makes the new value
    /// out of the old one, which it knows as `it`.
    pub fn new(path: &str, name: &str, script: &str) -> Self {
        let script = format!(
            "const before = Object.getOwnPropertyDescriptor({path}, '{name}');
             const value = (function (it) {{ {script} }})({path}.{name});
             Object.defineProperty({path}, '{name}', {{ value, configurable: true, writable: true }});
             return {{
               undo() {{
                 if (before) Object.defineProperty({path}, '{name}', before);
                 else delete {path}.{name};
               }},
             }};"
        );
        Self { undo: eval(&script, &JsValue::UNDEFINED) }
    }
}

impl Drop for Patch {
    fn drop(&mut self) {
        call(&self.undo, "undo", &[]);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

#[path = "connections.rs"]
mod connections;
