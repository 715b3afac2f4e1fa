//! The marketplace, as people of three accounts read it.

use crate::program::{Program, done, said, words};

/// `/acme` publishes, `/beta` is in its group `partners`, `/gamma` is in none. In each paula
/// publishes, lars imports and desi designs. `web` of `/acme` has two revisions whose image is opened
/// to the group.
pub(crate) fn furnished() -> Program {
    let program = Program::new();
    done(&program, &["scope add /beta", "scope add /gamma"]);
    for (who, role) in [
        ("paula", "publisher"),
        ("lars", "library"),
        ("desi", "designer"),
    ] {
        done(&program, &[&format!("principal add {who}")]);
        for scope in ["/acme", "/beta", "/gamma"] {
            done(
                &program,
                &[&format!("grant add {role} {who} --scope {scope}")],
            );
        }
    }
    done(
        &program,
        &[
            "credential add main --cloud aws --secret vault:acme/aws",
            "group make partners",
        ],
    );
    let invited = program.json(&["group", "invite", "partners"]).remove(0);
    let code = invited["code"].as_str().unwrap();
    done(&program, &[&format!("group accept {code} --scope /beta")]);
    done(&program, &["mci new web"]);
    revised(&program, 1);
    revised(&program, 2);
    program
}

/// Commits a revision of `web` with an image that the group may launch.
pub(crate) fn revised(program: &Program, ami: u8) {
    let group = program.json(&["group", "show", "partners"]).remove(0);
    let group = group["id"].as_str().unwrap();
    let register =
        format!("image register aws/us-east-1 ami-0000000{ami} --os ubuntu/24/24.04.{ami}");
    let record = program.json(&words(&register)).remove(0);
    let record = record["id"].as_str().unwrap();
    done(
        program,
        &[
            &format!("image permission add {record} {group}"),
            &format!("mci set web aws/us-east-1 ami-0000000{ami} --instance-type m7i.large"),
            &format!("mci commit web -m 'image {ami}'"),
        ],
    );
}

/// The field of a command's answer.
pub(crate) fn field(program: &Program, line: &str, name: &str) -> String {
    let answer = program.json(&words(line)).remove(0);
    answer[name].as_str().unwrap().to_owned()
}

const PUBLISH: &str = "market publish mci web@1 --group partners --short 'a web server'";

#[test]
fn p01_p02_who_publishes_what_for_whom() {
    let program = furnished();
    program.file("long.txt", "All that\na web server needs.\n");
    done(&program, &["mci new empty", "mci new bad"]);
    done(
        &program,
        &[
            "mci set bad aws/us-east-1 ami-00000001 --instance-type m7i.large",
            "mci commit bad -m one",
            "mci revoke bad@1 --reason broken",
            "--scope / mci new everywhere",
            "--scope / mci set everywhere aws/us-east-1 ami-00000001 --instance-type m7i.large",
            "--scope / mci commit everywhere -m one",
        ],
    );
    let with = |who: &str, end: &str| format!("--as {who} market publish mci {end}");
    let lines = [
        // Neither for whom nor what it is, and a text that has no line.
        "market publish mci web --short it".to_owned(),
        "market publish mci web --public".to_owned(),
        "market publish mci web --public --group partners --short it".to_owned(),
        "market publish mci web --public --short ''".to_owned(),
        "market publish mci web --public --short it --commit-head-dependencies now".to_owned(),
        "market publish mci web --public --short it --long @nothing.txt".to_owned(),
        with("desi", "web@1 --public --short it"),
        with("lars", "web@1 --public --short it"),
        with("paula", "web@1 --group strangers --short it"),
        with("paula", "web@head --group partners --short it"),
        with("paula", "empty --group partners --short it"),
        with("paula", "bad@1 --group partners --short it"),
        with("paula", "nothing --group partners --short it"),
        "market publish mci everywhere --public --short it --scope /".to_owned(),
        with(
            "paula",
            "web@1 --group partners --short 'a web server' --long @long.txt",
        ),
        with("paula", "web@1 --group partners --short 'a web server'"),
        with(
            "paula",
            "web --group partners --short 'a web server' --notes 'newer'",
        ),
        "market list --own".to_owned(),
        "market show /acme:web@1".to_owned(),
        "--scope /beta market show /acme:web".to_owned(),
        "--scope /beta market import /acme:web".to_owned(),
        "--scope /beta market publish mci web --public --short it".to_owned(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn p03_what_a_template_links_is_published_with_it() {
    let program = furnished();
    done(
        &program,
        &[
            "mci clone web@1 data",
            "mci commit data -m 'for data'",
            "template new front",
            "template link front web@2",
            "template link front data@head",
            "template commit front -m one",
            "template new shop",
            "template link shop web@1",
            "template commit shop -m one",
            PUBLISH,
        ],
    );
    let publish = "market publish template front --group partners --short 'a shop window'";
    insta::assert_snapshot!(said(
        &program,
        &[
            publish,
            "market list --own",
            &format!("--as paula {publish} --commit-head-dependencies 'for partners'"),
            &format!("{publish} --commit-head-dependencies 'for partners'"),
            "market publish template shop --public --short 'a shop' --allow-private",
            "market list --own",
            "market publish template shop --public --short 'a shop' --allow-private --widen",
            "--scope /gamma market list",
            "--scope /beta market list --kind template",
            "--scope /beta market import /acme:front",
            "--scope /beta template show front",
        ],
    ));
}

#[test]
fn p04_who_may_not_launch_is_listed() {
    let program = furnished();
    let group = field(&program, "group show partners", "id");
    done(
        &program,
        &["mci set web aws/eu-west-1 ami-00000009 --instance-type m7i.large"],
    );
    let register = "image register aws/us-west-2 ami-00000008 --os ubuntu/24/24.04";
    let record = field(&program, register, "id");
    done(
        &program,
        &[
            "mci set web aws/us-west-2 ami-00000008 --instance-type m7i.large",
            "mci commit web -m 'more places'",
        ],
    );
    let publish = "--as paula market publish mci web --group partners --short 'a web server'";
    insta::assert_snapshot!(said(
        &program,
        &[
            publish,
            &format!("{publish} --check"),
            &format!("{publish} --allow-private"),
            &format!("{publish} --allow-unknown"),
            &format!("{publish} --allow-private --allow-unknown --check"),
            &format!("--output json {publish}"),
            "market list --own",
            &format!("image permission add {record} {group}"),
            &format!("{publish} --allow-unknown"),
            "market publish mci web@1 --public --short 'a web server' --check",
        ],
    ));
}

#[test]
fn p05_p06_p11_imports_are_copies_that_stay() {
    let program = furnished();
    done(
        &program,
        &[
            PUBLISH,
            "--scope /beta mci new web",
            "--scope /gamma mci new web",
        ],
    );
    let publication = field(
        &program,
        "--scope /beta market show /acme:web",
        "publication",
    );
    let import = format!("--as lars --scope /beta market import {publication}");
    insta::assert_snapshot!(said(
        &program,
        &[
            "--scope /gamma market list",
            "--scope /gamma market show /acme:web",
            &format!("--scope /gamma market import {publication}"),
            &format!("--as desi --scope /beta market import {publication}"),
            &format!("--scope /beta/prod market import {publication}"),
            "market import /acme:web@1",
            "--scope /beta market import web",
            &import,
            &import,
            "--scope /beta market imports",
            "--scope /beta mci list",
            "--scope /beta mci set acme/web aws/us-east-1 ami-00000007 --instance-type t3.micro",
            "--scope /beta mci delete acme/web",
            "--as paula market importers /acme:web",
            "--as lars --scope /beta market importers /acme:web",
            // Whatever the publisher does, it stays.
            "group remove partners /beta",
            "mci revoke web@1 --reason broken",
            "market deprecate /acme:web@1 --reason broken",
            "--scope /beta market show /acme:web",
            "--scope /beta resolve acme/web@1 aws/us-east-1",
            "market importers /acme:web@1",
            // It goes where nothing refers to it.
            "--scope /beta channel assign stable acme/web@1",
            "--as lars --scope /beta market delete mci acme/web",
            "--scope /beta channel delete stable acme/web",
            "--as desi --scope /beta market delete mci acme/web",
            "--as lars --scope /beta market delete mci acme/web@7",
            "--as lars --scope /beta market delete mci web",
            "--as lars --scope /beta market delete mci acme/web",
            "--scope /beta market imports",
        ],
    ));
}

#[test]
fn p07_p10_what_is_newer_is_told_and_imported_beside() {
    let program = furnished();
    done(
        &program,
        &[
            PUBLISH,
            "--scope /beta market import /acme:web",
            "--scope /beta mci clone web@1 mine",
            "--scope /beta mci set mine aws/eu-west-1 ami-00000007 --instance-type t3.micro",
            "--scope /beta mci commit mine -m ours",
        ],
    );
    let lars = |end: &str| format!("--as lars --scope /beta market {end}");
    insta::assert_snapshot!(said(
        &program,
        &[
            &lars("updates"),
            &lars("update"),
            "--as paula market publish mci web@2 --group partners --short 'a web server'",
            &lars("updates"),
            &lars("updates --diff"),
            &lars("updates --diff --format unified"),
            &lars("updates --format unified"),
            "--as desi --scope /beta market update",
            &lars("update nothing"),
            &lars("update mine@1"),
            &lars("update mine"),
            &lars("updates"),
            "--scope /beta mci log web",
            "--scope /beta mci merge mine --from web@2",
            "--scope /beta mci commit mine -m 'with the newer web'",
            "--scope /beta mci show mine",
            &lars("updates"),
            &lars("updates --diff"),
        ],
    ));
}

#[test]
fn p08_p09_the_catalogue_has_the_newest_that_is_offered() {
    let program = furnished();
    done(
        &program,
        &[
            PUBLISH,
            "mci set web --name frontend",
            "mci commit frontend -m renamed",
            "market publish mci frontend@3 --public --short 'a web server' --allow-private",
        ],
    );
    insta::assert_snapshot!(said(
        &program,
        &[
            "--scope /beta market list",
            "--scope /gamma market list",
            "--scope /gamma market list --name FRONT --publisher /acme --location aws/us-east-1",
            "--scope /gamma market list --name other",
            "--scope /gamma market list --publisher /beta",
            "--scope /gamma market list --location aws/eu-west-1",
            "--scope /gamma market list --tag x",
            "--scope /gamma market list --kind template",
            "--scope /gamma market list --own",
            "market list --own --kind mci",
            "--as desi market deprecate /acme:frontend@3 --reason old",
            "--as paula market deprecate /acme:frontend@3 --reason old",
            "--as paula market deprecate /acme:frontend@3 --reason old",
            "--scope /beta market list",
            "--scope /gamma market list",
            "--scope /gamma market import /acme:frontend@3",
            "market list --own",
            "--as lars market reactivate /acme:frontend@3",
            "--as paula market reactivate /acme:frontend@3",
            "--as paula market reactivate /acme:frontend@3",
            "--scope /gamma market list",
            "--scope /beta market deprecate /acme:frontend@3 --reason theirs",
            "mci delete frontend",
        ],
    ));
}

#[test]
fn p01_head_is_offered_to_groups_on_request() {
    let program = furnished();
    let lineage = field(&program, "mci show web", "lineage");
    let lars = |end: &str| format!("--as lars --scope /beta market {end}");
    insta::assert_snapshot!(said(
        &program,
        &[
            "market publish mci web --head --public",
            "market publish mci web --head --group partners --short it",
            "--as desi market publish mci web --head --group partners",
            &format!("--scope /beta market subscribe {lineage}"),
            "--as paula market publish mci web --head --group partners",
            "market heads",
            "--scope /gamma market heads",
            &format!("--scope /gamma market subscribe {lineage}"),
            &format!("--as desi --scope /beta market subscribe {lineage}"),
            &lars(&format!("subscribe {lineage}")),
            &lars(&format!("subscribe {lineage}")),
            &lars("heads"),
            &lars("subscriptions"),
            &format!("--scope /beta resolve {lineage}@head aws/us-east-1"),
            "mci set web aws/us-east-1 ami-00000007 --instance-type m7i.large",
            &format!("--scope /beta resolve {lineage}@head aws/us-east-1"),
            &format!("--scope /beta resolve {lineage}@1 aws/us-east-1"),
            &format!("--scope /beta market withdraw {lineage}"),
            &format!("--as lars market withdraw {lineage}"),
            &format!("--as paula market withdraw {lineage}"),
            &format!("--scope /beta resolve {lineage}@head aws/us-east-1"),
            &lars("subscriptions"),
            &lars(&format!("unsubscribe {lineage}")),
            &lars(&format!("unsubscribe {lineage}")),
            &lars("subscriptions"),
        ],
    ));
}

#[test]
fn p07_an_update_says_what_is_current_and_what_is_no_import() {
    let program = furnished();
    let lars = |end: &str| format!("--as lars --scope /beta market {end}");
    let before = said(&program, &[&lars("updates"), &lars("update")]);
    done(
        &program,
        &[
            PUBLISH,
            "market publish mci web@2 --group partners --short 'a web server'",
            "--scope /beta market import /acme:web@1",
            "--scope /beta market import /acme:web@2",
            "--scope /beta mci clone web@2 mine",
            "--scope /beta mci new ours",
        ],
    );
    let after = said(
        &program,
        &[
            &lars("update web"),
            &lars("update mine"),
            &lars("update ours"),
            &lars("update nope"),
            &lars("delete mci web@1"),
            &lars("delete mci web@2"),
        ],
    );
    insta::assert_snapshot!([before, after].concat(), @r#"
    $ atlas --as lars --scope /beta market updates
    exit 0
    --- stderr
    nothing is imported

    $ atlas --as lars --scope /beta market update
    exit 0
    --- stdout
    nothing is imported
    $ atlas --as lars --scope /beta market update web
    exit 0
    --- stdout
    nothing newer is published of `web`

    $ atlas --as lars --scope /beta market update mine
    exit 0
    --- stdout
    nothing newer is published of `mine`

    $ atlas --as lars --scope /beta market update ours
    exit 1
    --- stderr
    error: `ours` is no import of /beta, nor a clone of one

    $ atlas --as lars --scope /beta market update nope
    exit 1
    --- stderr
    error: `nope` is no import of /beta, nor a clone of one

    $ atlas --as lars --scope /beta market delete mci web@1
    exit 0
    --- stdout
    took revision 1 of web away, and others of it are left

    $ atlas --as lars --scope /beta market delete mci web@2
    exit 0
    --- stdout
    took revision 2 of web away, and nothing of it is left
    "#);
}

#[test]
fn p06_who_deletes_a_group_is_told_what_was_for_it_alone() {
    let program = furnished();
    done(
        &program,
        &[
            PUBLISH,
            "market publish mci web --head --group partners",
            "group make others",
            "market publish mci web@2 --group others --group partners --short 'a web server'",
        ],
    );
    insta::assert_snapshot!(
        said(
            &program,
            &[
                "market publish mci web@2 --head --group partners",
                "group show partners",
                "group remove partners /beta",
                "group delete partners",
                "market list --own",
                "--output json group delete others",
            ],
        ),
        @r#"
        $ atlas market publish mci web@2 --head --group partners
        exit 1
        --- stderr
        error: `web@2` names a revision, and HEAD is offered: leave out what stands behind `@`

        $ atlas group show partners
        exit 0
        --- stdout
        id           grp-00000000000000000000000000000000
        name         partners
        owner        /acme
        created      NOW
        members      /beta since NOW by admin
        invitations  

        $ atlas group remove partners /beta
        exit 0
        --- stdout
        removed /beta

        $ atlas group delete partners
        exit 0
        --- stdout
        removed partners
        --- stderr
        for nobody else now: 1 publication and 1 offered HEAD; what was imported stays

        $ atlas market list --own
        exit 0
        --- stdout
        NAME  KIND  REVISION  STATE   FOR                                                     PUBLICATION
        ────────────────────────────────────────────────────────────────────────────────
        web   mci          1  active  grp-00000000000000000000000000000000 (deleted)          pub-00000000000000000000000000000000
        web   mci          2  active  grp-00000000000000000000000000000000 (deleted), others  pub-00000000000000000000000000000000

        $ atlas --output json group delete others
        exit 0
        --- stdout
        {"removed":"group","name":"others","publications":1,"heads":0}
        "#
    );
}

#[test]
fn p03_what_commits_heads_names_no_revision() {
    let program = furnished();
    done(
        &program,
        &[
            "template new front",
            "template link front web@2",
            "template commit front -m one",
            "template new shop",
            "template link shop web@latest",
            "template commit shop -m one",
        ],
    );
    insta::assert_snapshot!(
        said(
            &program,
            &[
                "market publish template front@1 --public --short it --commit-head-dependencies now",
                "market publish template shop --public --short it",
            ],
        ),
        @r#"
        $ atlas market publish template front@1 --public --short it --commit-head-dependencies now
        exit 1
        --- stderr
        error: `front@1` names a state, and --commit-head-dependencies commits HEAD and publishes that: leave out one of them

        $ atlas market publish template shop --public --short it
        exit 1
        --- stderr
        error: `shop` links what moves: `latest` of lin-00000000000000000000000000000000; link revisions, commit it and publish that
        "#
    );
}

#[test]
fn p02_p05_programs_read_publications_and_imports() {
    let program = furnished();
    let json = |line: &str| format!("--output json {line}");
    let lines = [
        json(PUBLISH),
        json("--scope /beta market list"),
        json("market list --own"),
        json("--scope /beta market import /acme:web"),
        json("--scope /beta market imports"),
        json("market importers /acme:web"),
        json("market publish mci web@2 --group partners --short 'a web server'"),
        json("--scope /beta market updates"),
        json("--scope /beta market update"),
        json("--scope /beta market delete mci web@1"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn t05_t10_what_is_published_is_not_deleted() {
    let program = furnished();
    done(
        &program,
        &[
            "template new front",
            "template link front web@1",
            "template commit front -m one",
            "market publish template front --group partners --short 'a shop window'",
            "market deprecate /acme:front@1 --reason old",
            "market deprecate /acme:web@1 --reason old",
            "template new bare",
            "template link bare web@2",
            "template commit bare -m one",
        ],
    );
    insta::assert_snapshot!(said(
        &program,
        &["template delete front", "template delete bare", "mci delete web", "market list --own"],
    ), @r#"
    $ atlas template delete front
    exit 1
    --- stderr
    error: `front` cannot be deleted, it is held by publication `front`

    $ atlas template delete bare
    exit 0
    --- stdout
    deleted bare at /acme with 1 revision: lin-00000000000000000000000000000000

    $ atlas mci delete web
    exit 1
    --- stderr
    error: Cannot delete as the MultiCloud Image (HEAD/committed revision) is being used by one or more ServerTemplates.
    revision 1: `front` HEAD at /acme, `front` revision 1 at /acme

    $ atlas market list --own
    exit 0
    --- stdout
    NAME   KIND      REVISION  STATE       FOR       PUBLICATION
    ────────────────────────────────────────────────────────────────────────────────
    front  template         1  deprecated  partners  pub-00000000000000000000000000000000
    web    mci              1  deprecated  partners  pub-00000000000000000000000000000000
    "#);
}

#[test]
fn k03_what_was_imported_is_edited_by_cloning_it() {
    let program = furnished();
    done(
        &program,
        &[PUBLISH, "--scope /beta market import /acme:web"],
    );
    insta::assert_snapshot!(said(
        &program,
        &[
            "--as desi --scope /beta mci set web --description ours",
            "--as desi --scope /beta mci clone web@1 mine",
            "--as desi --scope /beta mci set mine --description ours",
        ],
    ), @r#"
    $ atlas --as desi --scope /beta mci set web --description ours
    exit 1
    --- stderr
    error: `web` revision 1 was imported and never changes: clone it and edit the clone

    $ atlas --as desi --scope /beta mci clone web@1 mine
    exit 0
    --- stdout
    made mine at /beta: lin-00000000000000000000000000000000
    `mine` is a clone of `web` revision 1; its lineage can be traced for ever: `show` names the origin

    $ atlas --as desi --scope /beta mci set mine --description ours
    exit 0
    --- stdout
    HEAD of mine is at generation 2 and serves 1 location
    "#);
}
