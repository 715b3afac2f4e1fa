//! Figures for those who watch a server.

mod process;

use self::process::Process;
use crate::{Activity, Connections, Ec2Answered};
use core::fmt;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _, text},
    metrics::{
        MetricType,
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::Histogram,
        info::Info,
    },
    registry::Registry,
};
use std::sync::Arc;

/// Figures for those who watch a server: counters, gauges and histograms in the text format of
/// `OpenMetrics` 1.0, which Prometheus reads.
///
/// | name | is |
/// |---|---|
/// | `atlas_ec2_requests_total{action,code}` | requests that were answered; `code` is `ok`, or that of the error |
/// | `atlas_ec2_request_seconds{action}` | how long they took, from their head to the head of the answer |
/// | `atlas_ec2_requests_running` | requests that are being answered |
/// | `atlas_connections`, `atlas_connections_accepted_total` | connections that are open, and that there were |
/// | `atlas_tls_handshakes_failed_total` | connections that did not come to TLS |
/// | `atlas_imports_running` | imports that are under way |
/// | `atlas_build_info{version}` | the version of this program |
/// | `process_start_time_seconds`, `process_resident_memory_bytes`, `process_open_fds` | the process; the latter two on Linux |
///
/// An action that nobody knows is `unknown`, so that no client can make names. Clones share the
/// figures.
#[derive(Clone)]
pub struct Metrics(Arc<Kept>);

struct Kept {
    registry: Registry,
    requests: Family<[Label; 2], Counter>,
    seconds: Family<[Label; 1], Histogram, fn() -> Histogram>,
    running: Gauge,
}

type Label = (&'static str, &'static str);

/// Bounds of how long requests take: from what a read of one image takes to what a client waits.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

impl Metrics {
    /// Nothing yet, of a server with these connections and imports.
    pub fn new(connections: Connections, imports: Activity) -> Self {
        let mut registry = Registry::default();
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("atlas_build", "The version of this program", build);
        let requests = Family::default();
        let help = "Requests to the EC2-compatible API that were answered";
        registry.register("atlas_ec2_requests", help, requests.clone());
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> _);
        let help =
            "How long requests to the EC2-compatible API took until the head of their answer";
        registry.register("atlas_ec2_request_seconds", help, seconds.clone());
        let running = Gauge::default();
        let help = "Requests to the EC2-compatible API that are being answered";
        registry.register("atlas_ec2_requests_running", help, running.clone());
        let counted = Counted {
            connections,
            imports,
        };
        registry.register_collector(Box::new(counted));
        registry.register_collector(Box::new(Process::now()));
        Self(Arc::new(Kept {
            registry,
            requests,
            seconds,
            running,
        }))
    }

    /// Counts a request that was answered.
    pub fn answered(&self, answered: &Ec2Answered<'_>) {
        let outcome = answered.outcome;
        let action = ("action", outcome.action.unwrap_or("unknown"));
        let code = ("code", outcome.refused.map_or("ok", |code| code.as_str()));
        self.0.requests.get_or_create(&[action, code]).inc();
        let seconds = self.0.seconds.get_or_create(&[action]);
        seconds.observe(answered.took.as_secs_f64());
    }

    /// Counts a request as being answered, until what comes back is dropped.
    pub(crate) fn running(&self) -> Running {
        self.0.running.inc();
        Running(self.0.running.clone())
    }

    /// All figures, as they are now.
    pub fn text(&self) -> String {
        let mut into = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut into, &self.0.registry);
        into
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// A request that is being answered.
pub(crate) struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What others count.
#[derive(Debug)]
struct Counted {
    connections: Connections,
    imports: Activity,
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let connections = &self.connections;
        let imports = u64::try_from(self.imports.running()).unwrap_or(u64::MAX);
        gauge(
            &mut encoder,
            "atlas_connections",
            "Connections that are open.",
            connections.open(),
        )?;
        let help = "Connections that were accepted.";
        counter(
            &mut encoder,
            "atlas_connections_accepted",
            help,
            connections.accepted(),
        )?;
        let (name, help) = (
            "atlas_tls_handshakes_failed",
            "Connections that did not come to TLS.",
        );
        counter(&mut encoder, name, help, connections.handshakes_failed())?;
        gauge(
            &mut encoder,
            "atlas_imports_running",
            "Imports that are under way.",
            imports,
        )
    }
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let value = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
    value.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let value = ConstCounter::new(value);
    value.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)
}
