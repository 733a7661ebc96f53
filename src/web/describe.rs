use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RtcOfferOptions, RtcRtpTransceiverDirection, RtcRtpTransceiverInit};

use super::{
    browser::Input,
    object::field,
    peer::{Connection, Transceiver},
    report::Reporter,
    task::{settled, spawn},
};
use crate::core::DescribeId;

/// Makes two throw-away offers that tell what this browser can receive and send.
pub fn describe(request: DescribeId, reporter: &Reporter) {
    let reporter = reporter.clone();
    spawn(async move {
        let result = offers().await;
        reporter.report(Input::Described { request, result });
    });
}

async fn offers() -> Result<(String, String), JsValue> {
    let receive = throw_away_offer(RtcRtpTransceiverDirection::Recvonly).await?;
    let send = throw_away_offer(RtcRtpTransceiverDirection::Sendonly).await?;
    Ok((receive, send))
}

async fn throw_away_offer(direction: RtcRtpTransceiverDirection) -> Result<String, JsValue> {
    let ThrowAway(peer) = &ThrowAway(Connection::new()?);
    for kind in ["video", "audio"] {
        let init = RtcRtpTransceiverInit::new();
        init.set_direction(direction);
        peer.add_kind(kind, &init)?;
    }
    let offer = settled(peer.create_offer(&RtcOfferOptions::new())).await?;
    Ok(field(&offer, "sdp").as_string().unwrap_or_default())
}

/// A connection that is closed when its offer was made, or was not.
struct ThrowAway(Connection);

impl Drop for ThrowAway {
    fn drop(&mut self) {
        // Without this some browsers keep the encoders of a closed connection for a while.
        for transceiver in self.0.transceivers().into_iter().flatten() {
            let _ = transceiver.unchecked_into::<Transceiver>().end();
        }
        let _ = self.0.shut();
    }
}
