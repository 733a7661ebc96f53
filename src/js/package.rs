//! What JavaScript the package holds.
//!
//! wasm-bindgen copies each file that a `module =` names into the package, and no other. What apps
//! import of it is exported by the generated glue, beside the classes that are Rust.

use wasm_bindgen::prelude::wasm_bindgen;

/// Exports values of a file under their own names. wasm-bindgen is told that they are functions,
/// because only for those it can leave out a declaration; Rust calls none of them.
macro_rules! exports {
    ($($file:literal: $($name:ident)*;)*) => {$(
        #[wasm_bindgen(module = $file)]
        extern "C" {
            $(
                #[wasm_bindgen(reexport, skip_typescript)]
                pub fn $name();
            )*
        }
    )*};
}

/// Has files copied that only other files import.
macro_rules! carried {
    ($($file:literal)*) => {$(
        const _: () = {
            #[wasm_bindgen(module = $file)]
            extern "C" {
                type Carried;
            }
        };
    )*};
}

#[allow(non_snake_case, missing_docs)] // the names that apps know
pub mod names {
    use super::wasm_bindgen;

    exports! {
        "/js/call.js": Call;
        "/js/capture.js": disposeOfMediaStream getAudioStream getScreenShareStream getVideoStream;
        "/js/client.js": Client;
        "/js/device-list.js": getAudioDevices getAudioOutputDevices getVideoDevices;
        "/js/enums.js":
            AudioSettingsRequestDefaultDeviceEnum CallingState EncryptionSettingsRequestModeEnum
            FrameRecordingSettingsRequestModeEnum IndividualRecordingSettingsRequestModeEnum
            NoiseCancellationSettingsModeEnum OwnCapability RawRecordingSettingsRequestModeEnum
            RecordSettingsRequestModeEnum RequestPermissionRequestPermissionsEnum SfuModels
            TranscriptionSettingsRequestClosedCaptionModeEnum TranscriptionSettingsRequestModeEnum
            VideoSettingsRequestCameraFacingEnum VisibilityState;
        "/js/errors.js":
            DeviceError ErrorFromResponse IllegalStateError JoinAbortedError NotInitializedError
            SfuJoinError SfuTimeoutError VideoError;
        "/js/participants.js":
            hasAudio hasInterruptedTrack hasPausedTrack hasScreenShare hasScreenShareAudio hasVideo
            isPinned;
        "/js/sorting.js":
            CallType CallTypes combineComparators conditional defaultSortPreset descending
            dominantSpeaker livestreamOrAudioRoomSortPreset name noopComparator
            paginatedLayoutSortPreset pinned publishingAudio publishingVideo reactionType role
            screenSharing speakerLayoutSortPreset speaking withParticipantSource;
        "/js/sound.js": createSoundDetector;
    }

    #[wasm_bindgen(module = "/js/device-list.js")]
    extern "C" {
        #[wasm_bindgen(reexport = "deviceIds$", js_name = "deviceIds$", skip_typescript)]
        pub fn device_ids();
    }
}

carried! {
    "/js/agent.js"
    "/js/audio-watchdog.js"
    "/js/autoplay.js"
    "/js/camera.js"
    "/js/captions.js"
    "/js/device-kinds.js"
    "/js/device-permissions.js"
    "/js/devices.js"
    "/js/diagnostics.js"
    "/js/elements.js"
    "/js/events.js"
    "/js/input.js"
    "/js/microphone.js"
    "/js/notes.js"
    "/js/observable.js"
    "/js/options.js"
    "/js/permissions.js"
    "/js/preferences.js"
    "/js/protocol-enums.js"
    "/js/publish.js"
    "/js/requests.js"
    "/js/screen-share.js"
    "/js/speaker.js"
    "/js/state.js"
    "/js/stats-report.js"
    "/js/stats.js"
    "/js/struct.js"
    "/js/subscriptions.js"
    "/js/viewport.js"
}
