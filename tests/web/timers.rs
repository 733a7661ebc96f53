//! The one timer of a client.

use trunkline::{
    core::{Duration, Time},
    web::{Clock, Input, Timer},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::Inbox;

#[wasm_bindgen_test]
async fn a_timer_fires_once_each_time_it_is_set() {
    let (timer, inbox) = timer();
    inbox.assert_silent().await;

    for _ in 0..2 {
        timer.set(Some(0.0));
        assert_fired(&inbox).await;
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn setting_a_timer_voids_what_was_set_before() {
    let (timer, inbox) = timer();

    timer.set(Some(0.0));
    timer.set(Some(0.0));
    assert_fired(&inbox).await;
    inbox.assert_silent().await;

    timer.set(Some(0.0));
    timer.set(None);
    inbox.assert_silent().await;
}

#[wasm_bindgen_test]
async fn a_time_too_long_for_the_browser_does_not_fire_at_once() {
    let (timer, inbox) = timer();
    for delay in [f64::from(i32::MAX) + 1.0, 1e15, f64::INFINITY] {
        timer.set(Some(delay));
        inbox.assert_silent().await;
    }
}

#[wasm_bindgen_test]
async fn a_timer_that_goes_away_does_not_fire() {
    let (timer, inbox) = timer();
    timer.set(Some(0.0));

    drop(timer);

    inbox.assert_silent().await;
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
    (Timer::new(&reporter), inbox)
}
