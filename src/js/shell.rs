use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::{self, Rc},
};

use js_sys::Promise;
use wasm_bindgen::JsValue;

use super::{
    app::App,
    error::{disposed, instance_dead, to_js},
    handle::CallHandle,
};
use crate::{
    core::{
        CallChanges, CallKey, CallingState, Changes, Command, Config, EventPayload, LocalEvent,
        PromiseId, Scope, Slice, TokenRequestId,
    },
    web::{AppEvent, Client, Driver, Error, Frontend, Input, Outcome, has_panicked, on_panic},
};

/// The app's side of one client: its objects, its promises, and whom to tell.
pub(crate) struct Shell {
    this: rc::Weak<Self>,
    driver: Rc<Driver>,
    app: App,
    last_promise: Cell<u64>,
    /// The calls that have an object, and what tells it from an earlier one for the same call.
    calls: RefCell<BTreeMap<CallKey, u32>>,
    last_serial: Cell<u32>,
    disposed: Cell<bool>,
}

impl Shell {
    pub(crate) fn new(config: Config, timer_worker: bool, sink: &JsValue) -> Rc<Self> {
        let shell = Rc::new_cyclic(|this: &rc::Weak<Self>| Self {
            this: this.clone(),
            driver: Driver::new(Client::new(config), timer_worker, this.clone()),
            app: App::new(sink),
            last_promise: Cell::new(0),
            calls: RefCell::default(),
            last_serial: Cell::new(0),
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
    pub(crate) fn promise(&self, order: impl FnOnce(PromiseId) -> Command) -> Promise {
        let (id, promise) = self.begin();
        if let Some(id) = id {
            self.driver.command(order(id));
        }
        promise
    }

    /// A promise, and its name unless it is rejected already. Apart from [`Self::promise`], of which
    /// there is a copy for each order.
    #[inline(never)]
    fn begin(&self) -> (Option<PromiseId>, Promise) {
        let id = PromiseId(self.last_promise.get() + 1);
        self.last_promise.set(id.0);
        let promise = self.app.promise(id.number());
        match self.refusal() {
            None => (Some(id), promise),
            Some(error) => {
                self.app.reject(id.number(), &to_js(&error));
                (None, promise)
            }
        }
    }

    /// What the client's side of the package shares with its calls.
    pub(crate) fn sink(&self) -> JsValue {
        self.app.sink()
    }

    /// Gives an order that no promise waits for.
    pub(crate) fn order(&self, command: Command) {
        if self.refusal().is_none() {
            self.driver.command(command);
        }
    }

    /// Refuses everything from now on.
    pub(crate) fn refuse(&self) {
        self.disposed.set(true);
    }

    /// Releases everything, whatever goes on.
    pub(crate) fn shut_down(&self) {
        let error = self.refusal().unwrap_or_else(disposed);
        self.app.reject_all(&to_js(&error));
        self.driver.shut_down();
    }

    /// The app's object for a call, made when there is none; `undefined` when there is no such call.
    pub(crate) fn call_object(&self, call: CallKey) -> JsValue {
        let object = self.app.call(call.number());
        if !object.is_undefined() {
            return object;
        }
        let (Some((call_type, id)), Some(this)) = (self.call_name(call), self.this.upgrade())
        else {
            return JsValue::UNDEFINED;
        };
        let serial = self.last_serial.get() + 1;
        self.last_serial.set(serial);
        let handle = CallHandle::new(this, call, serial);
        let object = self.app.make_call(call.number(), handle, &call_type, &id);
        self.calls.borrow_mut().insert(call, serial);
        self.keep_while_it_goes_on(call);
        object
    }

    /// The app's object was collected.
    pub(crate) fn forget_call(&self, call: CallKey, serial: u32) {
        let current = self.calls.borrow().get(&call).copied();
        if current == Some(serial) && !has_panicked() {
            self.calls.borrow_mut().remove(&call);
            self.app.forget_call(call.number());
            self.driver.command(Command::DropCall(call));
        }
    }

    /// The app's token provider answered, or threw.
    pub(crate) fn take_token(&self, request: i64, answer: Result<String, JsValue>) {
        let request = TokenRequestId::from_number(request);
        self.driver.report(Input::Token { request, result: answer });
    }

    fn call_name(&self, call: CallKey) -> Option<(String, String)> {
        let client = self.driver.client();
        let (call_type, id) = client.call_name(call)?;
        Some((call_type.into(), id.into()))
    }

    fn keep_while_it_goes_on(&self, call: CallKey) {
        let goes_on = {
            let client = self.driver.client();
            let state = client.call(call).map(|state| state.calling_state);
            client.state().calls.contains(&call)
                || !matches!(state, None | Some(CallingState::Idle | CallingState::Left))
        };
        self.app.keep_call(call.number(), goes_on);
    }

    fn mark_call(&self, call: CallKey, changes: &CallChanges) {
        let call = call.number();
        for (place, slice) in (0_u8..).zip(Slice::ALL) {
            if changes.contains(*slice) {
                self.app.mark(call, place);
            }
        }
        for session_id in &changes.participants {
            self.app.mark_participant(call, session_id);
        }
        for session_id in &changes.levels {
            self.app.mark_level(call, session_id);
        }
        for transition in &changes.transitions {
            self.app.mark_transition(call, transition.to.as_str());
        }
    }
}

impl Frontend for Shell {
    fn mark(&self, changes: &Changes) {
        for (call, changes) in &changes.by_call {
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
            let known: Vec<CallKey> = self.calls.borrow().keys().copied().collect();
            for call in known {
                self.keep_while_it_goes_on(call);
            }
        }
        let fields = [changes.connected_user, changes.calls];
        for (place, _) in (0_u8..).zip(fields).filter(|(_, changed)| *changed) {
            self.app.mark_client(place);
        }
    }

    fn flush(&self) {
        self.app.flush();
    }

    fn settle(&self, promise: PromiseId, result: Result<Outcome, Error>) {
        let id = promise.number();
        match result {
            Ok(Outcome::Done) => self.app.resolve(id, &JsValue::UNDEFINED),
            Ok(Outcome::Json(json)) => self.app.resolve(id, &json.copy()),
            Ok(Outcome::Call(call)) => self.app.resolve(id, &self.call_object(call)),
            Ok(Outcome::Calls(json, calls)) => {
                let calls = calls.into_iter().map(|call| self.call_object(call)).collect();
                self.app.resolve_calls(id, &json.copy(), calls);
            }
            Err(error) => self.app.reject(id, &to_js(&error)),
        }
    }

    fn emit(&self, event: AppEvent) {
        let key = match event.scope {
            Scope::Client => 0,
            Scope::Call(call) => call.number(),
        };
        let (cid, online, reason) = match &event.payload {
            EventPayload::Server(json) => return self.app.emit(key, &json.copy()),
            EventPayload::Local(
                LocalEvent::ConnectionChanged { online } | LocalEvent::NetworkChanged { online },
            ) => (None, Some(*online), None),
            EventPayload::Local(LocalEvent::Unwatched { cid }) => (Some(cid.as_str()), None, None),
            EventPayload::Local(LocalEvent::Left { cid, reason }) => {
                (Some(cid.as_str()), None, Some(*reason))
            }
        };
        self.app.emit_own(key, &event.name, cid, online, reason);
    }

    fn call(&self, call: CallKey) -> JsValue {
        self.app.call(call.number())
    }

    fn ask_defaults(&self, call: CallKey) {
        self.app.ask_defaults(call.number());
    }

    fn fetch_token(&self, request: TokenRequestId) {
        let request = request.number();
        if !self.app.fetch_token(request) {
            self.take_token(request, Err(JsValue::UNDEFINED));
        }
    }

    fn warn(&self, message: &str, thrown: &JsValue) {
        self.app.warn(message, thrown);
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
        shell.app.fail(panic);
        shell.shut_down();
        shell.app.fail_calls();
    }
}
