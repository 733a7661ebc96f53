//! What a machine of the core needs while it takes one input: the time, handles, chance, and a
//! place to put effects.

use std::collections::VecDeque;

use super::{
    backoff,
    changes::Changes,
    effect::{AppEvent, Effect, EventPayload, LocalEvent, Outcome, Scope},
    error::Error,
    host::Host,
    ids::{CallKey, Ids, PromiseId},
    random::Random,
    time::{Duration, Time},
};

/// The one way out of the core's machines.
#[derive(Debug)]
pub(crate) struct Outbox<H: Host> {
    /// The time of the input being handled.
    pub(crate) now: Time,
    /// What the host has not been told yet.
    pub(crate) changes: Changes,
    effects: VecDeque<Effect<H>>,
    ids: Ids,
    random: Random,
    epoch_offset: f64,
}

impl<H: Host> Outbox<H> {
    pub(crate) fn new(seed: [u64; 2], epoch_offset: f64) -> Self {
        Self {
            now: Time::default(),
            changes: Changes::default(),
            effects: VecDeque::new(),
            ids: Ids::default(),
            random: Random::new(seed),
            epoch_offset,
        }
    }

    pub(crate) fn push(&mut self, effect: Effect<H>) {
        self.effects.push_back(effect);
    }

    pub(crate) fn pop(&mut self) -> Option<Effect<H>> {
        self.effects.pop_front()
    }

    pub(crate) fn resolve(&mut self, promise: PromiseId, outcome: Outcome<H>) {
        self.push(Effect::Settle { promise, result: Ok(outcome) });
    }

    pub(crate) fn reject(&mut self, promise: PromiseId, error: Error<H>) {
        self.push(Effect::Settle { promise, result: Err(error) });
    }

    pub(crate) fn settle_all(
        &mut self,
        promises: impl IntoIterator<Item = PromiseId>,
        result: &Result<(), Error<H>>,
    ) {
        for promise in promises {
            match result {
                Ok(()) => self.resolve(promise, Outcome::Done),
                Err(error) => self.reject(promise, error.clone()),
            }
        }
    }

    /// Tells an event of the coordinator as it came.
    pub(crate) fn emit(&mut self, scope: Scope, name: &str, event: &H::Document) {
        self.push(Effect::Emit(AppEvent {
            scope,
            name: name.to_owned(),
            payload: EventPayload::Server(event.clone()),
        }));
    }

    pub(crate) fn emit_local(&mut self, scope: Scope, name: &str, event: LocalEvent) {
        self.push(Effect::Emit(AppEvent {
            scope,
            name: name.to_owned(),
            payload: EventPayload::Local(event),
        }));
    }

    /// Tells everybody that the connection of a call is lost for good.
    pub(crate) fn emit_lost(&mut self, call: CallKey, cid: &str, error: &Error<H>) {
        for scope in [Scope::Call(call), Scope::Client] {
            self.push(Effect::Emit(AppEvent {
                scope,
                name: "call.reconnecting_failed".to_owned(),
                payload: EventPayload::Lost(cid.to_owned(), error.clone()),
            }));
        }
    }

    pub(crate) fn warn(&mut self, message: impl Into<String>, cause: Option<H::Thrown>) {
        self.push(Effect::Warn { message: message.into(), cause });
    }

    /// A failure that nobody waits for.
    pub(crate) fn warn_of(&mut self, error: Error<H>) {
        let (message, cause) = error.into_warning();
        self.warn(message, cause);
    }

    pub(crate) fn id<T: From<(Option<CallKey>, u32)>>(&mut self, owner: Option<CallKey>) -> T {
        self.ids.next(owner)
    }

    pub(crate) fn call_key(&mut self) -> CallKey {
        self.ids.next_call()
    }

    /// A number that is higher than all before it.
    pub(crate) fn turn(&mut self) -> u32 {
        self.ids.turn()
    }

    pub(crate) fn uuid(&mut self) -> String {
        self.random.uuid()
    }

    /// When to try again after failure number `attempt`, counted from 0.
    pub(crate) fn back_off(&mut self, attempt: u32) -> Time {
        self.now + backoff::delay(attempt, &mut self.random)
    }

    pub(crate) fn after(&self, span: Duration) -> Time {
        self.now + span
    }

    /// Milliseconds since the epoch.
    pub(crate) fn epoch_millis(&self) -> f64 {
        #[allow(clippy::cast_precision_loss)] // a clock below 2^53 ms
        let now = self.now.as_millis() as f64;
        self.epoch_offset + now
    }
}
