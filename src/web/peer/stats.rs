use wasm_bindgen::{JsCast, JsValue};

use super::{Peer, bindings::StatsReport};
use crate::web::object::copy_list;

impl Peer {
    /// All entries of its statistics: the text of a JSON array.
    pub(super) async fn statistics(&self) -> Result<String, JsValue> {
        let report = self.settled(self.connection.read_stats()).await?;
        let entries = report.unchecked_into::<StatsReport>().values()?;
        js_sys::JSON::stringify(copy_list(&entries)?.as_ref()).map(String::from)
    }
}
