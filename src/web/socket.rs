use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::core::SocketId;

/// The open sockets.
pub struct Sockets(JsSockets);

impl Sockets {
    /// None yet. Binary frames are reported as bytes, text frames as parsed JSON.
    pub fn new(reporter: &JsValue) -> Self {
        Self(JsSockets::new(reporter))
    }

    /// Opens a socket.
    pub fn open(&self, id: SocketId, url: &str) {
        self.0.open(id.number(), url);
    }

    /// Sends a text frame, if the socket is open.
    pub fn send_text(&self, id: SocketId, text: &str) {
        self.0.send_text(id.number(), text);
    }

    /// Sends a binary frame, if the socket is open.
    pub fn send_bytes(&self, id: SocketId, bytes: &[u8]) {
        self.0.send_bytes(id.number(), bytes);
    }

    /// Closes a socket in whatever state it is and forgets it.
    pub fn close(&self, id: SocketId, code: u16, reason: &str) {
        self.0.close(id.number(), code, reason);
    }

    /// Closes all of them.
    pub fn close_all(&self) {
        self.0.close_all();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.size()
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

#[wasm_bindgen(module = "/js/sockets.js")]
extern "C" {
    #[wasm_bindgen(js_name = Sockets)]
    type JsSockets;

    #[wasm_bindgen(constructor, js_class = Sockets)]
    fn new(reporter: &JsValue) -> JsSockets;
    #[wasm_bindgen(method, getter)]
    fn size(this: &JsSockets) -> usize;
    #[wasm_bindgen(method)]
    fn open(this: &JsSockets, id: i64, url: &str);
    #[wasm_bindgen(method, js_name = send)]
    fn send_text(this: &JsSockets, id: i64, text: &str);
    #[wasm_bindgen(method, js_name = send)]
    fn send_bytes(this: &JsSockets, id: i64, bytes: &[u8]);
    #[wasm_bindgen(method)]
    fn close(this: &JsSockets, id: i64, code: u16, reason: &str);
    #[wasm_bindgen(method, js_name = closeAll)]
    fn close_all(this: &JsSockets);
}
