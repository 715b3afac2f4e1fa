use crate::{Launch, at, content, ended, example, mark, now, scope, tokyo};
use atlas_history::Marks;
use atlas_image::ImageRecord;
use atlas_mci::InstanceTypes;
use atlas_template::{Trace, explain};
use serde_json::{Value, json};

const TOKYO: &str = "aws/ap-northeast-1";

fn trace(launch: &Launch, location: &str, records: &[ImageRecord]) -> Trace {
    let viewer = scope("/acme/prod");
    let types = InstanceTypes::default();
    explain(
        &launch.source(),
        &at(location),
        records,
        &types,
        &viewer,
        now(),
    )
    .1
}

#[test]
fn r06_says_which_record_counts() {
    let records = [
        tokyo(1, "/", Value::Null),
        tokyo(2, "/acme", Value::Null),
        tokyo(3, "/acme/prod", Value::Null),
    ];
    let launch = Launch::revision(example());
    insta::assert_snapshot!(trace(&launch, TOKYO, &records[2..]), @"
    1. from `web-base` revision 1, content b6751113ac5a
    2. aws/ap-northeast-1 has a setting of its own
    3. its record is img-00000000000000000000000000000003 at /acme/prod
    4. launch `ami-0123456789abcdef0`
    ");
    insta::assert_snapshot!(trace(&launch, TOKYO, &records), @"
    1. from `web-base` revision 1, content b6751113ac5a
    2. aws/ap-northeast-1 has a setting of its own
    3. its record is img-00000000000000000000000000000003 at /acme/prod, nearer than those at /acme, /
    4. launch `ami-0123456789abcdef0`
    ");
}

#[test]
fn r06_says_which_setting_serves() {
    let launch = Launch::head(example());
    insta::assert_snapshot!(trace(&launch, "azure/northeurope", &[]), @"
    1. from `web-base` at HEAD, content b6751113ac5a
    2. azure/northeurope has no setting of its own; the nearest around it is azure
    3. no record of `Canonical:ubuntu-24_04-lts:server:24.04.202401010` is visible from /acme/prod; the id is used as it stands
    4. launch `Canonical:ubuntu-24_04-lts:server:24.04.202401010`
    ");
}

#[test]
fn r06_says_why_it_refuses() {
    insta::assert_snapshot!(trace(&Launch::head(content([])), "gcp/us-east1", &[]), @"
    1. from `web-base` at HEAD, content 00843b72aa5e
    2. neither gcp/us-east1 nor a location around it has a setting
    3. refused: `web-base` at HEAD has no image for gcp/us-east1; it has images for no location at all. To support gcp/us-east1, edit its HEAD, set an image there and commit
    ");
    let disabled = [tokyo(1, "/acme", ended("disabled"))];
    insta::assert_snapshot!(trace(&Launch::revision(example()), TOKYO, &disabled), @"
    1. from `web-base` revision 1, content b6751113ac5a
    2. aws/ap-northeast-1 has a setting of its own
    3. its record is img-00000000000000000000000000000001 at /acme
    4. refused: the image `ami-0123456789abcdef0` at aws/ap-northeast-1 is disabled: choose another revision, or set another image
    ");
    let marks = Marks {
        revoked: Some(mark("CVE-2026-1")),
        ..Marks::default()
    };
    insta::assert_snapshot!(trace(&Launch::marked(example(), marks), TOKYO, &[]), @"
    1. from `web-base` revision 1, content b6751113ac5a
    2. refused: `web-base` revision 1 was revoked by dana: CVE-2026-1
    ");
}

#[test]
fn r06_a_trace_is_data() {
    let records = [tokyo(1, "/", Value::Null), tokyo(2, "/acme", Value::Null)];
    let launch = Launch::revision(example());
    let content = launch.content.digest();
    assert_eq!(
        serde_json::to_value(trace(&launch, TOKYO, &records)).unwrap(),
        json!([
            {
                "step": "source",
                "mci": "web-base",
                "lineage": "lin-00000000000000000000000000000007",
                "revision": 1,
                "content": content,
            },
            { "step": "setting", "asked": TOKYO, "served_by": TOKYO },
            {
                "step": "record",
                "record": "img-00000000000000000000000000000002",
                "scope": "/acme",
                "shadows": ["/"],
            },
            { "step": "decided", "image": crate::AMI },
        ])
    );
}
