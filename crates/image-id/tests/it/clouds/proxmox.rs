use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By pve-storage: `parse_volume_id`, `parse_volname` of the plugins for directories, LVM, ZFS and
/// RBD, their extensions and safe characters; by pve-common: VMIDs and storage ids.
pub(super) fn grammar() -> Grammar {
    let vmid = "[1-9][0-9]{2,8}";
    let tail = format!("-{vmid}-disk-(?:0|[1-9][0-9]{{0,8}})(?:\\.(?:raw|qcow2|vmdk|subvol))?");
    let disk = format!("(?:vm|base|subvol|basevol){tail}");
    let disks = format!("(?:{vmid}/{disk}/)?{vmid}/{disk}|(?:(?:base|basevol){tail}/)?{disk}");
    // Printable ASCII without the slash, not beginning with a dot or a blank.
    let file = "[!-\\-0-~][ -.0-~]*";
    let safe = "[A-Za-z0-9+=_-][ A-Za-z0-9.+=_-]*";
    let files = format!(
        "iso/{file}\\.(?i:iso|img)|vztmpl/{file}\\.(?i:tar(?:\\.(?:gz|xz|zst|bz2))?)\
         |snippets/[!-\\-0-~](?:[ -.0-~]*[!-.0-~])?\
         |import/{safe}\\.(?:ova|ovf|qcow2|raw|vmdk|ova/{safe}\\.(?:qcow2|raw|vmdk))"
    );
    let storage = "[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]";
    Grammar {
        cloud: Cloud::Proxmox,
        pattern: format!("{vmid}|{storage}:(?:{files}|{disks})"),
        // No file system takes a longer name.
        besides: |text| {
            let (storage, volume) = text.split_once(':').unwrap_or(("", ""));
            storage.len() <= 255 && volume.split('/').all(|name| name.len() <= 255)
        },
        ids: &[
            "100",
            "999999999",
            "local:iso/debian-12.5.0-amd64-netinst.iso",
            "local:iso/virtio win.IMG",
            "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst",
            "nfs-1:vztmpl/x.TAR",
            "local:import/noble server.qcow2",
            "local:import/a+b.ova/OS disk.vmdk",
            "local:import/a.ovf",
            "a1:snippets/user:1.yaml",
            "local-lvm:vm-100-disk-0",
            "local:9000/base-9000-disk-1.qcow2",
            "local:9000/base-9000-disk-0.raw/101/vm-101-disk-0.raw",
            "ceph.rbd_1:base-9000-disk-0/vm-101-disk-12",
            "local-zfs:basevol-200-disk-0/subvol-201-disk-0",
            "tmp-dir:300/subvol-300-disk-0.subvol",
            "lvm2:vm-100-disk-3.vmdk",
        ],
        pieces: &[
            "local:",
            "iso/",
            "vztmpl/",
            "import/",
            "snippets/",
            "100/",
            "vm-100-disk-0",
            "base-9000-disk-0",
            "-disk-",
            ".qcow2",
            ".ova/",
            ".iso",
            ".tar.gz",
            "000",
            "1234567890",
        ],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::Proxmox,
        "/var/lib/vz/template/iso/x.iso",
        "local:iso/x.iso",
    ),
    (
        Cloud::Proxmox,
        "/mnt/pve/nas/template/cache/debian-12.tar.zst",
        "nas:vztmpl/debian-12.tar.zst",
    ),
    (
        Cloud::Proxmox,
        "/var/lib/vz/images/100/vm-100-disk-0.qcow2",
        "local:100/vm-100-disk-0.qcow2",
    ),
    (
        Cloud::Proxmox,
        "/dev/pve/vm-100-disk-0",
        "local-lvm:vm-100-disk-0",
    ),
    (
        Cloud::Proxmox,
        "scsi0: local-lvm:vm-100-disk-0,size=32G",
        "local-lvm:vm-100-disk-0",
    ),
    (
        Cloud::Proxmox,
        "local:template/iso/x.iso",
        "local:iso/x.iso",
    ),
    (Cloud::Proxmox, "local:/iso/x.iso", "local:iso/x.iso"),
    (Cloud::Proxmox, "local iso/x.iso", "local:iso/x.iso"),
    (Cloud::Proxmox, "local/iso/x.iso", "local:iso/x.iso"),
    (Cloud::Proxmox, "local:ISO/Win11.iso", "local:iso/Win11.iso"),
    (Cloud::Proxmox, "qemu/9000", "9000"),
    (Cloud::Proxmox, "VM 9000", "9000"),
    (Cloud::Proxmox, "#9000", "9000"),
    (Cloud::Proxmox, "/etc/pve/qemu-server/9000.conf", "9000"),
    (
        Cloud::Proxmox,
        "volume=local-lvm:base-100-disk-1,size=20G",
        "local-lvm:base-100-disk-1",
    ),
    (Cloud::Proxmox, "0100", "100"),
];
