//! What the system says of this process.

use super::gauge;
use cloud_atlas::{Clock as _, SystemClock};
use core::{fmt, time::Duration};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::{MetricType, gauge::ConstGauge},
};
use std::fs;

/// What the system says of this process; the names are those that every client of Prometheus uses.
#[derive(Debug)]
pub(super) struct Process {
    /// In seconds since 1970.
    began: f64,
}

impl Process {
    /// One that begins now.
    pub(super) fn now() -> Self {
        let since = SystemClock.now().as_micros();
        let began = Duration::from_micros(since.unsigned_abs()).as_secs_f64();
        Self { began }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (name, help) = (
            "process_start_time_seconds",
            "When the server began, since 1970.",
        );
        let began = ConstGauge::new(self.began);
        began.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        if let Some(bytes) = resident_bytes() {
            let (name, help) = (
                "process_resident_memory_bytes",
                "Memory that the process holds.",
            );
            gauge(&mut encoder, name, help, bytes)?;
        }
        if let Some(files) = open_files() {
            gauge(
                &mut encoder,
                "process_open_fds",
                "Files and sockets that are open.",
                files,
            )?;
        }
        Ok(())
    }
}

/// `VmRSS` of Linux.
#[expect(
    clippy::disallowed_methods,
    reason = "the system tells of a process in a file"
)]
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn open_files() -> Option<u64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(count).ok()
}
