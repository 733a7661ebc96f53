//! Making a peer connection, with the ICE servers that the browser takes.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{RtcBundlePolicy, RtcConfiguration, RtcIceServer, RtcIceTransportPolicy};

use super::bindings::Connection;
use crate::{core::IceServer, web::report::Reporter};

/// Makes a connection, of relays only if so wanted. Browsers refuse a whole list for one server that is malformed; then those
/// that it takes are used, and the log names the others.
pub(super) fn create(
    ice_servers: &[IceServer],
    relay_only: bool,
    reporter: &Reporter,
) -> Result<Connection, JsValue> {
    let thrown = match connect(ice_servers, relay_only) {
        Ok(connection) => return Ok(connection),
        Err(thrown) => thrown,
    };
    // When there is none without any server, none of them is to blame.
    if ice_servers.is_empty() || try_out(&[]).is_err() {
        return Err(thrown);
    }
    let mut taken = Vec::new();
    for server in ice_servers {
        match try_out(std::slice::from_ref(server)) {
            Ok(()) => taken.push(server.clone()),
            Err(thrown) => {
                let message = format!("an ICE server was left out: {}", server.urls.join(", "));
                reporter.warn(&message, &thrown);
            }
        }
    }
    connect(&taken, relay_only)
}

fn try_out(ice_servers: &[IceServer]) -> Result<(), JsValue> {
    connect(ice_servers, false)?.shut()
}

fn connect(ice_servers: &[IceServer], relay_only: bool) -> Result<Connection, JsValue> {
    let configuration = RtcConfiguration::new();
    configuration.set_bundle_policy(RtcBundlePolicy::MaxBundle);
    configuration.set_ice_servers(&ice_servers.iter().map(ice_server).collect::<Array>());
    if relay_only {
        configuration.set_ice_transport_policy(RtcIceTransportPolicy::Relay);
    }
    Connection::with(&configuration)
}

fn ice_server(server: &IceServer) -> RtcIceServer {
    let entry = RtcIceServer::new();
    let urls: Array = server.urls.iter().map(|url| JsValue::from_str(url)).collect();
    entry.set_urls(&urls);
    if !server.username.is_empty() {
        entry.set_username(&server.username);
    }
    if !server.credential.is_empty() {
        entry.set_credential(&server.credential);
    }
    entry
}
