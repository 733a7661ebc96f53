use js_sys::Array;
use wasm_bindgen::JsValue;

use super::object::field;

/// What the browser says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Name and version of the browser.
    pub browser: (String, String),
    /// Name and version of the operating system.
    pub os: (String, String),
}

impl Agent {
    /// Asks the browser.
    pub fn detect() -> Self {
        let navigator = field(&js_sys::global(), "navigator");
        let text = field(&navigator, "userAgent").as_string().unwrap_or_default();
        let mut agent = Self::parse(&text);
        let hints = field(&navigator, "userAgentData");
        if let Some(brand) = real_brand(&field(&hints, "brands")) {
            agent.browser = brand;
        }
        if let Some(platform) = field(&hints, "platform").as_string() {
            agent.os.0 = platform;
        }
        agent
    }

    /// Reads the `User-Agent` text.
    pub fn parse(text: &str) -> Self {
        // The first that fits: each browser also names those it wants to be taken for.
        let browser = [
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Version/", "Safari"),
        ];
        let os = [
            ("Android ", "Android"),
            ("iPhone OS ", "iOS"),
            ("CPU OS ", "iOS"),
            ("Windows NT ", "Windows"),
            ("Mac OS X ", "macOS"),
            ("Linux", "Linux"),
        ];
        Self { browser: find(text, &browser), os: find(text, &os) }
    }
}

fn find(text: &str, known: &[(&str, &str)]) -> (String, String) {
    known
        .iter()
        .find_map(|(mark, name)| {
            let (_, rest) = text.split_once(mark)?;
            let version = rest.split([' ', ';', ')']).next().unwrap_or_default();
            Some(((*name).into(), version.replace('_', ".")))
        })
        .unwrap_or_default()
}

/// The brand that is neither the engine nor the invented one that keeps lists unpredictable.
fn real_brand(brands: &JsValue) -> Option<(String, String)> {
    if !Array::is_array(brands) {
        return None;
    }
    let brands = Array::from(brands);
    let mut brands = brands.iter().filter_map(|brand| {
        let name = field(&brand, "brand").as_string()?;
        let version = field(&brand, "version").as_string()?;
        Some((name, version))
    });
    brands.find(|(name, _)| name != "Chromium" && !name.contains("Not"))
}
