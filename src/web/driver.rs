use std::{
    cell::{Cell, OnceCell, Ref, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use wasm_bindgen::JsValue;

use super::{
    browser::{AppEvent, Client, Effect, Error, Input, Outcome},
    capture::{DevicesWatch, Setup, list_all, watch_devices},
    clock::Clock,
    describe::Codecs,
    devices::Devices,
    failure::has_panicked,
    http::Http,
    location::find_location,
    media::MediaTable,
    microtask::Microtask,
    object::field,
    page::Page,
    peer::{Gatherings, Peers},
    report::Reporter,
    socket::Sockets,
    task::detach,
    ticker::Ticker,
    timers::Timer,
};
use crate::core::{
    CallKey, CaptureRequest, Changes, Command, DeviceKind, Duration, ElementEffect, ElementId,
    PeerId, PromiseId, Time, TokenRequestId, TrackType,
};

/// Runs one client: gives it what the app and the browser say, and does what it asks for.
///
/// Commands take effect at once. What they ask for is done by one loop that never runs inside
/// itself, so an app may call back in from wherever it is called. While code of the app can run, the
/// client is not borrowed.
pub struct Driver {
    client: RefCell<Client>,
    inbox: RefCell<VecDeque<Input>>,
    /// The loop runs further up the stack.
    running: Cell<bool>,
    /// Something was marked as changed that watchers are about to hear of.
    unheard: Cell<bool>,
    telling: Microtask,
    clock: Clock,
    timer: Timer,
    /// Unless the app wants no worker.
    ticker: Option<Ticker>,
    http: Http,
    sockets: Sockets,
    peers: Peers,
    gatherings: Gatherings,
    devices: Devices,
    media: MediaTable,
    /// Begins with the first call.
    devices_watch: OnceCell<DevicesWatch>,
    reporter: Reporter,
    frontend: Weak<dyn Frontend>,
    _page: Page,
}

/// Whether the loop leaves the page a moment between things that take long, such as peer connections
/// that are made after a large join response.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// What an app asks for has begun when its order returns.
    ToTheEnd,
    /// Not in a hidden page: its next task may come a second later, and it shows nothing that could
    /// stop.
    InSlices,
}

/// How long the loop runs before the page gets a moment: a frame has 16 ms.
const SLICE: Duration = Duration::from_millis(8);

fn is_hidden() -> bool {
    field(&field(&js_sys::global(), "document"), "hidden").is_truthy()
}

/// The side of the app.
pub trait Frontend {
    /// Marks the parts of the state that changed. Runs no code of the app.
    fn mark(&self, changes: &Changes);
    /// Tells the app's watchers of everything marked.
    fn flush(&self);
    /// Settles a promise of the app.
    fn settle(&self, promise: PromiseId, result: Result<Outcome, Error>);
    /// Tells the app's listeners.
    fn emit(&self, event: AppEvent);
    /// Asks the app for a token, which comes as an [`Input::Token`].
    fn fetch_token(&self, request: TokenRequestId);
    /// How the app wants a device opened.
    fn setup(&self, request: &CaptureRequest) -> Setup;
    /// Keeps what the user has chosen for a device.
    fn remember_device(&self, call: CallKey, kind: DeviceKind);
    /// Asks what the user had chosen for the devices of a call.
    fn ask_defaults(&self, call: CallKey);
    /// Measures how the media of a call flow.
    fn measure(&self, call: CallKey);
    /// Does something with an element of the app.
    fn element(&self, element: ElementId, effect: &ElementEffect);
    /// Tells the developer of a sound that no element plays.
    fn warn_of_unheard(&self, call: CallKey, session_id: &str, track_type: TrackType);
    /// Logs a failure that no promise reports.
    fn warn(&self, message: &str, thrown: &JsValue);
}

impl Driver {
    /// A driver for `client`. While the page is hidden, `timer_worker` wakes it in time.
    pub fn new(client: Client, timer_worker: bool, frontend: Weak<dyn Frontend>) -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let reporter = {
                let this = this.clone();
                let report = move |input| {
                    if let Some(driver) = this.upgrade() {
                        driver.report(input);
                    }
                };
                let frontend = frontend.clone();
                let warn = move |message: &str, thrown: &JsValue| {
                    if let Some(frontend) = frontend.upgrade() {
                        frontend.warn(message, thrown);
                    }
                };
                Reporter::new(report, warn)
            };
            let telling = {
                let this = this.clone();
                Microtask::new(move || {
                    if let Some(driver) = this.upgrade() {
                        driver.tell_unheard();
                    }
                })
            };
            let media = MediaTable::default();
            Self {
                client: RefCell::new(client),
                inbox: RefCell::default(),
                running: Cell::new(false),
                unheard: Cell::new(false),
                telling,
                clock: Clock,
                timer: Timer::new(Clock, reporter.clone()),
                ticker: timer_worker.then(|| Ticker::new(reporter.clone())),
                http: Http::new(reporter.clone()),
                sockets: Sockets::new(reporter.clone()),
                peers: Peers::new(&media, &reporter),
                gatherings: Gatherings::new(reporter.clone()),
                devices: Devices::new(&media, reporter.clone()),
                devices_watch: OnceCell::new(),
                media,
                _page: Page::watch(&reporter),
                reporter,
                frontend,
            }
        })
    }

    /// Gives the client an order of the app, at once.
    pub fn command(&self, command: Command) {
        self.step(|client, now| client.command(now, command));
        self.run(Pace::ToTheEnd);
    }

    /// Gives the client an order that answers at once.
    pub fn ask<T>(&self, order: impl FnOnce(&mut Client) -> T) -> T {
        order(&mut self.client.borrow_mut())
    }

    /// Gives the client a report, when its turn comes.
    pub fn report(&self, input: Input) {
        // A page that goes has no later task.
        let goes = matches!(input, Input::PageHidden);
        let pace = if goes { Pace::ToTheEnd } else { Pace::InSlices };
        self.inbox.borrow_mut().push_back(input);
        self.run(pace);
    }

    /// The client, to be read.
    pub fn client(&self) -> Ref<'_, Client> {
        self.client.borrow()
    }

    /// The captures.
    pub(crate) fn devices(&self) -> &Devices {
        &self.devices
    }

    /// Reports which devices there are from now on.
    pub(crate) fn watch_devices(&self) {
        self.devices_watch.get_or_init(|| {
            let reporter = self.reporter.clone();
            let turn = Rc::new(Cell::new(0_u32));
            let report = move || {
                let (reporter, turn) = (reporter.clone(), turn.clone());
                turn.set(turn.get() + 1);
                let mine = turn.get();
                detach(async move {
                    let devices = list_all().await;
                    // An older list may come after a newer one.
                    if turn.get() == mine {
                        reporter.report(Input::Devices(devices));
                    }
                });
            };
            report();
            watch_devices(report)
        });
    }

    /// A peer connection, or `undefined`.
    pub fn connection(&self, peer: Option<PeerId>) -> JsValue {
        peer.map(|peer| self.peers.connection(peer)).unwrap_or_default()
    }

    /// The streams.
    pub fn media(&self) -> &MediaTable {
        &self.media
    }

    /// Releases everything, whatever the client thinks of it.
    pub fn shut_down(&self) {
        self.timer.set(None);
        self.wake(false);
        self.devices.stop_all();
        self.peers.close_all();
        self.gatherings.close_all();
        self.sockets.close_all();
        self.http.abort_all();
    }

    fn run(&self, pace: Pace) {
        if has_panicked() || self.running.replace(true) {
            return;
        }
        let began = self.clock.now();
        let mut pauses = pace == Pace::InSlices;
        while self.turn() {
            if pauses && self.clock.now() - began >= SLICE {
                if !is_hidden() {
                    self.running.set(false);
                    // The rest in a task of its own, or with what is reported before.
                    return self.timer.set(Some(began));
                }
                pauses = false;
            }
        }
        self.running.set(false);

        let (next, has_user) = {
            let client = self.client.borrow();
            (client.poll_timeout(), client.user_id().is_some())
        };
        self.timer.set(next);
        self.wake(has_user);
    }

    /// Has the page woken in time, or not any more.
    fn wake(&self, runs: bool) {
        if let Some(ticker) = &self.ticker {
            ticker.set(runs);
        }
    }

    /// Does the next thing; `false` when there is none.
    fn turn(&self) -> bool {
        let effect = self.client.borrow_mut().poll_effect();
        if let Some(effect) = effect {
            self.perform(effect);
            return true;
        }
        let input = self.inbox.borrow_mut().pop_front();
        if let Some(input) = input {
            self.step(|client, now| client.handle(now, input));
            return true;
        }
        false
    }

    /// Changes the client and marks what changed, so that getters are right from now on.
    fn step(&self, change: impl FnOnce(&mut Client, Time)) {
        let now = self.clock.now();
        let changes = {
            let mut client = self.client.borrow_mut();
            change(&mut client, now);
            client.take_changes()
        };
        if changes.is_empty() {
            return;
        }
        if let Some(frontend) = self.frontend.upgrade() {
            frontend.mark(&changes);
            self.tell_soon();
        }
    }

    /// Watchers hear once of all that changes in this turn of the page, however many events and orders
    /// that takes; and before whoever waits for a promise that is settled in it.
    fn tell_soon(&self) {
        if self.unheard.replace(true) {
            return;
        }
        if self.telling.ask().is_err() {
            self.tell_unheard();
        }
    }

    fn tell_unheard(&self) {
        self.unheard.set(false);
        self.tell(|frontend| frontend.flush());
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::Http(request) => self.http.send(&request),
            Effect::AbortHttp(request) => self.http.abort(request),
            Effect::OpenSocket { socket, url } => self.sockets.open(socket, &url),
            Effect::SendText(socket, text) => self.sockets.send_text(socket, &text),
            Effect::SendBytes(socket, bytes) => self.sockets.send_bytes(socket, &bytes),
            Effect::CloseSocket { socket, code, reason } => {
                self.sockets.close(socket, code, &reason);
            }
            Effect::DescribeCodecs(request) => {
                Codecs::of_the_page().describe(request, &self.reporter);
            }
            Effect::Gather(request) => self.gatherings.begin(&request),
            Effect::EndGathering(gathering) => self.gatherings.end(gathering),
            Effect::Peer(peer, effect) => self.peers.perform(peer, effect),
            Effect::Capture(request) => {
                let frontend = self.frontend.upgrade();
                let setup = frontend.map(|frontend| frontend.setup(&request)).unwrap_or_default();
                self.devices.capture(request, setup);
            }
            Effect::StopCapture(capture) => self.devices.stop(capture),
            Effect::SilenceCapture(capture, is_silent) => self.devices.silence(capture, is_silent),
            Effect::AskDefaults(call) => self.tell(|frontend| frontend.ask_defaults(call)),
            Effect::RememberDevice(call, kind) => {
                self.tell(|frontend| frontend.remember_device(call, kind));
            }
            Effect::Listen(request) => self.devices.listen(request),
            Effect::StopListening(listening) => self.devices.stop_listening(listening),
            Effect::FindLocation { url, timeout } => {
                find_location(url, timeout, &self.reporter);
            }
            Effect::Measure(call) => self.tell(|frontend| frontend.measure(call)),
            Effect::FetchToken(request) => self.tell(|frontend| frontend.fetch_token(request)),
            Effect::Element(element, effect) => {
                self.tell(|frontend| frontend.element(element, &effect));
            }
            Effect::WarnOfUnheard { call, session_id, track_type } => {
                self.tell(|frontend| frontend.warn_of_unheard(call, &session_id, track_type));
            }
            Effect::Settle { promise, result } => {
                self.tell(|frontend| frontend.settle(promise, result));
            }
            Effect::Emit(event) => self.tell(|frontend| frontend.emit(event)),
            Effect::Warn { message, cause } => {
                self.tell(|frontend| frontend.warn(&message, &cause.unwrap_or_default()));
            }
        }
    }

    fn tell(&self, what: impl FnOnce(&dyn Frontend)) {
        if let Some(frontend) = self.frontend.upgrade() {
            what(&*frontend);
        }
    }
}
