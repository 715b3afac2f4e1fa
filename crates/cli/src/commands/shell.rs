//! What shells and manuals want to know of the command.

use crate::{args::Args, exit::Run, files};
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Write the completions of a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// For which shell
    shell: Shell,
}

/// Write the manual pages
#[derive(Debug, clap::Args)]
pub(crate) struct Man {
    /// Into which folder, a file a command [default: the page of `atlas` alone, on stdout]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn completions(Completions { shell }: &Completions) -> Run {
    // The generator panics when its writer fails, so it writes into memory.
    let mut text = Vec::new();
    clap_complete::generate(*shell, &mut Args::command(), "atlas", &mut text);
    Ok(io::stdout().lock().write_all(&text)?)
}

pub(crate) fn man(Man { out }: &Man) -> Run {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = out else {
        let mut text = Vec::new();
        clap_mangen::Man::new(command).render(&mut text)?;
        return Ok(io::stdout().lock().write_all(&text)?);
    };
    fs::create_dir_all(folder)?;
    pages(&command, folder)
}

fn pages(command: &clap::Command, folder: &Path) -> Run {
    let man = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    man.render(&mut text)?;
    let mut file = files::Whole::create(&folder.join(man.get_filename()))?;
    file.write_all(&text)?;
    file.finish()?;
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        pages(below, folder)?;
    }
    Ok(())
}
