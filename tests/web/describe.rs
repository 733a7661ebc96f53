//! What this browser can send and receive.

use std::rc::Rc;

use trunkline::{
    core::DescribeId,
    web::{Codecs, Input},
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

#[wasm_bindgen_test]
async fn whatever_a_browser_throws_is_reported_and_nothing_is_left_open() {
    for method in ["addTransceiver", "createOffer"] {
        let script = format!(
            "globalThis.made = [];
             return class extends it {{
               constructor(...all) {{ super(...all); made.push(this); }}
               {method}() {{ throw new RangeError('no') }}
               getTransceivers() {{ throw new RangeError('no') }}
             }}"
        );
        let patch = Patch::new("globalThis", "RTCPeerConnection", &script);

        let thrown = described().await.unwrap_err();

        drop(patch);
        assert_eq!(get(&thrown, "name"), "RangeError", "{method}");
        let states = eval("return made.map((peer) => peer.signalingState).join()", &JsValue::NULL);
        assert_eq!(states, "closed", "{method}");
    }
}

#[wasm_bindgen_test]
async fn a_page_asks_once_also_when_several_want_to_know_at_once_unless_it_fails() {
    let refusing = "throw new RangeError('too many')";
    let patch = |extra: &str| {
        let script = format!(
            "globalThis.made = 0;
             return class extends it {{ constructor(...all) {{ super(...all); made += 1; {extra} }} }}"
        );
        Patch::new("globalThis", "RTCPeerConnection", &script)
    };
    let codecs = Rc::<Codecs>::default();
    let ask = async |numbers: &[u32]| {
        let (inbox, reporter) = Inbox::new();
        for number in numbers {
            codecs.describe(DescribeId::from((None, *number)), &reporter);
        }
        let mut told = Vec::new();
        for _ in numbers {
            let Input::Described { request, result } = inbox.next().await else { panic!() };
            told.push((request, result));
        }
        inbox.assert_silent().await;
        told
    };
    let made = || eval("return made", &JsValue::NULL);

    let refused = patch(refusing);
    assert!(ask(&[1, 2]).await.iter().all(|(_, result)| result.is_err()));
    assert_eq!(made(), 1);
    drop(refused);

    let _patch = patch("");
    let told = ask(&[3, 4]).await;
    let ids: Vec<DescribeId> = told.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [3, 4].map(|number| DescribeId::from((None, number))));
    assert_eq!(told[0].1, told[1].1);
    assert!(told[0].1.is_ok());
    let later = ask(&[5]).await;
    assert_eq!(later[0].1, told[0].1);
    assert_eq!(made(), 2, "two offers in all");
}

async fn described() -> Result<(String, String), JsValue> {
    let (inbox, reporter) = Inbox::new();
    let id = DescribeId::from((None, 7));
    Rc::<Codecs>::default().describe(id, &reporter);
    let input = inbox.next().await;
    let Input::Described { request, result } = input else { panic!("{input:?}") };
    assert_eq!(request, id);
    inbox.assert_silent().await;
    result
}
