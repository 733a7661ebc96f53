use std::{
    cell::{Cell, RefCell},
    rc::{self, Rc},
};

use js_sys::{Array, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    error::{disposed, instance_dead, to_js},
    handle::CallHandle,
    promises::Promises,
    sinks::{Call, ClientSink, Weak, apply_defaults, collect_statistics, emit_to, store_of},
    values,
};
use crate::{
    core::{
        AppEvent, CallChanges, CallKey, CallingState, Cause, Changes, Client, Command, Config,
        Error, Input, Outcome, PromiseId, Scope, Slice, TokenRequestId,
    },
    web::{Driver, Frontend, JsNode, Table, has_panicked, object, on_panic, when},
};

/// The app's side of one client: its objects, its promises, and whom to tell.
pub(crate) struct Shell {
    this: rc::Weak<Self>,
    driver: Rc<Driver>,
    promises: Promises,
    calls: Table<CallKey, CallObject>,
    last_serial: Cell<u32>,
    /// Calls whose watchers have not heard of their changes.
    unheard: RefCell<Vec<CallKey>>,
    sink: Weak<ClientSink>,
    disposed: Cell<bool>,
}

/// A `Call` that the app holds, or did.
struct CallObject {
    /// Tells it from an earlier one for the same call.
    serial: u32,
    object: Weak<Call>,
    /// The object again, while the call goes on: it may not be collected only because the app,
    /// whose listeners do the rest, holds nothing.
    kept: Option<Call>,
}

impl Shell {
    pub(crate) fn new(config: Config, sink: &ClientSink) -> Rc<Self> {
        let shell = Rc::new_cyclic(|this: &rc::Weak<Self>| Self {
            this: this.clone(),
            driver: Driver::new(Client::new(config), this.clone()),
            promises: Promises::default(),
            calls: Table::default(),
            last_serial: Cell::new(0),
            unheard: RefCell::default(),
            sink: Weak::new(sink),
            disposed: Cell::new(false),
        });
        remember(&shell);
        shell
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.driver
    }

    pub(crate) fn user_id(&self) -> Option<String> {
        self.driver.client().user_id().map(String::from)
    }

    /// Why nothing can be done any more.
    pub(crate) fn refusal(&self) -> Option<Error> {
        if has_panicked() {
            Some(instance_dead())
        } else if self.disposed.get() {
            Some(disposed())
        } else {
            None
        }
    }

    /// A promise that `order` has settled, sooner or later.
    pub(crate) fn promise(
        &self,
        order: impl FnOnce(PromiseId) -> Result<Command, Error>,
    ) -> Promise {
        let (id, promise) = self.promises.make();
        let order = self.refusal().map_or_else(|| order(id), Err);
        match order {
            Ok(command) => self.driver.command(command),
            Err(error) => self.promises.settle(id, Err(to_js(&error))),
        }
        promise
    }

    /// Tells an event of the package's JavaScript to the listeners of a call and of the client.
    pub(crate) fn emit(&self, call: CallKey, event: &JsValue) {
        if let Some(call) = self.known_object(call) {
            self.check(emit_to(&call, event));
        }
        if let Some(sink) = self.sink.get() {
            self.check(sink.emit(event));
        }
    }

    /// What the client's side of the package shares with its calls.
    pub(crate) fn sink(&self) -> Option<ClientSink> {
        self.sink.get()
    }

    /// Gives an order that no promise waits for.
    pub(crate) fn order(&self, command: Command) {
        if self.refusal().is_none() {
            self.driver.command(command);
        }
    }

    /// Looks whether anything is due; `false` when nothing ever will be.
    pub(crate) fn tick(&self) -> bool {
        let goes_on = self.refusal().is_none();
        if goes_on {
            self.driver.report(Input::Timeout);
        }
        goes_on
    }

    /// Refuses everything from now on.
    pub(crate) fn refuse(&self) {
        self.disposed.set(true);
    }

    /// Releases everything, whatever goes on.
    pub(crate) fn shut_down(&self) {
        let error = self.refusal().unwrap_or_else(disposed);
        self.promises.reject_all(&to_js(&error));
        self.driver.shut_down();
    }

    /// The app's object for a call, made when there is none.
    pub(crate) fn call_object(&self, call: CallKey) -> Option<Call> {
        if let Some(object) = self.known_object(call) {
            return Some(object);
        }
        let (call_type, id) = self.call_name(call)?;
        let serial = self.last_serial.get() + 1;
        self.last_serial.set(serial);
        let handle = CallHandle::new(self.this.upgrade()?, call, serial);
        let object = Call::new(handle, &call_type, &id);
        self.calls.insert(call, CallObject { serial, object: Weak::new(&object), kept: None });
        self.keep_while_it_goes_on(call);
        Some(object)
    }

    /// The app's object was collected.
    pub(crate) fn forget_call(&self, call: CallKey, serial: u32) {
        let current = self.calls.read(call, |known| known.serial);
        if current == Some(serial) && !has_panicked() {
            self.calls.remove(call);
            self.driver.command(Command::DropCall(call));
        }
    }

    fn known_object(&self, call: CallKey) -> Option<Call> {
        self.calls.read(call, |known| known.object.get())?
    }

    fn call_name(&self, call: CallKey) -> Option<(String, String)> {
        let client = self.driver.client();
        let (call_type, id) = client.call_name(call)?;
        Some((call_type.into(), id.into()))
    }

    fn keep_while_it_goes_on(&self, call: CallKey) {
        let client = self.driver.client();
        let state = client.call(call).map(|state| state.calling_state);
        let goes_on = client.state().calls.contains(&call)
            || !matches!(state, None | Some(CallingState::Idle | CallingState::Left));
        self.calls.change(call, |known| {
            known.kept = if goes_on { known.object.get() } else { None };
        });
    }

    fn mark_call(&self, call: CallKey, changes: &CallChanges) {
        let Some(object) = self.known_object(call) else {
            return;
        };
        let store = store_of(&object);
        for (place, slice) in (0_u8..).zip(Slice::ALL) {
            if changes.contains(*slice) {
                store.mark(place);
            }
        }
        for session_id in &changes.participants {
            store.mark_participant(session_id);
        }
        for session_id in &changes.levels {
            store.mark_level(session_id);
        }
        for transition in &changes.transitions {
            store.mark_transition(transition.to.as_str());
        }
        self.unheard.borrow_mut().push(call);
    }

    fn log(&self, level: &str, message: &str, details: &Array) {
        if let Some(sink) = self.sink.get() {
            // The app's logger threw: there is nobody left to tell.
            let _ = sink.log(level, message, details);
        }
    }

    /// Reports what should never throw.
    fn check(&self, result: Result<(), JsValue>) {
        if let Err(thrown) = result {
            self.log("error", "a bug in telling the app", &Array::of1(&thrown));
        }
    }
}

impl Frontend for Shell {
    fn mark(&self, changes: &Changes) {
        for (call, changes) in changes.by_call.iter() {
            self.mark_call(*call, changes);
            if !changes.transitions.is_empty() {
                self.keep_while_it_goes_on(*call);
            }
        }
        if changes.calls {
            // Every registered call gets its object, which is how the core learns when nobody needs
            // the call any more.
            let registered = self.driver.client().state().calls.clone();
            for call in registered {
                self.call_object(call);
            }
            for call in self.calls.keys() {
                self.keep_while_it_goes_on(call);
            }
        }
        if let Some(sink) = self.sink.get() {
            let fields = [changes.connected_user, changes.calls];
            for (place, _) in (0_u8..).zip(fields).filter(|(_, changed)| *changed) {
                sink.mark(place);
            }
        }
    }

    fn flush(&self) {
        for call in self.unheard.take() {
            if let Some(object) = self.known_object(call) {
                self.check(store_of(&object).flush());
            }
        }
        if let Some(sink) = self.sink.get() {
            self.check(sink.flush());
        }
    }

    fn settle(&self, promise: PromiseId, result: Result<Outcome, Error>) {
        let result = match result {
            Ok(Outcome::Done) => Ok(JsValue::UNDEFINED),
            Ok(Outcome::Json(json)) => Ok(JsNode::unwrap(&json)),
            Ok(Outcome::Call(call)) => Ok(self.call_object(call).into()),
            Ok(Outcome::Calls(json, calls)) => {
                let calls = calls.into_iter().filter_map(|call| self.call_object(call));
                let calls = object(&[("calls", calls.collect::<Array>().into())]);
                let answer = Object::assign(&Object::new(), JsNode::unwrap(&json).unchecked_ref());
                Ok(Object::assign(&answer, calls.unchecked_ref()).into())
            }
            Err(error) => Err(to_js(&error)),
        };
        self.promises.settle(promise, result);
    }

    fn emit(&self, event: AppEvent) {
        let told = match event.scope {
            Scope::Client => {
                let object = values::event(&event.name, &event.payload);
                self.sink.get().map(|sink| sink.emit(&object))
            }
            Scope::Call(call) => {
                let object = values::event(&event.name, &event.payload);
                self.known_object(call).map(|call| emit_to(&call, &object))
            }
        };
        if let Some(result) = told {
            self.check(result);
        }
    }

    fn call(&self, call: CallKey) -> JsValue {
        self.known_object(call).map(JsValue::from).unwrap_or_default()
    }

    fn ask_defaults(&self, call: CallKey) {
        if let Some(call) = self.known_object(call) {
            self.check(apply_defaults(&call));
        }
    }

    fn collect_statistics(&self, call: CallKey) {
        if let Some(call) = self.known_object(call) {
            self.check(collect_statistics(&call));
        }
    }

    fn fetch_token(&self, request: TokenRequestId) {
        let this = self.this.clone();
        let report = move |answer: Result<JsValue, JsValue>| {
            let result =
                answer.map(|token| token.as_string().unwrap_or_default()).map_err(Cause::new);
            if let Some(shell) = this.upgrade() {
                shell.driver.report(Input::Token { request, result });
            }
        };
        match self.sink.get().map(|sink| sink.fetch_token()) {
            Some(Ok(promise)) => when(&promise, report),
            Some(Err(thrown)) => report(Err(thrown)),
            None => report(Err(JsValue::UNDEFINED)),
        }
    }

    fn warn(&self, message: &str, thrown: &JsValue) {
        let details = Array::new();
        if !thrown.is_undefined() {
            details.push(thrown);
        }
        self.log("warn", message, &details);
    }
}

thread_local! {
    static SHELLS: RefCell<Vec<rc::Weak<Shell>>> = const { RefCell::new(Vec::new()) };
}

/// Makes sure that `shell` hears of a panic.
fn remember(shell: &Rc<Shell>) {
    SHELLS.with_borrow_mut(|shells| {
        if shells.is_empty() {
            on_panic(last_words);
        }
        shells.retain(|shell| shell.strong_count() > 0);
        shells.push(Rc::downgrade(shell));
    });
}

/// The WebAssembly instance ends: nothing may be left waiting or open.
fn last_words(panic: &str) {
    for shell in SHELLS.take().iter().filter_map(rc::Weak::upgrade) {
        shell.log("error", panic, &Array::new());
        shell.shut_down();
        for object in shell.calls.keys().into_iter().filter_map(|call| shell.known_object(call)) {
            let _ = store_of(&object).fail();
        }
    }
}
