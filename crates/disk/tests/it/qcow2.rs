//! QCOW2 beside what `qemu-img` writes and reads.

use crate::{converted, oracle::Bench};
use atlas_disk::Format;

#[test]
fn b01_every_variant_that_qemu_writes_is_read_byte_for_byte() {
    let bench = Bench::new();
    for (size, sizes) in [
        (9 * 1024 * 1024 + 512 * 7, true),
        (300 * 1024, false),
        (512, false),
    ] {
        let raw = bench.raw("disk.raw", size);
        for options in [
            "compat=0.10",
            "compat=1.1",
            "compat=1.1,cluster_size=512",
            "compat=1.1,cluster_size=4k",
            "compat=1.1,cluster_size=2M",
            "compat=1.1,refcount_bits=1",
            "compat=1.1,refcount_bits=64,lazy_refcounts=on",
            "compat=1.1,extended_l2=on,cluster_size=128k",
            "compat=1.1,extended_l2=on,cluster_size=16k",
            "compat=1.1,preallocation=metadata",
            "compat=1.1,preallocation=full",
            "compat=1.1,compression_type=zstd",
        ] {
            for compress in [false, true] {
                if compress && options.contains("preallocation") {
                    continue;
                }
                let mut args = vec!["convert", "-f", "raw", "-O", "qcow2", "-o", options];
                if compress {
                    args.push("-c");
                }
                args.extend(["disk.raw", "disk.qcow2"]);
                bench.qemu_img(&args);
                let done = converted(&bench.path("disk.qcow2"), Format::Qcow2);
                let done = done.unwrap_or_else(|error| panic!("{options} {compress}: {error}"));
                assert_eq!(done.len(), 1);
                let (done, found) = &done[0];
                assert!(*found == raw, "{options} {compress} {size}");
                assert_eq!(done.size, size as u64);
                let digest = blake3::hash(&raw).to_hex();
                assert_eq!(done.digests.blake3.unwrap().to_string(), *digest);
            }
            if !sizes {
                break;
            }
        }
    }
}
