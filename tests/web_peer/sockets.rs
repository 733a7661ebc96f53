//! Sockets: frames both ways, and every way to end.

use trunkline::{
    core::SocketId,
    web::{Input, Sockets},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    counterpart::{ask, counterpart},
    support::Inbox,
};

#[wasm_bindgen_test]
async fn frames_arrive_as_json_and_as_bytes() {
    let (sockets, inbox) = open("/frames").await;
    let bytes: Vec<u8> = (0..=255).collect();

    sockets.send_text(id(), "{\"type\":\"é😀\"}");
    sockets.send_text(id(), "hello");
    sockets.send_text(id(), "");
    sockets.send_bytes(id(), &bytes);
    sockets.send_bytes(id(), &[]);

    let input = inbox.next().await;
    let Input::SocketJson(socket, json) = input else { panic!("{input:?}") };
    assert_eq!(socket, id());
    assert_eq!(json.view.fields.name, "é😀");
    for _ in ["hello", ""] {
        assert!(matches!(inbox.next().await, Input::SocketGarbage(_)));
    }
    for expected in [bytes, vec![]] {
        let input = inbox.next().await;
        let Input::SocketBytes(socket, bytes) = input else { panic!("{input:?}") };
        assert_eq!((socket, bytes), (id(), expected));
    }
}

#[wasm_bindgen_test]
async fn a_refused_connection_is_a_close_without_an_open() {
    let (inbox, reporter) = Inbox::new();
    let sockets = Sockets::new(reporter);
    // Nobody listens there; the server knows no such protocol; an address of something else.
    let page = counterpart("ws", "/echo").await.replace("127.0.0.1", "127.0.0.2");
    for url in ["ws://127.0.0.1:2/", &page, "mailto:nobody", ""] {
        sockets.open(id(), url);
        assert_closed(&inbox, 1006, "").await;
        assert!(sockets.is_empty(), "{url}");
    }
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn what_the_server_closes_with_is_reported() {
    for (code, reason) in [(1000, ""), (1001, "restart"), (4001, "bye"), (4999, "é😀")] {
        let (sockets, inbox) = open("/server-closes").await;
        sockets.send_text(id(), &format!("close {code} {reason}"));

        assert_closed(&inbox, code, reason).await;
        assert!(sockets.is_empty());

        sockets.send_text(id(), "{}");
        sockets.send_bytes(id(), &[1]);
        sockets.close(id(), 1000, "");
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn a_lost_connection_is_a_close_without_a_code() {
    let (sockets, inbox) = open("/lost").await;

    sockets.send_text(id(), "drop");

    assert_closed(&inbox, 1006, "").await;
}

#[wasm_bindgen_test]
async fn the_server_hears_what_a_socket_is_closed_with() {
    let (sockets, inbox) = open("/client-closes").await;

    sockets.close(id(), 4002, "é");

    assert!(sockets.is_empty());
    assert_eq!(ask("/closed/client-closes").await, r#"{"code":4002,"reason":"é"}"#);
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_socket_closes_also_with_what_the_browser_does_not_take() {
    for (path, code, reason) in [
        ("wrong-code", 1001, String::new()),
        ("no-code", 0, String::new()),
        ("long-reason", 4000, "é".repeat(62)),
    ] {
        let (sockets, inbox) = open(&format!("/{path}")).await;

        sockets.close(id(), code, &reason);

        assert_eq!(ask(&format!("/closed/{path}")).await, "null", "{path}");
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn sending_and_closing_while_a_socket_opens_does_no_harm() {
    let (inbox, reporter) = Inbox::new();
    let sockets = Sockets::new(reporter);
    sockets.open(id(), &counterpart("ws", "/opening").await);

    sockets.send_text(id(), "{}");
    sockets.send_bytes(id(), &[1]);
    sockets.close(id(), 1000, "");
    sockets.close(id(), 1000, "");

    assert!(sockets.is_empty());
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn what_goes_away_closes_its_sockets() {
    let (sockets, inbox) = open("/dropped").await;

    drop(sockets);

    assert_eq!(ask("/closed/dropped").await, r#"{"code":1000,"reason":""}"#);
    inbox.assert_silent().await;
}

async fn open(path: &str) -> (Sockets, Inbox) {
    let (inbox, reporter) = Inbox::new();
    let sockets = Sockets::new(reporter);
    sockets.open(id(), &counterpart("ws", path).await);
    let input = inbox.next().await;
    assert!(matches!(input, Input::SocketOpened(socket) if socket == id()), "{input:?}");
    assert_eq!(sockets.len(), 1);
    (sockets, inbox)
}

async fn assert_closed(inbox: &Inbox, expected_code: u16, expected_reason: &str) {
    let input = inbox.next().await;
    let Input::SocketClosed { socket, code, reason } = input else { panic!("{input:?}") };
    assert_eq!((socket, code, &*reason), (id(), expected_code, expected_reason));
}

fn id() -> SocketId {
    SocketId::from((None, 1))
}
