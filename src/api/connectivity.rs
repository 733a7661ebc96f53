//! `client.testConnectivity()`: whether a call would work from here.

use std::{
    cell::Cell,
    rc::{self, Rc},
};

use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::JsValue;

use super::{
    abort::{Signal, abortable},
    client::ClientShared,
    error::to_js,
    options::{self, invalid},
    promises::promised,
    record::record,
};
use crate::{
    core::{Command, PartResult, PromiseId},
    web::{ConnectivityReport, Error, PartReport, field},
};

const NAME: &str = "testConnectivity";

#[derive(Default, Deserialize)]
#[serde(default)]
struct TestOptions {
    #[serde(with = "options::object")]
    call: Option<JsValue>,
    signal: Option<Signal>,
}

/// Begins a test.
pub(crate) fn test(client: &Rc<ClientShared>, options: &JsValue) -> Promise {
    promised(read(options).map(|(call, signal)| {
        let current = Rc::new(Cell::new(None));
        let (known, shared) = (current.clone(), Rc::downgrade(client));
        let begin = || {
            let (promise, outcome) = client.begin(client.parts(), None);
            if let Some(promise) = promise {
                current.set(Some(promise));
                client.order(Command::TestConnectivity { promise, call });
            }
            outcome
        };
        abortable(signal.as_ref(), NAME, begin, move || end(&shared, known.get()))
    }))
}

fn end(client: &rc::Weak<ClientShared>, promise: Option<PromiseId>) {
    if let (Some(client), Some(promise)) = (client.upgrade(), promise) {
        client.order(Command::EndConnectivityTest(promise));
    }
}

/// Type and id of the call, and the signal.
#[allow(clippy::type_complexity)] // each has a name where it is used
fn read(options: &JsValue) -> Result<(Option<(String, String)>, Option<Signal>), Error> {
    let TestOptions { call, signal } = options::read_shallow(options, NAME)?;
    let name = |call: JsValue| {
        let text = |key| field(&call, key).as_string();
        text("type").zip(text("id")).ok_or_else(|| invalid("testConnectivity.call is no call"))
    };
    Ok((call.map(name).transpose()?, signal))
}

record! {
    /// What was found out about one part of the way.
    PartRecord "ConnectivityPart" = part(from: &PartReport);
    /// Whether it works. `false`, too, when it was skipped.
    set_ok "ok": "boolean", bool = matches!(from.result, PartResult::Works);
    /// It could not be asked; the reason says why.
    set_skipped "skipped": "boolean", bool = matches!(from.result, PartResult::Skipped(_));
    /// How long that took, in ms; 0 when it was skipped.
    set_time "time": "number", f64 = millis(from);
    /// Why it does not work, or was not asked: with a code for programs, and a hint what to do.
    set_reason "reason" "?": "VideoError", JsValue = reason(&from.result);
}

record! {
    /// Whether a call would work from here, part by part.
    ReportRecord "ConnectivityReport" = make(from: &ConnectivityReport);
    /// Nothing that was found is in the way of a call. UDP or TURN is enough for its media.
    set_ok "ok": "boolean", bool = is_fine(from);
    /// Requests to the coordinator.
    set_rest "rest": "ConnectivityPart", JsValue = part(&from.rest);
    /// The socket of the coordinator: opened once more, for this.
    set_socket "socket": "ConnectivityPart", JsValue = part(&from.socket);
    /// The socket of the SFU that the call would use.
    set_sfu "sfu": "ConnectivityPart", JsValue = part(&from.sfu);
    /// Whether UDP passes: a STUN or TURN server of that SFU answers. Not so: the reason's `ice` says what
    /// the browser found.
    set_udp "udp": "ConnectivityPart", JsValue = part(&from.udp);
    /// Whether a TURN server of that SFU gives a relay, which networks without UDP need.
    set_turn "turn": "ConnectivityPart", JsValue = part(&from.turn);
}

fn millis(part: &PartReport) -> f64 {
    #[allow(clippy::cast_precision_loss)] // far below 2^53
    let took = part.took.as_millis() as f64;
    took
}

fn reason(result: &PartResult<crate::web::Browser>) -> JsValue {
    match result {
        PartResult::Works => JsValue::UNDEFINED,
        PartResult::Fails(error) | PartResult::Skipped(error) => to_js(error),
    }
}

fn is_fine(report: &ConnectivityReport) -> bool {
    let fails = |part: &PartReport| matches!(part.result, PartResult::Fails(_));
    let relays = matches!(report.turn.result, PartResult::Works);
    let reaches = [&report.rest, &report.socket, &report.sfu].into_iter().all(|part| !fails(part));
    reaches && (relays || !fails(&report.udp))
}

pub(crate) use make as report;
