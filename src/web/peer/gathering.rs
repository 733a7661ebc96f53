//! Searches for addresses, with connections that nobody else gets.

use std::{cell::RefCell, rc::Rc};

use indexmap::IndexMap;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RtcOfferOptions, RtcRtpTransceiverDirection, RtcRtpTransceiverInit};

use super::{Connection, Transceiver, creation, pending::Pending};
use crate::{
    core::{GatherId, GatherRequest},
    web::{
        browser::{GatherNews, Input},
        listener::Listener,
        object::field,
        report::Reporter,
        task::spawn,
    },
};

/// The searches that run.
pub struct Gatherings {
    open: RefCell<IndexMap<GatherId, Rc<Gathering>>>,
    reporter: Reporter,
}

struct Gathering {
    connection: Connection,
    pending: Pending,
    listeners: RefCell<Vec<Listener>>,
}

impl Gatherings {
    /// None yet.
    pub fn new(reporter: Reporter) -> Self {
        Self { open: RefCell::default(), reporter }
    }

    /// Begins a search.
    pub fn begin(&self, request: &GatherRequest) {
        let id = request.gathering;
        let made = creation::create(&request.ice_servers, request.relay_only, &self.reporter);
        let connection = match made {
            Ok(connection) => connection,
            Err(thrown) => {
                return self.reporter.report(input(id, GatherNews::NotBegun(thrown)));
            }
        };
        let gathering = Rc::new(Gathering {
            connection,
            pending: Pending::default(),
            listeners: RefCell::default(),
        });
        gathering.listen(id, &self.reporter);
        self.open.borrow_mut().insert(id, gathering.clone());
        let reporter = self.reporter.clone();
        spawn(async move {
            if let Err(thrown) = gathering.offer().await
                && !gathering.pending.is_closed()
            {
                reporter.report(input(id, GatherNews::NotBegun(thrown)));
            }
        });
    }

    /// Ends a search, and forgets it.
    pub fn end(&self, id: GatherId) {
        let gathering = self.open.borrow_mut().shift_remove(&id);
        if let Some(gathering) = gathering {
            gathering.close();
        }
    }

    /// Ends all of them.
    pub fn close_all(&self) {
        for (_, gathering) in self.open.take() {
            gathering.close();
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

impl Drop for Gatherings {
    fn drop(&mut self) {
        self.close_all();
    }
}

impl Gathering {
    fn listen(&self, id: GatherId, reporter: &Reporter) {
        let on = |name, read: fn(&JsValue) -> Option<GatherNews>| {
            let reporter = reporter.clone();
            Listener::new(self.connection.as_ref(), name, move |event| {
                if let Some(news) = read(&event) {
                    reporter.report(input(id, news));
                }
            })
        };
        self.listeners.borrow_mut().extend([
            on("icecandidate", |event| {
                let line = field(&field(event, "candidate"), "candidate").as_string();
                line.filter(|line| !line.is_empty()).map(GatherNews::Candidate)
            }),
            on("icecandidateerror", |event| {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 300 to 799
                let code = field(event, "errorCode").as_f64().unwrap_or_default() as u16;
                let text = field(event, "errorText").as_string().unwrap_or_default();
                Some(GatherNews::ServerFailed { code, text })
            }),
            on("icegatheringstatechange", |event| {
                let connection = field(event, "target");
                let state = field(&connection, "iceGatheringState").as_string();
                let tells_failures = !field(&connection, "onicecandidateerror").is_undefined();
                (state.as_deref() == Some("complete"))
                    .then_some(GatherNews::Complete { tells_failures })
            }),
        ]);
    }

    /// What makes a browser look for addresses.
    async fn offer(&self) -> Result<(), JsValue> {
        let init = RtcRtpTransceiverInit::new();
        init.set_direction(RtcRtpTransceiverDirection::Recvonly);
        self.connection.add_kind("audio", &init)?;
        let options = RtcOfferOptions::new();
        let offer = self.pending.settled(self.connection.create_offer(&options)).await?;
        self.pending.settled(self.connection.set_local(offer.unchecked_ref())).await?;
        Ok(())
    }

    fn close(&self) {
        self.pending.close();
        self.listeners.take();
        for transceiver in self.connection.transceivers().into_iter().flatten() {
            let _ = transceiver.unchecked_into::<Transceiver>().end();
        }
        // It is closed already when that throws.
        let _ = self.connection.shut();
    }
}

fn input(gathering: GatherId, news: GatherNews) -> Input {
    Input::Gathered { gathering, news }
}
