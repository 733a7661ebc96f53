//! Thousands of storms of orders to a device, with a browser that answers late, fails, or takes
//! devices away: at the end exactly the last wish holds, nothing else is left on, and every promise
//! was settled once (the host checks that).

use proptest::prelude::*;
use trunkline_protocol::sfu::signal;

use super::host::{Host, Refused, denied};
use crate::core::tests::native::Input;
use crate::core::{Choice, DeviceKind, DeviceOrder, DeviceStatus, TrackType};

#[derive(Clone, Debug)]
enum Step {
    Order(DeviceOrder),
    Wait(u64),
    /// The newest opening fails.
    Fail,
    /// A capture that runs ends by itself.
    End,
    SystemMute(bool),
    Rejoin,
    /// The browser does not send the next tracks.
    Refuse(Refused),
}

fn order() -> impl Strategy<Value = DeviceOrder> {
    let choice =
        (prop::option::of("[ab]")).prop_map(|device_id| Choice { device_id, facing: None });
    prop_oneof![
        3 => Just(DeviceOrder::Enable),
        3 => any::<bool>().prop_map(|keep| DeviceOrder::Disable { keep }),
        2 => any::<bool>().prop_map(|keep| DeviceOrder::Toggle { keep }),
        1 => Just(DeviceOrder::Resume),
        2 => any::<bool>().prop_map(|fresh| DeviceOrder::Renew { fresh }),
        3 => choice.prop_map(DeviceOrder::Select),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => order().prop_map(Step::Order),
        4 => (0..60u64).prop_map(Step::Wait),
        1 => Just(Step::Fail),
        1 => Just(Step::End),
        1 => any::<bool>().prop_map(Step::SystemMute),
        1 => Just(Step::Rejoin),
        1 => (0..3u32, 0..3u32).prop_map(|(transceivers, replacements)| {
            Step::Refuse(Refused { transceivers, replacements, ..Refused::default() })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_last_wish_holds(
        steps in prop::collection::vec(step(), 1..40),
        delays in prop::collection::vec(0..50u64, 1..4),
        kind in prop::sample::select(DeviceKind::ALL.to_vec()),
        last in any::<bool>(),
    ) {
        let (mut host, call) = Host::joined();
        host.weather.delays = delays;
        let mut promises = Vec::new();
        let mut any_refused = false;
        for step in steps {
            match step {
                Step::Order(order) => promises.push(host.device(call, kind, order)),
                Step::Wait(ms) => host.run_for(ms),
                Step::Fail => {
                    let newest = host.requested.last().map(|request| request.capture);
                    let running = host.state(call).device(kind).capture;
                    if let Some(capture) = newest.filter(|c| host.running_captures().contains(c))
                        && Some(capture) != running
                    {
                        // It fails, and the host hears nothing else of it.
                        host.feed(Input::Captured { capture, result: Err(denied()) });
                        host.forget_capture(capture);
                    }
                }
                Step::End => {
                    if let Some(capture) = host.state(call).device(kind).capture {
                        host.feed(Input::CaptureEnded(capture));
                    }
                }
                Step::SystemMute(muted) => {
                    if let Some(capture) = host.state(call).device(kind).capture {
                        host.feed(Input::CaptureMuted(capture, muted));
                    }
                }
                Step::Rejoin => host.close_sfu(1006),
                Step::Refuse(refused) => {
                    host.weather.refused = refused;
                    any_refused = true;
                }
            }
        }
        if any_refused {
            // What was refused before the last wish is known by then.
            host.run_for(20_000);
            host.weather.refused = Refused::default();
        }
        let order =
            if last { DeviceOrder::Enable } else { DeviceOrder::Disable { keep: false } };
        promises.push(host.device(call, kind, order));
        host.run_for(20_000);

        for promise in promises {
            prop_assert!(host.settled.contains_key(&promise), "promise {} is open", promise);
        }
        let device = host.state(call).device(kind).clone();
        let wish = if last { DeviceStatus::Enabled } else { DeviceStatus::Disabled };
        prop_assert_eq!((device.status, device.optimistic_status), (Some(wish), Some(wish)));
        prop_assert_eq!(host.running_captures(), device.capture.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(device.capture.is_some(), last);

        let states = host.server.rpcs_of::<signal::UpdateMuteStatesRequest>("UpdateMuteStates");
        let track_type: TrackType = kind.track_type();
        let told = states
            .iter()
            .filter(|request| host.server.sessions.contains_key(&request.session_id))
            .flat_map(|request| request.mute_states.clone())
            .collect::<Vec<_>>()
            .into_iter()
            .rfind(|state| state.track_type() == track_type);
        prop_assert_eq!(told.is_some_and(|state| !state.muted), last, "what the SFU believes");
    }
}
