use crate::launch::{OTHER_AMI, Stage, TOKYO, tokyo, with_scripts};
use crate::template_content::{DATABASE, WEB};
use atlas_image_id::{Cloud, ImageId};
use atlas_mci::{ImageAccess, InstanceType};
use serde_json::json;

#[test]
fn r06_a_launch_from_a_template_is_told_in_full() {
    let mut stage = Stage::new([with_scripts()]);
    stage.records = vec![tokyo(json!({
        "architecture": "x86_64",
        "agent": { "state": "installed", "kind": "right_link", "version": "v5.8" },
    }))];
    stage.access = ImageAccess::Granted;
    insta::assert_snapshot!(stage.explain(TOKYO));
    insta::assert_snapshot!(serde_json::to_string_pretty(&stage.explain(TOKYO)).unwrap());
}

#[test]
fn r06_a_choice_with_overrides_is_told_in_full() {
    let mut stage = Stage::at([with_scripts()], true);
    stage.choice = Some(DATABASE);
    stage.overrides.image = ImageId::parse(Cloud::Aws, "ami-00000000000000001").ok();
    stage.overrides.instance_type = InstanceType::parse("m7i.xlarge").ok();
    insta::assert_snapshot!(stage.explain(TOKYO));
    (stage.choice, stage.overriding) = (Some(DATABASE), true);
    insta::assert_snapshot!(stage.explain("aws/us-east-1"));
}

#[test]
fn r06_a_refusal_is_told_in_full() {
    let mut stage = Stage::new([with_scripts()]);
    stage.records = vec![tokyo(json!({ "agent": { "state": "absent" } }))];
    let mut texts = vec![
        stage.explain("aws/us-east-1").to_string(),
        stage.explain("openstack:corp/RegionOne").to_string(),
        stage.explain(TOKYO).to_string(),
    ];
    stage.access = ImageAccess::Refused;
    texts.push(stage.explain(TOKYO).to_string());
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn r06_links_that_are_broken_or_hidden_are_told() {
    let mut stage = Stage::new([]);
    stage.break_link(WEB);
    stage.hide_mci(1);
    insta::assert_snapshot!(stage.explain("vmware:vc1/DC1"));
}

#[test]
fn r06_what_the_trace_does_not_name_does_not_matter() {
    // Records of other images change neither the launch nor its trace.
    let stage = Stage::new([]);
    let mut more = Stage::new([]);
    more.records = vec![crate::record(
        9,
        "/acme",
        TOKYO,
        OTHER_AMI,
        serde_json::Value::Null,
    )];
    assert_eq!(stage.launch(TOKYO), more.launch(TOKYO));
    assert_eq!(stage.explain(TOKYO), more.explain(TOKYO));
    // One of the image that it names changes the trace.
    more.records = vec![tokyo(serde_json::Value::Null)];
    assert_ne!(stage.explain(TOKYO), more.explain(TOKYO));
}
