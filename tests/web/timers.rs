//! The one timer of a client.

use std::{cell::RefCell, rc::Rc};

use trunkline::{
    core::{Duration, Time},
    web::{Clock, Timer},
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::turn;

type Fired = Rc<RefCell<Vec<&'static str>>>;

#[wasm_bindgen_test]
async fn a_timer_fires_once_each_time_it_is_set() {
    let (timer, fired) = timer();
    turn().await;
    assert!(fired.borrow().is_empty(), "nobody has set it");

    for rounds in 1..=2 {
        timer.set(Some(0.0));
        turn().await;
        assert_eq!(fired.borrow().len(), rounds);
    }
}

#[wasm_bindgen_test]
async fn setting_a_timer_voids_what_was_set_before() {
    let (timer, fired) = timer();

    timer.set(Some(0.0));
    timer.set(Some(0.0));
    turn().await;
    assert_eq!(fired.borrow().len(), 1);

    timer.set(Some(0.0));
    timer.set(None);
    turn().await;
    assert_eq!(fired.borrow().len(), 1);
}

#[wasm_bindgen_test]
async fn a_time_too_long_for_the_browser_does_not_fire_at_once() {
    let (timer, fired) = timer();
    for delay in [f64::from(i32::MAX) + 1.0, 1e15, f64::INFINITY] {
        timer.set(Some(delay));
        turn().await;
        assert!(fired.borrow().is_empty(), "{delay}");
    }
}

#[wasm_bindgen_test]
async fn a_timer_that_goes_away_does_not_fire() {
    let (timer, fired) = timer();
    timer.set(Some(0.0));

    drop(timer);

    turn().await;
    assert!(fired.borrow().is_empty());
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

fn timer() -> (Timer, Fired) {
    let fired = Fired::default();
    let filled = fired.clone();
    (Timer::new(move || filled.borrow_mut().push("fired")), fired)
}
