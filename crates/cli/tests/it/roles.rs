//! The table of operations held against the commands: each built-in role tries each command.

use crate::{
    market::field,
    program::{Program, done, releases, words},
};
use cloud_atlas::scope::{OperationTable, Role, RoleTable};
use std::{collections::BTreeMap, fs, thread};

/// A command for each operation of the table, which begins with the operation's words. Where a line
/// begins with `?`, the permission is not all that it takes: whoever has it may be refused for
/// another reason.
const LINES: &[&str] = &[
    "scope add /acme/new",
    "scope list",
    "scope rename /gamma /delta",
    "scope remove /gamma",
    "principal add yves",
    "principal list",
    "principal rename zoe zoey",
    "principal remove zoe",
    "grant add observer zoe",
    "grant list",
    "grant remove observer yan",
    "group make others",
    "group list",
    "group show partners",
    "group invite partners",
    "group cancel partners 3",
    "group accept {code} --scope /gamma",
    "group remove partners /beta",
    "group leave {group} --scope /beta",
    "group delete nobody",
    "market publish mci web@2 --group partners --short it --allow-private --allow-unknown",
    "market list --scope /beta",
    "market show /acme:web --scope /beta",
    "market import /acme:web@1 --scope /zeta",
    "market imports --scope /beta",
    "market delete mci web --scope /beta",
    "market updates --scope /beta",
    "market update --scope /beta",
    "market deprecate /acme:web@1 --reason old",
    "market reactivate /acme:old@1",
    "market importers /acme:web",
    "market heads --scope /beta",
    "market withdraw {head}",
    "market subscribe {head} --scope /zeta",
    "market unsubscribe {head} --scope /beta",
    "market subscriptions --scope /beta",
    "credential add more --cloud azure --secret vault:x",
    "credential list",
    "credential remove spare",
    "image register aws/us-east-1 ami-00000021 --os ubuntu/24/24.04",
    "image candidates aws/us-east-1 --inventory inventory.json",
    "image bundle aws/us-east-1 i-1 --inventory inventory.json",
    "image list",
    "image find ami-00000001",
    "image show {image}",
    "image ancestors {image}",
    "image referrers {image}",
    "image xref {image}",
    "image copy {image} aws/eu-west-1",
    "image promote {low} --scope /acme/prod",
    "image edit {image} --description other",
    "image share {hidden}",
    "image unshare {spare}",
    "image deprecate {image}",
    "image disable {image}",
    "image revoke {image}",
    "image replace {image} {spare}",
    "image retention",
    "image plans",
    "image enable {off}",
    "image protect {image}",
    "image unprotect {kept}",
    "image delete {unused}",
    "image restore {gone}",
    "image bin list",
    "image bin empty",
    "image permission list {image}",
    "image permission add {image} 123456789012",
    "image permission remove {image} all",
    "image permission reset {image}",
    "discover aws/us-east-1 --inventory inventory.json",
    "work list",
    "work show {order}",
    "work order copy {image} aws/eu-west-2",
    "work order share {image} --add 123456789012",
    "work take {order}",
    "? work done {taken} --image ami-00000031",
    "? work not-found {taken}",
    "? work fail {taken} 'no room'",
    "? work cancel {order}",
    "? work retry {failed}",
    "rolemap make more --os ubuntu/24",
    "rolemap list",
    "rolemap show roles",
    "rolemap set roles {spare}",
    "rolemap unset roles aws/us-east-1",
    "rolemap remove roles",
    "mci new more",
    "mci set web --description other",
    "mci unset web aws/us-west-2",
    "mci list",
    "mci show web",
    "mci commit web -m more",
    "mci clone web@1",
    "mci merge old --from web@2 --ours",
    "mci restore web@2",
    "mci undo web",
    "mci deprecate web@1 --reason old",
    "mci revoke web@1 --reason old",
    "mci unmark web@2",
    "mci delete alone",
    "mci xref web",
    "mci log web",
    "mci diff web@1 web@2",
    "mci graph web",
    "mci coverage web",
    "mci check web",
    "mci share hidden",
    "mci unshare alone",
    "mci require alone aws/us-east-1",
    "mci match matched aws/us-east-1 --inventory inventory.json",
    "mci rematch matched --inventory inventory.json",
    "mci unmatch matched aws/us-east-1",
    "mci suggest web",
    "template new more",
    "template link front old",
    "template unlink front old",
    "template default front old",
    "template set front --description other",
    "template script add front boot chef:c",
    "template script set front boot chef:c",
    "template script remove front boot 1",
    "template share hidden",
    "template unshare alone",
    "template list",
    "template show front",
    "template commit front -m more",
    "template update front --apply",
    "template clone front@1",
    "template merge alone --from front@1 --ours",
    "template restore front@2",
    "template undo front",
    "template delete alone",
    "template xref front",
    "template deprecate front@1 --reason old",
    "template revoke front@1 --reason old",
    "template unmark front@2",
    "template log front",
    "template diff front@1 front@2",
    "template times front@1 front@2",
    "template graph front",
    "channel assign ring web@1",
    "channel list web",
    "channel history stable web",
    "channel rollback stable web",
    "channel restrict stable web",
    "channel open guarded web",
    "channel delete stable web",
    "release set 1.0.0 web@1",
    "release list web",
    "policy set more --audit --max-age 90",
    "policy list",
    "policy show house",
    "policy remove house",
    "resolve web@1 aws/us-east-1",
    "lock web@1 -o {role}.lock",
    "lock verify web.lock",
    "lock update web.lock --dry-run",
    "lock register more web.lock",
    "lock list",
    "lock show kept",
    "lock unregister kept",
    "deployment make more",
    "deployment list",
    "deployment show fleet",
    "deployment rename fleet more",
    "deployment share hidden",
    "deployment unshare fleet",
    "deployment delete empty",
    "server offers aws/us-east-1",
    "server networks aws/us-east-1",
    "server add aws/us-east-1 web@1 fleet:more",
    "server list",
    "server show fleet:one",
    "server next fleet:one",
    "server edit fleet:one --instance-type t3.micro",
    "server reinherit fleet:one",
    "server remove fleet:one",
    "server report fleet:one requested",
    "server launches fleet:one",
    "import stream --name again --commit {release}",
    "export stream fedora-coreos-x86_64",
    "job list",
    "job forget {job}",
    "events",
];

/// A store in which each of the commands has something to do, and what the lines speak of.
fn furnished() -> (Program, BTreeMap<&'static str, String>) {
    let files = releases();
    let program = Program::with_releases(&files[..1]);
    let done = |lines: &[&str]| done(&program, lines);
    let field = |line: &str, name: &str| field(&program, line, name);
    let mut named = BTreeMap::new();
    named.insert("release", files[0].to_str().unwrap().to_owned());
    program.stop_an_import(&files[1..3], "h");
    named.insert("job", field("job list", "id"));
    done(&[
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
    ]);
    for member in ["/beta", "/zeta"] {
        let code = field("group invite partners", "code");
        done(&[&format!("group accept {code} --scope {member}")]);
    }
    done(&["group invite partners"]);
    named.insert("code", field("group invite partners", "code"));
    named.insert("group", field("group show partners", "id"));

    for (name, ami, at) in [
        ("image", 1, "/acme"),
        ("spare", 2, "/acme"),
        ("hidden", 3, "/acme"),
        ("off", 4, "/acme"),
        ("kept", 5, "/acme"),
        ("gone", 6, "/acme"),
        ("unused", 8, "/acme"),
        ("low", 7, "/acme/prod"),
    ] {
        let line = format!(
            "image register aws/us-east-1 ami-0000000{ami} --os ubuntu/24/24.04 --scope {at}"
        );
        named.insert(name, field(&line, "id"));
    }
    done(&[
        &format!("image permission add {} all", named["image"]),
        &format!("image unshare {}", named["hidden"]),
        &format!("image disable {}", named["off"]),
        &format!("image protect {}", named["kept"]),
        &format!("image delete {}", named["gone"]),
        "rolemap make roles --os ubuntu/24",
        &format!("rolemap set roles {}", named["image"]),
    ]);
    for (name, to) in [
        ("order", "aws/us-west-1"),
        ("taken", "aws/us-west-2"),
        ("failed", "aws/ap-south-1"),
    ] {
        let line = format!("work order copy {} {to}", named["image"]);
        named.insert(name, field(&line, "id"));
    }
    done(&[
        &format!("work take {}", named["taken"]),
        &format!("work take {}", named["failed"]),
        &format!("work fail {} 'no room'", named["failed"]),
    ]);
    let summed =
        |number: u8| format!(r#"{{"id": "ami-0000000{number}", "checksum": "sha256:ab"}}"#);
    let (one, two) = (summed(1), summed(2));
    let server = r#"{"id": "i-1", "state": "running", "image": "ami-00000001", "devices": [{"name": "/dev/sda1", "kind": "root", "size_gb": 20}]}"#;
    let text = format!(
        r#"{{"version": 1, "locations": {{"aws/us-east-1": {{"images": [{one}], "servers": [{server}]}}, "aws/us-west-2": {{"images": [{two}]}}}}}}"#
    );
    program.file("inventory.json", text);

    let set = |name: &str, at: &str, ami: u8| {
        done(&[&format!(
            "mci set {name} {at} ami-0000000{ami} --instance-type m7i.large"
        )]);
    };
    for name in ["web", "old", "alone", "hidden", "matched"] {
        done(&[&format!("mci new {name}")]);
    }
    set("web", "aws/us-east-1", 1);
    set("web", "aws/us-west-2", 2);
    done(&["mci commit web -m one"]);
    set("web", "aws/us-east-1", 2);
    done(&["mci commit web -m two", "mci deprecate web@2 --reason old"]);
    set("old", "aws/us-east-1", 1);
    done(&["mci commit old -m one", "mci unshare hidden"]);
    program.ok(&words(
        "mci set matched aws/us-east-1 ami-00000001 --instance-type m5.large --inventory inventory.json",
    ));
    done(&["mci match matched aws/us-east-1 --inventory inventory.json"]);
    done(&[
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
    ]);
    let publish = "--group partners --short it --allow-private --allow-unknown";
    done(&[
        &format!("market publish mci web@1 {publish}"),
        &format!("market publish mci old@1 {publish}"),
        "market deprecate /acme:old@1 --reason old",
        "market publish mci old --head --group partners",
        "market import /acme:web@1 --scope /beta",
        "mci restore web@1",
    ]);
    let head = field("mci show old", "lineage");
    done(&[&format!("market subscribe {head} --scope /beta")]);
    named.insert("head", head);
    (program, named)
}

/// The operation that a line begins with: the longest that the table knows.
fn operation<'a>(line: &'a str, table: &OperationTable) -> Option<&'a str> {
    let ends = line.match_indices(' ').map(|(at, _)| at);
    let mut ends: Vec<_> = ends.chain([line.len()]).collect();
    ends.reverse();
    let operations = ends.into_iter().map(|end| &line[..end]);
    operations
        .into_iter()
        .find(|name| table.needs(name).is_some())
}

#[test]
fn s07_every_role_can_run_what_the_tables_say_and_nothing_else() {
    let (table, roles) = (OperationTable::built_in(), RoleTable::built_in());
    let (program, named) = furnished();
    let mut tried: Vec<_> = LINES
        .iter()
        .map(|line| operation(line.trim_start_matches("? "), &table).expect(line))
        .collect();
    tried.sort_unstable();
    let is_command = |name: &&str| name.starts_with(|first: char| first.is_lowercase());
    let all = table.operations().map(|(name, _)| name).filter(is_command);
    assert_eq!(
        tried,
        all.collect::<Vec<_>>(),
        "each operation has its line"
    );
    for role in roles.roles() {
        done(
            &program,
            &[
                &format!("principal add a-{role}"),
                &format!("grant add {role} a-{role} --scope /"),
            ],
        );
    }
    let wrong = thread::scope(|scope| {
        let (program, named, table, allowing) = (&program, &named, &table, &roles);
        let running: Vec<_> = roles
            .roles()
            .map(|role| scope.spawn(move || row(program, named, table, (role, allowing))))
            .collect();
        let rows = running.into_iter().flat_map(|row| row.join().unwrap());
        rows.collect::<Vec<_>>()
    });
    assert!(
        wrong.is_empty(),
        "{} cells:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What a role was let do that it may not, or not let do that it may.
fn row(
    program: &Program,
    named: &BTreeMap<&str, String>,
    table: &OperationTable,
    (role, roles): (&Role, &RoleTable),
) -> Vec<String> {
    let store = program.path(&format!("{role}.redb"));
    let address = format!("redb:{}", store.display());
    let who = format!("a-{role}");
    let mut wrong = Vec::new();
    for line in LINES {
        let mut text = line
            .trim_start_matches("? ")
            .replace("{role}", role.as_str());
        let needs = operation(&text, table).and_then(|name| table.needs(name));
        let needs = needs.unwrap();
        for (name, id) in named {
            text = text.replace(&format!("{{{name}}}"), id);
        }
        // Each cell has the store as it was made.
        fs::copy(program.path("a.redb"), &store).unwrap();
        let global = ["--store", &address, "--as", &who];
        let ran = program.run(&[&global[..], &words(&text)].concat());
        let missing = format!("the permission `{needs}` is missing");
        let is_right = if roles.allows(role, needs) {
            ran.code == 0 || line.starts_with('?') && !ran.err.contains(&missing)
        } else {
            ran.code == 1 && ran.err.contains(&missing)
        };
        if !is_right {
            wrong.push(format!("{role}: {line}\n{}", ran.shown()));
        }
    }
    wrong
}
