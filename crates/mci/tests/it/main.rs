//! Tests of `atlas-mci`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed test is the right place for a panic"
)]

mod check;
mod check_laws;
mod content;
mod coverage;
mod diff;
mod diff_laws;
mod diff_text;
mod edit;
mod facts;
mod fit;
mod free;
mod gate;
mod instance_defaults;
mod matcher;
mod merge;
mod merge_git;
mod merge_histories;
mod merge_laws;
mod merge_settle;
mod merge_terms;
mod setting;
mod words;

use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::{Content, HeadEdit, InstanceType, Setting, UserData};

fn at(location: &str) -> CloudLocation {
    CloudLocation::parse(location).unwrap()
}

/// A setting for a location, with an instance type where its cloud has them.
fn setting(location: &str, image: &str) -> Setting {
    let location = at(location);
    let setting = Setting::new(ImageId::parse(location.cloud(), image).unwrap());
    match location.cloud() {
        Cloud::Vmware | Cloud::Nutanix | Cloud::Proxmox | Cloud::Oci => setting,
        _ => setting.with_instance_type(instance_type("m7i.large")),
    }
}

fn instance_type(text: &str) -> InstanceType {
    InstanceType::parse(text).unwrap()
}

fn set(location: &str, image: &str) -> HeadEdit {
    HeadEdit::set(at(location), setting(location, image))
}

fn named(nickname: &str) -> Content {
    Content::new(nickname.parse().unwrap())
}

fn bytes(bytes: &[u8]) -> Option<UserData> {
    UserData::new(bytes)
}

const URN: &str = "Canonical:ubuntu-24_04-lts:server:latest";

/// Everything that a content can hold.
fn full() -> Content {
    let tokyo = setting("aws/ap-northeast-1", "ami-0123456789abcdef0")
        .with_kernel(ImageId::parse(Cloud::Aws, "aki-1a2b3c4d").ok())
        .with_ramdisk(ImageId::parse(Cloud::Aws, "ari-1a2b3c4d").ok())
        .with_user_data(bytes("#!/bin/sh\necho é\n".as_bytes()));
    let azure = setting("azure", URN).with_user_data(bytes(&[0x1f, 0x8b, 0x08, 0xff]));
    named("web-base v1")
        .edited([
            HeadEdit::SetDescription("Web servers\nwith TLS".parse().unwrap()),
            HeadEdit::AddTag("provides:rs_agent_type=right_link".parse().unwrap()),
            HeadEdit::AddTag("production".parse().unwrap()),
            set("vmware:vc1/DC1", "vm-42"),
            set("gcp", "projects/acme/global/images/web-1"),
            HeadEdit::set(at("azure"), azure),
            HeadEdit::set(at("aws/ap-northeast-1"), tokyo),
        ])
        .unwrap()
}
