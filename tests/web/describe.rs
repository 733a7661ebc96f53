//! What this browser can send and receive.

use trunkline::{
    core::{DescribeId, Input},
    web::{JsReporter, describe},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, eval, get};

#[wasm_bindgen_test]
async fn two_offers_tell_what_can_be_received_and_sent() {
    let patch = Patch::new(
        "globalThis",
        "RTCPeerConnection",
        "globalThis.made = [];
         return class extends it { constructor(...all) { super(...all); made.push(this); } }",
    );

    let (receive, send) = described().await.unwrap();

    drop(patch);
    for (sdp, direction) in [(receive, "a=recvonly"), (send, "a=sendonly")] {
        for kind in ["m=video", "m=audio"] {
            assert_eq!(sdp.matches(kind).count(), 1, "{sdp}");
        }
        assert_eq!(sdp.matches(direction).count(), 2, "{sdp}");
        assert!(sdp.contains("opus/48000/2") && sdp.contains("VP8/90000"), "{sdp}");
    }
    let states = eval("return made.map((peer) => peer.signalingState).join()", &JsValue::NULL);
    assert_eq!(states, "closed,closed", "nothing is left open");
}

#[wasm_bindgen_test]
async fn a_browser_without_peer_connections_is_reported() {
    let _patch = Patch::new(
        "globalThis",
        "RTCPeerConnection",
        "return class { constructor() { throw new RangeError('too many') } }",
    );

    let thrown = described().await.unwrap_err();

    assert_eq!(get(&thrown, "name"), "RangeError");
}

async fn described() -> Result<(String, String), JsValue> {
    let (inbox, reporter) = Inbox::new();
    let id = DescribeId::from((None, 7));
    describe(id, &JsReporter::new(reporter).into());
    let input = inbox.next().await;
    let Input::Described { request, result } = input else { panic!("{input:?}") };
    assert_eq!(request, id);
    inbox.assert_silent().await;
    result.map_err(|cause| cause.downcast::<JsValue>().unwrap().clone())
}
