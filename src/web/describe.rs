use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RtcOfferOptions, RtcRtpTransceiverDirection, RtcRtpTransceiverInit};

use super::{
    browser::Input,
    object::field,
    peer::{Connection, Transceiver},
    report::Reporter,
    task::{settled, spawn},
};
use crate::core::DescribeId;

/// What the browser can receive and send, which it is asked once: two connections each time would be
/// more than it makes, as those that are closed count until they are collected.
#[derive(Default)]
pub struct Codecs(RefCell<Known>);

#[derive(Default)]
enum Known {
    #[default]
    Nothing,
    /// The browser has been asked, for those who wait.
    Asked(Vec<(DescribeId, Reporter)>),
    Offers((String, String)),
}

thread_local! {
    static OF_THE_PAGE: Rc<Codecs> = Rc::default();
}

impl Codecs {
    /// Those of this page.
    pub fn of_the_page() -> Rc<Self> {
        OF_THE_PAGE.with(Rc::clone)
    }

    /// Reports two throw-away offers that tell them. A failure is not kept.
    pub fn describe(self: &Rc<Self>, request: DescribeId, reporter: &Reporter) {
        let reporter = reporter.clone();
        let known = match &mut *self.0.borrow_mut() {
            Known::Asked(waiting) => return waiting.push((request, reporter)),
            Known::Offers(offers) => Some(offers.clone()),
            nothing @ Known::Nothing => {
                *nothing = Known::Asked(vec![(request, reporter.clone())]);
                None
            }
        };
        let this = self.clone();
        spawn(async move {
            match known {
                Some(offers) => reporter.report(Input::Described { request, result: Ok(offers) }),
                None => this.take(offers().await),
            }
        });
    }

    fn take(&self, result: Result<(String, String), JsValue>) {
        let now = result.clone().map_or(Known::Nothing, Known::Offers);
        if let Known::Asked(waiting) = self.0.replace(now) {
            for (request, reporter) in waiting {
                reporter.report(Input::Described { request, result: result.clone() });
            }
        }
    }
}

async fn offers() -> Result<(String, String), JsValue> {
    let receive = throw_away_offer(RtcRtpTransceiverDirection::Recvonly).await?;
    let send = throw_away_offer(RtcRtpTransceiverDirection::Sendonly).await?;
    Ok((receive, send))
}

async fn throw_away_offer(direction: RtcRtpTransceiverDirection) -> Result<String, JsValue> {
    let ThrowAway(peer) = &ThrowAway(Connection::new()?);
    for kind in ["video", "audio"] {
        let init = RtcRtpTransceiverInit::new();
        init.set_direction(direction);
        peer.add_kind(kind, &init)?;
    }
    let offer = settled(peer.create_offer(&RtcOfferOptions::new())).await?;
    Ok(field(&offer, "sdp").as_string().unwrap_or_default())
}

/// A connection that is closed when its offer was made, or was not.
struct ThrowAway(Connection);

impl Drop for ThrowAway {
    fn drop(&mut self) {
        // Without this some browsers keep the encoders of a closed connection for a while.
        for transceiver in self.0.transceivers().into_iter().flatten() {
            let _ = transceiver.unchecked_into::<Transceiver>().end();
        }
        let _ = self.0.shut();
    }
}
