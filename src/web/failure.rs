//! What is left to do after a panic: say so, instead of falling silent.
//!
//! A panic ends the WebAssembly instance (there is no unwinding on stable Rust), so nothing of it
//! may run afterwards.

use std::{cell::Cell, panic};

thread_local! {
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this instance is of no use any more.
pub fn has_panicked() -> bool {
    PANICKED.get()
}

/// Runs `last_words` when something panics, once, with the text of the panic.
pub(crate) fn on_panic(last_words: fn(&str)) {
    panic::set_hook(Box::new(move |info| {
        if !PANICKED.replace(true) {
            last_words(&info.to_string());
        }
    }));
}
