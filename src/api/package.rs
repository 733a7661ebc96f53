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
        combineComparators conditional defaultSortPreset descending DeviceError dominantSpeaker
        EncryptionSettingsRequestModeEnum ErrorFromResponse FrameRecordingSettingsRequestModeEnum
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
        chunks: "/js/chunks.js"
        comparators: "/js/comparators.js"
        diagnostics: "/js/diagnostics.js"
        element_bound_element: "/js/elements/bound-element.js"
        elements: "/js/elements/elements.js"
        element_incoming_video: "/js/elements/incoming-video.js"
        element_once: "/js/elements/once.js"
        element_viewport: "/js/elements/viewport.js"
        enums: "/js/enums.js"
        errors: "/js/errors.js"
        listeners: "/js/listeners.js"
        observables: "/js/observables.js"
        participants: "/js/participants.js"
        parts: "/js/parts.js"
        protocol_enums: "/js/protocol-enums.js"
        shown_people: "/js/shown-people.js"
        stats_report: "/js/stats-report.js"
    }
}
