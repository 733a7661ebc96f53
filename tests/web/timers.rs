//! The one timer of a client.

use trunkline::{
    core::{Duration, Input, Time},
    web::{Clock, Timer},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Inbox, Patch, eval};

#[wasm_bindgen_test]
async fn a_timer_fires_once_each_time_it_is_set() {
    let (timer, inbox) = timer();
    inbox.assert_silent().await;

    let now = Clock.now();
    // Also for the same moment again: it may have been early.
    for _ in 0..2 {
        timer.set(Some(now));
        assert_fired(&inbox).await;
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn setting_a_timer_voids_what_was_set_before() {
    let (timer, inbox) = timer();

    timer.set(Some(Time::from_millis(1)));
    timer.set(Some(Time::from_millis(2)));
    assert_fired(&inbox).await;
    inbox.assert_silent().await;

    timer.set(Some(Time::from_millis(1)));
    timer.set(None);
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
fn a_timer_is_not_armed_again_for_the_same_moment() {
    let (timer, _inbox) = timer();
    let recorder = Patch::new(
        "globalThis",
        "setTimeout",
        "globalThis.delays = []; return (callback, delay) => delays.push(delay)",
    );

    let due = Clock.now() + Duration::from_millis(60_000);
    timer.set(Some(due));
    timer.set(Some(due));

    drop(recorder);
    let delays = eval(
        "return delays.every((it) => it > 59_000 && it <= 60_001) && delays.length",
        &JsValue::NULL,
    );
    assert_eq!(delays, 1);
}

#[wasm_bindgen_test]
async fn a_time_too_long_for_the_browser_does_not_fire_at_once() {
    let (timer, inbox) = timer();
    for millis in [1 << 31, 1 << 32, 1 << 53, u64::MAX] {
        timer.set(Some(Time::from_millis(millis)));
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn a_timer_that_goes_away_does_not_fire() {
    let (timer, inbox) = timer();
    timer.set(Some(Clock.now()));

    drop(timer);

    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_browser_that_refuses_a_timer_harms_nobody() {
    let (timer, inbox) = timer();
    let patch = Patch::new("globalThis", "setTimeout", "return () => { throw new Error('no') }");
    timer.set(Some(Clock.now()));
    drop(patch);
    assert_eq!(inbox.warnings().len(), 1);

    timer.set(Some(Clock.now()));

    assert_fired(&inbox).await;
}

#[wasm_bindgen_test]
fn the_clock_counts_from_the_start_of_the_page() {
    let now = Clock.now();

    assert!(Clock.now() >= now);
    assert!(Clock.until(now).abs() < f64::EPSILON, "the past has come");
    assert!(Clock.until(now + Duration::from_millis(60_000)) > 0.0);
    assert!(Clock.until(Time::from_millis(0)).abs() < f64::EPSILON);
    assert!(Clock.epoch_offset() > 1.6e12, "after 2020");
}

async fn assert_fired(inbox: &Inbox) {
    let input = inbox.next().await;
    assert!(matches!(input, Input::Timeout), "{input:?}");
}

fn timer() -> (Timer, Inbox) {
    let (inbox, reporter) = Inbox::new();
    (Timer::new(Clock, reporter), inbox)
}
