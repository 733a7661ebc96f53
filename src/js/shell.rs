use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::{Rc, Weak},
};

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{
    call::Call,
    error::{disposed, instance_dead, to_js},
    options::{ClientArgs, LogOptions, Login},
    ports::{CallPort, ClientPort},
    promises::Promises,
    values,
    views::{CallView, ClientView, WeakObject},
};
use crate::{
    core::{
        AppEvent, CallChanges, CallCommand, CallKey, CallingState, Cause, Changes, Client, Command,
        Error, Input, Outcome, PromiseId, Scope, Slice, TokenRequestId,
    },
    web::{Driver, Frontend, JsNode, has_panicked, on_panic},
};

/// The app's side of one client: its objects, promises, listeners.
pub(crate) struct Shell {
    this: Weak<Self>,
    driver: Rc<Driver>,
    promises: Promises,
    calls: RefCell<BTreeMap<CallKey, CallObject>>,
    last_serial: Cell<u32>,
    /// Calls whose watchers have not heard of their changes.
    unheard: RefCell<Vec<CallKey>>,
    view: RefCell<Held>,
    token_provider: RefCell<Option<Function>>,
    log: LogOptions,
    disposed: Cell<bool>,
}

/// A `Call` that the app holds, or did.
struct CallObject {
    /// Tells it from an earlier one for the same call.
    serial: u32,
    object: WeakObject,
    view: WeakObject,
    /// The object again, while the call goes on: it may not be collected only because the app,
    /// whose listeners do the rest, holds nothing.
    kept: Option<JsValue>,
}

/// The view of the client: held here until somebody else does.
enum Held {
    Strongly(ClientView),
    Weakly(WeakObject),
}

impl Shell {
    pub(crate) fn new(args: ClientArgs) -> Rc<Self> {
        let shell = Rc::new_cyclic(|this: &Weak<Self>| Self {
            this: this.clone(),
            driver: Driver::new(Client::new(args.config), this.clone()),
            promises: Promises::default(),
            calls: RefCell::default(),
            last_serial: Cell::new(0),
            unheard: RefCell::default(),
            view: RefCell::new(Held::Strongly(ClientView::new(ClientPort::new(this.clone())))),
            token_provider: RefCell::default(),
            log: args.log,
            disposed: Cell::new(false),
        });
        remember(&shell);
        for option in args.ignored {
            let message = ["options.", &option, " has no effect"].concat();
            shell.warn(&message, &JsValue::UNDEFINED);
        }
        shell
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.driver
    }

    /// The view of the client; `None` when the client is being collected.
    pub(crate) fn view(&self) -> Option<ClientView> {
        match &*self.view.borrow() {
            Held::Strongly(view) => Some(view.clone()),
            Held::Weakly(view) => view.get(),
        }
    }

    /// From now on the view of the client lives and dies with `owner`.
    pub(crate) fn attach(&self, owner: &JsValue) {
        if let Some(view) = self.view() {
            view.attach(owner);
            *self.view.borrow_mut() = Held::Weakly(WeakObject::new(&view));
        }
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
        self.named_promise(order).1
    }

    pub(crate) fn named_promise(
        &self,
        order: impl FnOnce(PromiseId) -> Command,
    ) -> (PromiseId, Promise) {
        let (id, promise) = self.promises.make();
        match self.refusal() {
            Some(error) => self.promises.settle(id, Err(to_js(&error))),
            None => self.driver.command(order(id)),
        }
        (id, promise)
    }

    pub(crate) fn is_pending(&self, promise: PromiseId) -> bool {
        self.promises.is_pending(promise)
    }

    /// Gives an order that no promise waits for.
    pub(crate) fn order(&self, call: CallKey, command: CallCommand) {
        if self.refusal().is_none() {
            self.driver.command(Command::Call(call, command));
        }
    }

    pub(crate) fn connect(&self, login: Login) -> Promise {
        // A second user is refused by the core; the first one's provider stays.
        if self.driver.client().user_id().is_none() {
            *self.token_provider.borrow_mut() = login.provider;
        }
        self.promise(|promise| Command::ConnectUser {
            promise,
            user: login.user,
            tokens: login.tokens,
        })
    }

    /// Disconnects the user, then releases everything.
    pub(crate) fn dispose(&self) -> Promise {
        if self.refusal().is_some() {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        let gone = self.promise(|promise| Command::DisconnectUser { promise });
        self.disposed.set(true);
        let this = self.this.clone();
        wasm_bindgen_futures::future_to_promise(async move {
            let result = JsFuture::from(gone).await;
            if let Some(shell) = this.upgrade() {
                shell.driver.shut_down();
                shell.promises.reject_all(&to_js(&disposed()));
                shell.calls.borrow_mut().clear();
            }
            result
        })
    }

    /// The app's object for a call, made when there is none.
    pub(crate) fn call_object(&self, call: CallKey) -> JsValue {
        let known = self.calls.borrow().get(&call).map(|known| known.object.get());
        if let Some(Some(object)) = known {
            return object;
        }
        let (Some(this), Some((call_type, id))) = (self.this.upgrade(), self.call_name(call))
        else {
            return JsValue::UNDEFINED;
        };
        let serial = self.last_serial.get() + 1;
        self.last_serial.set(serial);

        let view = CallView::new(CallPort::new(self.this.clone(), call));
        let object: JsValue = Call::new(this, call, serial, call_type, id).into();
        view.attach(&object);
        self.calls.borrow_mut().insert(
            call,
            CallObject {
                serial,
                object: WeakObject::new(&object),
                view: WeakObject::new(&view),
                kept: None,
            },
        );
        self.keep_while_it_goes_on(call);
        object
    }

    /// The objects of the registered calls.
    pub(crate) fn call_objects(&self) -> Array {
        let registered = self.driver.client().state().calls.clone();
        let objects = registered.into_iter().map(|call| self.call_object(call));
        objects.collect()
    }

    pub(crate) fn call_view(&self, call: CallKey) -> Option<CallView> {
        self.calls.borrow().get(&call)?.view.get()
    }

    /// The app's object was collected.
    pub(crate) fn forget_call(&self, call: CallKey, serial: u32) {
        let current = self.calls.borrow().get(&call).map(|known| known.serial);
        if current == Some(serial) && !has_panicked() {
            self.calls.borrow_mut().remove(&call);
            self.driver.command(Command::DropCall(call));
        }
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
        if let Some(known) = self.calls.borrow_mut().get_mut(&call) {
            known.kept = if goes_on { known.object.get() } else { None };
        }
    }

    fn mark_call(&self, call: CallKey, changes: &CallChanges) {
        let Some(view) = self.call_view(call) else {
            return;
        };
        let store = view.store();
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

    /// The WebAssembly instance ends: nothing may be left waiting or open.
    fn die(&self) {
        self.promises.reject_all(&to_js(&instance_dead()));
        self.driver.shut_down();
        let calls: Vec<CallKey> = self.calls.borrow().keys().copied().collect();
        for view in calls.into_iter().filter_map(|call| self.call_view(call)) {
            let _ = view.fail();
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
            let known: Vec<CallKey> = self.calls.borrow().keys().copied().collect();
            for call in known {
                self.keep_while_it_goes_on(call);
            }
        }
        if let Some(view) = self.view() {
            let fields = [changes.connected_user, changes.calls];
            for (place, _) in (0_u8..).zip(fields).filter(|(_, changed)| *changed) {
                view.store().mark(place);
            }
        }
    }

    fn flush(&self) {
        for call in self.unheard.take() {
            if let Some(view) = self.call_view(call) {
                self.log_thrown(view.store().flush());
            }
        }
        if let Some(view) = self.view() {
            self.log_thrown(view.store().flush());
        }
    }

    fn settle(&self, promise: PromiseId, result: Result<Outcome, Error>) {
        let result = match result {
            Ok(Outcome::Done) => Ok(JsValue::UNDEFINED),
            Ok(Outcome::Json(json)) => Ok(JsNode::unwrap(&json)),
            Err(error) => Err(to_js(&error)),
        };
        self.promises.settle(promise, result);
    }

    fn emit(&self, event: AppEvent) {
        let (view, cid) = match event.scope {
            Scope::Client => (self.view(), None),
            Scope::Call(call) => {
                let cid = self.call_name(call).map(|(t, id)| [&t, ":", &id].concat());
                (self.call_view(call).map(JsCast::unchecked_into), cid)
            }
        };
        if let Some(view) = view {
            let event = values::event(&event.name, &event.payload, cid.as_deref());
            self.log_thrown(view.emit(&event));
        }
    }

    fn fetch_token(&self, request: TokenRequestId) {
        let provider = self.token_provider.borrow().clone();
        let this = self.this.clone();
        spawn_local(async move {
            let result = ask_for_token(provider).await.map_err(Cause::new);
            if let Some(shell) = this.upgrade() {
                shell.driver.report(Input::Token { request, result });
            }
        });
    }

    fn warn(&self, message: &str, thrown: &JsValue) {
        if self.log.errors_only {
            return;
        }
        let message = JsValue::from_str(message);
        let level = JsValue::from_str("warn");
        let Some(logger) = &self.log.logger else {
            web_sys::console::warn_3(&JsValue::from_str("trunkline:"), &message, thrown);
            return;
        };
        if let Err(thrown) = logger.call3(&JsValue::UNDEFINED, &level, &message, thrown) {
            web_sys::console::error_2(&JsValue::from_str("trunkline: the logger threw"), &thrown);
        }
    }
}

impl Shell {
    fn log_thrown(&self, result: Result<(), JsValue>) {
        if let Err(thrown) = result {
            self.warn("a bug in what shows the state", &thrown);
        }
    }
}

async fn ask_for_token(provider: Option<Function>) -> Result<String, JsValue> {
    let Some(provider) = provider else {
        return Err(js_sys::Error::new("there is no token provider").into());
    };
    let answer = provider.call0(&JsValue::UNDEFINED)?;
    let token = JsFuture::from(Promise::resolve(&answer)).await?;
    token
        .as_string()
        .ok_or_else(|| js_sys::TypeError::new("the token provider gave no string").into())
}

thread_local! {
    static SHELLS: RefCell<Vec<Weak<Shell>>> = const { RefCell::new(Vec::new()) };
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

fn last_words(panic: &str) {
    let text = ["trunkline: stopped by a bug. ", panic].concat();
    web_sys::console::error_1(&JsValue::from_str(&text));
    let shells = SHELLS.take();
    for shell in shells.iter().filter_map(Weak::upgrade) {
        shell.die();
    }
}
