//! What is kept of the user's devices, and found again.

use super::native::Native;
use crate::core::{
    DeviceKind, DeviceStatus, ListedDevice, ListedKind,
    preferences::{KeptDevice, Recalled, recall, remember},
};

type DeviceState = crate::core::DeviceState<Native>;

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
    let all =
        ["1", "2", "3", "4", "2"].into_iter().fold(Vec::new(), |all, id| remember(all, kept(id)));
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
    let state =
        DeviceState { optimistic_status: Some(DeviceStatus::Enabled), ..DeviceState::default() };
    let choice = KeptDevice::of(DeviceKind::Camera, &state, &[camera("a", "A")]).unwrap();

    assert_eq!((choice.device_id.as_str(), choice.is_muted), ("default", Some(false)));
    // Also when it is known which one the browser took.
    let taken = DeviceState { selected: Some("a".to_owned()), ..state };
    assert_eq!(KeptDevice::of(DeviceKind::Camera, &taken, &[camera("a", "A")]).unwrap(), choice);
    let found = recall(&[choice], ListedKind::VideoInput, &[]);
    assert_eq!(found, Recalled { device_id: None, is_muted: Some(false) });
}

#[test]
fn devices_of_the_app_and_screens_are_not_kept() {
    let selected = Some("b".to_owned());
    let state = DeviceState { selected, is_chosen: true, ..DeviceState::default() };
    let devices = [camera("a", "A")];

    assert_eq!(KeptDevice::of(DeviceKind::Camera, &state, &devices), None);
    let default = DeviceState::default();
    assert_eq!(KeptDevice::of(DeviceKind::ScreenShare, &default, &devices), None);
    let speaker = listed(ListedKind::AudioOutput, "s", "Speaker");
    assert_eq!(KeptDevice::of_speaker("a", &devices), None);
    let kept = KeptDevice::of_speaker("s", &[speaker]).unwrap();
    assert_eq!((kept.label.as_str(), kept.is_muted), ("Speaker", None));
}
