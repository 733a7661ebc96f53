use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::{json::JsNode, listener::Listener, report::Reporter};
use crate::core::{Input, SocketId};

/// The open sockets.
pub struct Sockets {
    open: Rc<RefCell<BTreeMap<SocketId, Socket>>>,
    reporter: Reporter,
}

struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 3],
}

impl Sockets {
    /// None yet.
    pub fn new(reporter: Reporter) -> Self {
        Self { open: Rc::default(), reporter }
    }

    /// Opens a socket.
    pub fn open(&self, id: SocketId, url: &str) {
        let Ok(socket) = WebSocket::new(url) else {
            // The address is none, or the page's policy forbids it.
            return self.reporter.report(closed(id, NO_CLOSE_FRAME, String::new()));
        };
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on = |name, input: fn(SocketId, &JsValue) -> Option<Input>| {
            let reporter = self.reporter.clone();
            let open = Rc::downgrade(&self.open);
            Listener::new(&socket, name, move |event| {
                let Some(input) = input(id, &event) else {
                    return;
                };
                if let (Input::SocketClosed { .. }, Some(open)) = (&input, open.upgrade()) {
                    open.borrow_mut().remove(&id);
                }
                reporter.report(input);
            })
        };
        let listeners = [
            on("open", |id, _| Some(Input::SocketOpened(id))),
            on("message", |id, event| received(id, event.dyn_ref()?)),
            on("close", |id, event| {
                let event: &CloseEvent = event.dyn_ref()?;
                Some(closed(id, event.code(), event.reason()))
            }),
        ];
        self.open.borrow_mut().insert(id, Socket { socket, _listeners: listeners });
    }

    /// Sends a text frame, if the socket is open.
    pub fn send_text(&self, id: SocketId, text: &str) {
        if let Some(socket) = self.open.borrow().get(&id) {
            // A socket that is not open any more reports its close next.
            let _ = socket.socket.send_with_str(text);
        }
    }

    /// Sends a binary frame, if the socket is open.
    pub fn send_bytes(&self, id: SocketId, bytes: &[u8]) {
        if let Some(socket) = self.open.borrow().get(&id) {
            let _ = socket.socket.send_with_u8_array(bytes);
        }
    }

    /// Closes a socket in whatever state it is and forgets it.
    pub fn close(&self, id: SocketId, code: u16, reason: &str) {
        let Some(Socket { socket, _listeners }) = self.open.borrow_mut().remove(&id) else {
            return;
        };
        // The browser takes no other codes and no longer reasons; without them it takes anything.
        if socket.close_with_code_and_reason(code, reason).is_err() {
            let _ = socket.close();
        }
    }

    /// Closes all of them.
    pub fn close_all(&self) {
        let ids: Vec<SocketId> = self.open.borrow().keys().copied().collect();
        for id in ids {
            self.close(id, NORMAL, "");
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.open.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.close_all();
    }
}

fn received(id: SocketId, event: &MessageEvent) -> Option<Input> {
    let data = event.data();
    if let Some(buffer) = data.dyn_ref::<ArrayBuffer>() {
        let bytes = Uint8Array::new(buffer).to_vec();
        return Some(Input::SocketBytes(id, bytes));
    }
    let json = JsNode::parse(&data.as_string()?)?;
    Some(Input::SocketJson(id, json))
}

fn closed(socket: SocketId, code: u16, reason: String) -> Input {
    Input::SocketClosed { socket, code, reason }
}

/// What a socket's close event says when the other side sent no close frame.
const NO_CLOSE_FRAME: u16 = 1006;
const NORMAL: u16 = 1000;
