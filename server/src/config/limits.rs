//! How much one client, one address and all together may ask of the server. The limits hold on
//! loopback and in development, too.

use std::time::Duration;

use clap::Args;

use crate::{http::ConnectionBounds, rate_limit::Budgets, sfu, sockets::SocketBounds};

#[derive(Debug, Args)]
pub(super) struct LimitArgs {
    /// Requests a minute per address (or IPv6 /64) and endpoint, 0 for no limit. Users with a token of
    /// the app, and guests and anonymous viewers, each have as many.
    #[arg(long, value_name = "N", env = "TRUNKLINE_ADDRESS_RATE_LIMIT", default_value_t = 1500)]
    address_rate_limit: u32,
    /// Requests a minute per user, endpoint and platform, 0 for no limit.
    #[arg(long, value_name = "N", env = "TRUNKLINE_RATE_LIMIT", default_value_t = 60)]
    rate_limit: u32,
    /// Requests a minute per app, endpoint and platform, 0 for no limit; a thirtieth of it in any
    /// one second. Users with a token, and guests and anonymous viewers, each have as many.
    #[arg(long, value_name = "N", env = "TRUNKLINE_APP_RATE_LIMIT", default_value_t = 6000)]
    app_rate_limit: u32,
    /// New guests an hour per address (or IPv6 /64), 0 for no limit.
    #[arg(long, value_name = "N", env = "TRUNKLINE_GUESTS_PER_ADDRESS", default_value_t = 600)]
    guests_per_address: u32,
    /// Nobody becomes a guest.
    #[arg(long, env = "TRUNKLINE_NO_GUESTS")]
    no_guests: bool,
    /// Hours after which a guest is forgotten who has not come back and is in no call, 0 to keep them.
    /// Whoever never connects is forgotten after one.
    #[arg(long, value_name = "HOURS", env = "TRUNKLINE_GUEST_EXPIRY", default_value_t = 24)]
    guest_expiry: u32,
    /// Coordinator sockets that one user may hold open.
    #[arg(long, value_name = "N", env = "TRUNKLINE_SOCKETS_PER_USER", default_value_t = 50)]
    sockets_per_user: usize,
    /// Sockets of coordinator and SFU that one address may hold open, or one IPv6 /64.
    #[arg(long, value_name = "N", env = "TRUNKLINE_SOCKETS_PER_ADDRESS", default_value_t = 1000)]
    sockets_per_address: usize,
    /// Sockets of coordinator and SFU that may be open in all.
    #[arg(long, value_name = "N", env = "TRUNKLINE_MAX_SOCKETS", default_value_t = 15_000)]
    max_sockets: usize,
    /// Connections that one address (or IPv6 /64) may hold open, sockets among them. One more closes
    /// the one that has been idle longest.
    #[arg(
        long,
        value_name = "N",
        env = "TRUNKLINE_CONNECTIONS_PER_ADDRESS",
        default_value_t = 2000
    )]
    connections_per_address: usize,
    /// Connections that may be open in all. Fewer when the system allows fewer open files.
    #[arg(long, value_name = "N", env = "TRUNKLINE_MAX_CONNECTIONS", default_value_t = 20_000)]
    max_connections: usize,
    /// Requests a second to the SFU by one user in one call, with a burst of 30 seconds' worth; each
    /// 4 KiB of a body (of statistics 256 KiB) count as one more, a join as ten; 0 for no limit.
    #[arg(long, value_name = "N", env = "TRUNKLINE_SFU_RATE_LIMIT", default_value_t = 30)]
    sfu_rate_limit: u32,
    /// As --sfu-rate-limit, from one address, or one IPv6 /64.
    #[arg(
        long,
        value_name = "N",
        env = "TRUNKLINE_SFU_RATE_LIMIT_PER_ADDRESS",
        default_value_t = 300
    )]
    sfu_rate_limit_per_address: u32,
    /// Sessions that one user may have in a call: tabs and devices.
    #[arg(long, value_name = "N", env = "TRUNKLINE_SESSIONS_PER_USER", default_value_t = 10)]
    sessions_per_user: u32,
    /// Participants of a call above which those who only watch are counted but no longer introduced
    /// to the others: each would be told to all of them.
    #[arg(long, value_name = "N", default_value_t = 250)]
    large_call: usize,
    /// Microphones of a call that are forwarded at the same time. Where more are on, those of the
    /// loudest are. 0 for all of them.
    #[arg(long, value_name = "N", env = "TRUNKLINE_LOUDEST", default_value_t = 10)]
    loudest: usize,
}

impl LimitArgs {
    pub fn budgets(&self) -> Budgets {
        Budgets {
            per_address: self.address_rate_limit,
            per_user: self.rate_limit,
            per_app: self.app_rate_limit,
            guests: self.guests_per_address,
        }
    }

    pub fn guest_expiry(&self) -> Option<Duration> {
        let hours = u64::from(self.guest_expiry);
        (hours > 0).then(|| Duration::from_secs(hours * 60 * 60))
    }

    pub fn guests(&self) -> bool {
        !self.no_guests
    }

    pub fn sockets(&self) -> SocketBounds {
        SocketBounds {
            per_user: self.sockets_per_user,
            per_address: self.sockets_per_address,
            in_all: self.max_sockets,
        }
    }

    pub fn connections(&self) -> ConnectionBounds {
        ConnectionBounds { per_address: self.connections_per_address, in_all: self.max_connections }
    }

    pub fn sfu(&self) -> sfu::Limits {
        sfu::Limits { per_user: self.sfu_rate_limit, per_address: self.sfu_rate_limit_per_address }
    }

    pub fn sessions_per_user(&self) -> u32 {
        self.sessions_per_user
    }

    pub fn sizes(&self) -> sfu::Sizes {
        sfu::Sizes { large_call: self.large_call, loudest: self.loudest }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{
        config::tests::{OWN_APP, serve},
        rate_limit::Budgets,
        sfu,
    };

    #[test]
    fn limits_are_those_of_the_platform_in_development_too() {
        let budgets = |args: &str| {
            let Budgets { per_address, per_user, per_app, guests } = serve(args).budgets;
            [per_address, per_user, per_app, guests]
        };
        assert_eq!(budgets(OWN_APP), [1500, 60, 6000, 600]);
        assert_eq!(budgets("--dev"), [1500, 60, 6000, 600]);
        assert_eq!(serve("--dev").sfu_limits, sfu::Limits { per_user: 30, per_address: 300 });
        let none =
            "--address-rate-limit 0 --rate-limit 5 --app-rate-limit 0 --guests-per-address 0";
        assert_eq!(budgets(&format!("--dev {none}")), [0, 5, 0, 0]);
    }

    #[test]
    fn less_is_done_for_each_in_large_calls() {
        assert_eq!(serve("--dev").sizes, sfu::Sizes { large_call: 250, loudest: 10 });
        let sizes = serve("--dev --large-call 3 --loudest 0").sizes;
        assert_eq!(sizes, sfu::Sizes { large_call: 3, loudest: 0 });
    }

    #[test]
    fn guests_come_and_go_unless_told_otherwise() {
        let config = serve("--dev");
        assert_eq!(config.guest_expiry, Some(Duration::from_secs(24 * 60 * 60)));
        assert!(config.guests);
        let config = serve("--dev --no-guests --guest-expiry 0");
        assert_eq!((config.guests, config.guest_expiry), (false, None));
    }
}
