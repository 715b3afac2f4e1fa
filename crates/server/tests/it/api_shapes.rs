//! The documents of the EC2-compatible API as clients get them, with ids called by their turns.

use crate::{
    api::{Api, all, one},
    api_imports::{asked, imports},
};
use std::{collections::BTreeMap, fs, thread};
use tempfile::TempDir;

/// Answers of one scenario, in which the same id is always called the same.
struct Told<'a> {
    api: &'a Api,
    names: BTreeMap<String, String>,
    text: String,
}

const PREFIXES: [&str; 6] = ["import-ami-", "ami-", "snap-", "vol-", "i-", "r-"];

impl<'a> Told<'a> {
    fn of(api: &'a Api) -> Self {
        Self {
            api,
            names: BTreeMap::new(),
            text: String::new(),
        }
    }

    /// Asks, and notes the answer.
    #[track_caller]
    fn ask(&mut self, action: &str, pairs: &[(&str, &str)]) -> String {
        let told = self.api.done("dana", action, pairs);
        let request = one(&told, "requestId");
        let plain = told
            .replace(&request, "REQUEST")
            .replace(&self.api.acme.to_string(), "ACME")
            .replace("><", ">\n<");
        let is_word = |it: char| it.is_ascii_alphanumeric() || it == '-';
        let mut rest = plain.as_str();
        while !rest.is_empty() {
            let end = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            let named = self.named(word);
            self.text.push_str(&named);
            let next = behind.find(is_word).unwrap_or(behind.len());
            self.text.push_str(&behind[..next]);
            rest = &behind[next..];
        }
        self.text.push_str("\n\n");
        told
    }

    fn named(&mut self, word: &str) -> String {
        let known = PREFIXES.iter().find(|prefix| {
            let digits = word.strip_prefix(**prefix).unwrap_or_default();
            digits.len() == 17 && digits.bytes().all(|it| it.is_ascii_hexdigit())
        });
        let Some(prefix) = known else {
            return word.to_owned();
        };
        let turn = self
            .names
            .keys()
            .filter(|it| it.starts_with(prefix))
            .count()
            + 1;
        let name = || format!("{prefix}{turn}");
        self.names
            .entry(word.to_owned())
            .or_insert_with(name)
            .clone()
    }
}

fn run(image: &str) -> [(&str, &str); 9] {
    [
        ("ImageId", image),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("ClientToken", "once"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdb"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "20"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "team"),
        ("TagSpecification.1.Tag.1.Value", "a & b"),
    ]
}

#[test]
fn e01_instances_and_volumes_have_the_shapes_of_ec2() {
    let api = Api::with(|api| api.with_instance_double(4));
    let image = api.register("dana", "base");
    let mut told = Told::of(&api);
    let instance = one(&told.ask("RunInstances", &run(&image)), "instanceId");
    told.ask("DescribeInstances", &[]);
    told.ask("DescribeVolumes", &[]);
    let named = [
        ("InstanceId", &*instance),
        ("InstanceType.Value", "m1.large"),
    ];
    told.ask("ModifyInstanceAttribute", &named);
    told.ask("TerminateInstances", &[("InstanceId.1", &*instance)]);
    told.ask("DescribeInstances", &[]);
    told.ask("DescribeVolumes", &[]);
    insta::assert_snapshot!("instances", told.text);
}

#[test]
fn e01_tags_and_snapshots_have_the_shapes_of_ec2() {
    let api = Api::with(|api| api.with_instance_double(4));
    let image = api.register("dana", "base");
    // One device, so that what is listed by ids has one order.
    let launch = &run(&image)[..3];
    let instance = one(&api.done("dana", "RunInstances", launch), "instanceId");
    let mut told = Told::of(&api);
    let asked = [("InstanceId", &*instance), ("Name", "made")];
    let made = one(&told.ask("CreateImage", &asked), "imageId");
    let tags = [
        ("ResourceId.1", &*made),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "<web>"),
        ("Tag.2.Key", "empty"),
    ];
    told.ask("CreateTags", &tags);
    told.ask("DescribeTags", &[]);
    told.ask("DescribeTags", &[("MaxResults", "5")]);
    told.ask("DescribeSnapshots", &[]);
    told.ask("DeleteTags", &tags[..1]);
    told.ask(
        "DescribeTags",
        &[
            ("Filter.1.Name", "resource-type"),
            ("Filter.1.Value.1", "image"),
        ],
    );
    let gone = [("ImageId", &*made), ("DeleteAssociatedSnapshots", "true")];
    told.ask("DeregisterImage", &gone);
    told.ask("DescribeSnapshots", &[]);
    let copy = [
        ("Name", "copy"),
        ("SourceImageId", &*image),
        ("SourceRegion", "eu-central-1"),
    ];
    told.ask("CopyImage", &copy);
    insta::assert_snapshot!("tags_and_snapshots", told.text);
}

#[test]
fn e01_imports_have_the_shapes_of_ec2() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("web.raw"), vec![7; 1 << 20]).unwrap();
    let imports = imports(1, &folder);
    let api = Api::with(|api| api.with_imports(imports.clone()));
    let mut told = Told::of(&api);
    for url in ["file:///web.raw", "file:///missing.raw"] {
        let mut asked = asked(url, url).to_vec();
        asked.extend([("Description", "of a file"), ("Architecture", "x86_64")]);
        let task = one(&told.ask("ImportImage", &asked), "importTaskId");
        while imports.activity().running() > 0 {
            thread::yield_now();
        }
        told.ask("DescribeImportImageTasks", &[("ImportTaskId.1", &*task)]);
    }
    let failed = [("Filter.1.Name", "state"), ("Filter.1.Value.1", "failed")];
    let shown = told.ask("DescribeImages", &failed);
    assert_eq!(all(&shown, "stateReason").len(), 1);
    insta::assert_snapshot!("imports", told.text);
}

#[test]
fn e01_regions_zones_and_accounts_have_the_shapes_of_ec2() {
    let regions = [("eu-west-1".to_owned(), "west.example.org".to_owned())];
    let api = Api::with(|api| api.with_regions(regions));
    let mut told = Told::of(&api);
    told.ask("DescribeRegions", &[]);
    told.ask("DescribeAvailabilityZones", &[]);
    told.ask("DescribeAccountAttributes", &[]);
    insta::assert_snapshot!("regions", told.text);
}
