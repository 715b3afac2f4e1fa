//! Clients of EC2, as they are installed, against `atlas serve ec2`.

use crate::{disks::raw, serving::Serving};

#[test]
fn e01_boto3_reads_back_what_it_says() {
    let serving = Serving::started(&[]);
    assert_eq!(serving.python("boto3_session.py", &[]), "boto3: well\n");
}

#[test]
fn e01_boto3_reads_back_each_field_of_images_and_instances() {
    let serving = Serving::started(&["--with-instances"]);
    assert_eq!(serving.python("boto3_fields.py", &[]), "boto3: well\n");
}

#[test]
fn e01_each_refusal_has_the_code_of_ec2() {
    let mut serving = Serving::started(&["--with-instances"]);
    let told = serving.python("boto3_refusals.py", &[]);
    insta::assert_snapshot!(told);
    // What an MCI refers to stays, and the refusal counts who does (E08).
    let image = serving.python("deregister.py", &[]);
    let image = image.trim();
    assert_eq!(serving.stop("TERM"), Some(0));
    let program = &serving.program;
    program.ok(&["--scope", "/acme/dev", "mci", "new", "web"]);
    let set = [
        "--scope",
        "/acme/dev",
        "mci",
        "set",
        "web",
        "local/main",
        image,
    ];
    program.ok(&[&set[..], &["--instance-type", "m1.small"]].concat());
    serving.start(&[]);
    let told = serving.python("deregister.py", &[image]);
    assert_eq!(
        told,
        format!("DependencyViolation The image {image} is in use by 1 dependent objects.\n")
    );
}

#[test]
fn e01_the_command_of_aws_does_its_work() {
    let serving = Serving::started(&[]);
    assert_eq!(serving.python("aws_command.py", &[]), "awscli: well\n");
}

#[test]
fn e01_libcloud_does_its_work() {
    let serving = Serving::started(&[]);
    assert_eq!(
        serving.python("libcloud_driver.py", &[]),
        "libcloud: well\n"
    );
}

#[test]
fn e01_the_javascript_client_does_its_work() {
    let serving = Serving::started(&[]);
    let node = atlas_test_servers::node_with_packages().unwrap();
    let said = serving.client(node, "javascript.cjs", &[]);
    assert_eq!(said, "javascript: well\n");
}

#[test]
fn e01_boto3_calls_what_is_around_images() {
    let mut serving = Serving::prepared();
    std::fs::create_dir(serving.program.path("disks")).unwrap();
    serving.program.file("disks/disk.raw", raw(1 << 20));
    serving.start(&["--with-instances", "--import-folder", "disks"]);
    let said = serving.python("boto3_around.py", &["file:///disk.raw"]);
    assert_eq!(said, "boto3: well\n");
}
