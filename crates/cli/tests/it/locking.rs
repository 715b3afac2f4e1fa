//! Lock files from the first to the last, as people see them.

use crate::program::Program;
use regex::Regex;
use std::fmt::Write as _;

const EAST: &str = "aws/us-east-1";

/// What commands answer at `/acme`, with ids, digests and moments replaced.
struct Transcript {
    program: Program,
    text: String,
}

impl Transcript {
    fn new() -> Self {
        let program = Program::new();
        program.ok(&["scope", "add", "/acme/prod"]);
        let text = String::new();
        Self { program, text }
    }

    /// Runs commands without a word, and then those that are kept with what they say.
    fn run(&mut self, quiet: &[&str], told: &[&str]) {
        for line in quiet {
            self.program.ok(&line.split(' ').collect::<Vec<_>>());
        }
        for line in told {
            let ran = self.program.run(&line.split(' ').collect::<Vec<_>>());
            write!(self.text, "$ atlas {line}\n{}{}", ran.out, ran.err).unwrap();
            if ran.code != 0 {
                writeln!(self.text, "[{}]", ran.code).unwrap();
            }
            self.text.push('\n');
        }
    }

    fn text(&self) -> String {
        let mut text = self.text.clone();
        for (pattern, word) in [
            ("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "MOMENT"),
            ("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}", "MOMENT"),
            ("(lin|lck)-[0-9a-f]{32}", "$1-ID"),
            ("blake3:[0-9a-f]{64}", "DIGEST"),
            ("SINCE +BY", "SINCE  BY"),
            ("─+", "───"),
        ] {
            let pattern = Regex::new(pattern).unwrap();
            text = pattern.replace_all(&text, word).into_owned();
        }
        text
    }
}

fn set(number: u32) -> String {
    format!("mci set web {EAST} ami-0000000000000000{number} --instance-type t3.micro")
}

#[test]
fn r09_a_lock_file_from_first_to_last() {
    let mut said = Transcript::new();
    let (first, second) = (set(1), set(2));
    said.run(
        &["mci new web", &first, "mci commit web --message first"],
        &[
            "lock web -o web.lock",
            "lock register prod web.lock --scope /acme/prod",
            "lock register prod web.lock --scope /acme/prod",
            "lock list",
            "lock show prod --scope /acme/prod",
        ],
    );
    let before = std::fs::read_to_string(said.program.path("web.lock")).unwrap();
    said.run(
        &[&second, "mci commit web --message second"],
        &[
            "lock verify web.lock",
            "resolve web aws/us-east-1",
            "resolve --lock web.lock aws/us-east-1",
            "resolve --lock web.lock",
            "resolve --lock web.lock web",
            "resolve --lock web.lock gcp aws/us-east-1",
            "lock update web.lock --dry-run",
        ],
    );
    let after = || std::fs::read_to_string(said.program.path("web.lock")).unwrap();
    assert_eq!(after(), before);
    said.run(
        &[],
        &[
            "mci deprecate web@1 --reason old",
            "lock verify web.lock",
            "resolve --lock web.lock aws/us-east-1",
            "mci revoke web@1 --reason CVE-2026-1",
            "lock verify web.lock",
            "resolve --lock web.lock aws/us-east-1",
            "lock update web.lock aws/us-west-2",
            "lock update web.lock --to head",
            "lock update web.lock",
            "lock update web.lock",
            "lock verify web.lock",
            "mci unmark web@1",
            "lock register prod web.lock --scope /acme/prod",
            "lock list",
            "lock unregister prod",
            "lock unregister prod --scope /acme/prod",
            "lock list",
        ],
    );
    insta::assert_snapshot!(said.text());
}

#[test]
fn r09_a_template_is_locked_with_what_it_chooses() {
    let mut said = Transcript::new();
    let (first, second) = (set(1), set(2));
    said.run(
        &[
            "mci new web",
            &first,
            "mci commit web --message first",
            "template new front",
            "template link front web@1",
            "template commit front --message first",
        ],
        &[
            "lock -t front -o front.lock",
            "resolve --lock front.lock aws/us-east-1",
            "lock verify front.lock",
            "lock register front front.lock",
            "lock show front",
        ],
    );
    said.run(
        &[
            &second,
            "mci commit web --message second",
            "template link front web@2",
            "template commit front --message second",
        ],
        &[
            "lock update front.lock --output json --dry-run",
            "lock update front.lock",
            "template revoke front@1 --reason bad",
            "lock register front front.lock",
            "lock list",
        ],
    );
    insta::assert_snapshot!(said.text());
}

#[test]
fn t05_t10_deletes_tell_what_stands_in_their_way() {
    let mut said = Transcript::new();
    let (first, second) = (set(1), set(2));
    said.run(
        &[
            "mci new web",
            &first,
            "mci commit web --message first",
            &second,
            "mci commit web --message second",
            "channel assign stable web@1",
            "template new front",
            "template link front web@stable",
            "template commit front --message first",
            "lock web@1 -o web.lock",
            "lock register prod web.lock --scope /acme/prod",
        ],
        &[
            "mci xref web",
            "mci xref web@1 --format tree",
            "template xref front@1 --used",
            "template xref front@1 --format mermaid",
            "mci delete web",
            "mci delete web@1",
            "mci delete web@head",
        ],
    );
    said.run(
        &[],
        &[
            "template delete front@1",
            "template delete front",
            "mci delete web",
            "lock unregister prod --scope /acme/prod",
            "mci delete web",
            "mci delete web",
            "lock verify web.lock",
            "resolve --lock web.lock aws/us-east-1",
            "mci list",
            "store check",
        ],
    );
    insta::assert_snapshot!(said.text());
}
