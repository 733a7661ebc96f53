//! Searches for addresses, in the browser.

use trunkline::{
    core::{GatherId, GatherRequest, IceServer},
    web::{GatherNews, Gatherings, Input},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    side::server,
    support::{Inbox, Patch, eval, get},
};

/// A search whose connection is `globalThis.made`, and whose class has these methods besides.
fn begin(ice_servers: Vec<IceServer>, relay_only: bool, methods: &str) -> (Inbox, Gatherings) {
    let (inbox, reporter) = Inbox::new();
    let script = format!(
        "return class extends it {{
           constructor(...all) {{ super(...all); globalThis.made = this; }}
           {methods}
         }}"
    );
    let _patch = Patch::new("globalThis", "RTCPeerConnection", &script);
    let gatherings = Gatherings::new(reporter);
    gatherings.begin(&GatherRequest { gathering: id(), ice_servers, relay_only });
    (inbox, gatherings)
}

fn id() -> GatherId {
    GatherId::from((None, 1))
}

async fn next(inbox: &Inbox) -> GatherNews {
    let input = inbox.next().await;
    let Input::Gathered { gathering, news } = input else { panic!("{input:?}") };
    assert_eq!(gathering, id());
    news
}

fn is_closed() -> bool {
    eval("return made.connectionState === 'closed'", &JsValue::NULL) == true
}

#[wasm_bindgen_test]
async fn what_is_found_is_told_until_there_is_no_more() {
    let (inbox, gatherings) = begin(vec![], false, "");

    loop {
        match next(&inbox).await {
            GatherNews::Candidate(line) => assert!(line.starts_with("candidate:"), "{line}"),
            GatherNews::Complete { tells_failures } => {
                let expected = eval("return 'onicecandidateerror' in made", &JsValue::NULL);
                assert_eq!(JsValue::from(tells_failures), expected);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(!is_closed());
    gatherings.end(id());
    assert!(is_closed() && gatherings.is_empty());
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn relays_only_are_asked_for_where_that_is_wanted() {
    for (relay_only, policy) in [(true, "relay"), (false, "all")] {
        let servers = vec![server(&["turn:127.0.0.1:1?transport=tcp"], "u", "p")];
        let (_inbox, gatherings) = begin(servers, relay_only, "");

        let told = eval("return made.getConfiguration().iceTransportPolicy", &JsValue::NULL);
        assert_eq!(told, policy);
        gatherings.close_all();
        assert!(is_closed() && gatherings.is_empty());
    }
}

#[wasm_bindgen_test]
async fn a_server_that_fails_is_told_of() {
    let (inbox, _gatherings) = begin(vec![], false, "");
    let script = "const event = new Event('icecandidateerror');
        made.dispatchEvent(Object.assign(event, { errorCode: 701, errorText: 'nobody' }))";
    eval(script, &JsValue::NULL);

    loop {
        match next(&inbox).await {
            GatherNews::ServerFailed { code, text } => {
                assert_eq!((code, text.as_str()), (701, "nobody"));
                break;
            }
            GatherNews::Candidate(_) | GatherNews::Complete { .. } => {}
            other @ GatherNews::NotBegun(_) => panic!("{other:?}"),
        }
    }
}

#[wasm_bindgen_test]
async fn what_cannot_be_begun_says_so() {
    for methods in [
        "addTransceiver() { throw new RangeError('no'); }",
        "createOffer() { throw new RangeError('no'); }",
        "createOffer() { return Promise.reject(new RangeError('no')); }",
        "setLocalDescription() { throw new RangeError('no'); }",
    ] {
        let (inbox, gatherings) = begin(vec![], false, methods);

        let news = next(&inbox).await;
        let GatherNews::NotBegun(cause) = news else { panic!("{methods}: {news:?}") };
        assert_eq!(get(&cause, "name"), "RangeError");
        gatherings.end(id());
        assert!(is_closed());
    }

    let (inbox, reporter) = Inbox::new();
    let script = "return class { constructor() { throw new RangeError('too many') } }";
    let _patch = Patch::new("globalThis", "RTCPeerConnection", script);
    let gatherings = Gatherings::new(reporter);
    let request = GatherRequest { gathering: id(), ice_servers: vec![], relay_only: false };
    gatherings.begin(&request);
    assert!(matches!(next(&inbox).await, GatherNews::NotBegun(_)));
    assert!(gatherings.is_empty());
}

#[wasm_bindgen_test]
async fn an_ended_search_is_silent_at_any_step() {
    let methods = "createOffer() { return new Promise((resolve) => (globalThis.go = resolve)); }";
    let (inbox, gatherings) = begin(vec![], false, methods);
    crate::support::turn().await;

    gatherings.end(id());
    gatherings.end(id());
    eval("go({ type: 'offer', sdp: '' })", &JsValue::NULL);

    assert!(is_closed());
    inbox.assert_silent().await;
}
