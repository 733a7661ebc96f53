//! Push devices of the user. They are kept and listed; this server sends no push messages itself.

use trunkline_protocol::coordinator::{
    CreateDeviceRequest, DeviceResponse, Empty, ErrorCode, ListDevicesResponse,
};

use super::{Caller, Refusal, actor, bounds::check_length, work::Work};
use crate::store::devices::{self, DeviceRecord};

pub(super) fn create(
    work: &mut Work<'_>,
    caller: &Caller,
    request: CreateDeviceRequest,
) -> Result<Empty, Refusal> {
    let user_id = owner(work, caller)?;
    let CreateDeviceRequest { id, push_provider, push_provider_name, hardware_id, .. } = &request;
    check_length("id", id, 1, MAX_ID)?;
    for (name, text) in [("push_provider_name", push_provider_name), ("hardware_id", hardware_id)] {
        check_length(name, text.as_deref().unwrap_or_default(), 0, MAX_ID)?;
    }
    if push_provider.known().is_none() {
        let name = push_provider.as_str().escape_default();
        return Err(Refusal::input(format!("there is no push provider '{name}'")));
    }
    let known = devices::list(work.db, &user_id)?;
    if known.len() >= MAX_DEVICES && !known.iter().any(|device| device.description.id == *id) {
        return Err(Refusal::input(format!("a user has at most {MAX_DEVICES} devices")));
    }
    devices::save(work.db, &DeviceRecord { user_id, created_at: work.now, description: request })?;
    Ok(Empty {})
}

pub(super) fn list(work: &Work<'_>, caller: &Caller) -> Result<ListDevicesResponse, Refusal> {
    let user_id = owner(work, caller)?;
    Ok(ListDevicesResponse { devices: of_user(work, &user_id)? })
}

pub(super) fn delete(work: &Work<'_>, caller: &Caller, id: &str) -> Result<Empty, Refusal> {
    let user_id = owner(work, caller)?;
    if devices::remove(work.db, &user_id, id)? {
        return Ok(Empty {});
    }
    let detail = format!("the user has no device '{}'", id.escape_default());
    Err(Refusal::new(ErrorCode::DoesNotExist, detail))
}

/// The devices of a user as the user sees them.
pub(super) fn of_user(work: &Work<'_>, user_id: &str) -> Result<Vec<DeviceResponse>, Refusal> {
    let view = |record: DeviceRecord| {
        let CreateDeviceRequest { id, push_provider, push_provider_name, voip_token, hardware_id } =
            record.description;
        DeviceResponse {
            id,
            push_provider,
            push_provider_name,
            user_id: record.user_id,
            created_at: record.created_at,
            voip: voip_token,
            hardware_id,
            disabled: None,
            disabled_reason: None,
        }
    };
    Ok(devices::list(work.db, user_id)?.into_iter().map(view).collect())
}

fn owner(work: &Work<'_>, caller: &Caller) -> Result<String, Refusal> {
    let actor = actor::load(work, caller)?;
    if actor.anonymous {
        return Err(Refusal::new(ErrorCode::NotAllowed, "anonymous users have no devices"));
    }
    Ok(actor.user.id)
}

const MAX_ID: usize = 255;
const MAX_DEVICES: usize = 50;
