//! What the program says of itself.

use crate::program::Program;

/// Every command, by its words; `help` tells which there are.
const COMMANDS: &[&str] = &[
    "",
    "init",
    "id",
    "id parse",
    "id check",
    "id detect",
    "id equal",
    "disk",
    "disk inspect",
    "disk convert",
    "disk import",
    "disk list",
    "disk show",
    "disk export",
    "disk delete",
    "disk verify",
    "disk gc",
    "disk quota",
    "disk quota show",
    "disk quota set",
    "disk volume",
    "disk volume list",
    "disk snapshot",
    "disk snapshot list",
    "disk snapshot make",
    "disk snapshot delete",
    "rolemap",
    "rolemap list",
    "rolemap make",
    "rolemap remove",
    "rolemap set",
    "rolemap show",
    "rolemap unset",
    "scope",
    "scope add",
    "scope list",
    "scope remove",
    "scope rename",
    "principal",
    "principal add",
    "principal list",
    "principal remove",
    "principal rename",
    "grant",
    "grant add",
    "grant list",
    "grant remove",
    "key",
    "key add",
    "key list",
    "key rotate",
    "key disable",
    "key enable",
    "key remove",
    "key reseal",
    "group",
    "group make",
    "group list",
    "group show",
    "group invite",
    "group cancel",
    "group accept",
    "group remove",
    "group leave",
    "group delete",
    "market",
    "market publish",
    "market list",
    "market show",
    "market import",
    "market imports",
    "market delete",
    "market updates",
    "market update",
    "market deprecate",
    "market reactivate",
    "market importers",
    "market heads",
    "market withdraw",
    "market subscribe",
    "market unsubscribe",
    "market subscriptions",
    "can",
    "credential",
    "credential add",
    "credential list",
    "credential remove",
    "image",
    "image copy",
    "image find",
    "image form",
    "image promote",
    "image register",
    "image candidates",
    "image bundle",
    "image cleanup",
    "image list",
    "image show",
    "image ancestors",
    "discover",
    "work",
    "work list",
    "work show",
    "work order",
    "work order copy",
    "work order share",
    "work take",
    "work done",
    "work not-found",
    "work fail",
    "work cancel",
    "work retry",
    "image revoke",
    "image replace",
    "image retention",
    "image plans",
    "image permission",
    "image permission list",
    "image permission add",
    "image permission remove",
    "image permission reset",
    "image edit",
    "image share",
    "image unshare",
    "image referrers",
    "image xref",
    "image deprecate",
    "image disable",
    "image enable",
    "image protect",
    "image unprotect",
    "image delete",
    "image restore",
    "image bin",
    "image bin list",
    "image bin empty",
    "mci",
    "mci new",
    "mci set",
    "mci unset",
    "mci list",
    "mci show",
    "mci check",
    "mci commit",
    "mci require",
    "mci match",
    "mci rematch",
    "mci unmatch",
    "mci suggest",
    "mci clone",
    "mci merge",
    "mci restore",
    "mci undo",
    "mci deprecate",
    "mci revoke",
    "mci unmark",
    "mci log",
    "mci share",
    "mci unshare",
    "mci delete",
    "mci xref",
    "mci diff",
    "mci graph",
    "mci coverage",
    "deployment",
    "deployment make",
    "deployment list",
    "deployment show",
    "deployment rename",
    "deployment share",
    "deployment unshare",
    "deployment delete",
    "server",
    "server offers",
    "server networks",
    "server add",
    "server list",
    "server show",
    "server next",
    "server edit",
    "server reinherit",
    "server remove",
    "server report",
    "server launches",
    "template",
    "template new",
    "template link",
    "template unlink",
    "template default",
    "template set",
    "template script",
    "template script add",
    "template script set",
    "template script remove",
    "template list",
    "template show",
    "template commit",
    "template update",
    "template clone",
    "template merge",
    "template restore",
    "template undo",
    "template deprecate",
    "template revoke",
    "template unmark",
    "template log",
    "template share",
    "template unshare",
    "template delete",
    "template xref",
    "template diff",
    "template times",
    "template graph",
    "channel",
    "channel assign",
    "channel delete",
    "channel history",
    "channel open",
    "channel restrict",
    "channel rollback",
    "channel list",
    "release",
    "release set",
    "release list",
    "policy",
    "policy set",
    "policy list",
    "policy show",
    "policy remove",
    "resolve",
    "lock",
    "lock verify",
    "lock update",
    "lock register",
    "lock list",
    "lock show",
    "lock unregister",
    "serve",
    "serve ec2",
    "import",
    "import stream",
    "export",
    "export stream",
    "job",
    "job list",
    "job forget",
    "store",
    "store dump",
    "store load",
    "store check",
    "store upgrade",
    "store stats",
    "events",
    "completions",
    "man",
];

#[test]
fn help_of_every_command() {
    let program = Program::bare();
    for command in COMMANDS {
        let mut args: Vec<_> = command.split_whitespace().collect();
        args.push("-h");
        let ran = program.ok(&args);
        assert_eq!(ran.err, "");
        // The global options are the same everywhere: the first snapshot shows them.
        let own = if command.is_empty() {
            ran.out.as_str()
        } else {
            ran.out.split("Global options:").next().unwrap().trim_end()
        };
        let name = format!("help {command}").trim().replace(' ', "-");
        insta::assert_snapshot!(name, own);
    }
}

#[test]
fn no_command_is_missing_from_the_list_above() {
    let program = Program::bare();
    for command in COMMANDS {
        let mut args: Vec<_> = command.split_whitespace().collect();
        args.push("-h");
        let help = program.ok(&args).out;
        let Some((_, below)) = help.split_once("Commands:\n") else {
            continue;
        };
        for line in below.lines().take_while(|line| !line.is_empty()) {
            // A line that is indented further goes on with the text of the one before.
            let Some(word) = line
                .strip_prefix("  ")
                .filter(|line| !line.starts_with(' '))
            else {
                continue;
            };
            let word = word.split_whitespace().next().unwrap();
            let name = format!("{command} {word}").trim().to_owned();
            assert!(
                word == "help" || COMMANDS.contains(&name.as_str()),
                "{name}"
            );
        }
    }
}

#[test]
fn usage_errors_end_with_2() {
    let program = Program::bare();
    let wrong: &[&[&str]] = &[
        &["fly"],
        &["resolve", "web"],
        &["resolve", "web@", "aws/us-east-1"],
        &["resolve", "web", "aws/us-east-1a"],
        &["scope", "add", "/Acme"],
        &["--output", "xml", "init"],
        &[
            "import",
            "stream",
            "x.json",
            "--name",
            "n",
            "--instance-type",
            "aws",
        ],
        &["--store", "ftp://x", "init"],
    ];
    let texts = wrong.iter().map(|args| {
        let ran = program.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        format!("atlas {}\n{}", args.join(" "), ran.err)
    });
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n"));
}

#[test]
fn completions_and_manual_pages_name_every_family() {
    let program = Program::bare();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(
            program.ok(&["completions", shell]).out.contains("coverage"),
            "{shell}"
        );
    }
    assert!(program.ok(&["man"]).out.starts_with(".ie"));
    program.ok(&["man", "-o", "pages"]);
    for command in COMMANDS {
        let name = format!("atlas {command}").trim().replace(' ', "-");
        assert!(
            program.path("pages").join(format!("{name}.1")).exists(),
            "{name}"
        );
    }
}

/// Commands that change and show nothing of a scope, and those that hold others.
const WITHOUT_PERMISSION: &[&str] = &[
    "init",
    "disk",
    "disk inspect",
    "disk convert",
    "disk volume",
    "disk snapshot",
    "id",
    "can",
    "image form",
    "image cleanup",
    "serve",
    "store",
    "completions",
    "man",
];

#[test]
fn s07_every_command_has_its_permission_in_the_table() {
    let table = cloud_atlas::scope::OperationTable::built_in();
    for command in COMMANDS {
        let first = command.split(' ').next().unwrap();
        let holds = COMMANDS
            .iter()
            .any(|other| other.starts_with(&format!("{command} ")));
        let exempt = command.is_empty()
            || holds
            || WITHOUT_PERMISSION.contains(&first)
            || WITHOUT_PERMISSION.contains(command);
        assert!(
            exempt || table.needs(command).is_some(),
            "`{command}` is not in the table of operations"
        );
    }
    let commands = table.operations().map(|(name, _)| name);
    for name in commands.filter(|name| !name.starts_with(|first: char| first.is_uppercase())) {
        assert!(COMMANDS.contains(&name), "`{name}` is no command");
    }
}
