//! Randomness for the core.

use trunkline::web::random_bits;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Patch, get};

#[wasm_bindgen_test]
fn random_bits_are_all_those_that_the_browser_gives() {
    let _patch = Patch::new(
        "crypto",
        "getRandomValues",
        "return (array) => array.set([1, 2, 3, 4, 5, 6, 7, 8])",
    );

    assert_eq!(random_bits().unwrap().to_le_bytes(), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[wasm_bindgen_test]
fn random_bits_are_not_the_same_twice() {
    assert_ne!(random_bits().unwrap(), random_bits().unwrap());
}

#[wasm_bindgen_test]
fn a_browser_without_entropy_is_a_failure() {
    for script in ["return undefined", "return { getRandomValues() { throw new TypeError('no') } }"]
    {
        let _patch = Patch::new("globalThis", "crypto", script);

        let thrown = random_bits().unwrap_err();

        assert_eq!(get(&thrown, "name"), "TypeError", "{script}");
    }
}
