//! Tests of `atlas-template`.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a failed test is the right place for a panic"
)]

mod agent_version;
mod channel;
mod channel_care;
mod delete;
mod dependencies;
mod deployment;
mod explain;
mod launch;
mod launch_explain;
mod launch_guest;
mod launch_laws;
mod launch_times;
mod lock;
mod lock_update;
mod network;
mod policy;
mod reference;
mod replace_world;
mod replacing;
mod replacing_back;
mod resolve;
mod server;
mod sharing;
mod template_content;
mod template_diff;
mod template_histories;
mod template_lock;
mod template_merge;
mod update;
mod xref;

use atlas_base::Timestamp;
use atlas_history::{
    Author, CommitRequest, Frozen, Head, LineageId, Mark, Marks, Message, Revision,
};
use atlas_image::ImageRecord;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::{Content, HeadEdit, InstanceType, InstanceTypes, Setting, UserData};
use atlas_scope::Scope;
use atlas_template::{LaunchPlan, ResolveError, Source, resolve};
use serde_json::{Value, json};

const LINEAGE: LineageId = LineageId::from_u128(7);
const AMI: &str = "ami-0123456789abcdef0";
const WEB: &str = "projects/acme/global/images/web-1";

fn at(location: &str) -> CloudLocation {
    CloudLocation::parse(location).unwrap()
}

fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// The moment at which everything here is decided.
fn now() -> Timestamp {
    time("2026-07-21T14:07:12Z")
}

fn mark(reason: &str) -> Mark {
    Mark {
        by: Author::parse("dana").unwrap(),
        at: now(),
        reason: reason.into(),
    }
}

fn setting(location: &str, image: &str) -> Setting {
    let cloud = at(location).cloud();
    let setting = Setting::new(ImageId::parse(cloud, image).unwrap());
    match cloud {
        atlas_image_id::Cloud::Vmware => setting,
        _ => setting.with_instance_type(InstanceType::parse("m7i.large").unwrap()),
    }
}

fn set(location: &str, image: &str) -> HeadEdit {
    HeadEdit::set(at(location), setting(location, image))
}

fn content(edits: impl IntoIterator<Item = HeadEdit>) -> Content {
    let empty = Content::new("web-base".parse().unwrap());
    empty.edited(edits).unwrap()
}

/// A content with a setting of every kind.
fn example() -> Content {
    let aws = |text| ImageId::parse(atlas_image_id::Cloud::Aws, text).ok();
    let tokyo = setting("aws/ap-northeast-1", AMI)
        .with_kernel(aws("aki-1a2b3c4d"))
        .with_ramdisk(aws("ari-1a2b3c4d"))
        .with_user_data(UserData::new(b"#!/bin/sh\n"));
    content([
        HeadEdit::AddTag("provides:rs_agent_type=right_link".parse().unwrap()),
        HeadEdit::set(at("aws/ap-northeast-1"), tokyo),
        set("azure", "Canonical:ubuntu-24_04-lts:server:24.04.202401010"),
        set(
            "azure/westeurope",
            "Canonical:ubuntu-24_04-lts:server:24.04.202402020",
        ),
        set("gcp/us-central1", WEB),
        set("vmware:vc1/DC1", "vm-42"),
    ])
}

/// HEAD or a revision to launch from, which a [`Source`] borrows.
struct Launch {
    content: Frozen<Content>,
    revision: Option<Revision>,
    marks: Marks,
}

impl Launch {
    fn head(content: Content) -> Self {
        Self {
            content: Frozen::new(content).unwrap(),
            revision: None,
            marks: Marks::default(),
        }
    }

    fn revision(content: Content) -> Self {
        Self::marked(content, Marks::default())
    }

    fn marked(content: Content, marks: Marks) -> Self {
        let request = CommitRequest {
            author: Author::parse("dana").unwrap(),
            message: Message::parse("first").unwrap(),
            time: now(),
            released_at: None,
            seen: None,
        };
        let commit = Head::new(content).commit(LINEAGE, None, request).unwrap();
        Self {
            content: commit.content,
            revision: Some(commit.revision),
            marks,
        }
    }

    fn source(&self) -> Source<'_> {
        Source {
            lineage: LINEAGE,
            content: &self.content,
            revision: self.revision.as_ref(),
            marks: &self.marks,
        }
    }

    fn resolve(&self, location: &str, records: &[ImageRecord]) -> Result<LaunchPlan, ResolveError> {
        let viewer = scope("/acme/prod");
        let types = InstanceTypes::default();
        resolve(
            &self.source(),
            &at(location),
            records,
            &types,
            &viewer,
            now(),
        )
    }
}

/// A record as it is stored.
fn record(id: u128, scope: &str, location: &str, image: &str, extra: Value) -> ImageRecord {
    let mut stored = json!({
        "id": atlas_image::ImageRecordId::from_u128(id),
        "scope": scope,
        "location": location,
        "image_id": image,
        "shared": true,
        "created": "2026-01-01T00:00:00Z",
        "created_by": "dana",
    });
    if let (Some(fields), Value::Object(extra)) = (stored.as_object_mut(), extra) {
        fields.extend(extra);
    }
    serde_json::from_value(stored).unwrap()
}

/// A record of the image in Tokyo.
fn tokyo(id: u128, scope: &str, extra: Value) -> ImageRecord {
    record(id, scope, "aws/ap-northeast-1", AMI, extra)
}

fn lifecycle(state: &Value) -> Value {
    json!({ "lifecycle": state })
}

fn deprecated(from: &str, more: Value) -> Value {
    let mut state = json!({ "state": "deprecated", "from": from });
    if let (Some(fields), Value::Object(more)) = (state.as_object_mut(), more) {
        fields.extend(more);
    }
    lifecycle(&state)
}

fn ended(state: &str) -> Value {
    let before = json!({ "state": "active" });
    lifecycle(&json!({ "state": state, "since": "2026-02-01T00:00:00Z", "before": before }))
}
