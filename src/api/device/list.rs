//! Lists of devices, and those who watch them.

use crate::web::task::detach;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Map, Object, Promise, Reflect};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{Device, question::Question};
use crate::{
    api::{
        abort::{Signal, abortable},
        call_shared::CallShared,
        error::to_js,
        functions::{procedure, promise, tell},
        options,
        promises::rejected,
    },
    core::ListedKind,
    web::{DevicesWatch, field, find_devices, object, watch_devices},
};

/// A list of devices that is kept up to date while somebody subscribes to it.
#[wasm_bindgen(skip_typescript)]
pub struct DeviceList {
    source: Source,
}

/// Whose devices they are.
#[derive(Clone)]
pub(in crate::api) enum Source {
    /// The page's, of a kind or all.
    Page(Option<ListedKind>),
    /// Those that a device of a call can be, and whether the user may be asked for their names.
    Device(Rc<Device>, bool),
    /// The loudspeakers of a call.
    Speakers(Rc<CallShared>),
}

impl DeviceList {
    /// As apps get it.
    pub(in crate::api) fn make(source: Source) -> JsValue {
        let list = JsValue::from(Self { source });
        make_observable(&list);
        list
    }
}

#[wasm_bindgen]
impl DeviceList {
    /// Reads the list and calls back; again after each change, until the subscription ends.
    pub fn subscribe(&self, observer: &JsValue) -> JsValue {
        let unsubscribe = subscribe(self.source.clone(), observer);
        object(&[("unsubscribe", unsubscribe)]).into()
    }

    /// Makes RxJS and others accept this as an observable.
    pub fn observable(&self) -> JsValue {
        Self::make(self.source.clone())
    }
}

/// Gives the class the keys by which observable libraries know each other, in place of a name that
/// Rust can write, unless it has them.
fn make_observable(list: &JsValue) {
    const KEY: &str = "@@observable";
    let class = Object::get_prototype_of(list);
    if !field(&class, KEY).is_undefined() {
        return;
    }
    let method = field(&class, "observable");
    let _ = Reflect::delete_property(&class, &"observable".into());
    let _ = Reflect::set(&class, &KEY.into(), &method);
    // The symbol is not standard: a polyfill may bring it.
    let symbol = field(&field(&js_sys::global(), "Symbol"), "observable");
    if symbol.is_symbol() {
        let _ = Reflect::set(&class, &symbol, &method);
    }
}

/// Somebody who watches a list. What it is told with hangs where it belongs, see [`Source::home`].
struct Subscription {
    id: u32,
    source: Source,
    question: Option<Question>,
    /// The list that was asked for last; older ones come too late.
    turn: Cell<u32>,
    watch: RefCell<Option<DevicesWatch>>,
}

thread_local! {
    /// Those who watch lists of the page, until they end it.
    static OF_THE_PAGE: Map = Map::new();
    static LAST: Cell<u32> = const { Cell::new(0) };
}

impl Source {
    /// Where those who watch hang, each with what ends it: whoever watches a list of a call goes with
    /// the call. `None` when the call is gone.
    fn home(&self) -> Option<Map> {
        const NAME: &str = "devices/subscribers";
        let parts = match self {
            Self::Page(_) => return Some(OF_THE_PAGE.with(Map::clone)),
            Self::Device(device, _) => device.shared().parts(),
            Self::Speakers(shared) => shared.parts(),
        }?;
        if let Ok(known) = parts.get(NAME).dyn_into() {
            return Some(known);
        }
        let none = Map::new();
        parts.set(NAME, &none);
        Some(none)
    }

    async fn find(&self, question: Option<&Question>) -> Result<Vec<JsValue>, JsValue> {
        match self {
            Self::Page(kind) => find_devices(*kind).await,
            Self::Device(device, _) => device.find(question).await,
            Self::Speakers(_) => find_devices(Some(ListedKind::AudioOutput)).await,
        }
    }
}

/// Begins a subscription; what it gives ends it.
fn subscribe(source: Source, observer: &JsValue) -> JsValue {
    let id = LAST.get() + 1;
    LAST.set(id);
    let home = source.home();
    let question = matches!(source, Source::Device(_, true)).then(Question::default);
    let (turn, watch) = (Cell::new(0), RefCell::default());
    let subscription = Rc::new(Subscription { id, source, question, turn, watch });
    let known = Rc::downgrade(&subscription);
    let watch = watch_devices(move || {
        if let Some(subscription) = known.upgrade() {
            subscription.read();
        }
    });
    *subscription.watch.borrow_mut() = Some(watch);
    subscription.read();
    let unsubscribe = procedure(move || subscription.end());
    if let Some(home) = home {
        let entry = object(&[("observer", observer.clone()), ("unsubscribe", unsubscribe.clone())]);
        home.set(&id.into(), &entry);
    }
    unsubscribe
}

impl Subscription {
    fn end(&self) {
        drop(self.watch.take());
        if let Some(question) = &self.question {
            question.withdraw();
        }
        if let Some(home) = self.source.home() {
            home.delete(&self.id.into());
        }
    }

    fn read(self: &Rc<Self>) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        let this = self.clone();
        detach(async move {
            let found = this.source.find(this.question.as_ref()).await;
            // Of a failure, such as that of the question, nobody would hear again.
            if this.turn.get() == turn || found.is_err() {
                this.tell(found);
            }
        });
    }

    fn tell(&self, found: Result<Vec<JsValue>, JsValue>) {
        let Some(home) = self.source.home() else { return };
        // There is none any more after the end.
        let observer = field(&home.get(&self.id.into()), "observer");
        let (method, value) = match found {
            Ok(devices) => ("next", devices.into_iter().collect::<Array>().into()),
            Err(error) => ("error", error),
        };
        if !observer.is_function() {
            tell(&field(&observer, method), &observer, &value, "subscriber");
        } else if method == "next" {
            tell(&observer, &JsValue::UNDEFINED, &value, "subscriber");
        }
    }
}

#[derive(Default, Deserialize)]
struct ListOptions {
    prompt: Option<bool>,
    #[serde(default)]
    signal: Option<Signal>,
}

impl Device {
    /// `listDevices(options)`
    pub(in crate::api) fn list(self: &Rc<Self>, options: &JsValue) -> Result<JsValue, JsValue> {
        let options: ListOptions =
            options::read(options, "listDevices").map_err(|error| to_js(&error))?;
        Ok(DeviceList::make(Source::Device(self.clone(), options.prompt.unwrap_or(true))))
    }

    /// `devices(options)`
    pub(in crate::api) fn devices(self: &Rc<Self>, options: &JsValue) -> Promise {
        let ListOptions { prompt, signal } = match options::read(options, "devices") {
            Ok(options) => options,
            Err(error) => return rejected(&error),
        };
        let this = self.clone();
        let question = prompt.unwrap_or(true).then(Rc::<Question>::default);
        let asked = question.clone();
        let begin = || {
            promise(async move {
                let found = this.find(asked.as_deref()).await?;
                Ok(found.into_iter().collect::<Array>().into())
            })
        };
        let give_up = move || {
            if let Some(question) = &question {
                question.withdraw();
            }
        };
        abortable(signal.as_ref(), "devices", begin, give_up)
    }

    /// The devices of the kind. When they have no names without the user's leave, the user is asked
    /// that question.
    async fn find(&self, question: Option<&Question>) -> Result<Vec<JsValue>, JsValue> {
        let Some(kind) = ListedKind::of(self.kind) else {
            return Ok(Vec::new());
        };
        let mut found = find_devices(Some(kind)).await?;
        let is_nameless = |device: &JsValue| !field(device, "label").is_truthy();
        if let Some(question) = question
            && found.iter().any(is_nameless)
        {
            question.ask(self.kind).await?;
            found = find_devices(Some(kind)).await?;
        }
        found.extend(self.virtual_devices());
        Ok(found)
    }
}
