//! Listening to a stream.

use crate::web::task::detach;
use gloo_timers::callback::Interval;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamAudioSourceNode};

use crate::{
    core::Sound,
    web::{
        failure::has_panicked,
        foreign::{call_method, settled},
        object::field,
        timers::{Guarded, every},
    },
};

/// Looks at the sound of a stream, again and again, until it is dropped.
pub(crate) struct Analyser {
    context: AudioContext,
    source: Option<MediaStreamAudioSourceNode>,
    timer: Option<Guarded<Interval>>,
}

impl Analyser {
    /// Whether this browser can look at sound.
    pub(crate) fn is_supported() -> bool {
        field(&js_sys::global(), "AudioContext").is_function()
    }

    /// Calls `look` every `ms` while there is something to look at.
    ///
    /// # Errors
    ///
    /// What the browser throws.
    pub(crate) fn new(
        stream: &MediaStream,
        fft_size: u32,
        ms: u32,
        look: impl Fn(&AnalyserNode) + 'static,
    ) -> Result<Self, JsValue> {
        let context = AudioContext::new()?;
        let mut this = Self { context, source: None, timer: None };
        let node = this.context.create_analyser()?;
        node.unchecked_ref::<Analysing>().set_fft_size(fft_size)?;
        let source = this.context.create_media_stream_source(stream)?;
        source.connect_with_audio_node(&node)?;
        this.source = Some(source);
        let context = this.context.clone();
        this.timer = Some(every(ms, move || {
            if has_panicked() {
                return;
            }
            // A page that nobody has touched yet hears nothing.
            if field(&context, "state") == "running" {
                look(&node);
            } else if let Ok(resumed) = call_method(&context, "resume", &JsValue::UNDEFINED) {
                detach(async move { drop(settled(&resumed).await) });
            }
        })?);
        Ok(this)
    }

    /// Ends it, and waits until the browser has let go.
    pub(crate) async fn close(mut self) {
        if let Some(closing) = self.end() {
            let _ = settled(&closing).await;
        }
    }

    fn end(&mut self) -> Option<JsValue> {
        self.timer = None;
        if let Some(source) = self.source.take() {
            let _ = source.disconnect();
        }
        if field(&self.context, "state") == "closed" {
            return None;
        }
        call_method(&self.context, "close", &JsValue::UNDEFINED).ok()
    }
}

impl Drop for Analyser {
    fn drop(&mut self) {
        if let Some(closing) = self.end() {
            detach(async move { drop(settled(&closing).await) });
        }
    }
}

/// How loud each frequency is, 0 to 255.
pub(crate) fn frequencies(node: &AnalyserNode) -> Vec<u8> {
    let mut levels = vec![0; size(node, "frequencyBinCount")];
    // What cannot be heard is silence.
    let _ = node.unchecked_ref::<Analysing>().read_frequencies(&mut levels);
    levels
}

/// What there is to be heard.
pub(crate) fn sound(node: &AnalyserNode) -> Sound {
    let mut samples = vec![0.0_f32; size(node, "fftSize")];
    let _ = node.unchecked_ref::<Analysing>().read_samples(&mut samples);
    Sound {
        loudest: frequencies(node).into_iter().max().unwrap_or_default(),
        delivers: samples.iter().any(|sample| *sample != 0.0),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // thousands at most
fn size(node: &AnalyserNode, key: &str) -> usize {
    field(node, key).as_f64().unwrap_or_default() as usize
}

#[wasm_bindgen]
extern "C" {
    /// web-sys says that this cannot throw; a size that is no power of two does.
    #[wasm_bindgen(js_name = AnalyserNode)]
    type Analysing;
    #[wasm_bindgen(method, setter, js_name = fftSize, catch)]
    fn set_fft_size(this: &Analysing, value: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = getByteFrequencyData, catch)]
    fn read_frequencies(this: &Analysing, levels: &mut [u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = getFloatTimeDomainData, catch)]
    fn read_samples(this: &Analysing, samples: &mut [f32]) -> Result<(), JsValue>;
}
