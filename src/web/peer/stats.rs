use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::{Peer, bindings::StatsReport};
use crate::{
    core::Traffic,
    web::object::{copy_list, field},
};

impl Peer {
    /// All entries of its statistics: the text of a JSON array.
    pub(super) async fn statistics(&self) -> Result<String, JsValue> {
        js_sys::JSON::stringify(self.entries().await?.as_ref()).map(String::from)
    }

    /// What came and went so far.
    pub(super) async fn traffic(&self) -> Result<Traffic, JsValue> {
        let (mut transports, mut pairs) = (Traffic::default(), Traffic::default());
        let mut has_transport = false;
        for entry in self.entries().await? {
            let number = |key| field(&entry, key).as_f64().unwrap_or_default();
            let sum = match field(&entry, "type").as_string().as_deref() {
                Some("transport") => {
                    has_transport = true;
                    &mut transports
                }
                Some("candidate-pair") => &mut pairs,
                _ => continue,
            };
            sum.received += number("bytesReceived");
            sum.sent += number("bytesSent");
            sum.answers += number("responsesReceived");
        }
        // Firefox counts by pair only, Chromium forgets pairs.
        let of = if has_transport { transports } else { pairs };
        Ok(Traffic { answers: pairs.answers, ..of })
    }

    async fn entries(&self) -> Result<Array, JsValue> {
        let report = self.settled(self.connection.read_stats()).await?;
        let entries = report.unchecked_into::<StatsReport>().values()?;
        copy_list(&entries)
    }
}
