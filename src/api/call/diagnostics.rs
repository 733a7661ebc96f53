//! What helps to find out what went wrong, and what a user thinks of it.

use crate::web::task::to_promise;
use js_sys::{Function, Promise, Reflect};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::Call;
use crate::{
    api::{
        agent::agent,
        body::Body,
        client::Warning,
        options::{self, invalid},
    },
    core::{Agent, PeerId},
    web::{Error, field, has_panicked},
};

#[wasm_bindgen]
impl Call {
    /// Rates the call from 1 to 5; also after it.
    #[wasm_bindgen(js_name = submitFeedback, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn submit_feedback(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] rating: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "{ reason?: string; custom?: CustomData }")]
        details: &JsValue,
    ) -> Promise {
        let body = self.feedback(rating, details);
        self.send("submitFeedback", body.map(|body| self.post("feedback", body)))
    }

    /// All that helps to find out what went wrong, as plain data: no media, no tokens, no names.
    #[wasm_bindgen(
        js_name = dumpDiagnostics,
        unchecked_return_type = "Promise<CallDiagnostics>"
    )]
    pub fn dump_diagnostics(&self) -> Promise {
        let facts = self.facts();
        let state = self.shared.part("state");
        to_promise(async move {
            let chunk = JsFuture::from(load_diagnostics()).await?;
            let diagnose: Function = Reflect::get(&chunk, &"diagnose".into())?.dyn_into()?;
            let report: Promise =
                diagnose.call2(&JsValue::UNDEFINED, &state, &facts?)?.unchecked_into();
            JsFuture::from(report).await
        })
    }
}

impl Call {
    fn feedback(&self, rating: &JsValue, details: &JsValue) -> Result<Body, Error> {
        let rating = rating.as_f64().filter(|rating| [1.0, 2.0, 3.0, 4.0, 5.0].contains(rating));
        let rating = rating.ok_or_else(|| invalid("the rating is none of 1 to 5"))?;
        let details: FeedbackDetails = options::read_shallow(details, "submitFeedback")?;
        let custom = Body::copy(&details.custom.unwrap_or_default(), "submitFeedback.custom")?;
        let platform = serde_wasm_bindgen::to_value(&AgentFacts::new()).unwrap_or_default();
        let body = Body::empty()
            .with("rating", rating)
            .with("sdk", "trunkline-js")
            .with("sdk_version", env!("CARGO_PKG_VERSION"))
            .with("user_session_id", self.session_id().unwrap_or_default())
            .with("custom", custom.with("x-stream-platform-data", platform));
        if let Some(reason) = details.reason {
            body.set("reason", reason);
        }
        Ok(body)
    }

    /// The session in which the user is, or was last.
    fn session_id(&self) -> Option<String> {
        if has_panicked() {
            return None;
        }
        let client = self.shared.client.driver().client();
        client.session_id(self.shared.key).map(str::to_owned)
    }

    /// What is known here for [`Self::dump_diagnostics`].
    fn facts(&self) -> Result<JsValue, JsValue> {
        if let Some(error) = self.shared.client.refusal() {
            return Err(crate::api::error::to_js(&error));
        }
        let driver = self.shared.client.driver();
        let (datacenter, peers) = match driver.client().peers(self.shared.key) {
            Some((edge, peers)) => (Some(edge.to_owned()), peers),
            None => (None, [None, None]),
        };
        let entry = |(at, state)| TimelineEntry { at, state };
        let warning = |(at, warning)| WarningEntry { at, warning };
        let facts = Facts {
            version: env!("CARGO_PKG_VERSION"),
            agent: AgentFacts::new(),
            session_id: self.session_id().filter(|id| !id.is_empty()),
            datacenter,
            timeline: self.shared.timeline().into_iter().map(entry).collect(),
            warnings: self.shared.client.warnings().into_iter().map(warning).collect(),
            devices: Devices {
                camera: self.device("camera"),
                microphone: self.device("microphone"),
                screen_share: self.device("screenShare"),
            },
        };
        // What is flattened is a map to serde.
        let serializer = Serializer::new().serialize_maps_as_objects(true);
        let facts = facts.serialize(&serializer)?;
        let connection = |peer: Option<PeerId>| driver.connection(peer);
        let [publisher, subscriber] = peers.map(connection);
        Reflect::set(&facts, &"publisher".into(), &publisher)?;
        Reflect::set(&facts, &"subscriber".into(), &subscriber)?;
        Ok(facts)
    }

    fn device(&self, name: &'static str) -> DeviceFacts {
        let state = field(&self.shared.part(name), "state");
        DeviceFacts {
            status: field(&state, "status").as_string(),
            error: field(&field(&state, "error"), "code").as_string(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FeedbackDetails {
    reason: Option<String>,
    #[serde(with = "options::object")]
    custom: Option<JsValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    version: &'static str,
    #[serde(flatten)]
    agent: AgentFacts,
    session_id: Option<String>,
    datacenter: Option<String>,
    timeline: Vec<TimelineEntry>,
    warnings: Vec<WarningEntry>,
    devices: Devices,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AgentFacts {
    browser: String,
    browser_version: String,
    os: String,
    os_version: String,
}

impl AgentFacts {
    fn new() -> Self {
        let Agent { browser, browser_version, os, os_version } = agent();
        Self { browser, browser_version, os, os_version }
    }
}

#[derive(Serialize)]
struct TimelineEntry {
    at: String,
    state: &'static str,
}

#[derive(Serialize)]
struct WarningEntry {
    at: String,
    #[serde(flatten)]
    warning: Warning,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Devices {
    camera: DeviceFacts,
    microphone: DeviceFacts,
    screen_share: DeviceFacts,
}

#[derive(Serialize)]
struct DeviceFacts {
    status: Option<String>,
    error: Option<String>,
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadDiagnostics)]
    fn load_diagnostics() -> Promise;
}
