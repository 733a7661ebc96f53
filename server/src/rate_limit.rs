//! How often somebody may ask: per user, endpoint and platform, and per app in all.
//!
//! Windows begin with their first request. Time comes from outside.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::store::AppId;

/// What may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Requests a minute per user, endpoint and platform; 0: as many as they like.
    pub per_user: u32,
    /// Requests a minute per app, endpoint and platform, a thirtieth of it in any one second; 0: as
    /// many as they like.
    pub per_app: u32,
}

/// What a request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    /// The app that it names.
    pub app: AppId,
    /// Who asks; `None` for backends and for clients that are nobody yet.
    pub user: Option<&'a str>,
    /// Method and route.
    pub endpoint: &'a str,
    /// What kind of client asks.
    pub platform: Platform,
}

/// A kind of client. There are few, so that nobody gets a new budget by making up a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// A page.
    Web,
    /// Android.
    Android,
    /// iOS.
    Ios,
    /// A backend.
    Server,
    /// Anything else.
    Other,
}

/// What is left after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests in a window.
    pub limit: u32,
    /// Requests that are left in this one.
    pub remaining: u32,
    /// How long this window lasts.
    pub resets_in: Duration,
    /// The request was one too many.
    pub exceeded: bool,
}

/// Counts requests.
pub struct RateLimits {
    budgets: Budgets,
    /// Names windows, so that none of them has to keep the names of its subject.
    hasher: RandomState,
    windows: Mutex<Windows>,
}

#[derive(Default)]
struct Windows {
    open: HashMap<u64, Window>,
    swept: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Window {
    ends: Instant,
    used: u32,
}

impl Platform {
    /// From `X-Stream-Client`, such as `stream-video-javascript-v1.2.3|os=…`.
    pub fn of_client(header: Option<&str>) -> Self {
        let name = header.unwrap_or_default().split('|').next().unwrap_or_default();
        let says = |word: &str| name.contains(word);
        if says("android") || says("kotlin") {
            Self::Android
        } else if says("ios") || says("swift") {
            Self::Ios
        } else if says("javascript") || says("react") || says("web") {
            Self::Web
        } else {
            Self::Other
        }
    }
}

impl RateLimits {
    /// Nothing is used up yet.
    pub fn new(budgets: Budgets) -> Self {
        Self { budgets, hasher: RandomState::new(), windows: Mutex::default() }
    }

    /// Counts one request. `None` when nothing limits it.
    pub fn take(&self, subject: Subject<'_>, now: Instant) -> Option<Rate> {
        let Budgets { per_user, per_app } = self.budgets;
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let own = subject.user.filter(|_| per_user > 0).map(|_| {
            let key = self.hasher.hash_one((MINUTE, subject));
            windows.take(key, per_user, MINUTE, now)
        });
        if own.is_some_and(|rate| rate.exceeded) || per_app == 0 {
            return own;
        }
        let everybody = Subject { user: None, ..subject };
        // One second must not use up what is for the minute.
        let burst = per_app.div_ceil(30);
        let burst = windows.take(self.hasher.hash_one((SECOND, everybody)), burst, SECOND, now);
        if burst.exceeded {
            return Some(burst);
        }
        let app = windows.take(self.hasher.hash_one((MINUTE, everybody)), per_app, MINUTE, now);
        Some(own.filter(|_| !app.exceeded).unwrap_or(app))
    }
}

impl Windows {
    fn take(&mut self, key: u64, limit: u32, length: Duration, now: Instant) -> Rate {
        if self.open.len() >= MAX_WINDOWS && !self.open.contains_key(&key) {
            self.sweep(now);
        }
        let full = self.open.len() >= MAX_WINDOWS;
        let fresh = Window { ends: now + length, used: 0 };
        let mut passing = fresh;
        let window = if full && !self.open.contains_key(&key) {
            // More users than fit are within their rights; the budget of the app, which was there
            // before them, still holds.
            &mut passing
        } else {
            self.open.entry(key).or_insert(fresh)
        };
        if window.ends <= now {
            *window = fresh;
        }
        let exceeded = window.used >= limit;
        if !exceeded {
            window.used += 1;
        }
        let resets_in = window.ends - now;
        Rate { limit, remaining: limit - window.used, resets_in, exceeded }
    }

    /// Drops the windows that are over; at most once a second, because it looks at all of them.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_none_or(|swept| swept + SECOND <= now) {
            self.open.retain(|_, window| window.ends > now);
            self.swept = Some(now);
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// A few MB.
const MAX_WINDOWS: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: Subject<'_> = Subject {
        app: AppId(1),
        user: Some("alice"),
        endpoint: "GET /calls",
        platform: Platform::Web,
    };

    fn limits(per_user: u32, per_app: u32) -> RateLimits {
        RateLimits::new(Budgets { per_user, per_app })
    }

    fn exceeded(limits: &RateLimits, subject: Subject<'_>, now: Instant) -> bool {
        limits.take(subject, now).is_some_and(|rate| rate.exceeded)
    }

    #[test]
    fn a_user_has_a_budget_per_minute_endpoint_and_platform() {
        let (limits, start) = (limits(60, 0), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        for n in 0..60 {
            let rate = limits.take(ALICE, after(n / 2)).unwrap();
            let left = (60, 59 - u32::try_from(n).unwrap());
            assert_eq!((rate.limit, rate.remaining, rate.exceeded), (left.0, left.1, false));
        }
        let rate = limits.take(ALICE, after(59)).unwrap();
        assert_eq!((rate.remaining, rate.exceeded), (0, true));
        assert_eq!(rate.resets_in, Duration::from_secs(1));
        for other in [
            Subject { app: AppId(2), ..ALICE },
            Subject { user: Some("bob"), ..ALICE },
            Subject { endpoint: "POST /calls", ..ALICE },
            Subject { platform: Platform::Ios, ..ALICE },
        ] {
            assert!(!exceeded(&limits, other, after(59)), "{other:?}");
        }
        assert!(exceeded(&limits, ALICE, after(59)), "refusals do not prolong the window");
        assert!(!exceeded(&limits, ALICE, after(60)));
    }

    #[test]
    fn an_app_has_a_budget_per_minute_and_a_smaller_one_per_second() {
        let (limits, start) = (limits(0, 60), Instant::now());
        let users: Vec<_> = (0..100).map(|n| format!("u{n}")).collect();
        let mut served = 0;
        for (n, user) in (0_u64..).zip(&users) {
            let now = start + Duration::from_millis(n * 250);
            served += u32::from(!exceeded(&limits, Subject { user: Some(user), ..ALICE }, now));
        }
        // 25 s at 2 a second.
        assert_eq!(served, 50);
        for n in 0..10 {
            let now = start + Duration::from_secs(30 + n);
            assert!(!exceeded(&limits, ALICE, now), "{n}");
        }
        let now = start + Duration::from_secs(45);
        let rate = limits.take(ALICE, now).unwrap();
        assert_eq!((rate.limit, rate.exceeded), (60, true));
        assert_eq!(rate.resets_in, Duration::from_secs(15));
        assert!(!exceeded(&limits, Subject { app: AppId(2), ..ALICE }, now));
    }

    #[test]
    fn a_refused_user_does_not_use_up_the_budget_of_the_app() {
        let (limits, now) = (limits(1, 300), Instant::now());
        for _ in 0..100 {
            limits.take(ALICE, now);
        }
        assert!(!exceeded(&limits, Subject { user: Some("bob"), ..ALICE }, now));
    }

    #[test]
    fn zero_means_no_limit() {
        let limits = limits(0, 0);
        assert_eq!(limits.take(ALICE, Instant::now()), None);
    }

    #[test]
    fn memory_is_bounded_and_the_app_stays_limited() {
        let (limits, now) = (limits(1, 60), Instant::now());
        let mut refused = 0;
        for n in 0..MAX_WINDOWS + 100 {
            let user = n.to_string();
            refused += u32::from(exceeded(&limits, Subject { user: Some(&user), ..ALICE }, now));
        }
        assert!(refused as usize > MAX_WINDOWS);
        assert!(limits.windows.lock().unwrap().open.len() <= MAX_WINDOWS);
        let later = now + MINUTE;
        limits.take(Subject { user: Some("late"), ..ALICE }, later);
        assert!(limits.windows.lock().unwrap().open.len() < 10, "old windows make room");
    }

    #[test]
    fn platforms_are_read_from_the_head_of_the_client_header() {
        for (header, platform) in [
            (Some("stream-video-javascript-v1.0|os=android"), Platform::Web),
            (Some("stream-video-android-v1"), Platform::Android),
            (Some("stream-video-swift-v1"), Platform::Ios),
            (Some("mine"), Platform::Other),
            (None, Platform::Other),
        ] {
            assert_eq!(Platform::of_client(header), platform, "{header:?}");
        }
    }
}
