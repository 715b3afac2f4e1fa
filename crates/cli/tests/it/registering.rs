//! Registering images: one by one, and all of a file.

use crate::program::{Program, stable};
use serde_json::Value;

const LINES: &str = r#"{"location":"aws/us-east-1","image":"ami-0123456789abcdef0","os":"ubuntu/24/24.04","agent":"installed"}
{"location":"aws/us-east-1","image":"ami-0123456789abcdef1","os":"ubuntu/24/24.04","agent":"absent"}

{"location":"aws/us-east-1","image":"ami-0123456789abcdef2","os":"ubuntu/24/24.04","agent":"absent"}
"#;

/// The last two lines cannot be registered: one is the first again, one is of no credential.
const FLAWED: &str = "\
location,image,os,agent,name
aws/us-east-1,ami-0123456789abcdef0,ubuntu/24/24.04,installed,
aws/us-east-1,ami-0123456789abcdef,ubuntu/24/24.04,installed,
aws/us-east-1,ami-0123456789abcdef1,ubuntu/24/24.04,,
aws/us-east-1,ami-0123456789abcdef0,ubuntu/24/24.04,installed,again
gcp,projects/p-one/global/images/web,ubuntu/24/24.04,installed,web
";

fn program() -> Program {
    let program = Program::new();
    let add = ["credential", "add", "aws", "--cloud", "aws", "--secret"];
    program.ok(&[&add[..], &["vault:acme/aws"]].concat());
    program
}

fn images(program: &Program) -> usize {
    program.json(&["image", "list"]).len()
}

#[test]
fn i03_a_file_of_images_is_registered_from_a_path_or_stdin() {
    let program = program();
    let ran = program.fed(&["image", "register", "--from", "-"], LINES.as_bytes());
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "registered 3 images\n"),
        "{}",
        ran.err
    );
    assert_eq!(
        ran.err,
        "warning: line 2: no agent is installed, so scripts will not run: bundle an image from a \
         server that has the agent, or use the image agentless (2 lines)\n"
    );
    assert_eq!(images(&program), 3);
    let csv = "location,image,os,agent,scope\n\
               aws/us-west-2,ami-0123456789abcdef0,ubuntu/24/24.04,right_link/v5.8,/acme\n";
    let path = program.file("images.csv", csv);
    let report = program
        .json(&["image", "register", "--from", &path])
        .remove(0);
    assert_eq!(report["registered"][0]["line"], 2);
    let record = report["registered"][0]["record"].as_str().unwrap();
    let shown = program.json(&["image", "show", record]).remove(0);
    assert_eq!(shown["agent"]["version"], "v5.8");
    let empty = program.fed(&["image", "register", "--from", "-"], b"\n");
    assert_eq!(
        (empty.code, empty.out.as_str()),
        (0, "the file has no images\n")
    );
}

#[test]
fn i03_all_lines_or_none_and_each_for_itself() {
    let program = program();
    let path = program.file("images.csv", FLAWED);
    let register = ["image", "register", "--from", &path];
    let said = program.run(&register).shown();
    assert_eq!(images(&program), 0);
    let each = program.run(&[&register[..], &["--each"]].concat()).shown();
    assert_eq!(images(&program), 1);
    // Lines that can all be read are decided together.
    let read: Vec<_> = FLAWED
        .lines()
        .enumerate()
        .filter(|(at, _)| ![2, 3].contains(at))
        .collect();
    let read: Vec<_> = read.into_iter().map(|(_, line)| line).collect();
    let path = program.file("read.csv", read.join("\n"));
    let together = program.run(&["image", "register", "--from", &path]).shown();
    let said = [said, each, together].join("\n");
    insta::assert_snapshot!(stable(&said));
}

#[test]
fn i03_a_file_that_one_commit_cannot_hold_is_refused_whole() {
    // A store in memory goes with the program: the limits are those of the address.
    use cloud_atlas::{Atlas, Error, RegisterImage, image::Via};
    use pollster::FutureExt as _;
    let atlas = Atlas::init("memory:?operations=128&commit=1MiB")
        .block_on()
        .unwrap();
    let admin = atlas.act_as(&"admin".parse().unwrap());
    let aws = cloud_atlas::AddCredential::new(
        "/".parse().unwrap(),
        cloud_atlas::image_id::Cloud::Aws,
        "aws".parse().unwrap(),
        "vault:x".parse().unwrap(),
    );
    admin.add_credential(aws).block_on().unwrap();
    let requests = || -> Vec<_> {
        let request = |number: u64| {
            let id = format!("ami-{number:017x}");
            let id = cloud_atlas::image_id::ImageId::parse(cloud_atlas::image_id::Cloud::Aws, &id);
            let place = "aws/us-east-1".parse().unwrap();
            RegisterImage::new("/".parse().unwrap(), place, id.unwrap(), Via::Ec2)
        };
        (0..50).map(request).collect()
    };
    let error = admin.register_images(requests()).block_on().unwrap_err();
    assert!(
        matches!(error, Error::TooManyImages { images: 50, .. }),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("register fewer at once, or each for itself"),
        "{error}"
    );
    let steps = std::sync::Mutex::new(Vec::new());
    let progress = |done| steps.lock().unwrap().push(done);
    let done = admin
        .register_each(requests(), &progress)
        .block_on()
        .unwrap();
    assert_eq!((done.registered.len(), done.refused.len()), (50, 0));
    let steps = steps.into_inner().unwrap();
    assert!(steps.len() > 1 && steps.last() == Some(&50), "{steps:?}");
}

#[test]
fn i13_the_form_of_each_cloud() {
    let program = Program::bare();
    let clouds = ["aws", "azure", "gcp", "openstack", "vmware"];
    let forms = clouds.map(|cloud| program.ok(&["image", "form", cloud]).out);
    insta::assert_snapshot!(forms.join("\n"));
}

#[test]
fn l05_l06_l10_copies_promotions_and_role_maps_by_command() {
    let program = program();
    program.ok(&["scope", "add", "/acme/prod"]);
    let here = ["--scope", "/acme/prod"];
    let run = |args: &[&str]| stable(&program.run(&[&here[..], args].concat()).shown());
    let one = |args: &[&str]| -> Value { program.json(&[&here[..], args].concat()).remove(0) };
    let register = [
        "image",
        "register",
        "aws/us-east-1",
        "ami-0123456789abcdef0",
    ];
    let source = one(&[&register[..], &["--os", "ubuntu/24.04/24.04.1"]].concat());
    let source = source["id"].as_str().unwrap();
    let copy = ["image", "copy", source, "aws/eu-west-1"];
    let mut said = vec![
        run(&copy),
        run(&[&copy[..], &["ami-0123456789abcdef1"]].concat()),
    ];
    said.push(run(&[
        "rolemap",
        "make",
        "web",
        "--os",
        "ubuntu/24.04",
        "--needs",
        "agent",
    ]));
    said.push(run(&["rolemap", "set", "web", source]));
    said.push(run(&["image", "find", "AMI-0123456789ABCDEF0"]));
    said.push(run(&["rolemap", "list"]));
    said.push(run(&["image", "promote", source]));
    said.push(run(&["rolemap", "show", "web"]));
    said.push(run(&["rolemap", "unset", "web", "aws/us-east-1"]));
    said.push(run(&["rolemap", "remove", "web"]));
    said.push(run(&["rolemap", "list"]));
    said.push(run(&["image", "list"]));
    insta::assert_snapshot!(said.join("\n"));
    let record = program.json(&["image", "show", source]).remove(0);
    assert_eq!(
        (record["scope"].as_str(), record["shared"].as_bool()),
        (Some("/acme"), Some(true))
    );
}

#[test]
fn filters_of_the_list_select() {
    let program = program();
    program.ok(&["scope", "add", "/acme/prod"]);
    let ran = program.fed(&["image", "register", "--from", "-"], LINES.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let found = |filters: &[&str]| {
        let list = ["--scope", "/acme/prod", "image", "list"];
        program.json(&[&list[..], filters].concat()).len()
    };
    program.ok(&[
        "--scope",
        "/acme/prod",
        "image",
        "register",
        "aws/us-east-2",
        "ami-0123456789abcdef0",
        "--os",
        "ubuntu/24/24.04",
        "--name",
        "web-2",
        "--tag",
        "a:b=c",
    ]);
    for (filters, count) in [
        (&["--at", "/acme"][..], 3),
        (&["--at", "/acme/prod"], 1),
        (&["--at", "/"], 0),
        (&["--by", "admin"], 4),
        (&["--by", "dana"], 0),
        (&["--agent", "absent"], 2),
        (&["--agent", "installed"], 2),
        (&["--agent", "unknown"], 0),
        (&["--name", "w?b-*"], 1),
        (&["--name", "*-2"], 1),
        (&["--name", "?"], 0),
        (&["--tag", "a:b=c"], 1),
        (&["--since", "2020-01-01T00:00:00Z"], 4),
        (&["--before", "2020-01-01T00:00:00Z"], 0),
        (&["--since", "2020-01-01T00:00:00Z", "--name", "web*"], 1),
        (&["--sort", "newest", "--cloud", "aws"], 4),
    ] {
        assert_eq!(found(filters), count, "{filters:?}");
    }
}
