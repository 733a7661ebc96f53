//! Elements of an app that show and play participants.

use std::rc::{Rc, Weak};

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{AUDIO, VIDEO, has_method, not_usable, read_track};
use crate::{
    api::{call_shared::CallShared, options::invalid, parts::Parts, speaker},
    core::{
        CallCommand, Dimension, ElementEffect, ElementId, ElementInput, ElementOrder, PlayOutcome,
        TrackType,
    },
    web::{Error, Input, field, has_panicked},
};

/// See `Call.bindVideoElement`.
pub(crate) fn bind_video(
    shared: &Rc<CallShared>,
    element: &JsValue,
    session_id: &JsValue,
    track_type: &JsValue,
) -> Result<JsValue, Error> {
    const WHAT: &str = "bindVideoElement";
    check_tag(WHAT, element, "VIDEO")?;
    let track_type = read_track(WHAT, track_type, &VIDEO)?;
    let Some(whom) = find(shared, session_id) else {
        return Ok(JsValue::UNDEFINED);
    };
    let prepare = || {
        // Sound has elements of its own, and browsers let muted video play without a gesture.
        Reflect::set(element, &"muted".into(), &JsValue::TRUE)?;
        Reflect::set(element, &"playsInline".into(), &JsValue::TRUE)
    };
    prepare().map_err(|thrown| not_usable(WHAT, thrown))?;
    let is_local = whom.is_local;
    let Some(Binding { parts, id, end }) = bind(shared, WHAT, element, whom, track_type)? else {
        return Ok(JsValue::UNDEFINED);
    };
    if !is_local {
        ElementReporter::new(shared, id).resized(element);
        elements(&parts).observe(id.number()).map_err(|thrown| not_usable(WHAT, thrown))?;
    }
    Ok(end)
}

/// See `Call.bindAudioElement`.
pub(crate) fn bind_audio(
    shared: &Rc<CallShared>,
    element: &JsValue,
    session_id: &JsValue,
    track_type: &JsValue,
) -> Result<JsValue, Error> {
    const WHAT: &str = "bindAudioElement";
    check_tag(WHAT, element, "AUDIO")?;
    let track_type = if track_type.is_undefined() {
        TrackType::Audio
    } else {
        read_track(WHAT, track_type, &AUDIO)?
    };
    let Some(whom) = find(shared, session_id).filter(|whom| !whom.is_local) else {
        return Ok(JsValue::UNDEFINED);
    };
    let session_id = whom.session_id.clone();
    let Some(Binding { parts, id, end }) = bind(shared, WHAT, element, whom, track_type)? else {
        return Ok(JsValue::UNDEFINED);
    };
    play_on_speaker(shared, &parts, id, element, &session_id);
    Ok(end)
}

/// See `Call.attachAudio`.
pub(crate) fn attach_audio(shared: &Rc<CallShared>, container: &JsValue) -> Result<JsValue, Error> {
    const WHAT: &str = "attachAudio";
    let body = if container.is_undefined() { body() } else { JsValue::UNDEFINED };
    let container = if container.is_undefined() { &body } else { container };
    if !has_method(container, "append") {
        return Err(invalid("attachAudio: not an element"));
    }
    let Some((parts, id)) = name_element(shared) else {
        return Ok(JsValue::UNDEFINED);
    };
    let reporter = ElementReporter::new(shared, id);
    let end = elements(&parts).contain(id.number(), container, reporter);
    shared.order(CallCommand::Element(ElementOrder::AttachAudio(id)));
    end.map_err(|thrown| not_usable(WHAT, thrown))
}

/// Does something with an element, as the core has it. What is thrown comes from the element.
pub(crate) fn perform(
    shared: &Rc<CallShared>,
    id: ElementId,
    effect: &ElementEffect,
) -> Result<(), JsValue> {
    let Some(parts) = shared.parts() else {
        return Ok(());
    };
    let elements = elements(&parts);
    match effect {
        ElementEffect::Show(media) => {
            let stream = media.and_then(|media| shared.client.driver().media().stream(media));
            elements.show(id.number(), &stream.map(JsValue::from).unwrap_or_default())
        }
        ElementEffect::Play => {
            elements.play(id.number());
            Ok(())
        }
        ElementEffect::Make { container, session_id } => {
            let reporter = ElementReporter::new(shared, id);
            let element = elements.make(id.number(), container.number(), reporter)?;
            if !element.is_undefined() {
                play_on_speaker(shared, &parts, id, &element, session_id);
            }
            Ok(())
        }
        ElementEffect::Remove => elements.end(id.number()),
    }
}

/// Whom an app means by the id of a session.
struct Whom {
    session_id: String,
    is_local: bool,
}

fn find(shared: &CallShared, session_id: &JsValue) -> Option<Whom> {
    let session_id = session_id.as_string()?;
    let is_local = shared.read(|state| state.participant(&session_id).map(|p| p.is_local))??;
    Some(Whom { session_id, is_local })
}

/// An element that is bound.
struct Binding {
    parts: Parts,
    id: ElementId,
    /// What ends it.
    end: JsValue,
}

fn bind(
    shared: &Rc<CallShared>,
    what: &str,
    element: &JsValue,
    whom: Whom,
    track_type: TrackType,
) -> Result<Option<Binding>, Error> {
    let Some((parts, id)) = name_element(shared) else {
        return Ok(None);
    };
    let reporter = ElementReporter::new(shared, id);
    let end = elements(&parts)
        .bind(id.number(), element, reporter)
        .map_err(|thrown| not_usable(what, thrown))?;
    let order = ElementOrder::Bind { element: id, session_id: whom.session_id, track_type };
    shared.order(CallCommand::Element(order));
    Ok(Some(Binding { parts, id, end }))
}

fn name_element(shared: &CallShared) -> Option<(Parts, ElementId)> {
    let parts = shared.parts().filter(|_| !has_panicked())?;
    let id = shared.client.driver().ask(|client| client.element(shared.key));
    Some((parts, id))
}

fn check_tag(what: &str, element: &JsValue, tag: &str) -> Result<(), Error> {
    // By name and not by class, as an element may come from another window.
    if field(element, "tagName").as_string().as_deref() == Some(tag) {
        return Ok(());
    }
    let tag = tag.to_ascii_lowercase();
    Err(invalid(&format!("{what}: the first argument is no <{tag}> element")))
}

/// Where and how loud an element plays is up to the speaker, as long as it is bound.
fn play_on_speaker(
    shared: &Rc<CallShared>,
    parts: &Parts,
    id: ElementId,
    element: &JsValue,
    session_id: &str,
) {
    let end = speaker::play_on(shared, element, session_id);
    elements(parts).on_end(id.number(), &end);
}

/// Where what happens to an element is reported.
#[wasm_bindgen(skip_typescript)]
pub struct ElementReporter {
    /// Weak, as the element may live longer than the call.
    shared: Weak<CallShared>,
    element: ElementId,
}

impl ElementReporter {
    fn new(shared: &Rc<CallShared>, element: ElementId) -> Self {
        Self { shared: Rc::downgrade(shared), element }
    }

    fn report(&self, input: ElementInput) {
        if let Some(shared) = self.shared.upgrade().filter(|_| !has_panicked()) {
            shared.client.driver().report(Input::Element(self.element, input));
        }
    }

    fn order(&self, order: ElementOrder) {
        if let Some(shared) = self.shared.upgrade() {
            shared.order(CallCommand::Element(order));
        }
    }
}

#[wasm_bindgen]
impl ElementReporter {
    /// The element, which is given, or its picture may have another size.
    pub fn resized(&self, element: &JsValue) {
        self.report(ElementInput::Resized {
            size: read_size(element, "clientWidth", "clientHeight"),
            picture: read_size(element, "videoWidth", "videoHeight"),
            density: read_density(element),
        });
    }

    /// The element was scrolled far away from what the page shows, or is near.
    pub fn scrolled(&self, is_near: bool) {
        self.report(ElementInput::Scrolled { is_near });
    }

    /// The element plays.
    pub fn playing(&self) {
        self.report(ElementInput::Playing);
    }

    /// The element stopped; `is_live` if its stream still delivers something.
    pub fn stopped(&self, is_live: bool) {
        self.report(ElementInput::Stopped { is_live });
    }

    /// The element was started.
    pub fn played(&self) {
        self.report(ElementInput::PlayEnded(PlayOutcome::Playing));
    }

    /// The element was not started; `is_forbidden` if the user has to touch the page first.
    #[wasm_bindgen(js_name = notPlayed)]
    pub fn not_played(&self, is_forbidden: bool) {
        let outcome = if is_forbidden { PlayOutcome::Forbidden } else { PlayOutcome::Failed };
        self.report(ElementInput::PlayEnded(outcome));
    }

    /// The app needs the element no more.
    pub fn unbound(&self) {
        self.order(ElementOrder::Unbind(self.element));
    }

    /// The app wants no sound inside the element any more.
    pub fn detached(&self) {
        self.order(ElementOrder::DetachAudio(self.element));
    }
}

fn read_size(element: &JsValue, width: &str, height: &str) -> Dimension {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 for what is no size
    let px = |name| field(element, name).as_f64().unwrap_or_default() as u32;
    Dimension { width: px(width), height: px(height) }
}

/// px per CSS px of the display on which an element is.
fn read_density(element: &JsValue) -> f64 {
    let window = field(&field(element, "ownerDocument"), "defaultView");
    let density = field(&window, "devicePixelRatio").as_f64();
    density.filter(|density| density.is_finite() && *density > 0.0).unwrap_or(1.0)
}

fn body() -> JsValue {
    field(&field(&js_sys::global(), "document"), "body")
}

/// What carries out what elements are to show, made when it is first needed.
fn elements(parts: &Parts) -> Elements {
    const NAME: &str = "elements";
    let known = parts.get(NAME);
    if !known.is_undefined() {
        return known.unchecked_into();
    }
    let elements = Elements::new();
    parts.set(NAME, &elements);
    elements
}

#[wasm_bindgen(module = "/js/bindings.js")]
extern "C" {
    type Elements;

    #[wasm_bindgen(constructor)]
    fn new() -> Elements;
    #[wasm_bindgen(method, catch)]
    fn bind(
        this: &Elements,
        id: i64,
        element: &JsValue,
        reporter: ElementReporter,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn observe(this: &Elements, id: i64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = onEnd)]
    fn on_end(this: &Elements, id: i64, run: &JsValue);
    #[wasm_bindgen(method, catch)]
    fn show(this: &Elements, id: i64, stream: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn play(this: &Elements, id: i64);
    #[wasm_bindgen(method, catch)]
    fn contain(
        this: &Elements,
        id: i64,
        container: &JsValue,
        reporter: ElementReporter,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn make(
        this: &Elements,
        id: i64,
        container: i64,
        reporter: ElementReporter,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn end(this: &Elements, id: i64) -> Result<(), JsValue>;
}
