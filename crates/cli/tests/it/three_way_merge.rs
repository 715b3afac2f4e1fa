//! Downstream follows upstream on real releases, as a person does it on the command line.

use crate::{
    graphs::steady,
    program::{Program, releases},
};
use std::path::PathBuf;

/// The stable releases, oldest first.
fn stable() -> Vec<PathBuf> {
    let is_stable = |path: &PathBuf| path.to_string_lossy().contains("/stable-");
    releases().into_iter().filter(is_stable).collect()
}

const UPSTREAM: &str = "fedora-coreos-x86_64";

/// A clone of upstream's third release with two pinned regions, user data and a tag of its own; and
/// upstream moved on three releases.
fn diverged() -> Program {
    let releases = stable();
    let program = Program::with_releases(&releases[..3]);
    program.ok(&["mci", "clone", &format!("{UPSTREAM}@3"), "web"]);
    let set = |location: &str, image: &str, kind: &str, more: &[&str]| {
        let args = [
            "mci",
            "set",
            "web",
            location,
            image,
            "--instance-type",
            kind,
        ];
        program.ok(&[&args[..], more].concat());
    };
    set(
        "aws/eu-central-1",
        "ami-0aaaabbbbccccdddd",
        "m7i.large",
        &[],
    );
    let hardened = "projects/acme-images/global/images/web-hardened-1";
    set(
        "gcp/europe-west3",
        hardened,
        "n2-standard-4",
        &["--tag", "team:owner=web"],
    );
    // The image there stays upstream's.
    let show = program.json(&["mci", "show", "web"]).remove(0);
    let setting = &show["content"]["settings"]["aws/us-east-1"];
    let text = |field: &str| setting[field].as_str().unwrap().to_owned();
    program.file("boot.sh", "#!/bin/sh\nexec /usr/bin/join-fleet\n");
    let boot = ["--user-data", "boot.sh"];
    set(
        "aws/us-east-1",
        &text("image"),
        &text("instance_type"),
        &boot,
    );
    program.ok(&[
        "mci",
        "commit",
        "web",
        "-m",
        "pin two regions, boot into the fleet",
    ]);
    program.import(&releases[3..]);
    program
}

#[test]
fn g01_upstream_is_merged_and_downstream_keeps_its_own() {
    let program = diverged();
    let merge = ["mci", "merge", "web", "--from", UPSTREAM];
    // Both changed one region: nothing is merged, and the answer says what is open.
    let before = program.json(&["mci", "show", "web"]);
    let open = program.run(&merge);
    assert_eq!(open.code, 1, "{}", open.err);
    insta::assert_snapshot!("three_way_merge_open", steady(&open));
    assert_eq!(program.json(&["mci", "show", "web"]), before);

    // It is settled for our image, and the rest is taken.
    let settle = ["--take", "image:aws/eu-central-1=ours"];
    let merged = program.ok(&[&merge[..], &settle].concat());
    let head: String = merged
        .shown()
        .lines()
        .take(16)
        .collect::<Vec<_>>()
        .join("\n");
    insta::assert_snapshot!("three_way_merge_settled", head);
    let drawn = program.ok(&["mci", "log", "web", "--graph"]).out;
    assert!(
        drawn.starts_with("@    web@head  merged, not committed\n├─╮\n"),
        "{drawn}"
    );
    program.ok(&["mci", "commit", "web", "-m", "take three releases"]);

    // Upstream's changes and nothing else: each of its regions but the pinned one.
    let diff = program.json(&["mci", "diff", "web"]).remove(0);
    let upstream = program
        .json(&["mci", "diff", &format!("{UPSTREAM}@3"), UPSTREAM])
        .remove(0);
    let rows = |diff: &serde_json::Value| diff["rows"].as_array().unwrap().clone();
    let mut theirs = rows(&upstream);
    theirs.retain(|row| row["location"] != "aws/eu-central-1");
    assert_eq!(rows(&diff), theirs);

    let image = |reference: &str, location: &str| {
        let plan = program.json(&["resolve", reference, location]).remove(0);
        plan["image"].as_str().unwrap().to_owned()
    };
    assert_eq!(image("web", "aws/eu-central-1"), "ami-0aaaabbbbccccdddd");
    assert!(image("web", "gcp/europe-west3").ends_with("web-hardened-1"));
    for place in ["aws/us-east-1", "aws/us-west-2", "gcp/us-east1"] {
        assert_eq!(image("web", place), image(UPSTREAM, place), "{place}");
    }
    let show = program.ok(&["mci", "show", "web"]).out;
    assert!(
        show.contains("team:owner=web") && show.contains("35 bytes of user data"),
        "{show}"
    );
    assert!(show.contains("stream:release=44.20260707.3.1"), "{show}");

    insta::assert_snapshot!(
        "three_way_merge_graph",
        steady(&program.ok(&["mci", "log", "web", "--graph"]))
    );
    // There is nothing more to merge.
    let again = program.ok(&merge);
    assert!(
        again.out.contains("nothing to merge"),
        "{}{}",
        again.out,
        again.err
    );
}
