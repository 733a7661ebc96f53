//! Counters of a running server, and their text for Prometheus.
//!
//! Whoever counts something asks the [`Registry`] once, by name and labels, and keeps what it gets:
//! counting is then one atomic addition. Labels come from the code, never from requests, so that
//! nobody can make the registry grow.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicI64},
    time::Duration,
};

use prometheus_client::{
    encoding::text,
    metrics::{counter, family::Family, gauge, histogram},
    registry,
};

/// All counters of one server. Clones are the same registry.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<Shared>>);

#[derive(Default)]
struct Shared {
    registry: registry::Registry,
    series: BTreeMap<&'static str, Series>,
}

/// A number that only grows.
#[derive(Clone, Debug, Default)]
pub struct Counter(counter::Counter);

/// A number that goes up and down.
#[derive(Clone, Debug, Default)]
pub struct Gauge(gauge::Gauge<i64, AtomicI64>);

/// How long something takes.
#[derive(Clone, Debug)]
pub struct Histogram(histogram::Histogram);

/// What has one name.
enum Series {
    Counter(Family<Written, counter::Counter>),
    Gauge(Family<Written, gauge::Gauge<i64, AtomicI64>>),
    Histogram(Family<Written, histogram::Histogram, fn() -> histogram::Histogram>),
}

/// Names and values.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

type Written = Vec<(&'static str, String)>;

impl Registry {
    /// The counter with this name and these labels, new or not. A name ends in `_total`.
    pub fn counter(&self, name: &'static str, help: &'static str, labels: Labels<'_>) -> Counter {
        let family = self.find(name, help, |registry, help| {
            let family = Family::default();
            // Which the text has anyway.
            let bare = name.trim_end_matches("_total");
            registry.register(bare, help, family.clone());
            Series::Counter(family)
        });
        match family {
            Series::Counter(family) => Counter(family.get_or_create_owned(&written(labels))),
            Series::Gauge(_) | Series::Histogram(_) => Counter::default(),
        }
    }

    /// The gauge with this name and these labels, new or not.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: Labels<'_>) -> Gauge {
        let family = self.find(name, help, |registry, help| {
            let family = Family::default();
            registry.register(name, help, family.clone());
            Series::Gauge(family)
        });
        match family {
            Series::Gauge(family) => Gauge(family.get_or_create_owned(&written(labels))),
            Series::Counter(_) | Series::Histogram(_) => Gauge::default(),
        }
    }

    /// The histogram with this name and these labels, new or not.
    pub fn histogram(
        &self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
    ) -> Histogram {
        let family = self.find(name, help, |registry, help| {
            let family = Family::new_with_constructor(fresh as fn() -> _);
            registry.register(name, help, family.clone());
            Series::Histogram(family)
        });
        match family {
            Series::Histogram(family) => Histogram(family.get_or_create_owned(&written(labels))),
            Series::Counter(_) | Series::Gauge(_) => Histogram::default(),
        }
    }

    /// Everything, in the OpenMetrics text format.
    pub fn text(&self) -> String {
        let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = text::encode(&mut text, &shared.registry);
        // Of what has no labels.
        text.replace("{} ", " ")
    }

    /// What has this name. It keeps the kind that it had first.
    fn find(
        &self,
        name: &'static str,
        help: &'static str,
        make: impl FnOnce(&mut registry::Registry, &'static str) -> Series,
    ) -> Series {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Shared { registry, series } = &mut *shared;
        // The registry writes the full stop itself.
        let help = help.trim_end_matches('.');
        series.entry(name).or_insert_with(|| make(registry, help)).share()
    }
}

impl Series {
    fn share(&self) -> Self {
        match self {
            Self::Counter(family) => Self::Counter(family.clone()),
            Self::Gauge(family) => Self::Gauge(family.clone()),
            Self::Histogram(family) => Self::Histogram(family.clone()),
        }
    }
}

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.inc_by(more);
    }

    /// How many by now.
    pub fn get(&self) -> u64 {
        self.0.get()
    }
}

impl Gauge {
    /// From now on this.
    pub fn set(&self, value: i64) {
        self.0.set(value);
    }

    /// So many more, or fewer.
    pub fn add(&self, more: i64) {
        self.0.inc_by(more);
    }

    /// What it is now.
    pub fn get(&self) -> i64 {
        self.0.get()
    }
}

impl Histogram {
    /// It took so long once more.
    pub fn observe(&self, duration: Duration) {
        self.0.observe(duration.as_secs_f64());
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self(fresh())
    }
}

fn fresh() -> histogram::Histogram {
    histogram::Histogram::new(BOUNDS)
}

fn written(labels: Labels<'_>) -> Written {
    labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// Upper bounds of the buckets, s.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(registry: &Registry) -> Vec<String> {
        registry.text().lines().map(Into::into).collect()
    }

    #[test]
    fn the_same_name_and_labels_are_the_same_counter() {
        let registry = Registry::default();
        registry.counter("a_total", "As.", &[("kind", "x")]).add(2);
        registry.clone().counter("a_total", "As.", &[("kind", "x")]).increment();
        registry.counter("a_total", "As.", &[("kind", "y\"\n")]).increment();
        registry.gauge("b", "Bs.", &[]).set(-1);
        let mut lines = lines(&registry);
        lines.sort();
        assert_eq!(
            lines,
            [
                "# EOF",
                "# HELP a As.",
                "# HELP b Bs.",
                "# TYPE a counter",
                "# TYPE b gauge",
                "a_total{kind=\"x\"} 3",
                "a_total{kind=\"y\\\"\\n\"} 1",
                "b -1",
            ]
        );
    }

    #[test]
    fn a_name_keeps_its_kind() {
        let registry = Registry::default();
        registry.gauge("a", "As.", &[]).set(7);
        registry.counter("a", "As.", &[("x", "y")]).increment();
        assert_eq!(lines(&registry), ["# HELP a As.", "# TYPE a gauge", "a 7", "# EOF"]);
    }

    #[test]
    fn a_histogram_counts_up_to_each_bound() {
        let registry = Registry::default();
        let histogram = registry.histogram("t_seconds", "Time.", &[("op", "x")]);
        for millis in [1, 3, 2000, 9000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let text = registry.text();
        for line in [
            "t_seconds_bucket{le=\"0.001\",op=\"x\"} 1",
            "t_seconds_bucket{le=\"0.005\",op=\"x\"} 2",
            "t_seconds_bucket{le=\"5.0\",op=\"x\"} 3",
            "t_seconds_bucket{le=\"+Inf\",op=\"x\"} 4",
            "t_seconds_sum{op=\"x\"} 11.004",
            "t_seconds_count{op=\"x\"} 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} not in\n{text}");
        }
    }
}
