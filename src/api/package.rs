//! What JavaScript the package holds.
//!
//! wasm-bindgen copies each file that a `module =` names into the package, and no other. What apps
//! import of it is exported by the generated glue, beside the classes that are Rust.

/// Exports values of `js/bindings.js` under their own names. wasm-bindgen is told that they are
/// functions, because only for those it can leave out a declaration; Rust calls none of them.
macro_rules! exports {
    ($($name:ident)*) => {
        #[wasm_bindgen(module = "/js/bindings.js")]
        extern "C" {
            $(
                #[wasm_bindgen(reexport, skip_typescript)]
                pub fn $name();
            )*
            #[wasm_bindgen(reexport = "deviceIds$", js_name = "deviceIds$", skip_typescript)]
            pub fn device_ids();
        }
    };
}

/// Has files copied that only other files import. A function that nobody calls is no import, but the
/// linker finds its description, and with it the name of the file, in a library too.
macro_rules! carried {
    ($($name:ident: $file:literal)*) => {$(
        pub mod $name {
            use wasm_bindgen::prelude::wasm_bindgen;

            #[wasm_bindgen(module = $file)]
            extern "C" {
                pub fn carried();
            }
        }
    )*};
}

#[allow(non_snake_case, missing_docs)] // the names that apps know
pub mod names {
    use wasm_bindgen::prelude::wasm_bindgen;

    exports! {
        AudioSettingsRequestDefaultDeviceEnum CallingState CallType CallTypes
        combineComparators conditional createSoundDetector defaultSortPreset descending
        DeviceError disposeOfMediaStream dominantSpeaker EncryptionSettingsRequestModeEnum
        ErrorFromResponse FrameRecordingSettingsRequestModeEnum getAudioDevices
        getAudioOutputDevices getAudioStream getScreenShareStream getVideoDevices getVideoStream
        hasAudio hasInterruptedTrack hasPausedTrack hasScreenShare hasScreenShareAudio hasVideo
        IllegalStateError IndividualRecordingSettingsRequestModeEnum isPinned JoinAbortedError
        livestreamOrAudioRoomSortPreset name NoiseCancellationSettingsModeEnum noopComparator
        NotInitializedError OwnCapability paginatedLayoutSortPreset pinned publishingAudio
        publishingVideo RawRecordingSettingsRequestModeEnum reactionType
        RecordSettingsRequestModeEnum RequestPermissionRequestPermissionsEnum role screenSharing
        SfuJoinError SfuModels SfuTimeoutError speakerLayoutSortPreset speaking
        TranscriptionSettingsRequestClosedCaptionModeEnum TranscriptionSettingsRequestModeEnum
        VideoError VideoSettingsRequestCameraFacingEnum VisibilityState withParticipantSource
    }
}

#[allow(missing_docs)] // the names of the files
pub mod files {
    carried! {
        audio_watchdog: "/js/audio-watchdog.js"
        autoplay: "/js/autoplay.js"
        call_parts: "/js/call-parts.js"
        camera: "/js/camera.js"
        chunks: "/js/chunks.js"
        captions: "/js/captions.js"
        capture: "/js/capture.js"
        device_kinds: "/js/device-kinds.js"
        device_list: "/js/device-list.js"
        device_permissions: "/js/device-permissions.js"
        devices: "/js/devices.js"
        diagnostics: "/js/diagnostics.js"
        elements: "/js/elements.js"
        enums: "/js/enums.js"
        errors: "/js/errors.js"
        input: "/js/input.js"
        listeners: "/js/listeners.js"
        microphone: "/js/microphone.js"
        notes: "/js/notes.js"
        observable: "/js/observable.js"
        observables: "/js/observables.js"
        participants: "/js/participants.js"
        parts: "/js/parts.js"
        preferences: "/js/preferences.js"
        protocol_enums: "/js/protocol-enums.js"
        publish: "/js/publish.js"
        screen_share: "/js/screen-share.js"
        sorting: "/js/sorting.js"
        sound: "/js/sound.js"
        speaker: "/js/speaker.js"
        state: "/js/state.js"
        stats: "/js/stats.js"
        stats_report: "/js/stats-report.js"
        subscriptions: "/js/subscriptions.js"
        viewport: "/js/viewport.js"
    }
}
