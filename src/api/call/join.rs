//! `call.join()`: one join, and everybody who waits for it.

use crate::web::Error;
use std::{
    cell::{Cell, RefCell},
    num::NonZeroU32,
    rc::{Rc, Weak},
};

use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::JsValue;

use crate::{
    api::{
        abort::{Signal, follow},
        body::{self, Body},
        call_shared::CallShared,
        options,
        promises::rejected,
    },
    core::{CallCommand, JoinOptions, LeaveOptions, PromiseId},
};

/// Reads the options of the method `what`: those for this side, which are closed, and the fields
/// that go to the coordinator, which are the app's.
pub(super) fn read_options(
    given: &JsValue,
    what: &str,
) -> Result<(JoinOptions, Option<Signal>), Error> {
    let request = body::call_request(given, what)?;
    let signal = body::signal(given, what)?;
    let limits = Body::empty();
    for key in ["maxJoinRetries", "joinResponseTimeout", "rpcRequestTimeout"] {
        limits.set(key, request.take(key));
    }
    let Limits { max_join_retries, join_response_timeout, rpc_request_timeout } =
        options::read_copy(limits.into(), what)?;
    let millis = |given: Option<NonZeroU32>| given.map(|ms| u64::from(ms.get()));
    let options = JoinOptions {
        request: Some(request.into_core()),
        max_join_retries: max_join_retries.map(NonZeroU32::get),
        join_response_timeout: millis(join_response_timeout),
        rpc_request_timeout: millis(rpc_request_timeout),
    };
    Ok((options, signal))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limits {
    max_join_retries: Option<NonZeroU32>,
    join_response_timeout: Option<NonZeroU32>,
    rpc_request_timeout: Option<NonZeroU32>,
}

/// The joins of a call, of which at most one is under way.
pub(super) struct Joins {
    this: Weak<Self>,
    call: Rc<CallShared>,
    current: RefCell<Option<Rc<Join>>>,
    last_turn: Cell<u32>,
}

/// A join that is under way.
struct Join {
    /// Tells it from others of the same call.
    turn: u32,
    /// What callers without a signal get.
    promise: Promise,
    /// How many callers have not given up.
    waiting: Cell<u32>,
    /// What callers with one get.
    signalled: RefCell<Vec<(Signal, Promise)>>,
}

impl Joins {
    pub(super) fn new(call: Rc<CallShared>) -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            this: this.clone(),
            call,
            current: RefCell::default(),
            last_turn: Cell::default(),
        })
    }

    /// Joins, or waits for the join that is under way. The same caller gets the same promise.
    pub(super) fn join(&self, options: JoinOptions, signal: Option<&Signal>) -> Promise {
        if let Some(signal) = signal.filter(|signal| signal.is_aborted()) {
            return rejected(&signal.abortion("join"));
        }
        let known = self.current.borrow().clone();
        let (join, order) = known.map_or_else(|| self.begin(), |join| (join, None));
        let promise = match signal {
            Some(signal) => self.wait_with(&join, signal),
            None => {
                join.waiting.set(join.waiting.get() + 1);
                join.promise.clone()
            }
        };
        // Only now, as the app may call again while it is carried out.
        if let Some(promise) = order {
            self.call.order(CallCommand::Join { promise, options });
        }
        promise
    }

    /// Leaves the call. A join after this is a new one, even if the one before has not been rejected
    /// yet.
    pub(super) fn leave(&self, options: LeaveOptions) -> Promise {
        drop(self.current.take());
        self.call.promise(|promise| CallCommand::Leave { promise, options })
    }

    /// A join, and the name of its promise for the core, unless it is refused already.
    fn begin(&self) -> (Rc<Join>, Option<PromiseId>) {
        let turn = self.last_turn.get() + 1;
        self.last_turn.set(turn);
        let joins = self.this.clone();
        let finish = Box::new(move || {
            if let Some(joins) = joins.upgrade().filter(|joins| joins.is_current(turn)) {
                drop(joins.current.take());
            }
        });
        let (id, promise) = self.call.begin(Some(finish));
        let waiting = Cell::default();
        let join = Rc::new(Join { turn, promise, waiting, signalled: RefCell::default() });
        if id.is_some() {
            *self.current.borrow_mut() = Some(join.clone());
        }
        (join, id)
    }

    fn is_current(&self, turn: u32) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.turn == turn)
    }

    /// A promise that `signal` alone rejects.
    fn wait_with(&self, join: &Rc<Join>, signal: &Signal) -> Promise {
        let known = join.signalled.borrow().iter().find(|(known, _)| known.is(signal)).cloned();
        if let Some((_, promise)) = known {
            return promise;
        }
        join.waiting.set(join.waiting.get() + 1);
        let (joins, abandoned) = (self.this.clone(), Rc::downgrade(join));
        let give_up = move || {
            if let (Some(joins), Some(join)) = (joins.upgrade(), abandoned.upgrade()) {
                joins.give_up(&join);
            }
        };
        let promise = follow(signal, "join", join.promise.clone(), Box::new(give_up));
        join.signalled.borrow_mut().push((signal.clone(), promise.clone()));
        promise
    }

    /// One of those who wait does not any more; the last one takes the join along.
    fn give_up(&self, join: &Join) {
        join.waiting.set(join.waiting.get().saturating_sub(1));
        if join.waiting.get() == 0 && self.is_current(join.turn) {
            let _ = self.leave(LeaveOptions::default());
        }
    }
}
