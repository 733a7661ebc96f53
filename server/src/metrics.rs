//! Counters of a running server, and their Prometheus text form.
//!
//! Whoever counts something asks the [`Registry`] once, by name and labels, and keeps what it gets:
//! counting is then one atomic addition. Labels come from the code, never from requests, so that
//! nobody can make the registry grow.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// All counters of one server. Clones are the same registry.
#[derive(Clone, Default)]
pub struct Registry {
    families: Arc<Mutex<BTreeMap<&'static str, Family>>>,
}

/// A number that only grows.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicU64>);

/// A number that goes up and down.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicI64>);

/// How long something takes.
#[derive(Clone, Debug, Default)]
pub struct Histogram(Arc<Cells>);

#[derive(Debug, Default)]
struct Cells {
    /// Not cumulative; the last one is for everything longer.
    counts: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

struct Family {
    help: &'static str,
    series: BTreeMap<String, Series>,
}

enum Series {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Histogram),
}

/// Names and values.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

impl Registry {
    /// The counter with this name and these labels, new or not.
    pub fn counter(&self, name: &'static str, help: &'static str, labels: Labels<'_>) -> Counter {
        let fresh = || Series::Counter(Counter::default());
        match self.series(name, help, labels, fresh) {
            Some(Series::Counter(counter)) => counter,
            _ => Counter::default(),
        }
    }

    /// The gauge with this name and these labels, new or not.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: Labels<'_>) -> Gauge {
        match self.series(name, help, labels, || Series::Gauge(Gauge::default())) {
            Some(Series::Gauge(gauge)) => gauge,
            _ => Gauge::default(),
        }
    }

    /// The histogram with this name and these labels, new or not.
    pub fn histogram(
        &self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
    ) -> Histogram {
        let fresh = || Series::Histogram(Histogram::default());
        match self.series(name, help, labels, fresh) {
            Some(Series::Histogram(histogram)) => histogram,
            _ => Histogram::default(),
        }
    }

    /// Everything, in the text format of Prometheus.
    pub fn text(&self) -> String {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (name, family) in families.iter() {
            let kind = match family.series.values().next() {
                Some(Series::Counter(_)) => "counter",
                Some(Series::Gauge(_)) => "gauge",
                Some(Series::Histogram(_)) => "histogram",
                None => continue,
            };
            // Writing to a string does not fail.
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", family.help);
            for (labels, series) in &family.series {
                let _ = match series {
                    Series::Counter(counter) => {
                        writeln!(text, "{name}{} {}", braced(labels), counter.get())
                    }
                    Series::Gauge(gauge) => {
                        writeln!(text, "{name}{} {}", braced(labels), gauge.get())
                    }
                    Series::Histogram(histogram) => histogram.write(&mut text, name, labels),
                };
            }
        }
        text
    }

    /// `None` when the name already stands for something of another kind.
    fn series(
        &self,
        name: &'static str,
        help: &'static str,
        labels: Labels<'_>,
        fresh: fn() -> Series,
    ) -> Option<Series> {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let family =
            families.entry(name).or_insert_with(|| Family { help, series: BTreeMap::new() });
        let fresh = fresh();
        let other = family.series.values().next();
        if other
            .is_some_and(|other| std::mem::discriminant(other) != std::mem::discriminant(&fresh))
        {
            return None;
        }
        Some(family.series.entry(written(labels)).or_insert(fresh).share())
    }
}

impl Series {
    fn share(&self) -> Self {
        match self {
            Self::Counter(counter) => Self::Counter(counter.clone()),
            Self::Gauge(gauge) => Self::Gauge(gauge.clone()),
            Self::Histogram(histogram) => Self::Histogram(histogram.clone()),
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
        self.0.fetch_add(more, Relaxed);
    }

    /// How many by now.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Gauge {
    /// From now on this.
    pub fn set(&self, value: i64) {
        self.0.store(value, Relaxed);
    }

    /// What it is now.
    pub fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

impl Histogram {
    /// It took so long once more.
    pub fn observe(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        if let Some(count) = self.0.counts.get(bucket) {
            count.fetch_add(1, Relaxed);
        }
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.0.micros.fetch_add(micros, Relaxed);
    }

    fn write(&self, text: &mut String, name: &str, labels: &str) -> std::fmt::Result {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut total = 0;
        let bounds = BOUNDS.iter().map(ToString::to_string).chain(["+Inf".into()]);
        for (count, bound) in self.0.counts.iter().zip(bounds) {
            total += count.load(Relaxed);
            writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {total}")?;
        }
        let micros = self.0.micros.load(Relaxed);
        let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
        writeln!(text, "{name}_sum{} {whole}.{part:06}", braced(labels))?;
        writeln!(text, "{name}_count{} {total}", braced(labels))
    }
}

fn written(labels: Labels<'_>) -> String {
    let pairs = labels.iter().map(|(name, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    });
    pairs.collect::<Vec<_>>().join(",")
}

fn braced(labels: &str) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") }
}

/// Upper bounds of the buckets, s.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_and_labels_are_the_same_counter() {
        let registry = Registry::default();
        registry.counter("a_total", "As.", &[("kind", "x")]).add(2);
        registry.clone().counter("a_total", "As.", &[("kind", "x")]).increment();
        registry.counter("a_total", "As.", &[("kind", "y\"\n")]).increment();
        registry.gauge("b", "Bs.", &[]).set(-1);
        assert_eq!(
            registry.text(),
            "# HELP a_total As.\n# TYPE a_total counter\na_total{kind=\"x\"} 3\n\
             a_total{kind=\"y\\\"\\n\"} 1\n# HELP b Bs.\n# TYPE b gauge\nb -1\n"
        );
    }

    #[test]
    fn a_name_keeps_its_kind() {
        let registry = Registry::default();
        registry.gauge("a", "As.", &[]).set(7);
        registry.counter("a", "As.", &[("x", "y")]).increment();
        assert_eq!(registry.text(), "# HELP a As.\n# TYPE a gauge\na 7\n");
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
            "t_seconds_bucket{op=\"x\",le=\"0.001\"} 1",
            "t_seconds_bucket{op=\"x\",le=\"0.005\"} 2",
            "t_seconds_bucket{op=\"x\",le=\"5\"} 3",
            "t_seconds_bucket{op=\"x\",le=\"+Inf\"} 4",
            "t_seconds_sum{op=\"x\"} 11.004000",
            "t_seconds_count{op=\"x\"} 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} not in\n{text}");
        }
    }
}
