//! What users chose, kept for their next visit.

use super::{
    input::{ListedDevice, ListedKind},
    state::{DeviceKind, DeviceState, DeviceStatus},
};

/// Devices that are kept of each kind, the last one first.
const KEPT: usize = 3;

/// Stands for whichever device the browser takes.
const DEFAULT: &str = "default";

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
    pub fn of(kind: DeviceKind, state: &DeviceState, devices: &[ListedDevice]) -> Option<Self> {
        let listed = ListedKind::of(kind)?;
        let is_muted = Some(state.optimistic_status != Some(DeviceStatus::Enabled));
        let Some(selected) = &state.selected else {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(id: &str, label: &str) -> ListedDevice {
        listed(ListedKind::VideoInput, id, label)
    }

    fn listed(kind: ListedKind, id: &str, label: &str) -> ListedDevice {
        let (id, label) = (id.to_owned(), label.to_owned());
        ListedDevice { id, kind, label, group_id: String::new() }
    }

    fn kept(id: &str) -> KeptDevice {
        let (device_id, label) = (id.to_owned(), format!("no. {id}"));
        KeptDevice { device_id, label, is_muted: Some(false) }
    }

    fn recalled(kept: &[KeptDevice], devices: &[ListedDevice]) -> Option<String> {
        recall(kept, ListedKind::VideoInput, devices).device_id
    }

    #[test]
    fn three_devices_are_kept_and_found_by_id_or_else_by_name() {
        let all = ["1", "2", "3", "4", "2"]
            .into_iter()
            .fold(Vec::new(), |all, id| remember(all, kept(id)));
        assert_eq!(all, [kept("2"), kept("4"), kept("3")]);

        let found = recall(&all, ListedKind::VideoInput, &[camera("3", ""), camera("4", "")]);
        let expected = Recalled { device_id: Some("4".to_owned()), is_muted: Some(false) };
        assert_eq!(found, expected);
        assert_eq!(recalled(&all, &[camera("x", "no. 3")]).as_deref(), Some("x"));
        assert_eq!(recalled(&all, &[listed(ListedKind::AudioInput, "2", "no. 2")]), None);
        assert_eq!(recall(&all, ListedKind::VideoInput, &[camera("y", "")]), Recalled::default());
        assert_eq!(
            recalled(&[KeptDevice { label: String::new(), ..kept("1") }], &[camera("y", "")]),
            None
        );
    }

    #[test]
    fn the_browsers_own_choice_is_kept_as_such() {
        let state = DeviceState {
            optimistic_status: Some(DeviceStatus::Enabled),
            ..DeviceState::default()
        };
        let choice = KeptDevice::of(DeviceKind::Camera, &state, &[camera("a", "A")]).unwrap();

        assert_eq!((choice.device_id.as_str(), choice.is_muted), ("default", Some(false)));
        let found = recall(&[choice], ListedKind::VideoInput, &[]);
        assert_eq!(found, Recalled { device_id: None, is_muted: Some(false) });
    }

    #[test]
    fn devices_of_the_app_and_screens_are_not_kept() {
        let state = DeviceState { selected: Some("b".to_owned()), ..DeviceState::default() };
        let devices = [camera("a", "A")];

        assert_eq!(KeptDevice::of(DeviceKind::Camera, &state, &devices), None);
        let default = DeviceState::default();
        assert_eq!(KeptDevice::of(DeviceKind::ScreenShare, &default, &devices), None);
        let speaker = listed(ListedKind::AudioOutput, "s", "Speaker");
        assert_eq!(KeptDevice::of_speaker("a", &devices), None);
        let kept = KeptDevice::of_speaker("s", &[speaker]).unwrap();
        assert_eq!((kept.label.as_str(), kept.is_muted), ("Speaker", None));
    }
}
