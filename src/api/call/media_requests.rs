//! The requests of a call that are about its recordings, transcriptions and broadcasts.

use crate::web::Error;
use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::Call;
use crate::{
    api::{
        body::{Body, given, text},
        query::{Query, segment},
    },
    core::Then,
};

#[wasm_bindgen]
impl Call {
    /// Starts a recording, by default the composite one.
    ///
    /// Declared in `types/call.ts`, as it may be called in two ways.
    #[wasm_bindgen(js_name = startRecording, skip_typescript)]
    pub fn start_recording(&self, first: &JsValue, second: &JsValue) -> Promise {
        const NAME: &str = "startRecording";
        let (request, kind) =
            if first.is_string() { (&JsValue::UNDEFINED, first) } else { (first, second) };
        let request = given(request, NAME)
            .and_then(|body| Ok(self.post(&recording_path("start", kind)?, body)));
        self.send(NAME, request)
    }

    /// Stops a recording, by default the composite one.
    #[wasm_bindgen(js_name = stopRecording, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn stop_recording(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_optional_param_type = "RecordingType")]
        kind: &JsValue,
    ) -> Promise {
        let path = recording_path("stop", kind);
        self.send("stopRecording", path.map(|path| self.post(&path, Body::empty())))
    }

    /// The files of all sessions, or of one.
    #[wasm_bindgen(js_name = listRecordings, unchecked_return_type = "Promise<ListRecordingsResponse>")]
    pub fn list_recordings(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_optional_param_type = "string")]
        session_id: &JsValue,
    ) -> Promise {
        let path = files_path(session_id, "recordings");
        self.send("listRecordings", path.map(|path| self.read(&path)))
    }

    /// Deletes a file.
    #[wasm_bindgen(js_name = deleteRecording, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn delete_recording(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
        #[wasm_bindgen(js_name = filename, unchecked_param_type = "string")] file: &JsValue,
    ) -> Promise {
        let path = file_path(session_id, "recordings", file);
        self.send("deleteRecording", path.map(|path| self.delete_file(&path)))
    }

    /// Starts the transcription.
    #[wasm_bindgen(js_name = startTranscription, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn start_transcription(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "StartTranscriptionRequest")]
        request: &JsValue,
    ) -> Promise {
        self.send(
            "startTranscription",
            given(request, "startTranscription").map(|body| self.post("start_transcription", body)),
        )
    }

    /// Stops the transcription.
    #[wasm_bindgen(js_name = stopTranscription, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn stop_transcription(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "StopTranscriptionRequest")]
        request: &JsValue,
    ) -> Promise {
        self.send(
            "stopTranscription",
            given(request, "stopTranscription").map(|body| self.post("stop_transcription", body)),
        )
    }

    /// The files of the transcriptions.
    #[wasm_bindgen(js_name = listTranscriptions, unchecked_return_type = "Promise<ListTranscriptionsResponse>")]
    pub fn list_transcriptions(&self) -> Promise {
        self.send("listTranscriptions", Ok(self.read("transcriptions")))
    }

    /// Deletes a file.
    #[wasm_bindgen(js_name = deleteTranscription, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn delete_transcription(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_param_type = "string")] session_id: &JsValue,
        #[wasm_bindgen(js_name = filename, unchecked_param_type = "string")] file: &JsValue,
    ) -> Promise {
        let path = file_path(session_id, "transcriptions", file);
        self.send("deleteTranscription", path.map(|path| self.delete_file(&path)))
    }

    /// Starts captions; {@link CallState.captioning} shows it at once.
    #[wasm_bindgen(js_name = startClosedCaptions, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn start_closed_captions(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "StartClosedCaptionsRequest")]
        request: &JsValue,
    ) -> Promise {
        self.send(
            "startClosedCaptions",
            given(request, "startClosedCaptions")
                .map(|body| self.post("start_closed_captions", body).then(Then::CaptionsOn)),
        )
    }

    /// Stops captions; {@link CallState.captioning} shows it at once.
    #[wasm_bindgen(js_name = stopClosedCaptions, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn stop_closed_captions(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "StopClosedCaptionsRequest")]
        request: &JsValue,
    ) -> Promise {
        self.send(
            "stopClosedCaptions",
            given(request, "stopClosedCaptions")
                .map(|body| self.post("stop_closed_captions", body).then(Then::CaptionsOff)),
        )
    }

    /// Starts taking pictures of the call.
    #[wasm_bindgen(js_name = startFrameRecording, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn start_frame_recording(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "StartFrameRecordingRequest")]
        request: &JsValue,
    ) -> Promise {
        self.send(
            "startFrameRecording",
            given(request, "startFrameRecording")
                .map(|body| self.post("start_frame_recording", body)),
        )
    }

    /// Stops that.
    #[wasm_bindgen(js_name = stopFrameRecording, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn stop_frame_recording(&self) -> Promise {
        self.send("stopFrameRecording", Ok(self.post("stop_frame_recording", Body::empty())))
    }

    /// Starts the broadcast by HLS.
    #[wasm_bindgen(js_name = startHLS, unchecked_return_type = "Promise<StartHLSBroadcastingResponse>")]
    pub fn start_hls(&self) -> Promise {
        self.send("startHLS", Ok(self.post("start_broadcasting", Body::empty())))
    }

    /// Stops it.
    #[wasm_bindgen(js_name = stopHLS, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn stop_hls(&self) -> Promise {
        self.send("stopHLS", Ok(self.post("stop_broadcasting", Body::empty())))
    }

    /// Starts a broadcast by RTMP.
    #[wasm_bindgen(js_name = startRTMPBroadcasts, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn start_rtmp_broadcasts(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StartRTMPBroadcastsRequest")] request: &JsValue,
    ) -> Promise {
        self.send(
            "startRTMPBroadcasts",
            given(request, "startRTMPBroadcasts").map(|body| self.post("rtmp_broadcasts", body)),
        )
    }

    /// Stops one.
    #[wasm_bindgen(js_name = stopRTMPBroadcast, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn stop_rtmp_broadcast(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] name: &JsValue,
    ) -> Promise {
        let path = path_segment(name).map(|name| ["rtmp_broadcasts/", &name, "/stop"].concat());
        self.send("stopRTMPBroadcast", path.map(|path| self.post(&path, Body::empty())))
    }

    /// Stops all of them.
    #[wasm_bindgen(js_name = stopAllRTMPBroadcasts, unchecked_return_type = "Promise<ApiResponse>")]
    pub fn stop_all_rtmp_broadcasts(&self) -> Promise {
        self.send("stopAllRTMPBroadcasts", Ok(self.post("rtmp_broadcasts/stop", Body::empty())))
    }

    /// The report on a session, by default the latest.
    #[wasm_bindgen(js_name = getCallReport, unchecked_return_type = "Promise<GetCallReportResponse>")]
    pub fn get_call_report(
        &self,
        #[wasm_bindgen(js_name = sessionId, unchecked_optional_param_type = "string")]
        session_id: &JsValue,
    ) -> Promise {
        let session_id = if session_id.is_undefined() {
            Ok(None)
        } else {
            text(session_id, "the session id").map(Some)
        };
        let path = session_id
            .map(|session_id| Query::new("report").maybe("session_id", session_id).finish());
        self.send("getCallReport", path.map(|path| self.read(&path)))
    }
}

/// Without a type it is the composite recording, under the older path.
fn recording_path(verb: &str, kind: &JsValue) -> Result<String, Error> {
    if kind.is_undefined() {
        return Ok([verb, "_recording"].concat());
    }
    Ok(["recordings/", &path_segment(kind)?, "/", verb].concat())
}

/// The files of a kind, of all sessions or of one.
fn files_path(session_id: &JsValue, kind: &str) -> Result<String, Error> {
    if session_id.is_undefined() {
        return Ok(kind.to_owned());
    }
    Ok([&path_segment(session_id)?, "/", kind].concat())
}

fn file_path(session_id: &JsValue, kind: &str, file: &JsValue) -> Result<String, Error> {
    Ok([&files_path(session_id, kind)?, "/", &path_segment(file)?].concat())
}

fn path_segment(value: &JsValue) -> Result<String, Error> {
    text(value, "a part of the path").map(|text| segment(&text))
}
