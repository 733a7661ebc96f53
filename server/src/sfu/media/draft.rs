//! An offer to a subscriber before it is text. With a hundred m-lines, writing the text takes several times as
//! long as making the offer, and any thread can do it.

use std::{collections::HashMap, sync::Arc};

use str0m::change::SdpOffer;
use trunkline_protocol::sfu::event::SubscriberOffer;

use super::sdp;

/// An offer whose text is not written yet.
#[derive(Clone, Debug)]
pub struct Draft {
    content: Arc<Content>,
    negotiation_id: u32,
}

#[derive(Debug)]
struct Content {
    offer: SdpOffer,
    ice_restart: bool,
    lines: Vec<DraftLine>,
}

/// What str0m has no option for.
#[derive(Debug)]
pub struct DraftLine {
    pub mid: String,
    /// The one that is left of those that there are.
    pub codec: String,
    /// What stands for the stream id, and the id; none for an m-line that carries no track.
    pub stream: Option<(String, String)>,
    pub stereo: bool,
}

impl Draft {
    pub fn new(
        offer: SdpOffer,
        ice_restart: bool,
        lines: Vec<DraftLine>,
        negotiation_id: u32,
    ) -> Self {
        Self { content: Arc::new(Content { offer, ice_restart, lines }), negotiation_id }
    }

    /// The same offer under another number.
    pub fn again(&self, negotiation_id: u32) -> Self {
        Self { content: Arc::clone(&self.content), negotiation_id }
    }

    /// The offer as it goes to the client.
    pub fn write(&self) -> SubscriberOffer {
        let Content { offer, ice_restart, lines } = &*self.content;
        let streams = lines.iter().filter_map(|line| line.stream.as_ref());
        let ids: HashMap<_, _> = streams.map(|(token, id)| (token.as_str(), id.as_str())).collect();
        let by_mid: HashMap<_, _> = lines.iter().map(|line| (line.mid.as_str(), line)).collect();
        let offer = offer.to_sdp_string();
        let offer = sdp::replace_stream_ids(&offer, |token| ids.get(token).copied());
        let offer = sdp::keep_codec(&offer, |mid| Some(by_mid.get(mid)?.codec.as_str()));
        let is_stereo = |mid: &str| by_mid.get(mid).is_some_and(|line| line.stereo);
        let sdp = sdp::add_opus_parameters(&offer, |mid| is_stereo(mid).then_some(STEREO));
        let negotiation_id = self.negotiation_id;
        SubscriberOffer { ice_restart: *ice_restart, sdp, negotiation_id }
    }
}

const STEREO: &str = "stereo=1;sprop-stereo=1";
