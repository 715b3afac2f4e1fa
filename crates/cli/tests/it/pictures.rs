//! What people look at: tables, diffs, the coverage picture.

use crate::program::{Program, releases};

#[test]
fn the_coverage_picture() {
    let program = Program::with_releases(&releases());
    let lanes = ["fedora-coreos-x86_64", "fedora-coreos-aarch64"];
    let ran = program.ok(&[&["mci", "coverage"], &lanes[..]].concat());
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80));
    insta::assert_snapshot!(ran.shown());

    // What does not fit follows below.
    let mut narrow = program.command(&["mci", "coverage", lanes[0]]);
    let narrow = narrow.env("COLUMNS", "45").output().unwrap();
    insta::assert_snapshot!(String::from_utf8(narrow.stdout).unwrap());
}

#[test]
fn coverage_shows_what_was_gained_and_lost() {
    let program = Program::new();
    program.ok(&["mci", "new", "web"]);
    let steps: &[(&str, &str)] = &[
        ("us-east-1", "set"),
        ("eu-west-1", "set"),
        ("us-east-1", "unset"),
        ("us-east-1", "set"),
    ];
    for (at, (region, verb)) in steps.iter().enumerate() {
        let location = format!("aws/{region}");
        let mut args = vec!["mci", verb, "web", &location];
        if *verb == "set" {
            args.extend(["ami-0123456789abcdef0", "--instance-type", "m7i.large"]);
        }
        program.ok(&args);
        program.ok(&["mci", "commit", "web", "-m", &format!("step {at}")]);
    }
    insta::assert_snapshot!(program.ok(&["mci", "coverage", "web"]).shown(), @"
    exit 0
    --- stdout
     A  1 step 0    B  2 step 1    C  3 step 2    D  4 step 3

    web               A   B   C   D
      aws/us-east-1   ■   ■   ×   ◆
      aws/eu-west-1   ·   ◆   ■   ■
      ─────────────────────────────
      locations       1   2   1   2

    ■ an image   ◆ new there   × no longer there   · none
    ");
}

#[test]
fn tables_of_what_there_is() {
    let two: Vec<_> = releases()
        .into_iter()
        .filter(|path| path.to_str().unwrap().contains("stable-44"))
        .take(2)
        .collect();
    let program = Program::with_releases(&two);
    insta::assert_snapshot!(program.import(&two).shown(), @"
    exit 0
    --- stdout
    STREAM  RELEASE          MCI                    REV  LOCATIONS  STATE
    ──────────────────────────────────────────────────────────────────────────
    stable  44.20260510.3.1  fedora-coreos-aarch64    1         33  unchanged
    stable  44.20260510.3.1  fedora-coreos-x86_64     1         33  unchanged
    stable  44.20260523.3.1  fedora-coreos-aarch64    2         33  unchanged
    stable  44.20260523.3.1  fedora-coreos-x86_64     2         33  unchanged
    --- stderr
    warning: ppc64le of stream stable has no image in any cloud: nothing was made for it (2 times)
    warning: s390x of stream stable has no image in any cloud: nothing was made for it (2 times)
    nothing changed
    ");
    insta::assert_snapshot!(program.ok(&["credential", "list"]).shown(), @"
    exit 0
    --- stdout
    CREDENTIAL  CLOUD  SCOPE  SECRET AT
    ─────────────────────────────────────────
    aws         aws    /acme  vault:acme/aws
    gcp         gcp    /acme  vault:acme/gcp
    ");
    insta::assert_snapshot!(program.ok(&["mci", "list"]).shown(), @"
    exit 0
    --- stdout
    NAME                   SCOPE  REVISION  HEAD       LOCATIONS  LINEAGE
    ────────────────────────────────────────────────────────────────────────────────
    fedora-coreos-aarch64  /acme         2  committed         33  lin-00000000000000000000000000000000
    fedora-coreos-x86_64   /acme         2  committed         33  lin-00000000000000000000000000000000
    ");
    insta::assert_snapshot!(first_lines(
        &program.ok(&["image", "list", "--cloud", "gcp"]).shown(),
        5
    ), @"
    exit 0
    --- stdout
    RECORD                                LOCATION  ARCH     OS                             STATE   SCOPE  IMAGE
    ────────────────────────────────────────────────────────────────────────────────
    img-00000000000000000000000000000000  gcp       aarch64  fedora-coreos 44.20260510.3.1  active  /acme  projects/fedora-coreos-cloud/global/images/fedora-coreos-44-20260510-3-1-gcp-aarch64
    ");
    insta::assert_snapshot!(first_lines(
        &program.ok(&["mci", "diff", "fedora-coreos-x86_64"]).shown(),
        12
    ), @"
    exit 0
    --- stdout
    fedora-coreos-x86_64@1 → fedora-coreos-x86_64@2
    locations: 33 changed, 0 gained, 0 lost

    ~ description
        - fedora-coreos 44.20260510.3.1 (stable) for x86_64
        + fedora-coreos 44.20260523.3.1 (stable) for x86_64
    - tag                        stream:release=44.20260510.3.1
    + tag                        stream:release=44.20260523.3.1
    ~ aws/af-south-1      image  ami-0fa9bbbd9e1f1559b → ami-09b309c3dd9dd9a02
    ~ aws/ap-east-1       image  ami-0ffabfffc7cb1553b → ami-01aac37ef2f86bb22
    ");
}

#[test]
fn tables_of_what_is_launched() {
    let two: Vec<_> = releases()
        .into_iter()
        .filter(|path| path.to_str().unwrap().contains("stable-44"))
        .take(2)
        .collect();
    let program = Program::with_releases(&two);
    let resolved = program.ok(&[
        "resolve",
        "fedora-coreos-x86_64@stable",
        "aws/eu-central-1",
        "gcp/us-east1",
    ]);
    insta::assert_snapshot!(resolved.shown(), @"
    exit 0
    --- stdout
    LOCATION          INSTANCE TYPE  FROM                    IMAGE
    ────────────────────────────────────────────────────────────────────────────────
    aws/eu-central-1  m5.large       fedora-coreos-x86_64@2  ami-02fd4b588390c1b5f
    gcp/us-east1      n2-standard-2  fedora-coreos-x86_64@2  projects/fedora-coreos-cloud/global/images/fedora-coreos-44-20260523-3-1-gcp-x86-64
    ");
    insta::assert_snapshot!(
        program
            .run(&[
                "resolve",
                "fedora-coreos-aarch64@stable",
                "gcp/us-east1",
                "azure",
                "--explain"
            ])
            .shown(), @"
    exit 1
    --- stdout
    gcp/us-east1
      1. from `fedora-coreos-aarch64` revision 2, content 32256e8c0c6e
      2. gcp/us-east1 has no setting of its own; the nearest around it is gcp
      3. its record is img-00000000000000000000000000000000 at /acme
      4. nobody said whether `t2a-standard-2` takes images for aarch64: it is used as it stands
      5. launch `projects/fedora-coreos-cloud/global/images/fedora-coreos-44-20260523-3-1-gcp-aarch64`
         as t2a-standard-2
    azure
      1. from `fedora-coreos-aarch64` revision 2, content 32256e8c0c6e
      2. neither azure nor a location around it has a setting
      3. refused: `fedora-coreos-aarch64` revision 2 has no image for azure; it has images for aws/af-south-1, aws/ap-east-1, aws/ap-east-2, aws/ap-northeast-1, aws/ap-northeast-2, aws/ap-northeast-3, aws/ap-south-1, aws/ap-south-2 and 25 more. To support azure, edit its HEAD, set an image there and commit
    ");
    let stats = program.ok(&["store", "stats"]).out;
    insta::assert_snapshot!(first_lines(&stats, 5), @"
    TABLE              RECORDS
    ───────────────────────────
    access-key               0
    channel                  2
    content                  4
    ");
}

#[test]
fn an_empty_list_says_so_on_stderr() {
    let program = Program::new();
    let ran = program.ok(&["mci", "list"]);
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str()),
        ("", "no MultiCloud Images\n")
    );
    let ran = program.ok(&["--output", "json", "mci", "list"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn colours_are_for_terminals_only() {
    let program = Program::new();
    for args in [
        &["scope", "list"][..],
        &["resolve", "nothing", "gcp"],
        &["mci", "list"],
    ] {
        let ran = program.run(args);
        assert!(
            !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
            "{args:?}"
        );
    }
}

fn first_lines(text: &str, count: usize) -> String {
    text.lines().take(count).collect::<Vec<_>>().join("\n")
}
