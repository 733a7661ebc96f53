use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::{Peer, bindings::StatsReport};

impl Peer {
    /// All entries of its statistics: the text of a JSON array.
    pub(super) async fn statistics(&self) -> Result<String, JsValue> {
        let report = self.settled(self.connection.read_stats()).await?;
        let entries = report.unchecked_into::<StatsReport>().values()?;
        js_sys::JSON::stringify(&Array::from(&entries)).map(String::from)
    }
}
