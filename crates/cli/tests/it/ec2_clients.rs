//! Clients of EC2, as they are installed, against `atlas serve ec2`.

use crate::serving::Serving;

#[test]
fn e01_boto3_reads_back_what_it_says() {
    let serving = Serving::started(&[]);
    assert_eq!(serving.python("boto3_session.py", &[]), "boto3: well\n");
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
