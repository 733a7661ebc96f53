use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    RtcPeerConnection, RtcRtpTransceiver, RtcRtpTransceiverDirection, RtcRtpTransceiverInit,
};

use super::{object::field, report::Reporter};
use crate::core::{Cause, DescribeId, Input};

/// Makes two throw-away offers that tell what this browser can receive and send.
pub(crate) fn describe(request: DescribeId, reporter: Reporter) {
    spawn_local(async move {
        let receive = offer(RtcRtpTransceiverDirection::Recvonly).await;
        let send = offer(RtcRtpTransceiverDirection::Sendonly).await;
        reporter.report(Input::Described {
            request,
            result: receive.and_then(|receive| Ok((receive, send?))).map_err(Cause::new),
        });
    });
}

async fn offer(direction: RtcRtpTransceiverDirection) -> Result<String, JsValue> {
    let peer = RtcPeerConnection::new()?;
    let init = RtcRtpTransceiverInit::new();
    init.set_direction(direction);
    for kind in ["video", "audio"] {
        peer.add_transceiver_with_str_and_init(kind, &init);
    }

    let offer = JsFuture::from(peer.create_offer()).await;

    // Without this some browsers keep the encoders of a closed connection for a while.
    for transceiver in peer.get_transceivers().iter() {
        transceiver.unchecked_into::<RtcRtpTransceiver>().stop();
    }
    peer.close();
    Ok(field(&offer?, "sdp").as_string().unwrap_or_default())
}
