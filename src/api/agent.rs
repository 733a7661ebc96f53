//! Which browser this is.

use js_sys::global;

use crate::{
    core::Agent,
    web::{field, items},
};

/// Reads it from what the browser says of itself; empty where it says nothing.
pub(crate) fn agent() -> Agent {
    let navigator = field(&global(), "navigator");
    let text = field(&navigator, "userAgent").as_string().unwrap_or_default();
    let mut agent = Agent::read(&text);
    let hints = field(&navigator, "userAgentData");
    // One brand is the engine and one is made up, so that nobody relies on the list.
    let brands = items(&field(&hints, "brands")).unwrap_or_default();
    let brand = brands.iter().find_map(|brand| {
        let name = field(brand, "brand").as_string()?;
        let is_real = name != "Chromium" && !name.to_ascii_lowercase().contains("not");
        is_real.then(|| (name, field(brand, "version").as_string()))
    });
    if let Some((name, version)) = brand {
        agent.browser = name;
        agent.browser_version = version.unwrap_or(agent.browser_version);
    }
    if let Some(platform) = field(&hints, "platform").as_string().filter(|name| !name.is_empty()) {
        agent.os = platform;
    }
    agent
}
