//! The server that the tests in the browser talk to: it answers, fails, hangs and hangs up as asked.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tungstenite::{
    Message, WebSocket,
    handshake::derive_accept_key,
    protocol::{CloseFrame, Role},
};

use crate::shell::root;

/// Where the tests find the port; the page is served from the root of the repository.
const PORT_FILE: &str = "target/counterpart-port";

/// Starts it for as long as this process lives.
pub fn start() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let file = root().join(PORT_FILE);
    fs::create_dir_all(root().join("target"))?;
    fs::write(file, listener.local_addr()?.port().to_string())?;
    let world = Arc::new(World::default());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let world = world.clone();
            // A browser that goes away is no failure.
            thread::spawn(move || serve(stream, &world).ok());
        }
    });
    Ok(())
}

/// What the server remembers.
#[derive(Default)]
struct World {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    /// How many answers are held back, by path.
    held: BTreeMap<String, usize>,
    /// What sockets were closed with by the browser, by path.
    closed: BTreeMap<String, Value>,
    /// How often a redirect was followed.
    redirected: u32,
}

impl World {
    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits until `look` finds something.
    fn wait_for<T>(&self, look: impl Fn(&Seen) -> Option<T>) -> T {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(found) = look(&seen) {
                return found;
            }
            seen = self.changed.wait(seen).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until an answer is held back, or was and is so no more.
    fn wait_until(&self, path: &str, held: bool) {
        self.wait_for(|seen| seen.held.get(path).filter(|count| (**count > 0) == held).copied());
    }
}

/// A request, as it came.
struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn serve(mut stream: TcpStream, world: &World) -> Result<()> {
    let request = read(&stream)?;
    if let Some(key) = request.headers.get("sec-websocket-key") {
        let accept = derive_accept_key(key.as_bytes());
        write!(
            stream,
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
             sec-websocket-accept: {accept}\r\n\r\n"
        )?;
        return converse(stream, &request.path, world);
    }
    if request.method == "OPTIONS" {
        return answer(&mut stream, 204, "text/plain", b"");
    }
    let path = request.path.split('?').next().unwrap_or_default();
    let (command, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((&path[1..], ""));
    match command {
        "echo" => {
            let Request { method, path, headers, body } = request;
            let told = json!({ "method": method, "path": path, "headers": headers, "body": body });
            answer(&mut stream, 200, JSON, told.to_string().as_bytes())
        }
        "status" => {
            let status = rest.split('/').next().unwrap_or_default().parse()?;
            let told = json!({ "code": 4, "message": "no" });
            answer(&mut stream, status, JSON, told.to_string().as_bytes())
        }
        "html" => {
            let status = rest.split('/').next().unwrap_or_default().parse()?;
            answer(&mut stream, status, "text/html", b"<h1>Bad gateway</h1>")
        }
        "redirect" => {
            let status: u16 = rest.parse()?;
            write!(
                stream,
                "HTTP/1.1 {status} Elsewhere\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\
                 access-control-allow-origin: *\r\nconnection: close\r\n\r\n"
            )?;
            Ok(())
        }
        "elsewhere" => {
            world.change(|seen| seen.redirected += 1);
            answer(&mut stream, 200, JSON, b"{}")
        }
        "redirected" => {
            let count = world.wait_for(|seen| Some(seen.redirected));
            answer(&mut stream, 200, JSON, count.to_string().as_bytes())
        }
        "bytes" => {
            let all: Vec<u8> = (0..=255).collect();
            answer(&mut stream, 200, "application/protobuf", &all)
        }
        // More is announced than comes.
        "cut" => head(&mut stream, 200, JSON, 100).and_then(|()| Ok(stream.write_all(b"{\"a\":")?)),
        "hang" => hold(&mut stream, path, world),
        "drip" => {
            head(&mut stream, 200, JSON, 100)?;
            stream.write_all(b"{\"a\":")?;
            hold(&mut stream, path, world)
        }
        "held" => {
            world.wait_until(&format!("/{rest}"), true);
            answer(&mut stream, 200, JSON, b"true")
        }
        "released" => {
            world.wait_until(&format!("/{rest}"), false);
            answer(&mut stream, 200, JSON, b"true")
        }
        "closed" => {
            let told = world.wait_for(|seen| seen.closed.get(&format!("/{rest}")).cloned());
            answer(&mut stream, 200, JSON, told.to_string().as_bytes())
        }
        _ => answer(&mut stream, 404, "text/plain", b"no such page"),
    }
}

fn read(stream: &TcpStream) -> Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let method = words.next().context("no method")?;
    let path = words.next().context("no path")?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(Ok(0), |length| length.parse())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Request { method, path, headers, body })
}

fn head(stream: &mut TcpStream, status: u16, kind: &str, length: usize) -> Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\naccess-control-allow-origin: *\r\n\
         access-control-allow-headers: *\r\naccess-control-allow-methods: *\r\n\r\n"
    )?;
    Ok(())
}

fn answer(stream: &mut TcpStream, status: u16, kind: &str, body: &[u8]) -> Result<()> {
    head(stream, status, kind, body.len())?;
    stream.write_all(body)?;
    Ok(())
}

/// Says no more until the browser hangs up.
fn hold(stream: &mut TcpStream, path: &str, world: &World) -> Result<()> {
    world.change(|seen| *seen.held.entry(path.to_owned()).or_default() += 1);
    let ended = stream.read(&mut [0]);
    world.change(|seen| *seen.held.entry(path.to_owned()).or_default() -= 1);
    ended?;
    Ok(())
}

/// Sends back what comes, and closes the socket when told to.
fn converse(stream: TcpStream, path: &str, world: &World) -> Result<()> {
    let mut socket = WebSocket::from_raw_socket(stream, Role::Server, None);
    loop {
        match socket.read()? {
            Message::Text(text) => {
                let text = text.as_str();
                if text == "drop" {
                    return Ok(());
                }
                if let Some((code, reason)) =
                    text.strip_prefix("close ").and_then(|rest| rest.split_once(' '))
                {
                    let code: u16 = code.parse()?;
                    socket.close(Some(CloseFrame { code: code.into(), reason: reason.into() }))?;
                    continue;
                }
                socket.send(Message::text(text))?;
            }
            Message::Binary(bytes) => socket.send(Message::Binary(bytes))?,
            Message::Close(frame) => {
                let frame = frame
                    .map(|f| json!({ "code": u16::from(f.code), "reason": f.reason.as_str() }));
                world.change(|seen| drop(seen.closed.insert(path.to_owned(), frame.into())));
                // Sends the answer that the library has prepared.
                while socket.flush().is_ok() && socket.read().is_ok() {}
                return Ok(());
            }
            _ => {}
        }
    }
}

const JSON: &str = "application/json";
