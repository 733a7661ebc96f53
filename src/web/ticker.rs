use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, Document, Url, Worker};

use super::{
    browser::Input, foreign::call_method, listener::Listener, object::field, report::Reporter,
};

/// Browsers hold back the timers of a page in the background, up to a minute, but not those of its
/// workers. So while the page is hidden a worker wakes it once a second; unless the page forbids
/// workers, which each attempt would have the browser report anew.
pub struct Ticker {
    beat: Rc<Beat>,
    visibility: RefCell<Option<Listener>>,
}

struct Beat {
    reporter: Reporter,
    alarm: RefCell<Option<Alarm>>,
}

thread_local! {
    /// Whether this page forbids workers. Its policy is that of all clients, and does not change.
    static IS_FORBIDDEN: Cell<bool> = const { Cell::new(false) };
}

impl Ticker {
    /// One that does not run. Each tick is a report that the time may have come.
    pub fn new(reporter: Reporter) -> Self {
        let beat = Rc::new(Beat { reporter, alarm: RefCell::default() });
        Self { beat, visibility: RefCell::default() }
    }

    /// Starts or stops it, if it does not already do as it should.
    pub fn set(&self, runs: bool) {
        if runs == self.visibility.borrow().is_some() {
            return;
        }
        if !runs {
            drop(self.visibility.take());
            drop(self.beat.alarm.take());
            return;
        }
        let document = field(&js_sys::global(), "document");
        if !document.is_object() {
            // No page, no background.
            return;
        }
        let document: Document = document.unchecked_into();
        let listener = {
            let (beat, document) = (Rc::downgrade(&self.beat), document.clone());
            Listener::new(&document.clone(), "visibilitychange", move |_| follow(&beat, &document))
        };
        *self.visibility.borrow_mut() = Some(listener);
        follow(&Rc::downgrade(&self.beat), &document);
    }
}

/// Has a worker run exactly when the page is hidden.
fn follow(beat: &Weak<Beat>, document: &Document) {
    let Some(beat) = beat.upgrade() else { return };
    drop(beat.alarm.take());
    if field(document, "hidden").is_truthy() && !IS_FORBIDDEN.get() {
        // Without workers, or where the page forbids them, its timers come late, which is not taken
        // for a dead peer.
        let alarm = Alarm::new(&beat.reporter).ok();
        *beat.alarm.borrow_mut() = alarm;
    }
}

/// A worker that wakes the page, for as long as this lives.
struct Alarm {
    worker: Worker,
    _script: Script,
    _listeners: [Listener; 2],
}

impl Alarm {
    fn new(reporter: &Reporter) -> Result<Self, JsValue> {
        let script = Script::new("setInterval(() => postMessage(0), 1000)")?;
        let worker = Worker::new(&script.url).inspect_err(|thrown| {
            // Some browsers say so at once.
            IS_FORBIDDEN.set(field(thrown, "name") == "SecurityError");
        })?;
        let reporter = reporter.clone();
        let ticks = Listener::new(&worker, "message", move |_| reporter.report(Input::Timeout));
        // Nothing in that script can fail, but loading it can.
        let failures = Listener::new(&worker, "error", |_| IS_FORBIDDEN.set(true));
        Ok(Self { worker, _script: script, _listeners: [ticks, failures] })
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let _ = call_method(&self.worker, "terminate", &JsValue::UNDEFINED);
    }
}

/// A worker's script under an address of its own. It is text, as a worker loads its code by address:
/// a file beside the module would be one more for apps to serve, and a worker of another origin than
/// the page is not allowed.
struct Script {
    url: String,
}

impl Script {
    fn new(text: &str) -> Result<Self, JsValue> {
        let blob = Blob::new_with_str_sequence(&Array::of1(&text.into()))?;
        Ok(Self { url: Url::create_object_url_with_blob(&blob)? })
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.url);
    }
}
