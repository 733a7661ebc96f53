//! Options of a server all of whose clients are one benchmark.

pub const UNLIMITED: [&str; 14] = [
    "--rate-limit",
    "0",
    "--app-rate-limit",
    "0",
    "--address-rate-limit",
    "0",
    "--connections-per-address",
    "100000",
    "--sfu-rate-limit",
    "0",
    "--sfu-rate-limit-per-address",
    "0",
    "--sockets-per-address",
    "10000",
];
