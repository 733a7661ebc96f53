//! What a client and its calls share.

use std::{
    cell::{Cell, RefCell},
    rc::{self, Rc},
};

use indexmap::IndexMap;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    instances,
    log::{Level, Log, LogScope, Warning},
    login::Login,
    tokens,
};
use crate::{
    api::{
        call,
        call_shared::CallShared,
        call_state,
        error::{disposed, instance_dead, to_js},
        parts::{Parts, WeakParts},
        promises::Promises,
    },
    core::{CallKey, CallingState, Command, Config, PromiseId, TokenRequestId},
    web::{Client, Driver, Error, Input, has_panicked, on_panic},
};

/// The way to the core, and what is known of the objects that the app holds of the client and of its
/// calls. When an app has dropped all of them, everything is closed.
pub(crate) struct ClientShared {
    this: rc::Weak<Self>,
    driver: Rc<Driver>,
    /// Of the client.
    parts: WeakParts,
    /// The same while a user is connected or connecting.
    kept: RefCell<Option<Parts>>,
    calls: RefCell<IndexMap<CallKey, KnownCall>>,
    pub(super) promises: Promises,
    /// There are news of the client that watchers have not heard of.
    pub(super) has_news: Cell<bool>,
    log: Log,
    /// Its name among the instances.
    key: Option<String>,
    disposed: Cell<bool>,
}

/// A call that has an object.
struct KnownCall {
    shared: rc::Weak<CallShared>,
    /// The objects that the app holds of it, while something goes on.
    kept: Option<Parts>,
}

impl ClientShared {
    pub(crate) fn new(
        config: Config,
        parts: &Parts,
        log: Log,
        key: Option<String>,
        timer_worker: bool,
    ) -> Rc<Self> {
        let shared = Rc::new_cyclic(|this: &rc::Weak<Self>| Self {
            this: this.clone(),
            driver: Driver::new(Client::new(config), timer_worker, this.clone()),
            parts: WeakParts::new(parts),
            kept: RefCell::default(),
            calls: RefCell::default(),
            promises: Promises::default(),
            has_news: Cell::default(),
            log,
            key,
            disposed: Cell::new(false),
        });
        remember(&shared);
        shared
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.driver
    }

    /// What hangs on the client; `None` when the app has dropped it.
    pub(crate) fn parts(&self) -> Option<Parts> {
        self.parts.upgrade()
    }

    /// The user that is connected or connecting.
    pub(crate) fn user_id(&self) -> Option<String> {
        if has_panicked() {
            return None;
        }
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

    /// Gives an order that no promise waits for.
    pub(crate) fn order(&self, command: Command) {
        if self.refusal().is_none() {
            self.driver.command(command);
        }
    }

    /// A promise that `order` has settled, sooner or later.
    pub(crate) fn promise(&self, order: impl FnOnce(PromiseId) -> Command) -> Promise {
        let (id, promise) = self.begin(self.parts(), None);
        if let Some(id) = id {
            self.driver.command(order(id));
        }
        promise
    }

    /// A promise, and its name for the core unless it is rejected already. `holder` is what it keeps
    /// meanwhile, `finish` is done just before the app hears of the end.
    pub(crate) fn begin(
        &self,
        holder: Option<Parts>,
        finish: Option<Box<dyn FnOnce()>>,
    ) -> (Option<PromiseId>, Promise) {
        let (id, promise) = self.promises.begin(holder, finish);
        match self.refusal() {
            None => (Some(id), promise),
            Some(error) => {
                self.promises.settle(id, Err(to_js(&error)));
                (None, promise)
            }
        }
    }

    /// Connects a user.
    pub(crate) fn connect(&self, login: Login) -> Promise {
        if self.refusal().is_none()
            && !self.driver.client().has_user()
            && let Some(parts) = self.parts()
        {
            // Another user is refused by the core, and the first one keeps its provider.
            tokens::set_provider(&parts, login.provider.as_ref());
        }
        let (user, tokens) = login.into_user();
        let connecting = self.promise(|promise| Command::ConnectUser { promise, user, tokens });
        self.review();
        connecting
    }

    /// Leaves all calls and closes the connection.
    pub(crate) fn disconnect(&self) -> Promise {
        self.forget_user();
        let disconnected = self.promise(|promise| Command::DisconnectUser { promise });
        self.review();
        disconnected
    }

    /// There is no user, or none any more, who would want this client again.
    pub(crate) fn forget_user(&self) {
        let client = self.parts().map(|parts| parts.get("client"));
        if let (Some(key), Some(client)) = (&self.key, client) {
            instances::remove(key, &client);
        }
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
        self.let_go();
    }

    /// Nothing goes on any more that would keep an object.
    fn let_go(&self) {
        // A panic may have left them borrowed.
        if let Ok(mut kept) = self.kept.try_borrow_mut() {
            *kept = None;
        }
        if let Ok(mut calls) = self.calls.try_borrow_mut() {
            for (_, call) in calls.iter_mut() {
                call.kept = None;
            }
        }
    }

    /// What is known of a call that has an object.
    pub(crate) fn call(&self, call: CallKey) -> Option<Rc<CallShared>> {
        self.calls.borrow().get(&call).and_then(|known| known.shared.upgrade())
    }

    /// All of these.
    pub(super) fn calls(&self) -> Vec<Rc<CallShared>> {
        let calls = self.calls.try_borrow();
        calls
            .iter()
            .flat_map(|calls| calls.values())
            .filter_map(|call| call.shared.upgrade())
            .collect()
    }

    /// The app's object for a call, made when there is none; `undefined` when there is no such call.
    pub(crate) fn call_object(&self, call: CallKey) -> JsValue {
        let known = self.call(call).and_then(|shared| shared.parts());
        if let Some(parts) = known {
            return parts.get("call");
        }
        let name = {
            let client = self.driver.client();
            client.call_name(call).map(|(call_type, id)| (call_type.to_owned(), id.to_owned()))
        };
        let (Some((call_type, id)), Some(this)) = (name, self.this.upgrade()) else {
            return JsValue::UNDEFINED;
        };
        let shared = CallShared::new(this, call);
        let known = KnownCall { shared: Rc::downgrade(&shared), kept: None };
        self.calls.borrow_mut().insert(call, known);
        let object = call::make(&shared, call_type, id);
        self.review_call(call);
        object
    }

    /// The app has dropped all objects of a call.
    pub(crate) fn forget_call(&self, call: CallKey) {
        if has_panicked() {
            return;
        }
        let is_gone = {
            let mut calls = self.calls.borrow_mut();
            // Unless there are new ones by now.
            let gone = calls.get(&call).is_some_and(|known| known.shared.strong_count() == 0);
            if gone {
                calls.shift_remove(&call);
            }
            gone
        };
        if is_gone {
            self.driver.command(Command::DropCall(call));
        }
    }

    /// Keeps the objects of a call while something goes on, and not any longer: they may not be
    /// collected only because the app, whose listeners do the rest, holds nothing.
    pub(crate) fn review_call(&self, call: CallKey) {
        if has_panicked() {
            return;
        }
        let Some(parts) = self.call(call).and_then(|shared| shared.parts()) else {
            return;
        };
        let (goes_on, hears_events) = {
            let client = self.driver.client();
            let state = client.call(call).map(|state| state.calling_state);
            let is_idle = matches!(state, None | Some(CallingState::Idle | CallingState::Left));
            let is_registered = client.state().calls.contains(&call);
            (is_registered || !is_idle, client.hears_events(call))
        };
        let keeps = goes_on || (hears_events && !parts.listeners().is_empty());
        if let Some(known) = self.calls.borrow_mut().get_mut(&call) {
            known.kept = keeps.then_some(parts);
        }
    }

    /// The same for the client, and for the calls that only hear of something while it is connected.
    pub(crate) fn review(&self) {
        if has_panicked() {
            return;
        }
        let has_user = self.driver.client().has_user();
        if has_user == self.kept.borrow().is_some() {
            return;
        }
        let kept = self.parts().filter(|_| has_user);
        *self.kept.borrow_mut() = kept;
        self.review_calls();
    }

    pub(super) fn review_calls(&self) {
        let known: Vec<CallKey> = self.calls.borrow().keys().copied().collect();
        for call in known {
            self.review_call(call);
        }
    }

    /// The app's token provider answered, or threw.
    pub(crate) fn take_token(&self, request: TokenRequestId, answer: Result<String, JsValue>) {
        self.driver.report(Input::Token { request, result: answer });
    }

    /// Logs a message; an app that has dropped the client hears of nothing.
    pub(crate) fn log(&self, scope: LogScope, level: Level, message: &str, details: &[JsValue]) {
        if let Some(parts) = self.parts() {
            self.log.write(&parts, scope, level, message, details);
        }
    }

    /// The last warnings, with their times.
    pub(crate) fn warnings(&self) -> Vec<(String, Warning)> {
        self.log.warnings()
    }

    /// A function of the app that is among the parts of the client.
    pub(super) fn function(&self, name: &str) -> Option<Function> {
        self.parts()?.get(name).dyn_into().ok()
    }

    pub(super) fn weak(&self) -> rc::Weak<Self> {
        self.this.clone()
    }
}

thread_local! {
    static ALL: RefCell<Vec<rc::Weak<ClientShared>>> = const { RefCell::new(Vec::new()) };
}

/// Makes sure that `shared` hears of a panic.
fn remember(shared: &Rc<ClientShared>) {
    ALL.with_borrow_mut(|all| {
        if all.is_empty() {
            on_panic(last_words);
        }
        all.retain(|shared| shared.strong_count() > 0);
        all.push(Rc::downgrade(shared));
    });
}

/// The WebAssembly instance ends: nothing may be left waiting or open.
fn last_words(panic: &str) {
    for shared in ALL.take().iter().filter_map(rc::Weak::upgrade) {
        shared.log(LogScope::Core, Level::Error, panic, &[]);
        let calls = shared.calls();
        shared.shut_down();
        for call in calls {
            call_state::fail(&call);
        }
    }
}
