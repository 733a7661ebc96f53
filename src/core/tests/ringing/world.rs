//! Browsers around one coordinator.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::core::{CallCommand, CallKey, CallingState, LeaveOptions, Then, tests::host::Host};

pub(super) const CID: &str = "default:demo";

/// Browsers in step, and a coordinator that tells all of them what one of them did.
pub(super) struct World {
    pub(super) hosts: Vec<Host>,
    /// How many requests of each browser have been told of.
    pub(super) told: Vec<usize>,
    /// Whether `call.ring` comes before `call.created`.
    pub(super) ring_first: bool,
}

/// `alice` calls.
pub(super) const ALICE: usize = 0;
pub(super) const BOB: usize = 1;
/// Another device of bob's.
pub(super) const BOBS_PHONE: usize = 2;
pub(super) const CAROL: usize = 3;

impl World {
    pub(super) fn new() -> Self {
        Self::with(&["bob", "carol"])
    }

    pub(super) fn with(members: &[&str]) -> Self {
        let users = [("alice", false), ("bob", true), ("bob", false), ("carol", false)];
        let mut hosts: Vec<Host> =
            users.into_iter().map(|(id, busy)| Host::connected_as(id, busy)).collect();
        let session = Rc::clone(&hosts[0].server.session);
        for host in &mut hosts {
            host.server.session = Rc::clone(&session);
            host.server.members = vec!["alice".to_owned()];
            host.server.members.extend(members.iter().map(|id| (*id).to_owned()));
            host.server.ring = (30_000, 20_000);
        }
        Self { told: vec![0; hosts.len()], hosts, ring_first: false }
    }

    /// A world in which alice rings; the call object is hers.
    pub(super) fn ringing() -> (Self, CallKey) {
        Self::new().rung()
    }

    pub(super) fn rung(mut self) -> (Self, CallKey) {
        let call = self.hosts[ALICE].call();
        let body = json!({ "ring": true, "data": { "members": [{ "user_id": "bob" }] } });
        let promise = self.hosts[ALICE].request(call, "POST ", body, Then::Ring);
        self.run(50);
        self.hosts[ALICE].assert_resolved(promise);
        (self, call)
    }

    pub(super) fn run(&mut self, ms: u64) {
        for _ in 0..ms {
            for host in &mut self.hosts {
                host.run_for(1);
            }
            for place in 0..self.hosts.len() {
                while let Some((path, body)) =
                    self.hosts[place].server.bodies.get(self.told[place]).cloned()
                {
                    self.told[place] += 1;
                    self.tell(place, &path, &body);
                }
            }
        }
    }

    /// Says to everybody what a request has brought about.
    pub(super) fn tell(&mut self, place: usize, path: &str, body: &Value) {
        let by = self.hosts[place].server.me.clone();
        let call = self.hosts[place].server.call();
        let event = |name: &str| {
            json!({
                "type": name, "call_cid": CID, "call": call,
                "user": { "id": by }, "members": [], "reason": body["reason"], "video": true,
            })
        };
        let refused = self.hosts[place].server.refused.iter().any(|end| path.ends_with(end));
        match path.rsplit('/').next() {
            _ if refused || path.contains("/other") => {}
            Some("accept") => self.broadcast(&event("call.accepted")),
            Some("reject") => self.broadcast(&event("call.rejected")),
            Some("mark_ended") => self.broadcast(&event("call.ended")),
            _ if body["ring"] == true || path.ends_with("/ring") => {
                let created = event("call.created");
                if self.ring_first {
                    self.ring(&event("call.ring"), body);
                    self.broadcast(&created);
                } else {
                    self.broadcast(&created);
                    self.ring(&event("call.ring"), body);
                }
            }
            _ => {}
        }
    }

    /// Rings everybody, or those whom the request names, but not who rings.
    pub(super) fn ring(&mut self, event: &Value, body: &Value) {
        let mut event = event.clone();
        let by = event["user"]["id"].as_str().unwrap().to_owned();
        let members: Vec<&str> = match body["members_ids"].as_array() {
            Some(ids) => ids.iter().filter_map(Value::as_str).collect(),
            None => self.hosts[0].server.members.iter().map(String::as_str).collect(),
        };
        let rung: Vec<String> =
            members.into_iter().filter(|id| *id != by).map(str::to_owned).collect();
        event["members"] = rung.iter().map(|id| json!({ "user_id": id })).collect();
        for host in &mut self.hosts {
            if rung.contains(&host.server.me) {
                host.coordinator(event.clone());
            }
        }
    }

    pub(super) fn broadcast(&mut self, event: &Value) {
        for host in &mut self.hosts {
            if host.server.members.contains(&host.server.me) {
                host.coordinator(event.clone());
            }
        }
    }

    /// The call that rings at one of the devices.
    pub(super) fn rung_at(&self, place: usize) -> CallKey {
        self.hosts[place].client.registered(CID).unwrap()
    }

    pub(super) fn states(&self, calls: &[(usize, CallKey)]) -> Vec<CallingState> {
        calls.iter().map(|(place, call)| self.hosts[*place].calling_state(*call)).collect()
    }

    pub(super) fn leave(
        &mut self,
        place: usize,
        call: CallKey,
        reject: Option<bool>,
        reason: &str,
    ) -> u64 {
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        let options = LeaveOptions { reject, reason, message: None };
        self.hosts[place].order(call, |promise| CallCommand::Leave { promise, options })
    }

    /// Reasons with which that device rejected.
    pub(super) fn rejections(&self, place: usize) -> Vec<String> {
        self.requests(place, "/reject")
            .iter()
            .map(|b| b["reason"].as_str().unwrap().into())
            .collect()
    }

    pub(super) fn requests(&self, place: usize, end: &str) -> Vec<Value> {
        let sent = self.hosts[place].server.bodies.iter();
        sent.filter(|(path, _)| path.ends_with(end)).map(|(_, body)| body.clone()).collect()
    }

    pub(super) fn left_because(&self, place: usize) -> Vec<&'static str> {
        // Each is told to the listeners of the call and of the client.
        self.hosts[place].lefts().into_iter().step_by(2).map(|(_, reason)| reason).collect()
    }
}
