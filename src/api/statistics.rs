//! How the media of a call flow, as the browser measures it: for the app (`call.state.callStatsReport`)
//! and for the SFU.

use crate::web::task::detach;
use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{call_shared::CallShared, call_state::participants, options::invalid};
use crate::{
    core::{CallCommand, Duration},
    web::{Error, has_panicked, settled},
};

/// What was measured for the app, and what it wants to know.
#[derive(Default)]
pub(crate) struct Measured {
    report: RefCell<JsValue>,
    /// Sessions of which everything is wanted.
    detailed: RefCell<Vec<String>>,
}

impl Measured {
    /// Forgets the newest report.
    pub(crate) fn clear(&self) {
        self.report.take();
    }

    fn detailed(&self) -> Array {
        self.detailed.borrow().iter().map(JsValue::from).collect()
    }
}

/// Whether the app is shown the newest report.
pub(crate) fn has_report(shared: &CallShared) -> bool {
    shared.read(|call| call.has_report).unwrap_or_default()
}

/// The newest report, or `undefined`.
pub(crate) fn report(shared: &CallShared) -> JsValue {
    if has_report(shared) {
        shared.kept.statistics().report.borrow().clone()
    } else {
        JsValue::UNDEFINED
    }
}

/// How often a report is made while somebody watches, in ms; 0 is never.
///
/// # Errors
///
/// `invalid-argument` for something that is no number of ms.
pub(crate) fn set_interval(shared: &CallShared, interval: &JsValue) -> Result<(), Error> {
    let ms = interval.as_f64().filter(|ms| ms.fract() == 0.0 && (0.0..LONGEST).contains(ms));
    let Some(ms) = ms else {
        return Err(invalid("setStatsReportingIntervalInMs: not a whole number of ms"));
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole and in range
    let interval = Duration::from_millis(ms as u64);
    shared.order(CallCommand::SetReportInterval(interval));
    Ok(())
}

/// No timer waits longer, in ms.
const LONGEST: f64 = 2_147_483_648.0;

/// Whether reports say everything of a participant.
pub(crate) fn detail(shared: &CallShared, session_id: String, is_wanted: bool) {
    let mut detailed = shared.kept.statistics().detailed.borrow_mut();
    detailed.retain(|detailed| *detailed != session_id);
    if is_wanted {
        detailed.push(session_id);
    }
}

/// Makes a report for the app.
pub(crate) fn measure(shared: Rc<CallShared>) {
    detach(async move {
        let made = make_report(&shared).await;
        let is_new = made.is_ok();
        if let Ok(report) = made {
            shared.kept.statistics().report.replace(report);
        }
        shared.order(CallCommand::Measured { is_new });
    });
}

async fn make_report(shared: &CallShared) -> Result<JsValue, JsValue> {
    let Peers { edge, publisher, subscriber } = peers(shared);
    // Both at the same moment.
    let (sent, received) = (ask(&publisher)?, ask(&subscriber)?);
    let (sent, received) = (settled(&sent).await?, settled(&received).await?);
    let measurement: Measurement = Object::new().unchecked_into();
    measurement.set_datacenter(&edge);
    measurement.set_sent(&sent);
    measurement.set_received(&received);
    measurement.set_participants(&participants(shared));
    measurement.set_detailed(&shared.kept.statistics().detailed());
    measurement.set_before(&report(shared));
    settled(&summarise(&measurement)?).await
}

/// The connections of a joined call; `undefined` stands for one that there is not.
#[derive(Default)]
struct Peers {
    edge: String,
    publisher: JsValue,
    subscriber: JsValue,
}

fn peers(shared: &CallShared) -> Peers {
    if has_panicked() {
        return Peers::default();
    }
    let driver = shared.client.driver();
    let client = driver.client();
    let known = client.peers(shared.key).map(|(edge, [publisher, subscriber])| Peers {
        edge: edge.to_owned(),
        publisher: driver.connection(publisher),
        subscriber: driver.connection(subscriber),
    });
    known.unwrap_or_default()
}

/// Asks a connection, if there is one.
fn ask(peer: &JsValue) -> Result<JsValue, JsValue> {
    if peer.is_undefined() {
        return Ok(JsValue::UNDEFINED);
    }
    peer.unchecked_ref::<Peer>().get_stats()
}

#[wasm_bindgen]
extern "C" {
    // web-sys says that it cannot throw; one that is closed does in some browsers.
    #[wasm_bindgen(js_name = RTCPeerConnection)]
    type Peer;
    #[wasm_bindgen(method, catch, js_name = getStats)]
    fn get_stats(this: &Peer) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    /// What a report is made of; see `stats-report.js`.
    type Measurement;
    #[wasm_bindgen(method, setter, structural)]
    fn set_datacenter(this: &Measurement, value: &str);
    #[wasm_bindgen(method, setter, structural)]
    fn set_sent(this: &Measurement, value: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_received(this: &Measurement, value: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_participants(this: &Measurement, value: &Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_detailed(this: &Measurement, value: &Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_before(this: &Measurement, value: &JsValue);

    /// Makes a report, with a part of the package that is loaded on first use.
    #[wasm_bindgen(catch)]
    fn summarise(measurement: &Measurement) -> Result<JsValue, JsValue>;
}
