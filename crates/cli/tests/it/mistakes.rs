//! The commonest mistakes: each text says what is wrong and what to do.

use crate::program::{Program, stable};

#[test]
fn the_commonest_mistakes_say_what_to_do() {
    let program = Program::new();
    program.ok(&["scope", "add", "/acme/prod"]);
    program.ok(&["scope", "add", "/acme/dev"]);
    program.ok(&["principal", "add", "dana"]);
    for cloud in ["aws", "gcp", "azure"] {
        let add = [
            "credential",
            "add",
            cloud,
            "--cloud",
            cloud,
            "--secret",
            "vault:x",
        ];
        program.ok(&add);
    }
    let ami = "ami-0123456789abcdef0";
    let os = ["--os", "ubuntu/24.04/24.04.1"];
    let register = |place: &'static str, id: &'static str| {
        let words = ["image", "register", place, id];
        [&words[..], &os[..]].concat()
    };
    let record = program.json(&register("aws/us-east-1", ami)).remove(0);
    let record = record["id"].as_str().unwrap();
    let other = [
        "image",
        "register",
        "aws/us-east-2",
        ami,
        "--os",
        "debian/12/12.5",
    ];
    let debian = program.json(&other).remove(0);
    let debian = debian["id"].as_str().unwrap();
    program.ok(&["rolemap", "make", "web", "--os", "ubuntu/24.04"]);
    let disk = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/images/web";
    let own = ["--scope", "/acme/prod"];
    // An environment uses the record of its account.
    for args in [
        &["mci", "new", "front"][..],
        &[
            "mci",
            "set",
            "front",
            "aws/us-east-1",
            ami,
            "--instance-type",
            "t3.micro",
        ],
    ] {
        program.ok(&[&own[..], args].concat());
    }
    let hidden = program.json(&[&own[..], &register("aws/us-west-1", ami)].concat());
    let hidden = hidden[0]["id"].as_str().unwrap();
    let arn = "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0";
    let gce = "projects/p-one/global/images/web";
    let above = register("aws/us-east-1", "ami-0123456789abcdef1");
    let cases: Vec<(&str, Vec<&str>)> = vec![
        ("wrong cloud for the id", register("azure/westeurope", ami)),
        ("missing location: AWS", register("aws", ami)),
        ("missing location: Azure", register("azure", disk)),
        (
            "location where none belongs",
            [&register("gcp/us-east1", gce)[..], &["--name", "web"]].concat(),
        ),
        (
            "above the credential's scope",
            [&["--scope", "/"][..], &above].concat(),
        ),
        ("wrong cloud for the id: ARN", register("gcp", arn)),
        ("duplicate", register("aws/us-east-1", ami)),
        (
            "duplicate below",
            [&own[..], &register("aws/us-east-1", ami)].concat(),
        ),
        ("not visible", vec!["image", "show", hidden]),
        (
            "missing OS",
            vec!["image", "register", "aws/us-east-1", ami],
        ),
        ("missing name", register("gcp", gce)),
        (
            "copy to the same location",
            vec!["image", "copy", record, "aws/us-east-1", ami],
        ),
        (
            "copy to another cloud",
            vec!["image", "copy", record, "azure"],
        ),
        (
            "role map with another OS",
            vec!["rolemap", "set", "web", debian],
        ),
        (
            "name already taken: role map",
            vec!["rolemap", "make", "web", "--os", "ubuntu/24.04"],
        ),
        (
            "name already taken: credential",
            vec![
                "credential",
                "add",
                "aws",
                "--cloud",
                "aws",
                "--secret",
                "vault:x",
            ],
        ),
        (
            "name already taken: scope",
            vec!["scope", "rename", "/acme/prod", "/acme/dev"],
        ),
        (
            "name already taken: principal",
            vec!["principal", "rename", "dana", "admin"],
        ),
        (
            "shared off with users below",
            vec!["image", "unshare", record],
        ),
        ("delete in use", vec!["image", "delete", record]),
        (
            "missing OS: bundle",
            vec!["image", "bundle", "aws/us-east-1", "i-1", "--operational"],
        ),
        (
            "promoted above the credential's scope",
            vec!["image", "promote", record],
        ),
    ];
    insta::assert_snapshot!(said(&program, &cases));
}

/// What is said of each mistake.
fn said(program: &Program, cases: &[(&str, Vec<&str>)]) -> String {
    let said = cases.iter().map(|(mistake, args)| {
        let ran = program.run(args);
        let ignored = *mistake == "location where none belongs";
        assert_eq!(ran.code == 0, ignored, "{mistake}: {}{}", ran.out, ran.err);
        format!("{mistake}\n{}", ran.err)
    });
    stable(&said.collect::<Vec<_>>().join("\n"))
}
