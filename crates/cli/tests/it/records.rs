//! What records say and lack, as people see it.

use crate::program::{Program, stable};
use cloud_atlas::{
    Atlas, RegisterImage,
    image::Via,
    image_id::{Cloud, ImageId},
};
use pollster::FutureExt as _;

const EAST: &str = "aws/us-east-1";

/// A store with a credential for AWS at `/acme`.
fn program() -> Program {
    let program = Program::new();
    let add = "credential add aws --cloud aws --secret vault:acme/aws";
    program.ok(&add.split(' ').collect::<Vec<_>>());
    program
}

/// What each command answers, with its exit code.
fn said(program: &Program, lines: &[&str]) -> String {
    let answers = lines.iter().map(|line| {
        let ran = program.run(&line.split(' ').collect::<Vec<_>>());
        format!("$ atlas {line}\n{}", ran.shown())
    });
    stable(&answers.collect::<Vec<_>>().join("\n"))
}

#[test]
fn i03_an_unknown_operating_system_is_shown_found_and_named_once() {
    let program = program();
    // As it comes over EC2: nobody has said it.
    let url = format!("redb:{}", program.path("a.redb").display());
    let atlas = Atlas::open(&url).block_on().unwrap();
    let admin = atlas.act_as(&"admin".parse().unwrap());
    let id = ImageId::parse(Cloud::Aws, "ami-0123456789abcdef0").unwrap();
    let scope = "/acme".parse().unwrap();
    let asked = RegisterImage::new(scope, EAST.parse().unwrap(), id, Via::Ec2);
    let record = admin.register_image(asked).block_on().unwrap().record.id();
    drop((admin, atlas));

    program.ok(&["rolemap", "make", "web", "--os", "ubuntu/24.04"]);
    let known = [
        "image",
        "register",
        EAST,
        "ami-0123456789abcdef1",
        "--os",
        "ubuntu/24.04/24.04.1",
    ];
    program.ok(&known);
    let lines = [
        "image list --os unknown".to_owned(),
        "image list --os ubuntu".to_owned(),
        format!("rolemap set web {record}"),
        format!("image edit {record} --os unknown/24.04/24.04.1"),
        format!("image edit {record} --os ubuntu"),
        format!("image edit {record} --os ubuntu/24.04/24.04.1"),
        format!("image edit {record} --os ubuntu/22.04/22.04.4"),
        "image list --os unknown".to_owned(),
        format!("rolemap set web {record}"),
    ];
    // Whoever looks at it is warned, until it is set.
    let show = ["image", "show", &record.to_string()];
    let warning = "warning: the operating system is unknown";
    assert!(program.ok(&show).err.contains(warning));
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(said(&program, &lines));
    assert_eq!(program.ok(&show).err, "");
}

#[test]
fn i11_an_image_without_agent_is_registered_and_refused_where_one_is_needed() {
    let program = program();
    let register = |number: u8, agent: &str| {
        let id = format!("ami-0123456789abcdef{number}");
        let args = ["--output", "json", "image", "register", EAST, &id];
        let more = ["--os", "ubuntu/24.04/24.04.1", "--agent", agent];
        let ran = program.ok(&[&args[..], &more[..]].concat());
        let record = ran.json().remove(0)["id"].as_str().unwrap().to_owned();
        (record, ran.err)
    };
    let (without, warned) = register(0, "absent");
    let (unknown, silent) = register(1, "unknown");
    assert_eq!(silent, "");
    program.ok(&[
        "rolemap",
        "make",
        "web",
        "--os",
        "ubuntu/24.04",
        "--needs",
        "agent",
    ]);
    let lines = [
        format!("rolemap set web {without}"),
        format!("rolemap set web {unknown}"),
        "image list --agent absent".to_owned(),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(format!("{warned}\n{}", said(&program, &lines)));
}

#[test]
fn c05_images_of_the_repository_need_the_right_to_write_and_no_credential() {
    let program = Program::new();
    program.ok(&["principal", "add", "olga"]);
    program.ok(&["grant", "add", "observer", "olga"]);
    let os = "--os ubuntu/24.04/24.04.1";
    let ami = "ami-0ae8605ed708e3c3e";
    let lines = [
        "image form local".to_owned(),
        format!("image register local/main {ami} {os} --as olga"),
        format!("image register local/main {ami} {os}"),
        format!("image register local/main ami-0ae8605e {os}"),
        format!("image register local:lab/main {ami}0ae8605ed708e3c {os}"),
        format!("image register local/main {ami} {os}"),
        format!("image register local {ami} {os}"),
        format!("image register local/main web-1 {os}"),
        format!("image register local/main ami-0123456789abcdef0 {os} --credential main"),
        "image list --cloud local".to_owned(),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(said(&program, &lines));
    // And they are launched as others are.
    program.ok(&["mci", "new", "web"]);
    let set = ["mci", "set", "web", "local/main", ami];
    program.ok(&[&set[..], &["--instance-type", "small"]].concat());
    program.ok(&["mci", "commit", "web", "--message", "first"]);
    let found = program.ok(&["resolve", "web", "local/main"]).out;
    assert!(found.contains(ami), "{found}");
}
