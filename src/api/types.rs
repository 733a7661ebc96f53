//! The types that TypeScript users see besides the classes: wasm-bindgen writes all of them into one
//! file of declarations, next to the classes that it derives from this crate's signatures.

use wasm_bindgen::prelude::wasm_bindgen;

macro_rules! sections {
    ($($name:ident = $file:literal;)*) => {$(
        #[wasm_bindgen(typescript_custom_section)]
        const $name: &str = include_str!(concat!("types/", $file, ".ts"));
    )*};
}

sections! {
    BASE = "base";
    CALL = "call";
    CALL_STATE = "call_state";
    CLIENT = "client";
    DEVICES = "devices";
    ENUMS = "enums";
    ERRORS = "errors";
    EVENTS = "events";
    OBSERVABLE = "observable";
    PARTICIPANT = "participant";
    RENDERING = "rendering";
    REQUESTS = "requests";
    SORTING = "sorting";
    STATS = "stats";
}

#[wasm_bindgen(typescript_custom_section)]
const ERROR_CODE: &str = crate::core::ERROR_CODE_TYPE;

// Written by `cargo xtask generate` from protocol/schema.
sections! {
    GENERATED_CALLS = "generated/calls";
    GENERATED_CONNECTION = "generated/connection";
    GENERATED_EGRESS = "generated/egress";
    GENERATED_EGRESS_SETTINGS = "generated/egress_settings";
    GENERATED_ENUMS = "generated/enums";
    GENERATED_EVENTS = "generated/events";
    GENERATED_INTERACTION = "generated/interaction";
    GENERATED_LIVE = "generated/live";
    GENERATED_MEMBERS = "generated/members";
    GENERATED_MODERATION = "generated/moderation";
    GENERATED_REPORTS = "generated/reports";
    GENERATED_RINGING = "generated/ringing";
    GENERATED_SETTINGS = "generated/settings";
    GENERATED_STATS = "generated/stats";
    GENERATED_TRANSCRIPTION = "generated/transcription";
    GENERATED_USERS = "generated/users";
}
