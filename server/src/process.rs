//! What the process takes of the machine, by the names that Prometheus has for it.

use std::fs;

use rustix::process::{Resource, getrlimit};

use crate::metrics::Registry;

/// Looks it up now. What the system does not tell stays as it was.
pub(crate) fn measure(metrics: &Registry) {
    let set = |name, help, value: Option<u64>| {
        if let Some(value) = value {
            metrics.gauge(name, help, &[]).set(i64::try_from(value).unwrap_or(i64::MAX));
        }
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
        rest.split_whitespace().next()?.parse::<u64>().ok()
    };
    let memory = line("VmRSS:").map(|kib| kib * 1024);
    set("process_resident_memory_bytes", "Memory that the process has.", memory);
    set("process_threads", "Threads of the process.", line("Threads:"));
    let open = fs::read_dir("/proc/self/fd").ok().and_then(|open| u64::try_from(open.count()).ok());
    set("process_open_fds", "Descriptors that are open: sockets and files.", open);
    let most = getrlimit(Resource::Nofile).current;
    set("process_max_fds", "Descriptors that may be open.", most);
}
