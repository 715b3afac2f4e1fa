//! Who uses what, on the command line: what is told, and what is said to be left out.

use crate::program::{Program, stable};
use cloud_atlas::{
    Atlas,
    image_id::{Cloud, ImageId},
    mci::{HeadEdit, Setting},
    scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;

/// A store where `web` has 105 revisions, and a channel at the first; and the record of an image
/// that one role map of `/acme` holds, and that somebody in `/beta` uses unseen by dana.
pub(crate) fn furnished() -> (Program, String) {
    let program = Program::new();
    for line in [
        "scope add /beta",
        "principal add dana",
        "grant add designer dana",
        "credential add aws --cloud aws --secret vault:acme/aws",
        "mci new web",
        "mci new db --scope /beta",
        "rolemap make front --os ubuntu/24",
    ] {
        program.ok(&line.split(' ').collect::<Vec<_>>());
    }
    let register = "image register aws/us-east-1 ami-0123456789abcdef0 --os ubuntu/24/24.04";
    let record = program.json(&register.split(' ').collect::<Vec<_>>());
    let record = record[0]["id"].as_str().unwrap().to_owned();
    for line in [
        format!("rolemap set front {record}"),
        format!("image permission add {record} all"),
        "mci set db aws/us-east-1 ami-0123456789abcdef0 --instance-type t3.micro --scope /beta"
            .to_owned(),
    ] {
        program.ok(&line.split(' ').collect::<Vec<_>>());
    }
    commit(&program, 105);
    program.ok(&["channel", "assign", "first", "web@1"]);
    (program, record)
}

/// Commits another image, so many times.
fn commit(program: &Program, times: u32) {
    let url = format!("redb:{}", program.path("a.redb").display());
    let atlas = Atlas::open(&url).block_on().unwrap();
    let admin = atlas.act_as(&"admin".parse().unwrap());
    let web: Reference = "web".parse().unwrap();
    let acme: Scope = "/acme".parse().unwrap();
    for number in 1..=times {
        let image = ImageId::parse(Cloud::Aws, &format!("ami-{number:017x}")).unwrap();
        let setting = Setting::new(image).with_instance_type("t3.micro".parse().unwrap());
        let edits = vec![HeadEdit::set("aws/us-east-1".parse().unwrap(), setting)];
        admin.edit_mci(&web, &acme, edits, None).block_on().unwrap();
        let message = "next".parse().unwrap();
        let committed = admin.commit_mci(&web, &acme, message, None).block_on();
        committed.unwrap();
    }
}

#[test]
fn t05_what_is_left_out_is_said() {
    let (program, record) = furnished();
    let as_dana = |line: &str| {
        let line = format!("--as dana {line}");
        let ran = program.run(&line.split(' ').collect::<Vec<_>>());
        stable(&format!("$ atlas {line}\n{}{}\n", ran.out, ran.err))
    };
    let image = format!("image xref {record}");
    let last = |line: &str| {
        let text = as_dana(line);
        let lines: Vec<_> = text.lines().collect();
        let from = lines.len().saturating_sub(4);
        format!("$ {line}\n(...)\n{}\n", lines[from..].join("\n"))
    };
    let told: Vec<String> = vec![
        as_dana(&image),
        as_dana(&format!("{image} --output json")),
        as_dana("mci xref web"),
        last("mci xref web --used"),
        last("mci xref web --used --output json"),
        last("mci xref web --format mermaid"),
    ];
    insta::assert_snapshot!(told.concat());
}
