use wasm_bindgen::{JsCast, JsValue};
use web_sys::Crypto;

use super::object::field;

/// 64 random bits, of the browser's own entropy; what it threw where it has none.
pub fn random_bits() -> Result<u64, JsValue> {
    // Not by way of a window, as workers and Node have none.
    let crypto: Crypto = field(&js_sys::global(), "crypto").unchecked_into();
    let mut bytes = [0; 8];
    crypto.get_random_values_with_u8_array(&mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}
