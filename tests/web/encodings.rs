//! As what tracks are encoded.

use trunkline::{
    core::{Encoding, PeerEffect, TrackType, TransceiverId},
    web::PeerInput,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    side::{Side, capture, layer, transceiver},
    support::{Patch, eval, get, turn},
};

#[wasm_bindgen_test]
async fn encodings_that_the_browser_does_not_take_are_a_failure() {
    let side = Side::new();
    let _devices = side.publish().await;

    side.perform(PeerEffect::AddTransceiver {
        transceiver: TransceiverId::from((None, 20)),
        capture: capture(),
        track_type: TrackType::Video,
        encodings: vec![Encoding { scale_resolution_down_by: Some(0.5), ..layer("q") }],
        degradation: Some("maintain-framerate"),
    });

    let thrown = side.added().await.unwrap_err();
    assert_eq!(get(&thrown, "name"), "RangeError");
    assert_eq!(side.offer().await.unwrap().mids, [(transceiver(), "0".to_owned())]);
}

#[wasm_bindgen_test]
async fn layers_that_nobody_watches_are_switched_off_and_on_again() {
    let side = Side::new();
    let _devices = side.publish().await;
    side.offer().await.unwrap();
    let layers = |side: &Side| {
        let script = "const { encodings } = it.getSenders()[0].getParameters();
             return encodings.map((e) => [e.rid, e.active, e.maxBitrate ?? '-'].join()).join(' ')";
        eval(script, &side.connection.borrow())
    };
    let set = |encodings| {
        let transceiver = transceiver();
        side.perform(PeerEffect::SetEncodings { transceiver, encodings, degradation: None });
    };

    // The second change does not wait for the first.
    set(vec![]);
    set(vec![Encoding { max_bitrate: Some(99_000), ..layer("q") }]);
    for _ in 0..4 {
        turn().await;
    }
    assert_eq!(layers(&side), "q,true,99000 h,false,300000");

    set(vec![layer("q"), layer("h")]);
    for _ in 0..4 {
        turn().await;
    }
    assert_eq!(layers(&side), "q,true,300000 h,true,300000");
    assert!(side.inbox.warnings().is_empty(), "{:?}", side.inbox.warnings());
}

#[wasm_bindgen_test]
async fn a_browser_without_scalable_codecs_sends_one_layer_of_them() {
    let side = Side::new();
    let _devices = side.capture().await;
    side.create_as(
        "addTransceiver(track, init) {
           globalThis.addings = (globalThis.addings ?? 0) + 1;
           if (init.sendEncodings.some((e) => 'scalabilityMode' in e)) throw new TypeError('no modes');
           return super.addTransceiver(track, init);
         }",
    );

    side.add_transceiver(vec![layer("q"), layer("h")]).await.unwrap();

    assert_eq!(eval("return addings", &JsValue::NULL), 2);
    let offer = side.offer().await.unwrap();
    assert!(offer.sdp.contains("a=rid:h send"), "{}", offer.sdp);
}

#[wasm_bindgen_test]
async fn encodings_that_the_browser_does_not_change_are_reported_each_time() {
    let side = Side::new();
    let _devices = side.publish().await;
    side.offer().await.unwrap();
    // Wait for the preference that came with the track.
    turn().await;
    let change = || {
        let (transceiver, encodings) = (transceiver(), vec![layer("q")]);
        side.perform(PeerEffect::SetEncodings { transceiver, encodings, degradation: None });
    };
    for script in [
        "return async () => { throw new DOMException('', 'OperationError') }",
        "return () => { throw new DOMException('', 'OperationError') }",
    ] {
        let _patch = Patch::new("RTCRtpSender.prototype", "setParameters", script);
        for _ in 0..2 {
            change();

            let failed = side.until(|news| match news {
                PeerInput::EncodingsFailed { transceiver, cause } => {
                    Some((*transceiver, cause.clone()))
                }
                _ => None,
            });
            let (of, cause) = failed.await;
            assert_eq!(of, transceiver());
            assert_eq!(get(&cause, "name"), "OperationError");
            side.news.borrow_mut().clear();
        }
    }
    // It takes them when it can.
    change();
    side.statistics().await.unwrap();
    let news = side.news.borrow();
    assert!(!news.iter().any(|n| matches!(n, PeerInput::EncodingsFailed { .. })), "{news:?}");
}

#[wasm_bindgen_test]
async fn only_what_changes_is_set_and_a_sole_encoding_takes_the_first_layer() {
    let side = Side::new();
    let _devices = side.capture().await;
    side.create();
    side.add_transceiver(vec![Encoding { active: true, ..Encoding::default() }]).await.unwrap();
    side.offer().await.unwrap();
    // Wait for the preference that came with the track.
    turn().await;
    let _patch = Patch::new(
        "RTCRtpSender.prototype",
        "setParameters",
        "globalThis.set = [];
         return function (parameters) {
           set.push(parameters);
           return it.call(this, parameters);
         }",
    );
    let change = async |encodings: Vec<Encoding>, degradation| {
        let transceiver = transceiver();
        side.perform(PeerEffect::SetEncodings { transceiver, encodings, degradation });
        turn().await;
        let script =
            "const { encodings: [{ active, maxFramerate }], degradationPreference } = set.at(-1) ??
               { encodings: [{}] };
             return JSON.stringify([set.length, active, maxFramerate, degradationPreference]);";
        eval(script, &JsValue::NULL).as_string().unwrap()
    };
    let framerate = |max_framerate| Encoding {
        rid: "h".into(),
        active: true,
        max_framerate: Some(max_framerate),
        ..Encoding::default()
    };

    assert_eq!(change(vec![framerate(7)], Some("balanced")).await, r#"[1,true,7,"balanced"]"#);
    assert_eq!(change(vec![framerate(7)], Some("balanced")).await, r#"[1,true,7,"balanced"]"#);
    assert_eq!(change(vec![framerate(8)], None).await, r#"[2,true,8,"balanced"]"#);
    assert_eq!(change(vec![], None).await, r#"[3,false,8,"balanced"]"#);
    assert!(side.inbox.warnings().is_empty(), "{:?}", side.inbox.warnings());
}
