//! How often somebody may ask: per address, per user, and per app in all.
//!
//! Whom a backend has named by a token, and whom anybody can make up (guests, anonymous viewers,
//! callers without a good token) are counted apart, by address and by app: however many the latter
//! are and whatever they do, they use up nothing of the former's. Windows begin with their first
//! request. Time comes from outside.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{address::Network, app::AppId};

/// What may be asked for; 0 stands for as many as they like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Requests a minute per address and endpoint.
    pub per_address: u32,
    /// Requests a minute per user, endpoint and platform.
    pub per_user: u32,
    /// Requests a minute per app, endpoint and platform, a thirtieth of it in any one second. An
    /// address that has asked for less than a hundredth of it is served all the same.
    pub per_app: u32,
    /// New guests an hour per address.
    pub guests: u32,
}

/// What a request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    /// The app that it names.
    pub app: AppId,
    /// Who asks.
    pub who: Asker<'a>,
    /// Where they are.
    pub network: Network,
    /// Method and route.
    pub endpoint: &'a str,
    /// What kind of client asks.
    pub platform: Platform,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker<'a> {
    /// The app itself: no budget but that of the app.
    Backend,
    /// A user whom the app has named.
    User(&'a str),
    /// A user whom anybody could have made.
    Guest(&'a str),
    /// One of those who can be told apart by their address only.
    Nobody,
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
        let Budgets { per_address, per_user, per_app, .. } = self.budgets;
        let Subject { app, who, network, endpoint, platform } = subject;
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (who != Asker::Backend).then(|| self.place(who, network, endpoint));
        // Counted without a limit, too: it tells who has asked for little.
        let most = if per_address == 0 { u32::MAX } else { per_address };
        let local = place.map(|place| windows.take(place, most, MINUTE, now));
        if local.is_some_and(|rate| rate.exceeded) {
            return local;
        }
        let own = match who {
            Asker::User(_) | Asker::Guest(_) if per_user > 0 => {
                let key = self.hasher.hash_one((MINUTE, app, who, endpoint, platform));
                Some(windows.take(key, per_user, MINUTE, now))
            }
            _ => None,
        };
        if own.is_some_and(|rate| rate.exceeded) {
            // One user must not use up what is for all at this address.
            place.inspect(|place| windows.give_back(*place));
            return own;
        }
        let local = local.filter(|_| per_address > 0);
        if per_app == 0 {
            return own.or(local);
        }
        let everybody = (app, who.is_named(), endpoint, platform);
        // One second must not use up what is for the minute.
        let burst = per_app.div_ceil(30);
        let key = self.hasher.hash_one((SECOND, everybody));
        let mut all = windows.take(key, burst, SECOND, now);
        if !all.exceeded {
            all = windows.take(self.hasher.hash_one((MINUTE, everybody)), per_app, MINUTE, now);
        }
        let used = place.map_or(u32::MAX, |place| windows.used(place));
        if all.exceeded && used > per_app / 100 {
            return Some(all);
        }
        Some(own.or(local).unwrap_or(all))
    }

    /// Counts a request of somebody whose credentials are no good, whatever app it names.
    pub fn take_stranger(&self, network: Network, endpoint: &str, now: Instant) -> Option<Rate> {
        let most = self.budgets.per_address;
        self.take_if(most, self.place(Asker::Nobody, network, endpoint), MINUTE, now)
    }

    /// Counts a new guest.
    pub fn take_guest(&self, network: Network, now: Instant) -> Option<Rate> {
        let key = self.hasher.hash_one((HOUR, network));
        self.take_if(self.budgets.guests, key, HOUR, now)
    }

    fn take_if(&self, most: u32, key: u64, length: Duration, now: Instant) -> Option<Rate> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        (most > 0).then(|| windows.take(key, most, length, now))
    }

    fn place(&self, who: Asker<'_>, network: Network, endpoint: &str) -> u64 {
        self.hasher.hash_one((MINUTE, network, who.is_named(), endpoint))
    }
}

impl Asker<'_> {
    fn is_named(self) -> bool {
        matches!(self, Self::Backend | Self::User(_))
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

    /// Takes back one request.
    fn give_back(&mut self, key: u64) {
        if let Some(window) = self.open.get_mut(&key) {
            window.used = window.used.saturating_sub(1);
        }
    }

    /// Requests in a window; one that did not fit counts as used up.
    fn used(&self, key: u64) -> u32 {
        self.open.get(&key).map_or(u32::MAX, |window| window.used)
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
const HOUR: Duration = Duration::from_secs(60 * 60);
/// A few MB.
const MAX_WINDOWS: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ClientAddress;

    fn network(address: &str) -> Network {
        ClientAddress(address.parse().unwrap()).network()
    }

    fn user(id: &str) -> Subject<'_> {
        Subject {
            app: AppId(1),
            who: Asker::User(id),
            network: network("192.0.2.1"),
            endpoint: "GET /calls",
            platform: Platform::Web,
        }
    }

    fn guest(id: &str) -> Subject<'_> {
        Subject { who: Asker::Guest(id), ..user("") }
    }

    fn limits(per_user: u32, per_app: u32) -> RateLimits {
        RateLimits::new(Budgets { per_address: 0, per_user, per_app, guests: 0 })
    }

    fn usual() -> RateLimits {
        RateLimits::new(Budgets { per_address: 1500, per_user: 60, per_app: 6000, guests: 600 })
    }

    fn exceeded(limits: &RateLimits, subject: Subject<'_>, now: Instant) -> bool {
        limits.take(subject, now).is_some_and(|rate| rate.exceeded)
    }

    #[test]
    fn a_user_has_a_budget_per_minute_endpoint_and_platform() {
        let (limits, start, alice) = (limits(60, 0), Instant::now(), user("alice"));
        let after = |seconds| start + Duration::from_secs(seconds);
        for n in 0..60 {
            let rate = limits.take(alice, after(n / 2)).unwrap();
            let left = (60, 59 - u32::try_from(n).unwrap());
            assert_eq!((rate.limit, rate.remaining, rate.exceeded), (left.0, left.1, false));
        }
        let rate = limits.take(alice, after(59)).unwrap();
        assert_eq!((rate.remaining, rate.exceeded), (0, true));
        assert_eq!(rate.resets_in, Duration::from_secs(1));
        for other in [
            Subject { app: AppId(2), ..alice },
            user("bob"),
            Subject { endpoint: "POST /calls", ..alice },
            Subject { platform: Platform::Ios, ..alice },
        ] {
            assert!(!exceeded(&limits, other, after(59)), "{other:?}");
        }
        assert!(exceeded(&limits, alice, after(59)), "refusals do not prolong the window");
        assert!(!exceeded(&limits, alice, after(60)));
    }

    #[test]
    fn an_app_has_a_budget_per_minute_and_a_smaller_one_per_second() {
        let (limits, start) = (limits(0, 60), Instant::now());
        let users: Vec<_> = (0..100).map(|n| format!("u{n}")).collect();
        let mut served = 0;
        for (n, id) in (0_u64..).zip(&users) {
            let now = start + Duration::from_millis(n * 250);
            served += u32::from(!exceeded(&limits, user(id), now));
        }
        // 25 s at 2 a second.
        assert_eq!(served, 50);
        for n in 0..10 {
            let now = start + Duration::from_secs(30 + n);
            assert!(!exceeded(&limits, user("alice"), now), "{n}");
        }
        let now = start + Duration::from_secs(45);
        let rate = limits.take(user("alice"), now).unwrap();
        assert_eq!((rate.limit, rate.exceeded), (60, true));
        assert_eq!(rate.resets_in, Duration::from_secs(15));
        assert!(!exceeded(&limits, Subject { app: AppId(2), ..user("alice") }, now));
    }

    #[test]
    fn a_refused_user_uses_up_neither_the_budget_of_the_app_nor_that_of_the_address() {
        let budgets = Budgets { per_address: 10, per_user: 1, per_app: 300, guests: 0 };
        let (limits, now) = (RateLimits::new(budgets), Instant::now());
        for _ in 0..100 {
            limits.take(user("alice"), now);
        }
        assert!(!exceeded(&limits, user("bob"), now));
    }

    #[test]
    fn guests_lock_nobody_out_who_has_a_token_not_even_at_their_own_address() {
        let (limits, start) = (usual(), Instant::now());
        let ids: Vec<_> = (0..120).map(|n| format!("guest-{n}")).collect();
        let mut served = 0;
        // 226 requests a second, for 50 s.
        for n in 0..11_300_u64 {
            let id = &ids[usize::try_from(n).unwrap() % ids.len()];
            let now = start + Duration::from_micros(n * 1_000_000 / 226);
            served += u32::from(!exceeded(&limits, guest(id), now));
        }
        // What is left of it after the seconds in which they were too many for the app.
        assert!((1000..=1500).contains(&served), "{served}");
        let now = start + Duration::from_secs(50);
        for id in ["alice", "bob"] {
            assert!(!exceeded(&limits, user(id), now));
        }
        let elsewhere = Subject { network: network("192.0.2.2"), ..guest("guest-x") };
        assert!(!exceeded(&limits, elsewhere, now));
    }

    #[test]
    fn anonymous_viewers_share_a_budget_with_their_address_only() {
        let (limits, now) = (usual(), Instant::now());
        let viewer =
            |address| Subject { who: Asker::Nobody, network: network(address), ..user("") };
        let served = (0..3000).filter(|_| !exceeded(&limits, viewer("2001:db8::1"), now)).count();
        // A burst takes what is for one second, and then the share of an address.
        assert!((60..=1500).contains(&served), "{served}");
        assert!(exceeded(&limits, viewer("2001:db8::2"), now), "the same /64");
        assert!(!exceeded(&limits, viewer("2001:db8:0:1::1"), now));
    }

    #[test]
    fn many_addresses_leave_every_other_its_share() {
        let (limits, now) = (usual(), Instant::now());
        let addresses: Vec<_> = (0..250).map(|n| format!("198.51.100.{n}")).collect();
        for address in addresses.iter().cycle().take(250 * 100) {
            limits.take(Subject { network: network(address), ..user(address) }, now);
            let anybody = Subject { who: Asker::Nobody, ..user("") };
            limits.take(Subject { network: network(address), ..anybody }, now);
        }
        let office: Vec<_> = (0..60).map(|n| format!("u{n}")).collect();
        assert!(office.iter().all(|id| !exceeded(&limits, user(id), now)));
        assert!(exceeded(&limits, user("one too many"), now));
    }

    #[test]
    fn bad_credentials_and_new_guests_count_by_address() {
        let budgets = Budgets { per_address: 2, per_user: 0, per_app: 0, guests: 3 };
        let (limits, now) = (RateLimits::new(budgets), Instant::now());
        let here = network("192.0.2.1");
        let mut strangers = (0..3).map(|_| limits.take_stranger(here, "GET /calls", now).unwrap());
        assert!(strangers.by_ref().take(2).all(|rate| !rate.exceeded));
        assert!(strangers.all(|rate| rate.exceeded));
        assert!(!exceeded(&limits, user("alice"), now), "who is known goes on");
        let guests = |now| limits.take_guest(here, now).unwrap().exceeded;
        assert_eq!(
            [guests(now), guests(now), guests(now), guests(now)],
            [false, false, false, true]
        );
        assert!(guests(now + MINUTE * 59) && !guests(now + HOUR));
    }

    #[test]
    fn zero_means_no_limit() {
        let limits = limits(0, 0);
        assert_eq!(limits.take(user("alice"), Instant::now()), None);
        assert_eq!(limits.take_guest(network("192.0.2.1"), Instant::now()), None);
    }

    #[test]
    fn memory_is_bounded_and_the_app_stays_limited() {
        let (limits, now) = (limits(1, 60), Instant::now());
        let mut refused = 0;
        for n in 0..MAX_WINDOWS + 100 {
            refused += u32::from(exceeded(&limits, user(&n.to_string()), now));
        }
        assert!(refused as usize > MAX_WINDOWS);
        assert!(limits.windows.lock().unwrap().open.len() <= MAX_WINDOWS);
        let later = now + MINUTE;
        limits.take(user("late"), later);
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
