//! The modules that the package's JavaScript imports by itself. Named here, the test runner serves
//! them beside the ones that Rust imports.

use wasm_bindgen::prelude::wasm_bindgen;

macro_rules! bundle {
    ($($path:literal exports $name:ident,)*) => {$(
        #[wasm_bindgen(module = $path)]
        extern "C" {
            type $name;
        }
    )*};
}

bundle! {
    "/pkg/devices.js" exports DeviceManager,
    "/pkg/elements.js" exports Elements,
    "/pkg/enums.js" exports SfuModels,
    "/pkg/events.js" exports Listeners,
    "/pkg/input.js" exports CopyObject,
    "/pkg/observable.js" exports StateObservable,
    "/pkg/state.js" exports CallStore,
}
