//! What it means for a call that devices come and go.

use super::Device;
use crate::core::{
    call::{CallContext, CallSession},
    command::Choice,
    effect::{LocalEvent, Scope},
    host::Host,
    input::{DEFAULT_DEVICE, ListedDevice, ListedKind},
    state::{DeviceKind, DeviceStatus},
    time::{Duration, Time},
};

/// How long after a device has gone the system may take to choose another one.
const SUCCESSION: Duration = Duration::from_secs(3);

impl<H: Host> CallSession<H> {
    /// Other devices are there than before. One that was selected and is gone goes off, and is not
    /// selected any more; another one under the same id takes its place, and so does the system's new
    /// choice for one that nobody chose.
    pub(crate) fn on_devices(
        &mut self,
        context: &mut CallContext<'_, H>,
        before: &[ListedDevice],
        now: &[ListedDevice],
    ) {
        for kind in DeviceKind::ALL {
            let Some(listed) = ListedKind::of(kind) else { continue };
            let selected = self.state().device(kind).selected.clone();
            let was = selected.as_ref().and_then(|selected| find(before, listed, selected));
            let is = selected.as_ref().and_then(|selected| find(now, listed, selected));
            let owner = self.key;
            if self.device(kind).is_up_to_system() && is_other_default(before, now, listed) {
                self.follow_default(context, kind);
                if let (Some(was), None) = (was, is) {
                    self.tell_unplugged(context, kind, was);
                }
                continue;
            }
            match (was, is) {
                (Some(was), None) => self.on_unplugged(context, kind, was),
                (Some(was), Some(is)) if is.group_id != was.group_id => {
                    let (device, visible) = self.device_mut(kind);
                    device.renew(context.out, visible, owner, None, true);
                }
                (Some(_), Some(_)) | (None, _) => {}
            }
        }
        self.on_speakers(before, now);
    }

    /// The system uses another device where nobody chose one.
    fn follow_default(&mut self, context: &mut CallContext<'_, H>, kind: DeviceKind) {
        let owner = self.key;
        let (device, visible) = self.device_mut(kind);
        if device.has_just_ended(context.out.now) {
            return self.open_device(context, kind, None);
        }
        device.renew(context.out, visible, owner, None, true);
        if !device.is_wanted() {
            device.show(visible, |device| device.selected = None);
        }
        if kind == DeviceKind::Microphone {
            self.listen_anew(context.out);
        }
    }

    fn on_unplugged(
        &mut self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        unplugged: &ListedDevice,
    ) {
        self.tell_unplugged(context, kind, unplugged);
        if self.state().device(kind).optimistic_status == Some(DeviceStatus::Enabled) {
            self.disable_device(context, kind, false);
        }
        let owner = self.key;
        let (device, visible) = self.device_mut(kind);
        device.select(context.out, visible, owner, Choice::default(), None);
    }

    fn tell_unplugged(
        &self,
        context: &mut CallContext<'_, H>,
        kind: DeviceKind,
        unplugged: &ListedDevice,
    ) {
        let event = LocalEvent::DeviceDisconnected {
            cid: self.cid.clone(),
            status: self.state().device(kind).status,
            device_id: unplugged.id.clone(),
            label: unplugged.label.clone(),
            kind: unplugged.kind,
        };
        for scope in [Scope::Call(self.key), Scope::Client] {
            context.out.emit_local(scope, "device.disconnected", event.clone());
        }
    }
}

impl<H: Host> Device<H> {
    /// Whether nobody chose which one it is.
    fn is_up_to_system(&self) -> bool {
        self.choice == Choice::default()
    }

    /// Whether the system has only just ended it, as when it is unplugged.
    fn has_just_ended(&self, now: Time) -> bool {
        self.ended_at.is_some_and(|ended_at| now - ended_at <= SUCCESSION)
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

/// Whether the system's own choice is another device than before.
fn is_other_default(before: &[ListedDevice], now: &[ListedDevice], kind: ListedKind) -> bool {
    let of = |devices| find(devices, kind, DEFAULT_DEVICE);
    let (Some(was), Some(is)) = (of(before), of(now)) else {
        return false;
    };
    (&was.group_id, &was.label) != (&is.group_id, &is.label)
}
