//! The store in which the roles try the commands.

use crate::{
    disks::raw,
    keys::seal_key,
    market::field,
    program::{Program, done, releases, words},
};
use std::collections::BTreeMap;

/// What the lines speak of, by the names that they give it.
pub(super) type Named = BTreeMap<&'static str, String>;

/// A store in which each of the commands has something to do.
pub(super) fn furnished() -> (Program, Named) {
    let files = releases();
    let program = Program::with_releases(&files[..1]);
    let mut named = Named::new();
    named.insert("release", files[0].to_str().unwrap().to_owned());
    program.stop_an_import(&files[1..3], "h");
    named.insert("job", field(&program, "job list", "id"));
    people(&program, &mut named);
    images(&program, &mut named);
    orders(&program, &mut named);
    disks(&program, &mut named);
    mcis(&program);
    launches(&program);
    market(&program, &mut named);
    // Nothing moves after the plans.
    let (gone, turned, spare) = (&named["unused"], &named["turned"], &named["spare"]);
    done(
        &program,
        &[
            &format!("image revoke {gone} --reason old --plan revoke.json"),
            &format!("image replace {turned} {spare} --plan replace.json"),
        ],
    );
    (program, named)
}

fn people(program: &Program, named: &mut Named) {
    done(
        program,
        &[
            "scope add /acme/prod",
            "scope add /beta",
            "scope add /gamma",
            "scope add /zeta",
            "principal add zoe",
            "principal add yan",
            "grant add observer yan",
            "credential add spare --cloud vmware --secret vault:x",
            "group make partners",
            "group make nobody",
        ],
    );
    let seal = seal_key(program, "seal.key", "a");
    let add = format!("key add zoe --seal-key {seal}");
    named.insert("key", field(program, &add, "id"));
    let other = format!("{add} --scope /beta");
    named.insert("disabled", field(program, &other, "id"));
    let disable = format!("key disable {}", named["disabled"]);
    done(program, &[&disable]);
    named.insert("seal", seal);
    let invite = || field(program, "group invite partners", "code");
    for member in ["/beta", "/zeta"] {
        let accept = format!("group accept {} --scope {member}", invite());
        done(program, &[&accept]);
    }
    done(program, &["group invite partners"]);
    named.insert("code", invite());
    named.insert("group", field(program, "group show partners", "id"));
}

fn images(program: &Program, named: &mut Named) {
    for (name, ami, at) in [
        ("image", 1, "/acme"),
        ("spare", 2, "/acme"),
        ("hidden", 3, "/acme"),
        ("off", 4, "/acme"),
        ("kept", 5, "/acme"),
        ("gone", 6, "/acme"),
        ("low", 7, "/acme/prod"),
        ("unused", 8, "/acme"),
        ("turned", 9, "/acme"),
    ] {
        let register = format!(
            "image register aws/us-east-1 ami-0000000{ami} --os ubuntu/24/24.04 --scope {at}"
        );
        named.insert(name, field(program, &register, "id"));
    }
    done(
        program,
        &[
            &format!("image permission add {} all", named["image"]),
            &format!("image unshare {}", named["hidden"]),
            &format!("image disable {}", named["off"]),
            &format!("image protect {}", named["kept"]),
            &format!("image delete {}", named["gone"]),
            "rolemap make roles --os ubuntu/24",
            &format!("rolemap set roles {}", named["image"]),
        ],
    );
}

/// A disk image that is kept, and one that could not be made.
fn disks(program: &Program, named: &mut Named) {
    program.file("disk.raw", raw(1 << 20));
    let args = "disk import disk.raw --declared raw --name whole";
    done(program, &[args]);
    named.insert("disk", field(program, "disk list", "id"));
    let broken = program.run(&words(
        "disk import disk.raw --declared qcow2 --name broken",
    ));
    assert_eq!(broken.code, 1);
    // By name: this one comes first.
    named.insert("broken", field(program, "disk list", "id"));
}

/// Orders that wait, are taken and have failed; and what the clouds hold.
fn orders(program: &Program, named: &mut Named) {
    for (name, to) in [
        ("order", "aws/us-west-1"),
        ("taken", "aws/us-west-2"),
        ("failed", "aws/ap-south-1"),
    ] {
        let order = format!("work order copy {} {to}", named["image"]);
        named.insert(name, field(program, &order, "id"));
    }
    done(
        program,
        &[
            &format!("work take {}", named["taken"]),
            &format!("work take {}", named["failed"]),
            &format!("work fail {} 'no room'", named["failed"]),
        ],
    );
    let summed = |ami: u8| format!(r#"{{"id": "ami-0000000{ami}", "checksum": "sha256:ab"}}"#);
    let (one, two) = (summed(1), summed(2));
    let server = r#"{"id": "i-1", "state": "running", "image": "ami-00000001", "devices": [{"name": "/dev/sda1", "kind": "root", "size_gb": 20}]}"#;
    let text = format!(
        r#"{{"version": 1, "locations": {{"aws/us-east-1": {{"images": [{one}], "servers": [{server}]}}, "aws/us-west-2": {{"images": [{two}]}}}}}}"#
    );
    program.file("inventory.json", text);
}

fn mcis(program: &Program) {
    let run = |line: &str| drop(program.ok(&words(line)));
    let set = |name: &str, at: &str, ami: u8| {
        let image = format!("ami-0000000{ami} --instance-type m7i.large");
        run(&format!("mci set {name} {at} {image}"));
    };
    for name in ["web", "old", "alone", "hidden", "matched", "turned"] {
        run(&format!("mci new {name}"));
    }
    set("web", "aws/us-east-1", 1);
    set("web", "aws/us-west-2", 2);
    run("mci commit web -m one");
    set("web", "aws/us-east-1", 2);
    run("mci commit web -m two");
    run("mci deprecate web@2 --reason old");
    set("old", "aws/us-east-1", 1);
    run("mci commit old -m one");
    run("mci unshare hidden");
    set("turned", "aws/us-east-1", 9);
    let from = "--inventory inventory.json";
    let image = "ami-00000001 --instance-type m5.large";
    run(&format!("mci set matched aws/us-east-1 {image} {from}"));
    run(&format!("mci match matched aws/us-east-1 {from}"));
}

fn launches(program: &Program) {
    done(
        program,
        &[
            "template new front",
            "template link front web@1",
            "template link front old@1",
            "template script add front boot chef:a chef:b",
            "template commit front -m one",
            "template set front --description d",
            "template commit front -m two",
            "template deprecate front@2 --reason old",
            "template restore front@1",
            "template new alone",
            "template new hidden",
            "template unshare hidden",
            "channel assign stable web@1",
            "channel assign stable web@2",
            "channel assign guarded web@1",
            "channel restrict guarded web",
            "policy set house --audit --max-age 9000",
            "lock web@1 -o web.lock",
            "lock register kept web.lock",
            "deployment make fleet",
            "deployment make empty",
            "deployment make hidden",
            "deployment unshare hidden",
            "server add aws/us-east-1 web@1 fleet:one",
        ],
    );
}

fn market(program: &Program, named: &mut Named) {
    let publish = "--group partners --short it --allow-private --allow-unknown";
    let head = field(program, "mci show old", "lineage");
    done(
        program,
        &[
            &format!("market publish mci web@1 {publish}"),
            &format!("market publish mci old@1 {publish}"),
            "market deprecate /acme:old@1 --reason old",
            "market publish mci old --head --group partners",
            "market import /acme:web@1 --scope /beta",
            &format!("market subscribe {head} --scope /beta"),
            "mci restore web@1",
        ],
    );
    named.insert("head", head);
}
