//! The memory of a process that reads a whole store, beside its cache.

use crate::{Fault, Fleet, fleet};
use atlas_benches::Claim;
use cloud_atlas::{Atlas, ImageQuery, Paging};
use pollster::block_on;
use std::{env, fs, process::Command};

const WALK: &str = "--walk=";
const CACHE: &str = "64MiB";
const CACHE_KB: f64 = 65_536.0;

/// The address of the store that this process is to walk through, and nothing else.
pub(crate) fn asked_for() -> Option<String> {
    env::args().find_map(|argument| argument.strip_prefix(WALK).map(str::to_owned))
}

/// Reads every image of every scope, and prints the most memory that it took.
pub(crate) fn walk(url: &str) -> Result<(), Fault> {
    let session = block_on(Atlas::open(url))?.act_as(&"admin".parse()?);
    for scope in fleet::scopes()? {
        let query = ImageQuery::new(scope);
        let mut paging = Some(Paging::of(Paging::MOST));
        while let Some(page) = paging {
            paging = block_on(session.images(&query, &page))?.following();
        }
    }
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = line.and_then(|line| line.split_whitespace().next());
    #[expect(
        clippy::print_stdout,
        reason = "the process that started this one reads it"
    )]
    {
        println!("{}", peak.ok_or("no VmHWM")?);
    }
    Ok(())
}

pub(crate) fn run(large: &Fleet) -> Result<(), Fault> {
    let walk = format!("{WALK}{}", large.url(CACHE));
    let output = Command::new(env::current_exe()?).arg(walk).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let peak: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    let claim = format!(
        "memory of a walk through {} images, beside a cache of {CACHE}",
        large.images
    );
    Claim::cost(&claim, "kB", peak, CACHE_KB, 1.5).print();
    Ok(())
}
