//! What is sent, and as what it is encoded.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStreamTrack, RtcRtpTransceiverDirection, RtcRtpTransceiverInit};

use super::{
    Peer,
    bindings::{EncodingParameters, RtpSender, Transceiver},
};
use crate::{
    core::Encoding,
    web::{object::field, task::spawn},
};

/// A transceiver that only sends.
pub(super) struct Sending {
    transceiver: Transceiver,
    /// What is to be changed: a second change waits for the first.
    changes: RefCell<VecDeque<Change>>,
    changing: Cell<bool>,
}

/// Another way to encode what is sent.
pub(super) struct Change {
    /// The layers to send; `None` leaves them as they are.
    pub(super) layers: Option<Vec<Encoding>>,
    /// `None` leaves it as it is.
    pub(super) degradation: Option<&'static str>,
}

impl Sending {
    /// Adds a track. Browsers that know nothing of scalable codecs refuse their modes, and send one
    /// layer without.
    pub(super) fn add(
        peer: &Peer,
        track: &MediaStreamTrack,
        encodings: &[Encoding],
    ) -> Result<Self, JsValue> {
        let add = |is_scalable| {
            let init = RtcRtpTransceiverInit::new();
            init.set_direction(RtcRtpTransceiverDirection::Sendonly);
            let encodings = encodings.iter().map(|encoding| parameters(encoding, is_scalable));
            init.set_send_encodings(&encodings.collect::<Array>());
            peer.connection.add_track(track, &init)
        };
        let transceiver = add(true).or_else(|_| add(false))?;
        Ok(Self { transceiver, changes: RefCell::default(), changing: Cell::new(false) })
    }

    /// As of the last description.
    pub(super) fn mid(&self) -> Option<String> {
        field(&self.transceiver, "mid").as_string()
    }

    pub(super) fn sender(&self) -> RtpSender {
        field(&self.transceiver, "sender").unchecked_into()
    }

    /// Changes what is encoded. `on_failure` is told what was thrown.
    pub(super) fn change(
        self: &Rc<Self>,
        peer: &Rc<Peer>,
        change: Change,
        on_failure: impl Fn(&Peer, &JsValue) + 'static,
    ) {
        self.changes.borrow_mut().push_back(change);
        if self.changing.replace(true) {
            return;
        }
        let (this, peer) = (self.clone(), peer.clone());
        spawn(async move {
            while let Some(change) = this.next_change() {
                if let Err(thrown) = this.apply(&peer, &change).await {
                    on_failure(&peer, &thrown);
                }
            }
            this.changing.set(false);
        });
    }

    fn next_change(&self) -> Option<Change> {
        self.changes.borrow_mut().pop_front()
    }

    /// Layers that are not named are off, what is not said stays.
    async fn apply(&self, peer: &Peer, change: &Change) -> Result<(), JsValue> {
        let sender = self.sender();
        let parameters = sender.parameters()?;
        let mut is_changed = false;
        if let (Some(layers), Some(encodings)) = (&change.layers, parameters.encodings()) {
            let is_only = encodings.length() == 1;
            for encoding in encodings.iter() {
                let encoding: EncodingParameters = encoding.unchecked_into();
                let rid = encoding.rid().unwrap_or_default();
                let of_rid = || layers.iter().find(|layer| layer.rid == rid);
                let layer = if is_only { layers.first() } else { of_rid() };
                is_changed |= edit(&encoding, layer);
            }
        }
        if let Some(degradation) = change.degradation
            && parameters.degradation().as_deref() != Some(degradation)
        {
            parameters.set_degradation(degradation);
            is_changed = true;
        }
        if is_changed {
            peer.settled(sender.set_parameters(&parameters)).await?;
        }
        Ok(())
    }
}

/// Makes an encoding what the layer says. `true` when that is a change.
fn edit(encoding: &EncodingParameters, layer: Option<&Encoding>) -> bool {
    let mut is_changed = encoding.active() != Some(layer.is_some());
    if is_changed {
        encoding.set_active(layer.is_some());
    }
    let Some(layer) = layer else {
        return is_changed;
    };
    let mut number = |value: Option<f64>, now: Option<f64>, set: &dyn Fn(f64)| {
        if let Some(value) = value
            && now != Some(value)
        {
            set(value);
            is_changed = true;
        }
    };
    number(layer.max_bitrate.map(f64::from), encoding.max_bitrate(), &|value| {
        encoding.set_max_bitrate(value);
    });
    number(layer.max_framerate.map(f64::from), encoding.max_framerate(), &|value| {
        encoding.set_max_framerate(value);
    });
    number(layer.scale_resolution_down_by, encoding.scale_down_by(), &|value| {
        encoding.set_scale_down_by(value);
    });
    if let Some(mode) = &layer.scalability_mode
        && encoding.scalability_mode().as_ref() != Some(mode)
    {
        encoding.set_scalability_mode(mode);
        is_changed = true;
    }
    is_changed
}

/// An entry of `sendEncodings`.
fn parameters(encoding: &Encoding, is_scalable: bool) -> EncodingParameters {
    let parameters = EncodingParameters::empty();
    if !encoding.rid.is_empty() {
        parameters.set_rid(&encoding.rid);
    }
    parameters.set_active(encoding.active);
    if let Some(bits_per_second) = encoding.max_bitrate {
        parameters.set_max_bitrate(bits_per_second.into());
    }
    if let Some(frames_per_second) = encoding.max_framerate {
        parameters.set_max_framerate(frames_per_second.into());
    }
    if let Some(factor) = encoding.scale_resolution_down_by {
        parameters.set_scale_down_by(factor);
    }
    if let (Some(mode), true) = (&encoding.scalability_mode, is_scalable) {
        parameters.set_scalability_mode(mode);
    }
    parameters
}
