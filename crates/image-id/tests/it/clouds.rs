//! For each cloud a second, independent recogniser, and texts to try both with.
//!
//! The patterns are written from the sources of the grammars, not from the scanners.

mod alibaba;
mod aws;
mod azure;
mod digitalocean;
mod gcp;
mod hetzner;
mod huawei;
mod ibm;
mod linode;
mod local;
mod nutanix;
mod oci;
mod openstack;
mod oracle;
mod proxmox;
mod tencent;
mod vmware;

use atlas_image_id::Cloud;

/// A cloud's grammar, told a second time.
pub(crate) struct Grammar {
    pub(crate) cloud: Cloud,
    /// A regular expression over the whole text, ASCII only.
    pub(crate) pattern: String,
    /// What no regular expression tells, or none in reasonable room: lengths of a whole, numbers
    /// below a limit.
    pub(crate) besides: fn(&str) -> bool,
    /// One text for each form and spelling.
    pub(crate) ids: &'static [&'static str],
    /// Pieces that generated texts are put together from, beside single bytes: keywords,
    /// separators, parts at their limits.
    pub(crate) pieces: &'static [&'static str],
}

/// Near misses: a text that is no id, and the id that its hint holds.
pub(crate) type NearMiss = (Cloud, &'static str, &'static str);

pub(crate) fn grammars() -> Vec<Grammar> {
    vec![
        aws::grammar(),
        azure::grammar(),
        gcp::grammar(),
        openstack::grammar(),
        vmware::grammar(),
        oracle::grammar(),
        alibaba::grammar(),
        ibm::grammar(),
        digitalocean::grammar(),
        hetzner::grammar(),
        linode::grammar(),
        tencent::grammar(),
        huawei::grammar(),
        nutanix::grammar(),
        proxmox::grammar(),
        oci::grammar(),
        local::grammar(),
    ]
}

pub(crate) fn near_misses() -> Vec<NearMiss> {
    [
        aws::NEAR_MISSES,
        azure::NEAR_MISSES,
        gcp::NEAR_MISSES,
        openstack::NEAR_MISSES,
        vmware::NEAR_MISSES,
        oracle::NEAR_MISSES,
        alibaba::NEAR_MISSES,
        ibm::NEAR_MISSES,
        digitalocean::NEAR_MISSES,
        hetzner::NEAR_MISSES,
        linode::NEAR_MISSES,
        tencent::NEAR_MISSES,
        huawei::NEAR_MISSES,
        nutanix::NEAR_MISSES,
        proxmox::NEAR_MISSES,
        oci::NEAR_MISSES,
        local::NEAR_MISSES,
    ]
    .concat()
}

/// Nothing besides the pattern.
fn nothing(_: &str) -> bool {
    true
}
