//! Sockets, with a `WebSocket` whose other end is us: frames both ways, and every way to end.

use trunkline::{
    core::SocketId,
    web::{Input, Sockets},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, eval, get};

#[wasm_bindgen_test]
async fn frames_arrive_as_json_and_as_bytes() {
    let line = Line::open().await;
    assert_eq!(get(&line.socket, "binaryType"), "arraybuffer");

    line.hears("message", "{ data: '{\"type\":\"é😀\"}' }");
    line.hears("message", "{ data: new Uint8Array([0, 255]).buffer }");
    line.hears("message", "{ data: new ArrayBuffer(0) }");

    let input = line.inbox.next().await;
    let Input::SocketJson(socket, json) = input else { panic!("{input:?}") };
    assert_eq!((socket, &*json.view.fields.name), (id(), "é😀"));
    assert_eq!(get(&json.document.copy(), "type"), "é😀");
    for expected in [vec![0, 255], vec![]] {
        let input = line.inbox.next().await;
        let Input::SocketBytes(socket, bytes) = input else { panic!("{input:?}") };
        assert_eq!((socket, bytes), (id(), expected));
    }
}

#[wasm_bindgen_test]
async fn json_that_is_no_object_is_reported_as_it_is() {
    let line = Line::open().await;
    for text in ["null", "5", "\"text\"", "[]", "true", "{}"] {
        line.hears("message", &format!("{{ data: '{text}' }}"));

        let input = line.inbox.next().await;
        let Input::SocketJson(_, json) = input else { panic!("{text}: {input:?}") };
        assert_eq!(js_sys::JSON::stringify(&json.document.copy()).unwrap(), text);
    }
}

#[wasm_bindgen_test]
async fn frames_that_no_server_of_ours_sends_are_told_from_events() {
    let line = Line::open().await;
    for data in ["'hello'", "''", "'{'", "'undefined'", "undefined", "null", "7", "1e300"] {
        line.hears("message", &format!("{{ data: {data} }}"));

        match line.inbox.next().await {
            Input::SocketGarbage(_) => {}
            Input::SocketJson(_, json) => assert_eq!(json.view.fields.name, "", "{data}"),
            input => panic!("{data}: {input:?}"),
        }
    }
    line.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn frames_are_sent_as_given() {
    let line = Line::open().await;

    line.sockets.send_text(id(), "{\"type\":\"é😀\"}");
    line.sockets.send_bytes(id(), &[0, 255]);
    line.sockets.send_bytes(id(), &[]);

    let sent = r#"["{\"type\":\"é😀\"}",[0,255],[]]"#;
    assert_eq!(line.told("sent"), sent);
}

#[wasm_bindgen_test]
async fn what_the_server_closes_with_is_reported_and_ends_it() {
    for (code, reason) in [(1000, ""), (1006, ""), (4999, "é😀")] {
        let line = Line::open().await;

        line.hears("close", &format!("{{ code: {code}, reason: '{reason}' }}"));

        assert_closed(&line.inbox, code, reason).await;
        assert!(line.sockets.is_empty());
        line.hears("close", "{ code: 1000, reason: '' }");
        line.hears("message", "{ data: '{}' }");
        line.sockets.send_text(id(), "{}");
        line.sockets.send_bytes(id(), &[1]);
        line.sockets.close(id(), 4001, "");
        line.inbox.assert_silent().await;
        assert_eq!(line.told("sent"), "[]");
    }
}

#[wasm_bindgen_test]
async fn an_address_that_the_browser_does_not_take_is_a_close() {
    for script in ["throw new SyntaxError('no')", "throw undefined"] {
        let _patch = web_socket(script);
        let (inbox, reporter) = Inbox::new();
        let sockets = Sockets::new(reporter);

        sockets.open(id(), "wss://nobody.test/");

        assert_closed(&inbox, 1006, "").await;
        assert!(sockets.is_empty());
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn a_browser_without_sockets_has_them_closed() {
    let _patch = Patch::new("globalThis", "WebSocket", "return undefined");
    let (inbox, reporter) = Inbox::new();

    Sockets::new(reporter).open(id(), "wss://nobody.test/");

    assert_closed(&inbox, 1006, "").await;
}

#[wasm_bindgen_test]
async fn closing_says_why_and_nothing_is_heard_afterwards() {
    let line = Line::open().await;

    line.sockets.close(id(), 4002, "é");

    assert_eq!(line.told("closed[0]"), r#"[4002,"é"]"#);
    assert!(line.sockets.is_empty());
    for (name, fields) in [("open", "{}"), ("message", "{ data: '{}' }"), ("close", "{ code: 1 }")]
    {
        line.hears(name, fields);
    }
    line.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_socket_closes_also_with_what_the_browser_does_not_take() {
    let line = Line::open().await;
    eval(
        "const { close } = it;
         it.close = (...all) => {
           close.apply(it, all);
           if (all.length > 0) throw new DOMException('no', 'InvalidAccessError');
         }",
        &line.socket,
    );

    line.sockets.close(id(), 1001, "");

    assert_eq!(line.told("closed.slice(0, 2)"), r#"[[1001,""],[]]"#);
    line.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_socket_that_throws_harms_nobody() {
    let line = Line::open().await;
    eval(
        "it.send = it.close = () => { throw new DOMException('no', 'InvalidStateError') }",
        &line.socket,
    );

    line.sockets.send_text(id(), "{}");
    line.sockets.send_bytes(id(), &[1]);
    line.sockets.close(id(), 1000, "");

    assert!(line.sockets.is_empty());
    line.inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn nothing_is_sent_on_sockets_that_nobody_opened() {
    let (inbox, reporter) = Inbox::new();
    let sockets = Sockets::new(reporter);

    sockets.send_text(id(), "{}");
    sockets.send_bytes(id(), &[1]);
    sockets.close(id(), 1000, "");

    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn what_goes_away_closes_its_sockets() {
    let Line { sockets, socket, inbox, .. } = Line::open().await;

    drop(sockets);

    assert_eq!(eval("return it.closed.join()", &socket), "1000");
    inbox.assert_silent().await;
}

/// One socket that is open.
struct Line {
    sockets: Sockets,
    /// The browser's side of it.
    socket: JsValue,
    inbox: Inbox,
}

impl Line {
    async fn open() -> Self {
        let patch = web_socket("");
        let (inbox, reporter) = Inbox::new();
        let sockets = Sockets::new(reporter);
        sockets.open(id(), "wss://nobody.test/path?a=é");
        drop(patch);
        let socket = eval("return opened", &JsValue::NULL);
        assert_eq!(get(&socket, "url"), "wss://nobody.test/path?a=é");
        let line = Self { sockets, socket, inbox };
        line.hears("open", "{}");
        let input = line.inbox.next().await;
        assert!(matches!(input, Input::SocketOpened(socket) if socket == id()), "{input:?}");
        assert_eq!(line.sockets.len(), 1);
        line
    }

    /// Has the browser tell of an event with those fields.
    fn hears(&self, name: &str, fields: &str) {
        let script = format!("it.dispatchEvent(Object.assign(new Event('{name}'), {fields}))");
        eval(&script, &self.socket);
    }

    /// What was done with the socket.
    fn told(&self, what: &str) -> String {
        eval(&format!("return JSON.stringify(it.{what})"), &self.socket).as_string().unwrap()
    }
}

/// Replaces the class of the browser by one that notes what it is told; the script is run whenever
/// one is made.
fn web_socket(script: &str) -> Patch {
    let script = format!(
        "return class extends EventTarget {{
           sent = [];
           closed = [];
           constructor(url) {{ super(); {script}; this.url = url; globalThis.opened = this; }}
           send(data) {{ this.sent.push(typeof data === 'string' ? data : [...data]); }}
           close(...all) {{ this.closed.push(all); }}
         }}"
    );
    Patch::new("globalThis", "WebSocket", &script)
}

async fn assert_closed(inbox: &Inbox, expected_code: u16, expected_reason: &str) {
    let input = inbox.next().await;
    let Input::SocketClosed { socket, code, reason } = input else { panic!("{input:?}") };
    assert_eq!((socket, code, &*reason), (id(), expected_code, expected_reason));
}

fn id() -> SocketId {
    SocketId::from((None, 1))
}
