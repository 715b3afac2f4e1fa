//! Image ids: reading one beside a bare hand scan of the same grammar, and beside the peers.

#[path = "ids/alibaba.rs"]
mod alibaba;
#[path = "ids/aws.rs"]
mod aws;
#[path = "ids/azure.rs"]
mod azure;
#[path = "ids/digitalocean.rs"]
mod digitalocean;
#[path = "ids/gcp.rs"]
mod gcp;
#[path = "ids/hetzner.rs"]
mod hetzner;
#[path = "ids/huawei.rs"]
mod huawei;
#[path = "ids/ibm.rs"]
mod ibm;
#[path = "ids/linode.rs"]
mod linode;
#[path = "ids/nutanix.rs"]
mod nutanix;
#[path = "ids/oci.rs"]
mod oci;
#[path = "ids/openstack.rs"]
mod openstack;
#[path = "ids/oracle.rs"]
mod oracle;
#[path = "ids/peers.rs"]
mod peers;
#[path = "ids/proxmox.rs"]
mod proxmox;
#[path = "ids/tencent.rs"]
mod tencent;
#[path = "ids/vmware.rs"]
mod vmware;

use atlas_benches::{Claim, Effort, versus};
use atlas_image_id::{Cloud, ImageIdRef};
use std::hint::black_box;

/// The table of valid ids, most of them seen in public data.
const VALID: &str = include_str!("../crates/image-id/tests/data/valid.tsv");

/// A hand scan with nothing around it: it says whether the text is an id, and finds the parts on the
/// way.
type Hand = fn(&str) -> bool;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let effort = Effort::from_arguments();
    let hands: &[(Cloud, Hand)] = &[
        (Cloud::Aws, aws::hand),
        (Cloud::Azure, azure::hand),
        (Cloud::Gcp, gcp::hand),
        (Cloud::OpenStack, openstack::hand),
        (Cloud::Vmware, vmware::hand),
        (Cloud::Oracle, oracle::hand),
        (Cloud::Alibaba, alibaba::hand),
        (Cloud::Ibm, ibm::hand),
        (Cloud::DigitalOcean, digitalocean::hand),
        (Cloud::Hetzner, hetzner::hand),
        (Cloud::Linode, linode::hand),
        (Cloud::Tencent, tencent::hand),
        (Cloud::Huawei, huawei::hand),
        (Cloud::Nutanix, nutanix::hand),
        (Cloud::Proxmox, proxmox::hand),
        (Cloud::Oci, oci::hand),
    ];
    for (cloud, hand) in hands {
        let texts = match cloud {
            // The table has none of these.
            Cloud::Tencent => tencent::TEXTS.to_vec(),
            Cloud::Huawei | Cloud::Nutanix => {
                let mut uuids = texts(Cloud::OpenStack, "image");
                uuids.retain(|text| text.len() == 36);
                uuids
            }
            _ => texts(*cloud, ""),
        };
        let ours = each(&texts, |text| ImageIdRef::parse(*cloud, text).is_ok());
        let bare = each(&texts, hand);
        let pair = versus(effort, ours, bare).over(texts.len());
        let claim = format!("{cloud}: an id is read as fast as by a bare hand scan");
        Claim::nanoseconds(&claim, pair, 1.3).print();
    }
    peers::claims(effort)
}

/// The ids of a cloud in the table, of a kind or of all.
fn texts(cloud: Cloud, kind: &str) -> Vec<&'static str> {
    let rows = VALID.lines().skip(1);
    let text = |row: &'static str| {
        let mut cells = row.split('\t');
        let (of, text) = (cells.next()?, cells.next()?);
        let of_kind = kind.is_empty() || cells.nth(1)? == kind;
        (of == cloud.as_str() && of_kind && !text.contains('\\')).then_some(text)
    };
    rows.filter_map(text).collect()
}

/// Reads every text once.
fn each(texts: &[&'static str], read: impl Fn(&str) -> bool) -> impl FnMut() -> usize {
    let texts = texts.to_vec();
    move || {
        let texts = black_box(&texts);
        texts.iter().filter(|text| read(black_box(text))).count()
    }
}
