//! What it means for a call that devices come and go.

use crate::core::{
    call::{CallContext, CallSession},
    command::Choice,
    effect::{LocalEvent, Scope},
    host::Host,
    input::{ListedDevice, ListedKind},
    state::{DeviceKind, DeviceStatus},
};

impl<H: Host> CallSession<H> {
    /// Other devices are there than before. One that was selected and is gone goes off, and is not
    /// selected any more; another one under the same id takes its place.
    pub(crate) fn on_devices(
        &mut self,
        context: &mut CallContext<'_, H>,
        before: &[ListedDevice],
        now: &[ListedDevice],
    ) {
        for kind in DeviceKind::ALL {
            let Some(listed) = ListedKind::of(kind) else { continue };
            let Some(selected) = self.state().device(kind).selected.clone() else { continue };
            let Some(was) = find(before, listed, &selected) else { continue };
            let owner = self.key;
            match find(now, listed, &selected) {
                None => self.on_unplugged(context, kind, was),
                Some(is) if is.group_id != was.group_id => {
                    let (device, visible) = self.device_mut(kind);
                    device.renew(context.out, visible, owner, None, true);
                }
                Some(_) => {}
            }
        }
        self.on_speakers(before, now);
    }

    fn on_unplugged(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        unplugged: &ListedDevice,
    ) {
        let state = self.state().device(kind);
        let event = LocalEvent::DeviceDisconnected {
            cid: self.cid.clone(),
            status: state.status,
            device_id: unplugged.id.clone(),
            label: unplugged.label.clone(),
            kind: unplugged.kind,
        };
        if state.optimistic_status == Some(DeviceStatus::Enabled) {
            self.disable_device(context, kind, false);
        }
        let owner = self.key;
        let (device, visible) = self.device_mut(kind);
        device.select(context.out, visible, owner, Choice::default(), None);
        for scope in [Scope::Call(owner), Scope::Client] {
            context.out.emit_local(scope, "device.disconnected", event.clone());
        }
    }
}

/// The device of a list with that kind and id.
pub(in crate::core::call) fn find<'a>(
    devices: &'a [ListedDevice],
    kind: ListedKind,
    id: &str,
) -> Option<&'a ListedDevice> {
    devices.iter().find(|device| device.kind == kind && device.id == id)
}
