//! A file of options: TOML whose keys are the names of options.

use crate::{
    exit::Failure,
    files::{read_text, shown},
};
use clap::{Arg, ArgAction, Command};
use cloud_atlas::base::quoted;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// A file of options, and what is asked about options instead of serving.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// Read options from this file: TOML with the names of these options, such as `listen =
    /// "127.0.0.1:8773"`; what the command line says wins
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Look whether everything is as it should be, and serve nothing
    #[arg(long)]
    pub(super) check: bool,
    /// Write a file for --config with every option and its default
    #[arg(long)]
    pub(super) print_config: bool,
}

/// A file with more bytes is none of options.
const MOST: usize = 1 << 20;

/// What an option is set to.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a text, a number, `true`, `false`, or a list of those"
)]
enum Value {
    Flag(bool),
    Number(i64),
    Text(String),
    Several(Vec<Self>),
}

/// The arguments of the program, with the options of the file that `serve ec2 --config FILE` names
/// before those of the command line, which therefore win.
pub(crate) fn with_file(
    mut arguments: Vec<OsString>,
    command: &mut Command,
) -> Result<Vec<OsString>, Failure> {
    let is_here = |pair: &[OsString]| pair == ["serve", "ec2"];
    let Some(at) = arguments.windows(2).position(is_here) else {
        return Ok(arguments);
    };
    let behind = at.saturating_add(2);
    let Some(file) = named(arguments.get(behind..).unwrap_or_default()) else {
        return Ok(arguments);
    };
    command.build();
    let known = serving(command);
    let options = read(&file, known)?;
    arguments.splice(behind..behind, options);
    Ok(arguments)
}

/// `atlas serve ec2`, as it is read.
fn serving(command: &Command) -> Option<&Command> {
    let serve = command.find_subcommand("serve")?;
    serve.find_subcommand("ec2")
}

/// The file that `--config` names.
fn named(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            return arguments.next().map(PathBuf::from);
        }
        if let Some(file) = argument
            .to_str()
            .and_then(|it| it.strip_prefix("--config="))
        {
            return Some(file.into());
        }
    }
    None
}

/// What a file says, as it would be typed.
fn read(file: &Path, command: Option<&Command>) -> Result<Vec<OsString>, Failure> {
    let text = read_text(file, MOST)?;
    let place = shown(file);
    let options: BTreeMap<String, Value> = basic_toml::from_str(&text).map_err(|error| {
        let told = format!("the options in {place} cannot be read");
        Failure::refused(told).because(error.to_string())
    })?;
    let mut typed = Vec::new();
    for (name, value) in options {
        let known = command.and_then(|command| option(command, &name));
        let Some(known) = known else {
            let told = format!(
                "{} in {place} is no option of `atlas serve ec2`: --print-config shows all",
                quoted(&name)
            );
            return Err(Failure::refused(told).into());
        };
        let wrong = |expected: &str| {
            let told = format!("`{name}` in {place} is wrong: expected {expected}");
            Failure::from(Failure::refused(told))
        };
        if takes_nothing(known) {
            match value {
                Value::Flag(true) => typed.push(format!("--{name}").into()),
                Value::Flag(false) => {}
                _ => return Err(wrong("`true` or `false`")),
            }
            continue;
        }
        let values = match value {
            Value::Several(values) if takes_several(known) => values,
            Value::Several(_) | Value::Flag(_) => return Err(wrong("a text or a number")),
            one => vec![one],
        };
        for value in values {
            let text = match value {
                Value::Text(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Flag(_) | Value::Several(_) => return Err(wrong("texts or numbers")),
            };
            // One argument, so that no value is taken for an option.
            typed.push(format!("--{name}={text}").into());
        }
    }
    Ok(typed)
}

/// The option of a name that may stand in a file.
fn option<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let mut all = command.get_arguments();
    all.find(|option| option.get_long() == Some(name) && is_kept(option))
}

/// Not what asks for something else than to serve, nor the file itself.
fn is_kept(option: &Arg) -> bool {
    let other = ["config", "check", "print-config", "help", "version"];
    option.get_long().is_some_and(|name| !other.contains(&name))
}

fn takes_nothing(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::SetTrue | ArgAction::Count)
}

fn takes_several(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::Append)
}

/// A file with every option: what it is for, and what it is unless the file says otherwise, as a
/// comment that is to be taken away.
pub(super) fn template(command: &mut Command) -> String {
    command.build();
    let mut text = String::from(
        "# Options of `atlas serve ec2 --config FILE`; those of the command line win over these.\n",
    );
    let Some(command) = serving(command) else {
        return text;
    };
    for option in command.get_arguments().filter(|option| is_kept(option)) {
        let (Some(name), Some(help)) = (option.get_long(), option.get_help()) else {
            continue;
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n# {}", help.to_string().replace('\n', "\n# "));
        let value = match option.get_default_values() {
            _ if takes_nothing(option) => "false".to_owned(),
            [] if takes_several(option) => "[]".to_owned(),
            [] => "\"\"".to_owned(),
            [value, ..] => toml(value),
        };
        let _ = writeln!(text, "# {name} = {value}");
    }
    text
}

/// A value as TOML writes it.
fn toml(value: &OsStr) -> String {
    let text = value.to_string_lossy();
    match text.parse::<i64>() {
        Ok(number) => number.to_string(),
        Err(_) => format!("{text:?}"),
    }
}
