//! Video calls for the browser: the call logic of the trunkline SDK.
//!
//! - [`core`] decides. It does no I/O, reads no clock and knows no browser: commands and inputs go
//!   in, effects and change notices come out.
//! - `web` performs the effects in the browser and reports what happened.
//! - `api` shows the result to apps as ordinary JavaScript.

#[cfg(target_arch = "wasm32")]
pub mod api;
pub mod core;
#[cfg(target_arch = "wasm32")]
pub mod web;

/// Half the download of the standard one.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
