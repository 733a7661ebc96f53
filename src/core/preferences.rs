//! What users chose, kept for their next visit.

use super::{
    host::Host,
    input::{DEFAULT_DEVICE as DEFAULT, ListedDevice, ListedKind},
    state::{DeviceKind, DeviceState, DeviceStatus},
};

/// Devices that are kept of each kind, the last one first.
const KEPT: usize = 3;

/// One choice of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptDevice {
    /// Its id; `default` for whichever the browser takes.
    pub device_id: String,
    /// Its name, as ids change when the user clears the data of the page.
    pub label: String,
    /// Whether it was off; `None` for loudspeakers.
    pub is_muted: Option<bool>,
}

/// What to begin with at this visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recalled {
    /// `None` for whichever the browser takes.
    pub device_id: Option<String>,
    /// Whether it was off; `None` when nobody knows.
    pub is_muted: Option<bool>,
}

impl KeptDevice {
    /// The choice that shows in the state of a device. `None` when it cannot be kept: screens, and
    /// devices of the app, are new with each visit.
    pub fn of<H: Host>(
        kind: DeviceKind,
        state: &DeviceState<H>,
        devices: &[ListedDevice],
    ) -> Option<Self> {
        let listed = ListedKind::of(kind)?;
        let is_muted = Some(state.optimistic_status != Some(DeviceStatus::Enabled));
        let Some(selected) = state.selected.as_ref().filter(|_| state.is_chosen) else {
            return Some(Self { device_id: DEFAULT.to_owned(), label: String::new(), is_muted });
        };
        let is_it = |device: &&ListedDevice| device.kind == listed && device.id == *selected;
        let device = devices.iter().find(is_it)?;
        Some(Self { device_id: device.id.clone(), label: device.label.clone(), is_muted })
    }

    /// The choice of a loudspeaker. `None` when nobody knows its name.
    pub fn of_speaker(id: &str, devices: &[ListedDevice]) -> Option<Self> {
        let is_it = |device: &&ListedDevice| {
            device.kind == ListedKind::AudioOutput && device.id == id && !device.label.is_empty()
        };
        let device = devices.iter().find(is_it)?;
        Some(Self { device_id: device.id.clone(), label: device.label.clone(), is_muted: None })
    }
}

/// The choices to keep after another one.
pub fn remember(kept: Vec<KeptDevice>, choice: KeptDevice) -> Vec<KeptDevice> {
    let rest = kept.into_iter().filter(|known| known.device_id != choice.device_id);
    let mut all: Vec<KeptDevice> = rest.take(KEPT - 1).collect();
    all.insert(0, choice);
    all
}

/// The last choice that one of the devices fits, by its id or else by its name.
pub fn recall(kept: &[KeptDevice], kind: ListedKind, devices: &[ListedDevice]) -> Recalled {
    let of_kind = || devices.iter().filter(|device| device.kind == kind);
    for choice in kept {
        let is_muted = choice.is_muted;
        if choice.device_id == DEFAULT {
            return Recalled { device_id: None, is_muted };
        }
        let by_name =
            || of_kind().find(|device| !choice.label.is_empty() && device.label == choice.label);
        let device = of_kind().find(|device| device.id == choice.device_id).or_else(by_name);
        if let Some(device) = device {
            return Recalled { device_id: Some(device.id.clone()), is_muted };
        }
    }
    Recalled::default()
}
