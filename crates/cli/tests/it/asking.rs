//! Questions on a terminal, which `script` of util-linux is to the program.

use crate::program::{Program, done, stable, words};
use std::{
    io::{Read as _, Write as _},
    process::{Child, Stdio},
};

/// A command on a terminal, as far as its question or its end.
struct Asked {
    child: Child,
    told: String,
}

impl Asked {
    fn run(program: &Program, line: &str) -> Self {
        let atlas = env!("CARGO_BIN_EXE_atlas");
        let inner = program.command(&[]);
        let mut command = std::process::Command::new("/usr/bin/script");
        command.args(["-qec", &format!("'{atlas}' {line}"), "/dev/null"]);
        command.env_clear().env("PATH", "/usr/bin:/bin");
        command.envs(
            inner
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        command.current_dir(inner.get_current_dir().unwrap());
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = pipes.spawn().expect("util-linux is there");
        let stdout = child.stdout.as_mut().unwrap();
        let (mut told, mut byte) = (Vec::new(), [0]);
        while !told.ends_with(b"[y/N] ") && stdout.read(&mut byte).unwrap() == 1 {
            told.extend(byte);
        }
        let told = String::from_utf8(told).unwrap();
        Self { child, told }
    }

    /// Its question, without what a terminal adds.
    fn question(&self) -> &str {
        let last = self.told.lines().last().unwrap_or_default();
        last.strip_suffix("? [y/N] ").expect(&self.told)
    }

    /// Answers, and gives the exit code.
    fn answer(mut self, text: &str) -> i32 {
        // A terminal is closed only when the program is done with it.
        let mut stdin = self.child.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        let mut rest = String::new();
        let stdout = self.child.stdout.as_mut().unwrap();
        stdout.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

/// What is asked about, each by a command; what comes first is not in the way of what follows.
fn furnished() -> (Program, Vec<String>) {
    let program = Program::new();
    done(
        &program,
        &[
            "mci new web",
            "mci set web aws/us-east-1 ami-0123456789abcdef0 --instance-type m7i.large",
            "mci commit web -m first",
            "channel assign production web@1",
            "template new front",
            "rolemap make base --os ubuntu/24.04",
            "policy set house --owner self --audit",
            "deployment make empty",
            "server add aws/us-east-1 web web-1",
            "lock web -o web.lock",
            "lock register held web.lock",
            "credential add main --cloud aws --secret vault:a/b",
            "group make partners",
            "principal add dana",
            "scope add /beta",
        ],
    );
    let commands = [
        "channel delete production web",
        "template delete front",
        "rolemap remove base",
        "policy remove house",
        "deployment delete empty",
        "server remove web-1",
        "lock unregister held",
        "credential remove main",
        "group delete partners",
        "principal remove dana",
        "scope remove /beta",
        "image bin empty --early",
        "mci delete web",
    ];
    (program, commands.map(str::to_owned).into())
}

#[test]
fn a_question_is_asked_of_what_is_there_and_nobody_waits_for_its_answer() {
    let (program, commands) = furnished();
    let mut questions = String::new();
    for line in &commands {
        let asked = Asked::run(&program, line);
        questions = format!("{questions}$ atlas {line}\n{}?\n", asked.question());
        // The store is nobody's while a person thinks.
        program.ok(&["mci", "list"]);
        assert_eq!(asked.answer("n\n"), 1, "{line}: no");
        let asked = Asked::run(&program, line);
        assert_eq!(asked.answer("y\n"), 0, "{line}: yes");
    }
    insta::assert_snapshot!(questions);
}

#[test]
fn nothing_is_asked_of_what_is_not_there_nor_after_yes() {
    let (program, commands) = furnished();
    for line in &commands {
        let told = Asked::run(&program, &format!("--yes {line}"));
        assert!(!told.told.contains("[y/N]"), "{line}: {}", told.told);
        assert_eq!(told.answer(""), 0, "{line}");
    }
    for line in commands.iter().filter(|line| !line.contains("--early")) {
        let told = Asked::run(&program, line);
        assert!(!told.told.contains("[y/N]"), "{line}: {}", told.told);
        assert_eq!(told.answer(""), 1, "{line}");
        assert_eq!(program.run(&words(line)).code, 1, "{line}");
    }
}

#[test]
fn the_market_asks_before_what_stays_for_ever_and_before_what_goes() {
    let program = crate::market::furnished();
    let publish = "--group partners --short it";
    done(
        &program,
        &[
            &format!("market publish mci web@1 {publish}"),
            "--scope /beta market import /acme:web",
            "market publish mci web --head --group partners",
            "mci clone web@1 other",
            "mci commit other -m one",
        ],
    );
    let lineage = crate::market::field(&program, "mci show web", "lineage");
    let commands = [
        format!("market publish mci web@2 {publish}"),
        "--scope /beta market delete mci web".to_owned(),
        format!("market withdraw {lineage}"),
    ];
    let mut questions = String::new();
    for line in &commands {
        let asked = Asked::run(&program, line);
        questions = format!("{questions}$ atlas {line}\n{}?\n", asked.question());
        assert_eq!(asked.answer("n\n"), 1, "{line}: no");
        let asked = Asked::run(&program, line);
        assert_eq!(asked.answer("y\n"), 0, "{line}: yes");
        // What would be refused is not asked about.
        let told = Asked::run(&program, line);
        assert!(!told.told.contains("[y/N]"), "{line}: {}", told.told);
        assert_eq!(told.answer(""), 1, "{line}");
    }
    let refused = Asked::run(&program, "market publish mci other --public --short it");
    assert!(!refused.told.contains("[y/N]"), "{}", refused.told);
    assert_eq!(refused.answer(""), 1);
    insta::assert_snapshot!(stable(&questions), @r#"
    $ atlas market publish mci web@2 --group partners --short it
    publish web revision 2 for partners, for ever?
    $ atlas --scope /beta market delete mci web
    take the import web away?
    $ atlas market withdraw lin-00000000000000000000000000000000
    offer HEAD of web no more?
    "#);
}
