//! Calls by name, and those that come to the client by themselves: by a ring, an event, a query, and
//! again after the socket was lost.

use super::Client;
use serde::Serialize;

use crate::core::{
    body::{Body, to_text},
    call::{CallContext, CallSession, call_path, reject_body},
    command::AppRequest,
    effect::{Method, Outcome},
    error::Error,
    host::Host,
    ids::{CallKey, CaptureId, ListenId, PeerId, PromiseId},
    input::{ListedDevice, Sound},
    rest::{Purpose, RestRequest},
    view::{AnswerOf, Event},
};

/// Most calls that one `POST /calls` returns.
const PAGE: usize = 100;
/// How often to try to watch calls again.
const REWATCH_ATTEMPTS: u32 = 3;

impl<H: Host> Client<H> {
    /// Type and id of one call.
    pub fn call_name(&self, call: CallKey) -> Option<(&str, &str)> {
        self.calls.get(&call).map(CallSession::name)
    }

    /// The session of the SFU in which the user is, or was last.
    pub fn session_id(&self, call: CallKey) -> Option<&str> {
        self.calls.get(&call).and_then(CallSession::session_id)
    }

    /// The name of the SFU, and publisher and subscriber, of a joined call.
    pub fn peers(&self, call: CallKey) -> Option<(&str, [Option<PeerId>; 2])> {
        self.calls.get(&call).and_then(CallSession::peers)
    }

    /// A new name, unique on earth.
    pub fn uuid(&mut self) -> String {
        self.out.uuid()
    }

    /// A name for a stream of the app that is going to be published in a call.
    pub fn adopt_capture(&mut self, call: CallKey) -> CaptureId {
        self.out.id(Some(call))
    }

    pub(super) fn on_devices(&mut self, now: Vec<ListedDevice>) {
        let before = std::mem::replace(&mut self.devices, now.clone());
        self.each_call(|call, context| call.on_devices(context, &before, &now));
    }

    pub(super) fn on_heard(&mut self, listening: ListenId, sound: Sound) {
        if let Some(key) = listening.owner() {
            self.with_call(key, |call, context| call.on_heard(context, listening, sound));
        }
    }

    pub(super) fn drop_call(&mut self, key: CallKey) {
        if self.state.calls.contains(&key) {
            return;
        }
        self.with_call(key, |call, context| {
            call.leave_now(context, "dropped");
            call.drop_media(context.out);
        });
        self.calls.shift_remove(&key);
        self.out.changes.by_call.shift_remove(&key);
    }

    /// Sends a request of the app.
    pub(super) fn request(&mut self, promise: PromiseId, request: AppRequest, public: bool) {
        let purpose = if public { Purpose::Public(promise) } else { Purpose::Plain(promise) };
        self.send_app_request(request, purpose);
    }

    pub(super) fn query_calls(&mut self, promise: PromiseId, body: Body) {
        let watch = match body.flag("watch") {
            Ok(watch) => watch.unwrap_or_default(),
            Err(error) => return self.out.reject(promise, error),
        };
        let request = AppRequest {
            method: Method::Post,
            path: "/calls".to_owned(),
            body: Some(body),
            doing: "querying calls".to_owned(),
        };
        self.send_app_request(request, Purpose::Query(promise, watch));
    }

    fn send_app_request(&mut self, request: AppRequest, purpose: Purpose) {
        let AppRequest { method, path, body, doing } = request;
        let body = body.map(Body::into_text);
        let request = RestRequest { method, path, body, doing, purpose, after: None };
        self.rest.submit(&mut self.out, request);
    }

    pub(super) fn on_found(
        &mut self,
        promise: PromiseId,
        watch: bool,
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return self.out.reject(promise, error),
        };
        let mut calls = Vec::new();
        for row in &answer.view.calls {
            let cid = row.cid();
            let register = self.registered(cid).is_none();
            calls.extend(self.make(cid, |call, context| {
                call.on_found(context, row, watch, register);
            }));
            if watch && row.rings(self.user_id().unwrap_or_default()) {
                self.on_ring_found(cid);
            }
        }
        self.out.resolve(promise, Outcome::Calls(answer.document, calls));
    }

    /// A push message tells of a ring.
    pub(super) fn ringing_call(&mut self, promise: PromiseId, cid: &str) {
        let known = self.live(cid);
        let rings = |call: &CallSession<H>| call.state().ringing.is_some();
        if let Some(key) = known.filter(|key| self.calls.get(key).is_some_and(rings))
            && self.registered(cid) == Some(key)
        {
            return self.out.resolve(promise, Outcome::Call(key));
        }
        let load = |call: &mut CallSession<H>, context: &mut CallContext<'_, H>| {
            call.on_push(context, promise);
        };
        match known {
            Some(key) => self.with_call(key, load),
            None if self.make(cid, load).is_none() => {
                let error = Error::invalid_argument("the cid has a wrong form", "Use `type:id`.");
                self.out.reject(promise, error);
            }
            None => {}
        }
    }

    /// Somebody rings already.
    fn on_ring_found(&mut self, cid: &str) {
        let Some(key) = self.live(cid) else {
            return;
        };
        let is_busy = self.calls.iter().any(|(other, call)| *other != key && call.is_busy());
        if !(self.config.reject_when_busy && is_busy) {
            self.with_call(key, CallSession::on_ring_found);
        }
    }

    /// Somebody rings.
    pub(super) fn on_ring(&mut self, cid: &str, event: &Event<H::Document>) {
        if Some(event.user_id()) == self.user_id() {
            return;
        }
        let known = self.live(cid);
        let is_other = |key: &CallKey| Some(*key) != known;
        let busy = self.config.reject_when_busy
            && self.calls.iter().any(|(key, call)| is_other(key) && call.is_busy());
        let rings = |call: &mut CallSession<H>, context: &mut CallContext<'_, H>| {
            call.on_ring(context, event);
        };
        match (busy, known) {
            (true, _) => self.reject_busy(cid),
            (false, Some(key)) => self.with_call(key, rings),
            (false, None) => {
                self.make(cid, rings);
            }
        }
        if let (false, Some(key)) = (busy, self.live(cid)) {
            // What rings is looked for first.
            self.state.calls.retain(|other| *other != key);
            self.state.calls.insert(0, key);
            self.out.changes.calls = true;
        }
    }

    /// The app uses an object of its own in place of the one that rings.
    pub(super) fn take_over(&mut self, key: CallKey, ringing: CallKey) {
        if let Some(mut other) = self.calls.shift_remove(&ringing) {
            self.with_call(key, |call, context| call.take_over(context, &mut other));
            other.publish_changes(&mut self.out);
            self.calls.insert(ringing, other);
        }
    }

    fn reject_busy(&mut self, cid: &str) {
        let path =
            cid.split_once(':').and_then(|(call_type, id)| call_path::<H>(call_type, id).ok());
        if let Some(path) = path {
            let request = RestRequest {
                method: Method::Post,
                path: path + "/reject",
                body: Some(reject_body("busy")),
                doing: "rejecting a call while busy".to_owned(),
                purpose: Purpose::Aside,
                after: None,
            };
            self.rest.submit(&mut self.out, request);
        }
    }

    /// The call object with that cid that events reach: the registered one if there is one.
    pub(super) fn live(&self, cid: &str) -> Option<CallKey> {
        let is_live = |call: &CallSession<H>| call.is_set_up() && call.cid() == cid;
        let first = || self.calls.iter().find(|(_, call)| is_live(call)).map(|(key, _)| *key);
        self.registered(cid).or_else(first)
    }

    /// Makes a call object, unless the cid has a wrong form.
    pub(super) fn make(
        &mut self,
        cid: &str,
        fill: impl FnOnce(&mut CallSession<H>, &mut CallContext<'_, H>),
    ) -> Option<CallKey> {
        let (call_type, id) = cid.split_once(':')?;
        let key = self.create_call(call_type, id).ok()?;
        self.with_call(key, fill);
        Some(key)
    }

    /// The server forgot what we watch when the socket closed.
    pub(super) fn rewatch(&mut self) {
        self.each_call(|call, _| call.forget_news());
        let watching: Vec<String> = self
            .calls
            .values()
            .filter(|call| call.state().watching)
            .map(|call| call.cid().to_owned())
            .collect();
        self.watch(&watching, 0);
    }

    /// The calls that could not be watched again are tried anew.
    pub(super) fn rewatch_again(&mut self) {
        if let Some((_, cids, failures)) = self.rewatch.take_if(|(at, ..)| *at <= self.out.now) {
            self.watch(&cids, failures);
        }
    }

    fn watch(&mut self, cids: &[String], failures: u32) {
        for cids in cids.chunks(PAGE) {
            let request = RestRequest {
                method: Method::Post,
                path: "/calls".to_owned(),
                body: Some(rewatch_body(cids)),
                doing: "watching the calls again".to_owned(),
                purpose: Purpose::Rewatch(cids.to_vec(), failures),
                after: None,
            };
            self.rest.submit(&mut self.out, request);
        }
    }

    pub(super) fn on_rewatched(
        &mut self,
        cids: Vec<String>,
        failures: u32,
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        let answers = match result {
            Ok(answer) => answer.view.calls,
            Err(error) if !error.unrecoverable && failures + 1 < REWATCH_ATTEMPTS => {
                let at = self.out.back_off(failures);
                let waiting = self.rewatch.get_or_insert((at, Vec::new(), failures + 1));
                return waiting.1.extend(cids);
            }
            Err(error) => {
                let (_, cause) = error.into_warning();
                self.out.warn("the watched calls could not be watched again", cause);
                Vec::new()
            }
        };
        self.each_call(|call, context| {
            if call.state().watching && cids.iter().any(|cid| cid == call.cid()) {
                let answer = answers.iter().find(|answer| answer.cid() == call.cid());
                call.on_rewatched(context, answer);
            }
        });
        let me = self.user_id().unwrap_or_default().to_owned();
        for answer in answers.iter().filter(|answer| answer.rings(&me)) {
            self.on_ring_found(answer.cid());
        }
    }

    /// `get`, `getOrCreate` and `join` register a call in place of another one of the same cid;
    /// `leave` takes it out.
    pub(super) fn keep_registry(&mut self) {
        let before = self.state.calls.clone();
        let calls = &self.calls;
        let registration = |key: &CallKey| calls.get(key).and_then(CallSession::registration);
        self.state.calls.retain(|key| registration(key).is_some());
        for (key, call) in calls {
            let Some(turn) = call.registration() else {
                continue;
            };
            let same_cid =
                |other: &&mut CallKey| calls.get(&**other).is_some_and(|o| o.cid() == call.cid());
            match self.state.calls.iter_mut().find(same_cid) {
                // A joined call is never put aside unseen.
                Some(other) if calls.get(other).is_some_and(CallSession::is_active) => {}
                Some(other) if registration(other) < Some(turn) => *other = *key,
                Some(_) => {}
                None => self.state.calls.push(*key),
            }
        }
        if self.state.calls != before {
            self.out.changes.calls = true;
        }
    }
}

fn rewatch_body(cids: &[String]) -> String {
    to_text(&Rewatch {
        watch: true,
        filter_conditions: Filter { cid: AnyOf { any_of: cids } },
        limit: PAGE,
    })
}

#[derive(Serialize)]
struct Rewatch<'a> {
    watch: bool,
    filter_conditions: Filter<'a>,
    limit: usize,
}

#[derive(Serialize)]
struct Filter<'a> {
    cid: AnyOf<'a>,
}

#[derive(Serialize)]
struct AnyOf<'a> {
    #[serde(rename = "$in")]
    any_of: &'a [String],
}
