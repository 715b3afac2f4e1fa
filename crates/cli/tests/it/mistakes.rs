//! The commonest mistakes: each text says what is wrong and what to do.

use crate::program::{Program, stable};

const AMI: &str = "ami-0123456789abcdef0";
const ARN: &str = "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0";
const DISK: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.Compute/images/web";
const GCE: &str = "projects/p-one/global/images/web";

/// A mistake, and the command that makes it.
type Mistake = (&'static str, Vec<String>);

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// The registration of an image whose operating system is said.
fn register(place: &str, id: &str) -> Vec<String> {
    words(&format!(
        "image register {place} {id} --os ubuntu/24.04/24.04.1"
    ))
}

#[test]
fn the_commonest_mistakes_say_what_to_do() {
    let program = Program::new();
    let ok = |line: &str| {
        let line = words(line);
        program.ok(&line.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let made = |line: &str| {
        let record = ok(&format!("--output json {line}")).json().remove(0);
        record["id"].as_str().unwrap().to_owned()
    };
    ok("scope add /acme/prod");
    ok("scope add /acme/dev");
    ok("principal add dana");
    for cloud in ["aws", "gcp", "azure"] {
        ok(&format!(
            "credential add {cloud} --cloud {cloud} --secret vault:x"
        ));
    }
    let record = made(&register("aws/us-east-1", AMI).join(" "));
    let debian = made(&format!(
        "image register aws/us-east-2 {AMI} --os debian/12/12.5"
    ));
    let hidden = register("aws/us-west-1", AMI).join(" ");
    let hidden = made(&format!("{hidden} --scope /acme/prod"));
    ok("rolemap make web --os ubuntu/24.04");
    // An environment uses the record of its account.
    ok("mci new front --scope /acme/prod");
    ok(&format!(
        "mci set front aws/us-east-1 {AMI} --instance-type t3.micro --scope /acme/prod"
    ));
    let mut mistakes = registrations();
    mistakes.extend(others(&record, &debian, &hidden));
    insta::assert_snapshot!(said(&program, &mistakes));
}

fn registrations() -> Vec<Mistake> {
    let and = |mut args: Vec<String>, more: &str| {
        args.extend(words(more));
        args
    };
    let other = register("aws/us-east-1", "ami-0123456789abcdef1");
    vec![
        ("wrong cloud for the id", register("azure/westeurope", AMI)),
        ("wrong cloud for the id: ARN", register("gcp", ARN)),
        ("missing location: AWS", register("aws", AMI)),
        ("missing location: Azure", register("azure", DISK)),
        (
            "location where none belongs",
            and(register("gcp/us-east1", GCE), "--name web"),
        ),
        ("above the credential's scope", and(other, "--scope /")),
        ("duplicate", register("aws/us-east-1", AMI)),
        (
            "duplicate below",
            and(register("aws/us-east-1", AMI), "--scope /acme/prod"),
        ),
        (
            "missing OS",
            words(&format!("image register aws/us-east-1 {AMI}")),
        ),
        (
            "missing OS: bundle",
            words("image bundle aws/us-east-1 i-1 --operational"),
        ),
        ("missing name", register("gcp", GCE)),
    ]
}

fn others(record: &str, debian: &str, hidden: &str) -> Vec<Mistake> {
    [
        ("not visible", format!("image show {hidden}")),
        (
            "shared off with users below",
            format!("image unshare {record}"),
        ),
        ("delete in use", format!("image delete {record}")),
        (
            "copy to the same location",
            format!("image copy {record} aws/us-east-1 {AMI}"),
        ),
        (
            "copy to another cloud",
            format!("image copy {record} azure"),
        ),
        (
            "role map with another OS",
            format!("rolemap set web {debian}"),
        ),
        (
            "name already taken: role map",
            "rolemap make web --os ubuntu/24.04".to_owned(),
        ),
        (
            "name already taken: credential",
            "credential add aws --cloud aws --secret vault:x".to_owned(),
        ),
        (
            "name already taken: scope",
            "scope rename /acme/prod /acme/dev".to_owned(),
        ),
        (
            "name already taken: principal",
            "principal rename dana admin".to_owned(),
        ),
        (
            "promoted above the credential's scope",
            format!("image promote {record}"),
        ),
    ]
    .map(|(mistake, line)| (mistake, words(&line)))
    .into()
}

/// What is said of each mistake.
fn said(program: &Program, mistakes: &[Mistake]) -> String {
    let said = mistakes.iter().map(|(mistake, args)| {
        let ran = program.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let ignored = *mistake == "location where none belongs";
        assert_eq!(ran.code == 0, ignored, "{mistake}: {}{}", ran.out, ran.err);
        format!("{mistake}\n{}", ran.err)
    });
    stable(&said.collect::<Vec<_>>().join("\n"))
}
