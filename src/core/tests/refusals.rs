//! Bad input is refused before anything is sent, and nothing is half done.

use serde_json::json;

use super::{host::Host, native::token};
use crate::core::tests::native::Input;
use crate::core::{CallingState, Category};

#[test]
fn names_that_no_server_could_tell_apart_are_refused() {
    let mut host = Host::new();
    let long = "x".repeat(65);

    for (call_type, id) in [
        ("", "demo"),
        ("default", ""),
        ("a:b", "demo"),
        ("default", "a:b"),
        ("default", "a/b"),
        ("default", ".."),
        ("default", "a b"),
        ("default", "a\u{0}"),
        ("default", long.as_str()),
    ] {
        let error = host.client.create_call(call_type, id).unwrap_err();
        assert_eq!(error.code.as_str(), "invalid-argument", "{call_type}:{id}");
        assert!(!error.hint.is_empty());
    }
    assert!(host.client.create_call("default", &"é".repeat(64)).is_ok());
}

#[test]
fn a_token_that_cannot_be_the_users_is_refused_before_any_traffic() {
    let expired = {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let claims = json!({ "user_id": "alice", "exp": 1_000_000_000 }).to_string();
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    };
    for (fixed, code) in [
        (None, "auth-token-missing"),
        (Some(token("bob")), "auth-token-invalid"),
        (Some("no token".to_owned()), "auth-token-invalid"),
        (Some("a.b.c".to_owned()), "auth-token-invalid"),
        (Some(expired), "auth-token-expired"),
    ] {
        let mut host = Host::new();

        let promise = host.connect("alice", fixed, false);
        host.run_for(60_000);

        assert_eq!(host.rejection(promise), code);
        assert_eq!(host.client.user_id(), None, "nothing half done");
        let Some(Err(error)) = host.settled.get(&promise) else { panic!("rejected above") };
        assert_eq!(error.category, Category::Auth);
        let retry = host.connect("alice", Some(token("alice")), false);
        host.run_for(100);
        host.assert_resolved(retry);
    }
}

#[test]
fn nothing_works_without_a_user_and_everything_says_so() {
    let mut host = Host::new();
    let call = host.call();

    let (get, join, end) = (host.get(call), host.join(call), host.end(call));
    host.run_for(60_000);

    for promise in [get, join, end] {
        assert_eq!(host.rejection(promise), "not-connected");
    }
    assert_eq!(host.calling_state(call), CallingState::Idle);
}

#[test]
fn frames_that_make_no_sense_change_nothing() {
    let (mut host, call) = Host::joined();
    let before = host.state(call).participants.clone();
    let frames: [&[u8]; 5] = [b"", b"\xff\xff\xff\xff", b"hello", &[0x6a, 0x05, 1], &[0x08; 64]];

    for frame in frames {
        let socket = host.sfu_socket().unwrap();
        host.feed(Input::SocketBytes(socket, frame.to_vec()));
    }
    for event in [json!(null), json!([]), json!({}), json!({ "type": 7 }), json!("call.ended")] {
        host.coordinator(event);
    }

    assert_eq!(host.calling_state(call), CallingState::Joined);
    assert_eq!(host.state(call).participants, before);
}
