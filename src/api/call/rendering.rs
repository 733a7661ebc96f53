//! How participants are shown and played, and how their media flow.

use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::Call;
use crate::api::{error::to_js, rendering, statistics};

#[wasm_bindgen]
impl Call {
    /// Which videos of the others are received.
    #[wasm_bindgen(
        getter,
        js_name = trackSubscriptionManager,
        unchecked_return_type = "TrackSubscriptionManager"
    )]
    pub fn track_subscription_manager(&self) -> JsValue {
        self.shared.part("trackSubscriptionManager")
    }

    /// Which tiles are in sight.
    #[wasm_bindgen(
        getter,
        js_name = viewportTracker,
        unchecked_return_type = "ViewportTracker"
    )]
    pub fn viewport_tracker(&self) -> JsValue {
        self.shared.part("viewportTracker")
    }

    /// Whose sound the browser does not let this page play.
    #[wasm_bindgen(
        getter,
        js_name = blockedAudioTracker,
        unchecked_return_type = "BlockedAudioTracker"
    )]
    pub fn blocked_audio_tracker(&self) -> JsValue {
        self.shared.part("blockedAudioTracker")
    }

    /// Warns of sound that no element plays.
    #[wasm_bindgen(
        getter,
        js_name = audioBindingsWatchdog,
        unchecked_return_type = "AudioBindingsWatchdog"
    )]
    pub fn audio_bindings_watchdog(&self) -> JsValue {
        self.shared.part("audioBindingsWatchdog")
    }

    /// Shows a participant's video in an element while it is published, in the size that the element
    /// has on its display, and follows it when streams change or the participant reconnects. Elements
    /// that are not visible are not paid for: their video is not requested.
    ///
    /// @returns ends it; `undefined` when there is no such participant
    #[wasm_bindgen(
        js_name = bindVideoElement,
        unchecked_return_type = "(() => void) | undefined"
    )]
    pub fn bind_video_element(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HTMLVideoElement")] element: &JsValue,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
        #[wasm_bindgen(js_name = trackType, unchecked_param_type = "VideoTrackType")]
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        rendering::bind_video(&self.shared, element, session_id, track_type)
            .map_err(|error| to_js(&error))
    }

    /// Plays a participant's sound with an element.
    ///
    /// @returns ends it; `undefined` when there is no such participant, and for oneself, as nobody
    /// wants to hear themselves
    #[wasm_bindgen(
        js_name = bindAudioElement,
        unchecked_return_type = "(() => void) | undefined"
    )]
    pub fn bind_audio_element(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HTMLAudioElement")] element: &JsValue,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
        #[wasm_bindgen(js_name = trackType, unchecked_optional_param_type = "AudioTrackType")]
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        rendering::bind_audio(&self.shared, element, session_id, track_type)
            .map_err(|error| to_js(&error))
    }

    /// Plays everybody's sound, with hidden elements of its own: instead of
    /// {@link bindAudioElement}, for apps without a framework.
    ///
    /// @param container where the elements go; the body of the page by default
    /// @returns ends it
    #[wasm_bindgen(js_name = attachAudio, unchecked_return_type = "() => void")]
    pub fn attach_audio(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "HTMLElement")] container: &JsValue,
    ) -> Result<JsValue, JsValue> {
        rendering::attach_audio(&self.shared, container).map_err(|error| to_js(&error))
    }

    /// Plays what {@link blockedAudioTracker} knows to be blocked. Call it in a click of the user.
    #[wasm_bindgen(js_name = resumeAudio, unchecked_return_type = "Promise<void>")]
    pub fn resume_audio(&self) -> Promise {
        rendering::resume_audio(&self.shared)
    }

    /// Says in which element tiles scroll. What {@link trackElementVisibility} tracks, before or after,
    /// is looked at from then on.
    ///
    /// @returns ends it
    #[wasm_bindgen(js_name = setViewport, unchecked_return_type = "() => void")]
    pub fn set_viewport(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HTMLElement")] element: &JsValue,
    ) -> Result<JsValue, JsValue> {
        rendering::set_viewport(&self.shared, element).map_err(|error| to_js(&error))
    }

    /// Writes into `viewportVisibilityState` of a participant whether their tile is in sight: at least
    /// 35 % of it inside the element of {@link setViewport}. Presets of the order of participants move
    /// only tiles that are not, and the video of those is not received.
    ///
    /// Elements of {@link bindVideoElement} that are more than a screen away receive nothing without it.
    ///
    /// @returns ends it, after which the visibility is unknown again
    #[wasm_bindgen(js_name = trackElementVisibility, unchecked_return_type = "() => void")]
    pub fn track_element_visibility(
        &self,
        #[wasm_bindgen(unchecked_param_type = "HTMLElement")] element: &JsValue,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
        #[wasm_bindgen(js_name = trackType, unchecked_param_type = "VideoTrackType")]
        track_type: &JsValue,
    ) -> Result<JsValue, JsValue> {
        rendering::track_element_visibility(&self.shared, element, session_id, track_type)
            .map_err(|error| to_js(&error))
    }

    /// `false` receives no video of the others at all: for a call that is only heard.
    #[wasm_bindgen(js_name = setIncomingVideoEnabled)]
    pub fn set_incoming_video_enabled(
        &self,
        #[wasm_bindgen(unchecked_param_type = "boolean")] enabled: &JsValue,
    ) -> Result<(), JsValue> {
        rendering::set_incoming_video_enabled(&self.shared, enabled).map_err(|error| to_js(&error))
    }

    /// Asks for cameras in this size, whatever the sizes of the elements that show them; `undefined`
    /// takes that back.
    ///
    /// @param resolution px
    /// @param sessionIds of whom; everybody by default
    #[wasm_bindgen(js_name = setPreferredIncomingVideoResolution)]
    pub fn set_preferred_incoming_video_resolution(
        &self,
        #[wasm_bindgen(unchecked_param_type = "VideoDimension | undefined")] resolution: &JsValue,
        #[wasm_bindgen(
            js_name = sessionIds,
            unchecked_optional_param_type = "readonly string[]"
        )]
        session_ids: &JsValue,
    ) -> Result<(), JsValue> {
        rendering::set_preferred_incoming_video_resolution(&self.shared, resolution, session_ids)
            .map_err(|error| to_js(&error))
    }

    /// Asks for no more px of video than that per CSS px of an element, where displays have more; so
    /// `1` saves bandwidth on phones. `undefined` takes that back.
    ///
    /// @param density px per CSS px, greater than 0; by default all that the display has
    #[wasm_bindgen(js_name = setMaxIncomingVideoPixelDensity)]
    pub fn set_max_incoming_video_pixel_density(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number | undefined")] density: &JsValue,
    ) -> Result<(), JsValue> {
        rendering::set_max_incoming_video_pixel_density(&self.shared, density)
            .map_err(|error| to_js(&error))
    }

    /// How often `state.callStatsReport$` is measured while somebody subscribes to it.
    ///
    /// @param interval ms; 2000 by default, 0 for never
    #[wasm_bindgen(js_name = setStatsReportingIntervalInMs)]
    pub fn set_stats_reporting_interval_in_ms(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] interval: &JsValue,
    ) -> Result<(), JsValue> {
        statistics::set_interval(&self.shared, interval).map_err(|error| to_js(&error))
    }

    /// Puts everything that is known of a participant's streams into `callStatsReport.participants`.
    #[wasm_bindgen(js_name = startReportingStatsFor)]
    pub fn start_reporting_stats_for(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
    ) {
        self.detail_stats(session_id, true);
    }

    /// Takes that back.
    #[wasm_bindgen(js_name = stopReportingStatsFor)]
    pub fn stop_reporting_stats_for(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
    ) {
        self.detail_stats(session_id, false);
    }
}

impl Call {
    fn detail_stats(&self, session_id: &JsValue, is_wanted: bool) {
        if let Some(session_id) = session_id.as_string() {
            statistics::detail(&self.shared, session_id, is_wanted);
        }
    }
}
