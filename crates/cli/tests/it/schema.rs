//! Every JSON answer against its schema in docs/schema.

use crate::{
    appliance::{self, Drive},
    keys::seal_key,
    program::{Program, done, releases, words},
    serving::Serving,
};
use serde_json::{Map, Value};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// A program whose answers are held against schemas.
struct Checked {
    program: Program,
    used: RefCell<BTreeSet<String>>,
}

impl Checked {
    /// Runs a command and checks each line of its answer.
    #[track_caller]
    fn run(&self, schema: &str, args: &[&str]) -> Vec<Value> {
        let ran = self.program.run(&[&["--output", "json"], args].concat());
        self.lines(schema, &ran.json())
    }

    #[track_caller]
    fn lines(&self, name: &str, lines: &[Value]) -> Vec<Value> {
        assert!(!lines.is_empty(), "{name}: there is an answer");
        for line in lines {
            // The last line of a page that others follow, that of uses that are not all told, and a
            // location that is refused.
            let has = |field: &str| line.get(field).is_some();
            let is_refused = line.get("outcome").is_some_and(|it| it == "refused");
            let name = if has("next") {
                "next"
            } else if has("hidden") || has("older_revisions") {
                "uses-untold"
            } else if is_refused && ["launch", "locked-launch"].contains(&name) {
                "launch-row"
            } else {
                name
            };
            let mut problems = Vec::new();
            check(&schema(name), line, "$", &mut problems);
            assert!(problems.is_empty(), "{name}: {problems:#?}\n{line}");
            self.used.borrow_mut().insert(name.to_owned());
        }
        lines.to_vec()
    }
}

#[test]
fn every_answer_fits_its_schema_and_every_schema_is_used() {
    let checked = Checked {
        program: Program::bare(),
        used: RefCell::default(),
    };
    ids(&checked);
    disks(&checked);
    people(&checked);
    images(&checked);
    kept(&checked);
    clouds(&checked);
    plans(&checked);
    mcis(&checked);
    launches(&checked);
    servers(&checked);
    uses(&checked);
    templates(&checked);
    market(&checked);
    checked.lines(
        "listening",
        &[Serving::started(&["--admin-listen", "127.0.0.1:0"])
            .told
            .clone()],
    );
    store(&checked);
    let entries = std::fs::read_dir(folder()).unwrap();
    let described: BTreeSet<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(*checked.used.borrow(), described);
}

/// Files of disk images need no store.
fn disks(checked: &Checked) {
    let file = checked.program.file("disk.raw", [0; 4096]);
    std::fs::create_dir(checked.program.path("raws")).unwrap();
    let inspect = ["disk", "inspect", "--declared"];
    checked.run("disk-verdict", &[&inspect[..], &["raw", &file]].concat());
    checked.run("disk-verdict", &[&inspect[..], &["qcow2", &file]].concat());
    let convert = ["disk", "convert", "--declared", "raw", &file, "raws"];
    checked.run("disk-verdict", &convert);
    let drives = [Drive::of("disk")];
    appliance::archive(&checked.program, "bios", &drives, &[]);
    checked.run(
        "disk-verdict",
        &[&inspect[..], &["ova", "machine.ova"]].concat(),
    );
}

/// Disk images that are kept.
fn kept(checked: &Checked) {
    let run = |schema: &str, line: &str| checked.run(schema, &words(line));
    checked.program.file("kept.raw", crate::disks::raw(2 << 20));
    run("disk-quota", "disk quota set --images 10 --bytes 100000000");
    let import = "disk import kept.raw --declared raw --pool default --name kept --availability public \
                  --os ubuntu/24/24.04 --architecture x86_64 --description why --tag a:b=c --boot 0 \
                  --firmware uefi";
    let told = run("disk-imported", import);
    let codes = told[0]["warnings"].as_array().unwrap().iter();
    let codes: Vec<_> = codes
        .map(|warning| warning["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["other-firmware", "guest-unknown-public"]);
    std::fs::create_dir(checked.program.path("kept")).unwrap();
    run("disk-exported", "disk export kept kept");
    let refused = "disk import kept.raw --declared qcow2 --name broken";
    assert_eq!(checked.program.run(&words(refused)).code, 1);
    run("disk-image", "disk list");
    run("disk-image", "disk show broken");
    run("disk-image", "disk show kept");
    run("disk-verified", "disk verify --scope /");
    run("disk-quota", "disk quota show");
    let volumes = checked.program.path("v/volumes");
    std::fs::create_dir_all(&volumes).unwrap();
    std::fs::copy(checked.program.path("kept.raw"), volumes.join("root.raw")).unwrap();
    run("volume", "disk volume list --volumes v");
    run("snapshot", "disk snapshot make root monday --volumes v");
    run("snapshot", "disk snapshot list --volumes v");
    run("removed", "disk snapshot delete monday --volumes v");
    run("removed", "disk delete broken");
    run("disk-cleaned", "disk gc --scope /");
    // What a pool has lost is told.
    std::fs::remove_dir_all(checked.program.path("a.redb.images").join("images")).unwrap();
    run("disk-verified", "disk verify --scope /");
}

fn ids(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    run(
        "id-parse",
        &[
            "id",
            "parse",
            "ami-0ae8605ed708e3c3e",
            "moon",
            "Debian:d:s:latest",
        ],
    );
    run(
        "id-equal",
        &[
            "id",
            "equal",
            "--cloud",
            "aws",
            "ami-0ae8605ed708e3c3e",
            "ami-0ae8605e",
        ],
    );
    run(
        "id-detect",
        &["id", "detect", "ami-0ae8605ed708e3c3e", "debian-12", "???"],
    );
    let lines = b"{\"cloud\":\"aws\",\"input\":\"ami-0ae8605ed708e3c3e\"}\n\n{\"cloud\":\"x\",\"input\":\"\"}";
    checked.lines(
        "id-check",
        &checked.program.fed(&["id", "check"], lines).json(),
    );
}

fn keys(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    seal_key(&checked.program, "seal.key", "a");
    let seal = ["--seal-key", "seal.key"];
    let add = ["--scope", "/acme", "key", "add", "dana"];
    let made = run("new-access-key", &[&add[..], &seal].concat()).remove(0);
    let id = made["id"].as_str().unwrap();
    run(
        "new-access-key",
        &[&["key", "rotate", id][..], &seal].concat(),
    );
    run("access-key", &["key", "disable", id]);
    run("access-key", &["key", "list"]);
    run("access-key", &["key", "enable", id]);
    run("resealed", &[&["key", "reseal"][..], &seal].concat());
    run("removed", &["key", "remove", id]);
}

fn people(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    run("store", &["init"]);
    run("scope", &["scope", "add", "/acme"]);
    run("scope", &["scope", "list"]);
    run("principal", &["principal", "add", "dana"]);
    run("principal", &["principal", "list"]);
    run(
        "grant",
        &[
            "grant",
            "add",
            "designer",
            "dana",
            "--until",
            "2100-01-01T00:00:00Z",
        ],
    );
    run("grant", &["grant", "list"]);
    run(
        "explanation",
        &["--as", "dana", "can", "mci.create", "/acme"],
    );
    run("explanation", &["--as", "dana", "can", "mci.create", "/"]);
    run("grant", &["grant", "remove", "designer", "dana"]);
    run("scope", &["scope", "add", "/beta"]);
    run("group", &["group", "make", "partners"]);
    let invited = run("invitation", &["group", "invite", "partners"]).remove(0);
    run("group", &["group", "show", "partners"]);
    let code = invited["code"].as_str().unwrap();
    run("group", &["--scope", "/beta", "group", "accept", code]);
    run("group", &["group", "list"]);
    run("group", &["--scope", "/beta", "group", "list"]);
    run("invitation", &["group", "invite", "partners"]);
    run("removed", &["group", "cancel", "partners", "2"]);
    run("removed", &["group", "remove", "partners", "/beta"]);
    run("removed", &["group", "delete", "partners"]);
    run("scope", &["scope", "rename", "/beta", "/gamma"]);
    run("scope", &["scope", "list"]);
    run("removed", &["scope", "remove", "/gamma"]);
    keys(checked);
    run("principal", &["principal", "rename", "dana", "dana.doe"]);
    run("removed", &["principal", "remove", "dana.doe"]);
    run(
        "credential",
        &[
            "credential",
            "add",
            "aws",
            "--cloud",
            "aws",
            "--secret",
            "vault:x",
        ],
    );
    run(
        "credential",
        &[
            "credential",
            "add",
            "gcp",
            "--cloud",
            "gcp",
            "--secret",
            "vault:x",
        ],
    );
    let corp = [
        "--cloud",
        "openstack",
        "--installation",
        "corp",
        "--secret",
        "vault:x",
    ];
    run(
        "credential",
        &[&["credential", "add", "corp"], &corp[..]].concat(),
    );
    run("credential", &["credential", "list"]);
}

fn images(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    let files = releases();
    let mut import = vec!["import", "stream", "--name", "f", "--commit"];
    import.extend(files.iter().map(|path| path.to_str().unwrap()));
    run("import-report", &import);
    let two = [releases().remove(0), releases().remove(1)];
    let mut again = vec![
        "import",
        "stream",
        "--name",
        "g",
        "--commit",
        "--in-batches",
    ];
    again.extend(two.iter().map(|path| path.to_str().unwrap()));
    checked.program.stop_an_import(&two, "g");
    let job = run("job", &["job", "list"]).remove(0);
    let report = run("import-report", &again).remove(0);
    assert_eq!(report["resumed"]["done"], job["done"]);
    checked.program.ok(&["principal", "remove", "ivy"]);
    checked.program.stop_an_import(&two, "h");
    let job = run("job", &["job", "list"]).remove(0);
    run("removed", &["job", "forget", job["id"].as_str().unwrap()]);
    let uuid = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    let facts = [
        "--os",
        "ubuntu/22.04/22.04.4",
        "--name",
        "web",
        "--description",
        "d",
        "--size",
        "5",
    ];
    let more = [
        "--architecture",
        "x86_64",
        "--agent",
        "absent",
        "--tag",
        "a:b=c",
    ];
    let register = [
        &["image", "register", "openstack:corp", uuid],
        &facts[..],
        &more[..],
    ]
    .concat();
    let record = run("image", &register).remove(0);
    let id = record["id"].as_str().unwrap();
    run("image", &["image", "show", id]);
    run("found-image", &["image", "find", uuid]);
    for change in ["add", "remove"] {
        let args = ["image", "permission", change, id, "all", "123456789012"];
        run("launch-permissions", &args);
    }
    run("launch-permissions", &["image", "permission", "list", id]);
    run("launch-permissions", &["image", "permission", "reset", id]);
    let used = run("image", &["image", "list", "--limit", "1"]).remove(0);
    let used = used["id"].as_str().unwrap();
    run("referrer", &["image", "referrers", used]);
    run("image", &["image", "deprecate", used, "--replacement", id]);
    run("referrer", &["image", "referrers", id]);
    run("image", &["image", "deprecate", used, "--undo"]);
    run("image", &["image", "protect", id, "--cool-down"]);
    run("image", &["image", "unprotect", id]);
    run("image", &["image", "edit", used, "--description", "first"]);
    run("image", &["image", "disable", used, "--reason", "old"]);
    run("image", &["image", "enable", used]);
    let spare = "1b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    let register = [
        &["image", "register", "openstack:corp", spare],
        &facts[..],
        &more[..],
    ]
    .concat();
    let spare = run("image", &register).remove(0);
    let spare = spare["id"].as_str().unwrap();
    run("image", &["image", "delete", spare, "--in-cloud"]);
    run("image", &["image", "restore", spare]);
    run("image", &["image", "delete", spare]);
    run("image", &["image", "bin", "list"]);
    run("purged", &["image", "bin", "empty"]);
    run("image", &["image", "list", "--limit", "1000"]);
    elsewhere(checked, id, uuid);
}

/// Copies, role maps and files of many images.
fn elsewhere(checked: &Checked, id: &str, uuid: &str) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    run("image", &["image", "copy", id, "openstack:corp/two"]);
    let copied = "1b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    run(
        "image",
        &["image", "copy", id, "openstack:corp/two", copied],
    );
    let make = [
        "rolemap",
        "make",
        "web",
        "--os",
        "ubuntu/22.04",
        "--description",
        "d",
    ];
    run("role-map", &make);
    run("role-map", &["rolemap", "set", "web", id]);
    run("role-map", &["rolemap", "show", "web"]);
    run("role-map", &["rolemap", "list"]);
    run("found-image", &["image", "find", uuid]);
    run(
        "role-map",
        &["rolemap", "unset", "web", "openstack:corp/RegionOne"],
    );
    run("removed", &["rolemap", "remove", "web"]);
    run("registration-form", &["image", "form", "aws"]);
    let line = r#"{"location":"aws/us-east-1","image":"ami-0000000000000000A"}"#;
    let full = r#"{"location":"aws/us-east-1","image":"ami-00000000000000001","os":"u/1/1","agent":"absent","dhcp":true,"access":["ssh"],"login":"ubuntu","firmware":"uefi","virtualization":"hvm","devices":[{"name":"sda","size_gb":8,"left_out":true}],"ec2":{"ena_support":true,"product_codes":[{"code":"x"}],"state_reason":{"code":"y"}}}"#;
    let file = checked
        .program
        .file("images.jsonl", format!("{full}\n{line}\n"));
    let report = ["image", "register", "--from", &file, "--each"];
    let report = run("registered-file", &report).remove(0);
    let id = report["registered"][0]["record"].as_str().unwrap();
    run("image", &["image", "show", id]);
    run("image", &["image", "list", "--limit", "2"]);
}

/// What an inventory says, and work orders: in a store of their own.
fn clouds(checked: &Checked) {
    let (program, file) = crate::clouds::furnished();
    let own = Checked {
        program,
        used: RefCell::default(),
    };
    let run = |schema: &str, args: &[&str]| own.run(schema, args);
    let (east, from) = ("aws/us-east-1", ["--inventory", file.as_str()]);
    let register = |id: &str, more: &[&str]| {
        let first = ["image", "register", east, id, "--os", "ubuntu/24/24.04"];
        let record = run("image", &[&first[..], more].concat()).remove(0);
        record["id"].as_str().unwrap().to_owned()
    };
    register("ami-00000000000000001", &from);
    register("ami-00000000000000005", &[]);
    let with = |args: &[&'static str]| [args, &["--inventory"]].concat();
    let candidates = with(&["image", "candidates", east]);
    run("candidate", &[&candidates[..], &[&file]].concat());
    let found = run(
        "finding",
        &[&with(&["discover", east])[..], &[&file]].concat(),
    );
    assert_eq!(found.len(), 3, "one of each");
    let bundle = with(&["image", "bundle", east, "i-1"]);
    let order = run("work-order", &[&bundle[..], &[&file]].concat()).remove(0);
    let id = order["id"].as_str().unwrap();
    run("work-order", &["work", "list"]);
    run("work-order", &["work", "take", id]);
    run("work-order", &["work", "fail", id, "no room"]);
    run("work-order", &["work", "retry", id]);
    run("work-order", &["work", "take"]);
    let made = ["work", "done", id, "--image", "ami-00000000000000007"];
    run("work-order", &made);
    let done = run("work-order", &["work", "show", id]).remove(0);
    let made = done["state"]["record"].as_str().unwrap();
    let ancestors = run("image", &["image", "ancestors", made]);
    assert_eq!(ancestors[0]["image_id"], "ami-00000000000000001");
    run("cleanup-list", &["image", "cleanup"]);
    let text = |number| {
        let image = format!("ami-0000000000000000{number}");
        format!(r#"{{"images": [{{"id": "{image}", "checksum": "sha256:ab"}}]}}"#)
    };
    let text = format!(
        r#"{{"version": 1, "locations": {{"{east}": {}, "aws/us-west-2": {}}}}}"#,
        text(1),
        text(2)
    );
    let summed = own.program.file("summed.json", text);
    let from = ["--inventory", summed.as_str()];
    let with = |args: &[&'static str]| [args, &from[..]].concat();
    run("candidate", &with(&["image", "candidates", east]));
    run("mci", &["mci", "new", "web"]);
    let image = ["ami-00000000000000001", "--instance-type", "m5.large"];
    run(
        "mci",
        &with(&[&["mci", "set", "web", east], &image[..]].concat()),
    );
    run("matched", &with(&["mci", "match", "web", east]));
    run("matched", &with(&["mci", "rematch", "web"]));
    run("matcher", &with(&["mci", "match", "web"]));
    run("removed", &["mci", "unmatch", "web", east]);
    checked.used.borrow_mut().extend(own.used.into_inner());
}

fn mcis(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    run("mci", &["mci", "new", "web"]);
    let location = [
        "aws/us-east-1",
        "ami-0123456789abcdef0",
        "--instance-type",
        "m5.large",
    ];
    let boot = [
        "--kernel",
        "aki-88aa75e1",
        "--tag",
        "x",
        "--description",
        "dd",
    ];
    run(
        "mci",
        &[&["mci", "set", "web"], &location[..], &boot[..]].concat(),
    );
    run("revision", &["mci", "commit", "web", "-m", "one"]);
    checked.program.file("data", b"\xff\x00");
    run(
        "mci",
        &[
            "mci",
            "set",
            "web",
            "gcp",
            "projects/p-1/global/images/x",
            "--instance-type",
            "e2",
            "--user-data",
            &checked.program.path("data").to_string_lossy(),
        ],
    );
    run(
        "mci",
        &["mci", "unset", "web", "aws/us-east-1", "--tag", "x"],
    );
    // A place of a cloud that came later than the schemas.
    let other = ["hetzner/fsn1", "114690387", "--instance-type", "cx22"];
    run("mci", &[&["mci", "set", "web"], &other[..]].concat());
    run("mci-finding", &["mci", "check", "f-x86_64"]);
    run("mci-finding", &["mci", "check", "web", "--scripts"]);
    run("required-locations", &["mci", "require", "web", "gcp"]);
    run("mci", &["mci", "show", "web"]);
    let off = ["mci", "require", "web", "gcp", "--remove"];
    run("required-locations", &off);
    run("free-location", &["mci", "suggest", "web"]);
    run("suggestion", &["mci", "suggest", "web", "aws/us-east-1"]);
    run(
        "suggestion",
        &["mci", "suggest", "f-x86_64", "aws/us-east-9"],
    );
    run("diff", &["mci", "diff", "web"]);
    run("diff", &["mci", "diff", "f-x86_64@1", "f-x86_64@2"]);
    run("revision", &["mci", "commit", "web", "-m", "two"]);
    run("mci", &["mci", "show", "f-x86_64@stable"]);
    run("mci-summary", &["mci", "list"]);
    run("channel", &["channel", "assign", "production", "web@1"]);
    let listed = run("channel", &["channel", "list", "web"]);
    let names = listed.iter().map(|line| &line["channel"]);
    assert_eq!(names.collect::<Vec<_>>(), ["latest", "production"]);
    run("channel-move", &["channel", "history", "production", "web"]);
    for verb in ["restrict", "open"] {
        run("channel", &["channel", verb, "production", "web"]);
    }
    run("channel", &["channel", "list", "web"]);
    run("release", &["release", "set", "1.0.0", "web@1"]);
    run("release", &["release", "list", "web"]);
    run("log-entry", &["mci", "log", "web"]);
    run("log-entry", &["mci", "log", "f-x86_64"]);
    run("graph", &["mci", "log", "--graph", "web"]);
    run("graph", &["mci", "graph", "f-x86_64", "--limit", "1"]);
    run("coverage", &["mci", "coverage", "f-x86_64", "web"]);
    versions(checked);
}

fn versions(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    let lines = |schema: &str, code: i32, args: &str| {
        let args: Vec<_> = args.split(' ').collect();
        let ran = checked
            .program
            .run(&[&["--output", "json"], &args[..]].concat());
        assert_eq!(ran.code, code, "{args:?}: {}{}", ran.out, ran.err);
        checked.lines(schema, &ran.json())
    };
    run("mci", &["mci", "clone", "web@1", "shop"]);
    lines("mci", 0, "mci show shop");
    lines("restored", 0, "mci restore web@1");
    lines("undo-point", 0, "mci undo web --list");
    lines("undone", 0, "mci undo web");
    lines("undo-point", 0, "mci undo web --list");
    run(
        "marked-revision",
        &["mci", "deprecate", "web@1", "--reason", "old"],
    );
    run(
        "revoked-revision",
        &["mci", "revoke", "web@1", "--reason", "bad"],
    );
    lines("mci", 0, "mci show web@1");
    run("marked-revision", &["mci", "unmark", "web@1"]);
    lines("merge", 0, "mci merge shop --from web@2 --dry-run");
    lines("merge", 0, "mci merge shop --from web@2");
    lines("mci", 0, "mci show shop");
    lines("merge", 0, "mci merge shop --from web@2");
    lines("undo-point", 0, "mci undo shop --list");
    // Without a common ancestor, with both sides set and one side removed.
    lines("merge", 1, "mci merge shop --from f-x86_64@1");
    run("mci", &["mci", "set", "shop", "--description", "ours"]);
    run("mci", &["mci", "set", "web", "--description", "theirs"]);
    run("revision", &["mci", "commit", "web", "-m", "three"]);
    lines("merge", 1, "mci merge shop --from web@3");
}

fn templates(checked: &Checked) {
    let run = |schema: &str, args: &str| {
        let args: Vec<_> = args.split_whitespace().collect();
        checked.run(schema, &args)
    };
    run("template-pair", "template new both --with-mci both");
    run("template", "template new front");
    run("template", "template link front f-x86_64@1");
    run("template", "template link front web@1");
    run("template", "template default front web");
    run(
        "template",
        "template script add front boot chef:web@2.1 chef:tune",
    );
    run("template", "template set front --description fronts");
    run("template-commit", "template commit front -m one");
    run("template-updates", "template update front");
    run("template", "template clone front own");
    run("template", "template script remove own boot 2");
    run("template", "template link own web@head");
    run("template-commit", "template commit own -m own");
    run(
        "template-updated",
        "template update front --apply --only f-x86_64",
    );
    run("template", "template script set front boot");
    run("template-diff", "template diff front");
    run("template-commit", "template commit front -m two");
    run(
        "template-merge",
        "template merge own --from front --dry-run",
    );
    run("template-merge", "template merge own --from front --theirs");
    run("undo-point", "template undo own --list");
    run("undone", "template undo own");
    run("template", "template set own --description other");
    run("restored", "template restore own@1");
    run("log-entry", "template log front");
    run("graph", "template graph own");
    run("template-summary", "template list");
    run("template", "template show front@1");
    run("template", "template unlink front f-x86_64");
}

fn market(checked: &Checked) {
    let own = Checked {
        program: crate::market::furnished(),
        used: RefCell::default(),
    };
    let run = |schema: &str, line: &str| own.run(schema, &words(line));
    let beta = |schema: &str, line: &str| run(schema, &format!("--scope /beta market {line}"));
    let group = "--group partners --short 'a web server'";
    done(
        &own.program,
        &[
            "template new front",
            "template link front web@1",
            "template commit front -m one",
        ],
    );
    run(
        "access-refused",
        "market publish mci web --public --short it",
    );
    run(
        "published",
        &format!("market publish template front {group} --long 'more of it'"),
    );
    run("publication", "market show /acme:front");
    run("publication", "market list --own");
    beta("listing", "list");
    beta("publication", "show /acme:front");
    beta("publication-imported", "import /acme:front");
    beta("publication-imported", "import /acme:web");
    beta("import", "imports");
    run("importers", "market importers /acme:web");
    run("mci", "--scope /beta mci clone web@1 mine");
    run(
        "published",
        &format!("market publish mci web@2 {group} --check"),
    );
    run("published", &format!("market publish mci web@2 {group}"));
    run("template-updated", "template update front --apply");
    run("template-commit", "template commit front -m two");
    run(
        "published",
        &format!("market publish template front {group}"),
    );
    beta("market-update", "updates");
    let updates = beta("market-update", "updates --diff");
    assert_eq!(updates.len(), 3, "an import of each kind, and a clone");
    beta("market-updated", "update");
    beta("deleted-import", "delete template front@1");
    run("publication", "market deprecate /acme:web@1 --reason old");
    run("publication", "market show /acme:web@1");
    run("publication", "market reactivate /acme:web@1");
    let offer = run(
        "head-offer",
        "market publish mci web --head --group partners",
    );
    let lineage = offer[0]["lineage"].as_str().unwrap();
    run("offered-head", "market heads");
    beta("subscription", &format!("subscribe {lineage}"));
    beta("offered-head", "heads");
    beta("followed-head", "subscriptions");
    run("removed", &format!("market withdraw {lineage}"));
    beta("followed-head", "subscriptions");
    beta("removed", &format!("unsubscribe {lineage}"));
    checked.used.borrow_mut().extend(own.used.into_inner());
}

/// Images of the repository, of which somebody said how a server is reached, or nobody.
fn guests(checked: &Checked) {
    let run = |schema: &str, line: &str| checked.run(schema, &words(line));
    run("image", "image register local/main ami-0000000a --os a/1/1");
    let facts = "--dhcp true --access ssh --login ubuntu --init-agent cloud-init/23.4";
    let known = format!("image register local/east ami-0000000b --os a/1/1 {facts}");
    run("image", &known);
    run("mci", "mci new kept");
    run(
        "mci",
        "mci set kept local/main ami-0000000a --instance-type s",
    );
    run(
        "mci",
        "mci set kept local/east ami-0000000b --instance-type s",
    );
    let both = run("launch", "resolve kept@head local/main local/east");
    assert_eq!(both[0]["warnings"][1]["code"], "guest-unknown");
    assert_eq!(both[1]["guest"]["login"], "ubuntu");
    run("explained-launch", "resolve kept@head --all --explain");
    run("revision", "mci commit kept -m first");
    run("lock", "lock kept -o kept.lock");
    run("locked-launch", "resolve --lock kept.lock");
    run("deployment", "deployment make kept");
    for place in ["main", "east"] {
        let name = format!("kept:{place}");
        run("server", &format!("server add local/{place} kept {name}"));
        run("server-next", &format!("server next {name}"));
    }
}

fn launches(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    run("launch", &["resolve", "web@head", "gcp/us-east1"]);
    let here = ["resolve", "f-x86_64", "gcp/us-east1"];
    let bigger = ["--instance-type", "n2-standard-16"];
    let overridden = run("launch", &[&here[..], &bigger].concat());
    assert_eq!(overridden[0]["overridden"][0]["now"], "n2-standard-16");
    run("launch-row", &["resolve", "f-x86_64", "--all"]);
    // A line for each location, in their order, whether it is launched there or not.
    let places = [
        "resolve",
        "web@head",
        "azure/westeurope",
        "gcp/us-east1",
        "aws/us-east-9",
    ];
    let lines = run("launch", &places);
    let places_of = |lines: &[Value]| -> Vec<String> {
        let place = |line: &Value| line["location"].as_str().unwrap().to_owned();
        lines.iter().map(place).collect()
    };
    assert_eq!(places_of(&lines), places[2..]);
    let rules = [
        "--audit",
        "--owner",
        "self",
        "--max-age",
        "90",
        "--os",
        "ubuntu",
    ];
    run(
        "policy",
        &[&["policy", "set", "house"][..], &rules].concat(),
    );
    run("policy", &["policy", "show", "house"]);
    run("policy", &["policy", "list"]);
    run("launch", &here);
    run(
        "explained-launch",
        &["resolve", "web", "gcp", "aws/us-east-1", "--explain"],
    );
    run("explained-launch", &[&here[..], &["--explain"]].concat());
    run(
        "explained-launch",
        &["resolve", "web", "--all", "--explain"],
    );
    guests(checked);
    run("lock", &["lock", "f-x86_64", "-o", "l.lock"]);
    run("lock-state", &["lock", "verify", "l.lock"]);
    run("lock", &["lock", "f-x86_64@1", "gcp", "-o", "old.lock"]);
    run("lock-update", &["lock", "update", "old.lock", "--dry-run"]);
    run("locked-launch", &["resolve", "--lock", "old.lock"]);
    let places = ["resolve", "--lock", "old.lock", "azure", "gcp"];
    let lines = run("locked-launch", &places);
    assert_eq!(places_of(&lines), places[3..]);
    run("registered-lock", &["lock", "register", "p", "old.lock"]);
    run("registered-lock", &["lock", "list"]);
    run("registered-lock", &["lock", "show", "p"]);
    run("lock-update", &["lock", "update", "old.lock"]);
    run("use", &["mci", "xref", "f-x86_64@1"]);
    run("use", &["mci", "xref", "f-x86_64@1", "--used"]);
    let revoke = ["mci", "revoke", "f-x86_64@1", "--reason", "old"];
    run("revoked-revision", &revoke);
    run("removed", &["lock", "unregister", "p"]);
    run("mci", &["mci", "new", "short"]);
    run("shared-lineage", &["mci", "unshare", "short"]);
    run("shared-lineage", &["mci", "share", "short"]);
    run("deleted-lineage", &["mci", "delete", "short"]);
    run("marked-revision", &["mci", "unmark", "f-x86_64@1"]);
}

fn uses(checked: &Checked) {
    let (program, record) = crate::uses::furnished();
    let used = RefCell::default();
    let own = Checked { program, used };
    let told = own.run("use", &["--as", "dana", "image", "xref", &record]);
    assert_eq!(told[0]["user"]["kind"], "role-map");
    assert_eq!(told[1]["hidden"]["elsewhere"], 1);
    let told = own.run("use", &["mci", "xref", "web"]);
    assert_eq!(told[0]["user"]["kind"], "channel");
    let told = own.run("use", &["mci", "xref", "web", "--used"]);
    assert_eq!(told.last().unwrap()["older_revisions"], 4);
    checked.used.borrow_mut().extend(own.used.into_inner());
}

fn plans(checked: &Checked) {
    let (program, [old, new]) = crate::plans::furnished();
    let used = RefCell::default();
    let own = Checked { program, used };
    let run = |schema: &str, args: &[&str]| own.run(schema, &[&["image"], args].concat());
    run("retention-plan", &["retention", "--keep-last", "1"]);
    let file = ["--deprecate", "--plan", "plan.json"];
    let asked = ["replace", &old, &new, "--at", "/acme"];
    run("replace-plan", &[&asked[..], &file].concat());
    let kept = std::fs::read_to_string(own.program.path("plan.json")).unwrap();
    own.lines("replace-plan", &[serde_json::from_str(&kept).unwrap()]);
    let applied = run("replace-applied", &["replace", "--apply", "plan.json"]);
    let id = applied[0]["plan"].as_str().unwrap();
    let undone = run("replace-undone", &["replace", "--undo", id]);
    assert_eq!(undone[0]["left"].as_array().unwrap().len(), 0);
    let file = ["--plan", "plan.json"];
    run("revoke-plan", &[&["revoke", &old][..], &file].concat());
    let applied = run("revoke-applied", &["revoke", "--apply", "plan.json"]);
    run("image", &["enable", &old]);
    let id = applied[0]["plan"].as_str().unwrap();
    let undone = run("revoke-undone", &["revoke", "--undo", id]);
    assert_eq!(undone[0]["left"][0]["since"]["became"], "changed");
    assert_eq!(run("applied-plan", &["plans"]).len(), 2);
    checked.used.borrow_mut().extend(own.used.into_inner());
}

fn servers(checked: &Checked) {
    let own = Checked {
        program: crate::servers::furnished(),
        used: RefCell::default(),
    };
    let run =
        |schema: &str, args: &[&str]| own.run(schema, &[&["--scope", "/acme"], args].concat());
    let east = "aws/us-east-1";
    let text = format!(
        r#"{{"version": 1, "locations": {{"{east}": {{"networks": [{{"name": "a"}}]}}, "aws/us-west-2": {{"networks": []}}}}}}"#
    );
    own.program.file("inventory.json", text);
    own.program.file("data", "#!/bin/sh");
    let told = |args: &[&'static str]| [args, &["--inventory", "inventory.json"]].concat();
    run("deployment", &["deployment", "list"]);
    run("deployment", &["deployment", "make", "front"]);
    run("deployment", &["deployment", "show", "front"]);
    run("deployment", &["deployment", "rename", "front", "back"]);
    let secret = [
        "credential",
        "add",
        "aws",
        "--cloud",
        "aws",
        "--secret",
        "vault:x",
    ];
    run("credential", &secret);
    run("network", &told(&["server", "networks", east]));
    let none = run("network", &told(&["server", "networks", "aws/us-west-2"]));
    let any = run("network", &["server", "networks", east]);
    let is_any = |lines: &[Value]| (lines.len(), lines[0]["any"].as_bool());
    assert_eq!(
        (is_any(&none), is_any(&any)),
        ((1, Some(false)), (1, Some(true)))
    );
    run(
        "server",
        &["server", "add", east, "web", "web-1", "--network", "b"],
    );
    let edit = [
        "server",
        "edit",
        "web-1",
        "--user-data",
        "data",
        "--network",
        "a",
    ];
    run(
        "server",
        &told(&[&edit[..], &["--kernel", "none"]].concat()),
    );
    run("server", &["server", "show", "web-1"]);
    run("server", &["server", "list"]);
    run("server-next", &["server", "next", "web-1"]);
    crate::servers::move_on(&own.program);
    run("server-next", &["server", "next", "web-1"]);
    run(
        "reinherit-preview",
        &["server", "reinherit", "web-1", "--dry-run"],
    );
    run("reinherited", &["server", "reinherit", "web-1"]);
    for phase in ["requested", "booted", "scripts-done"] {
        run("server-launch", &["server", "report", "web-1", phase]);
    }
    run("server-launch", &["server", "launches", "web-1"]);
    run("template", &["template", "new", "front"]);
    run("template", &["template", "link", "front", "web@1"]);
    run(
        "template-commit",
        &["template", "commit", "front", "-m", "one"],
    );
    assert_eq!(run("server-offer", &["server", "offers", east]).len(), 2);
    run("server", &["server", "add", east, "front", "web-2", "-t"]);
    for phase in ["requested", "booted"] {
        run("server-launch", &["server", "report", "web-2", phase]);
    }
    run("launch-times", &["template", "times", "front@1", "front"]);
    run("removed", &["server", "remove", "web-1"]);
    run(
        "shared-lineage",
        &["template", "unshare", "front", "--force"],
    );
    run("shared-lineage", &["template", "share", "front"]);
    run("deployment", &["deployment", "unshare", "back"]);
    run("deployment", &["deployment", "share", "back"]);
    run("removed", &["deployment", "delete", "back"]);
    checked.used.borrow_mut().extend(own.used.into_inner());
}

fn store(checked: &Checked) {
    let run = |schema: &str, args: &[&str]| checked.run(schema, args);
    run("store-report", &["store", "check"]);
    run("count", &["store", "stats"]);
    run("upgraded", &["store", "upgrade"]);
    run("event", &["events", "--limit", "100"]);
    checked.program.ok(&["store", "dump", "-o", "d.jsonl"]);
    checked.program.ok(&["--store", "redb:b.redb", "init"]);
    run(
        "loaded",
        &["--store", "redb:b.redb", "store", "load", "d.jsonl"],
    );
    run(
        "lock-state",
        &["--store", "redb:b.redb", "lock", "verify", "l.lock"],
    );
}

#[test]
fn every_schema_takes_a_location_of_any_cloud() {
    /// The patterns of the locations in a schema.
    fn patterns(schema: &Value, found: &mut BTreeSet<String>) {
        let is_location = |pattern: &&str| {
            let pattern = regex::Regex::new(pattern).unwrap();
            pattern.is_match("aws/us-east-1") && pattern.is_match("openstack:lab/RegionOne")
        };
        let pattern = schema["pattern"].as_str().filter(is_location);
        found.extend(pattern.map(str::to_owned));
        let inner = schema.as_object().into_iter().flat_map(Map::values);
        inner.for_each(|inner| patterns(inner, found));
    }
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "json") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            patterns(&schema(&name), &mut found);
        }
    }
    assert!(!found.is_empty(), "there are locations");
    for cloud in cloud_atlas::image_id::Cloud::all() {
        for pattern in &found {
            let pattern = regex::Regex::new(pattern).unwrap();
            assert!(pattern.is_match(cloud.as_str()), "{cloud}: {pattern}");
        }
    }
}

#[test]
fn the_checker_finds_what_does_not_fit() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": ["integer", "null"], "minimum": 1},
            "b": {"type": "array", "items": {"enum": ["x", "y"]}},
            "c": {"type": "string", "pattern": "^c+$"}
        },
        "additionalProperties": false
    });
    let problems = |value: Value| {
        let mut problems = Vec::new();
        check(&schema, &value, "$", &mut problems);
        problems.len()
    };
    assert_eq!(
        problems(serde_json::json!({"a": null, "b": ["x"], "c": "cc"})),
        0
    );
    assert_eq!(problems(serde_json::json!({})), 1);
    assert_eq!(problems(serde_json::json!({"a": "1"})), 1);
    assert_eq!(
        problems(serde_json::json!({"a": 0, "b": ["x", "z"], "c": "d", "e": 1})),
        4
    );
    assert_eq!(problems(serde_json::json!([])), 1);
}

/// Checks a value: the words of JSON Schema that our schemas use, and no other.
fn check(schema: &Value, value: &Value, at: &str, problems: &mut Vec<String>) {
    for (word, rule) in schema.as_object().expect("a schema is an object") {
        let fits = match word.as_str() {
            "$schema"
            | "title"
            | "description"
            | "required"
            | "properties"
            | "additionalProperties"
            | "items" => true,
            "type" => is_of_type(rule, value),
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value
                .as_i64()
                .is_none_or(|number| number >= rule.as_i64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| {
                regex::Regex::new(rule.as_str().unwrap())
                    .unwrap()
                    .is_match(text)
            }),
            unknown => panic!("{at}: the checker does not know `{unknown}`"),
        };
        if !fits {
            problems.push(format!("{at}: {value} does not fit {word} {rule}"));
        }
    }
    match value {
        Value::Object(fields) => check_fields(schema, fields, at, problems),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check(&schema["items"], item, &format!("{at}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

fn check_fields(schema: &Value, fields: &Map<String, Value>, at: &str, problems: &mut Vec<String>) {
    for name in schema["required"].as_array().into_iter().flatten() {
        if !fields.contains_key(name.as_str().unwrap()) {
            problems.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, value) in fields {
        match (
            schema["properties"].get(name),
            &schema["additionalProperties"],
        ) {
            (Some(rule), _) | (None, rule @ Value::Object(_)) => {
                check(rule, value, &format!("{at}.{name}"), problems);
            }
            (None, Value::Bool(false)) => problems.push(format!("{at}: {name} is not described")),
            (None, _) => {}
        }
    }
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        unknown => panic!("unknown type {unknown}"),
    };
    match rule {
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        name => is(name.as_str().unwrap()),
    }
}

fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).expect(name);
    serde_json::from_str(&text).expect(name)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema")
}
