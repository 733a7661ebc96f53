use std::{cell::RefCell, rc::Rc};

use indexmap::IndexMap;

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::WebSocket;

use super::{
    browser::Input, document, foreign::bytes, listener::Listener, object::field, report::Reporter,
};
use crate::core::SocketId;

/// The open sockets.
pub struct Sockets {
    open: Rc<RefCell<IndexMap<SocketId, Socket>>>,
    reporter: Reporter,
}

impl Sockets {
    /// None yet. Binary frames are reported as bytes, text frames as parsed JSON.
    pub fn new(reporter: Reporter) -> Self {
        Self { open: Rc::default(), reporter }
    }

    /// Opens a socket.
    pub fn open(&self, id: SocketId, url: &str) {
        let Ok(socket) = WebSocket::new(url) else {
            // The address is none, or the page's policy forbids it.
            return self.reporter.report(closed(id, NO_CLOSE_FRAME, String::new()));
        };
        let _ = Reflect::set(&socket, &"binaryType".into(), &"arraybuffer".into());
        let on = |name, input: fn(SocketId, JsValue) -> Input| {
            let (open, reporter) = (Rc::downgrade(&self.open), self.reporter.clone());
            Listener::new(&socket, name, move |event| {
                let input = input(id, event);
                if let (Input::SocketClosed { .. }, Some(open)) = (&input, open.upgrade()) {
                    let socket = open.borrow_mut().shift_remove(&id);
                    drop(socket);
                }
                reporter.report(input);
            })
        };
        let listeners = [
            on("open", |id, _| Input::SocketOpened(id)),
            on("message", |id, event| received(id, &data(&event))),
            on("close", |id, event| {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 1000 to 4999
                let code =
                    field(&event, "code").as_f64().map_or(NO_CLOSE_FRAME, |code| code as u16);
                let reason = field(&event, "reason").as_string().unwrap_or_default();
                closed(id, code, reason)
            }),
        ];
        let former = self.open.borrow_mut().insert(id, Socket { socket, _listeners: listeners });
        drop(former);
    }

    /// Sends a text frame, if the socket is open.
    pub fn send_text(&self, id: SocketId, text: &str) {
        if let Some(socket) = self.socket(id) {
            // A socket that is not open any more reports its close next.
            let _ = socket.send_with_str(text);
        }
    }

    /// Sends a binary frame, if the socket is open.
    pub fn send_bytes(&self, id: SocketId, bytes: &[u8]) {
        if let Some(socket) = self.socket(id) {
            let _ = socket.send_with_u8_array(bytes);
        }
    }

    /// Closes a socket in whatever state it is and forgets it.
    pub fn close(&self, id: SocketId, code: u16, reason: &str) {
        let socket = self.open.borrow_mut().shift_remove(&id);
        if let Some(socket) = socket {
            socket.close(code, reason);
        }
    }

    /// Closes all of them.
    pub fn close_all(&self) {
        drop(self.open.take());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.open.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A socket to be used while nothing is borrowed.
    fn socket(&self, id: SocketId) -> Option<WebSocket> {
        self.open.borrow().get(&id).map(|open| open.socket.clone())
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.close_all();
    }
}

/// A socket and what listens to it. Going away closes it; of one that is closed already, that
/// changes nothing.
struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 3],
}

impl Socket {
    fn close(self, code: u16, reason: &str) {
        if self.socket.close_with_code_and_reason(code, reason).is_err() {
            // The browser takes no other codes and no longer reasons; without them it takes anything.
            let _ = self.socket.close();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close_with_code(NORMAL);
    }
}

/// What the event of a frame brings. Frames come many times a second, so the name of the field is not
/// decoded for each.
fn data(event: &JsValue) -> JsValue {
    event.unchecked_ref::<Message>().data().unwrap_or_default()
}

/// What a frame holds.
fn received(id: SocketId, data: &JsValue) -> Input {
    let read = if data.is_object() {
        bytes(data).map(|bytes| Input::SocketBytes(id, bytes))
    } else {
        parse(data).map(|json| Input::SocketJson(id, document::event(json)))
    };
    read.unwrap_or(Input::SocketGarbage(id))
}

fn closed(socket: SocketId, code: u16, reason: String) -> Input {
    Input::SocketClosed { socket, code, reason }
}

/// What a socket's close event says when the other side sent no close frame.
const NO_CLOSE_FRAME: u16 = 1006;
const NORMAL: u16 = 1000;

#[wasm_bindgen]
extern "C" {
    type Message;
    // web-sys says that it cannot throw.
    #[wasm_bindgen(catch, method, getter)]
    fn data(this: &Message) -> Result<JsValue, JsValue>;
    // js-sys parses text of Rust only, so each frame would go in and out again.
    #[wasm_bindgen(catch, js_namespace = JSON)]
    fn parse(text: &JsValue) -> Result<JsValue, JsValue>;
}
