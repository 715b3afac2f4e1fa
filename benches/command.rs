//! `atlas id check`: a million mixed ids through a pipe, output included.
#![expect(
    clippy::disallowed_methods,
    reason = "a bench starts the command and reads what it has used"
)]

use atlas_benches::{Claim, is_quick};
use std::{
    env,
    error::Error,
    fs,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    process::{ChildStdin, Command, Stdio},
    thread,
};

/// The table of valid ids, most of them seen in public data.
const VALID: &str = include_str!("../crates/image-id/tests/data/valid.tsv");

fn main() -> Result<(), Box<dyn Error>> {
    let Some(command) = env::var_os("ATLAS_COMMAND") else {
        return Err(
            "set ATLAS_COMMAND to the release build of `atlas`, as `cargo xtask bench` does".into(),
        );
    };
    let count: u32 = if is_quick() { 100_000 } else { 1_000_000 };
    let mut child = Command::new(command)
        .args(["id", "check"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the command has no pipes".into());
    };
    let writer = thread::spawn(move || ask(stdin, count));
    let mut answers = BufReader::with_capacity(1 << 20, stdout);
    let mut line = Vec::new();
    for _ in 0..count {
        line.clear();
        answers.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"}\n") {
            return Err("the command ended before its last answer".into());
        }
    }
    // The command waits for more: what it has used can still be read.
    let id = child.id();
    let seconds = processor_seconds(id)?;
    let most = peak_kilobytes(id)?;
    drop(writer.join().map_err(|_| "the writer panicked")??);
    child.wait()?;
    let a_million = seconds * 1e6 / f64::from(count);
    let claim = "`atlas id check` of 1,000,000 mixed ids, beside one second of a core";
    Claim::cost(claim, "s", a_million, 1.0, 1.0).print();
    let claim = "memory of `atlas id check` at its most, beside 16 MB";
    Claim::cost(claim, "MB", most / 1024.0, 16.0, 1.0).print();
    Ok(())
}

/// Writes the questions, and gives back the pipe so that it stays open.
fn ask(stdin: ChildStdin, count: u32) -> std::io::Result<ChildStdin> {
    let questions: Vec<String> = VALID
        .lines()
        .skip(1)
        .filter(|row| !row.contains('\\'))
        .filter_map(|row| {
            let mut cells = row.split('\t');
            let (cloud, input) = (cells.next()?, cells.next()?);
            Some(serde_json::json!({ "cloud": cloud, "input": input }).to_string())
        })
        .collect();
    let mut out = BufWriter::with_capacity(1 << 20, stdin);
    // A stride that meets every row mixes the clouds.
    let stride = 997;
    let mut at = 0;
    for _ in 0..count {
        at = (at + stride) % questions.len();
        let question = questions.get(at).map_or("", String::as_str);
        writeln!(out, "{question}")?;
    }
    out.flush()?;
    out.into_inner()
        .map_err(std::io::IntoInnerError::into_error)
}

/// The time that the threads of a process have had a processor.
fn processor_seconds(process: u32) -> Result<f64, Box<dyn Error>> {
    let mut nanoseconds = 0;
    for entry in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(entry?.path().join("schedstat"))?;
        let first = text.split_whitespace().next().ok_or("an empty schedstat")?;
        nanoseconds += first.parse::<u64>()?;
    }
    Ok(std::time::Duration::from_nanos(nanoseconds).as_secs_f64())
}

/// The most memory that a process has had, in kB.
fn peak_kilobytes(process: u32) -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM")?.parse()?)
}
