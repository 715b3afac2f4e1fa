//! Why a server is not there.

use std::{io, path::PathBuf};

/// Why a server cannot be started, or a program of it does not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The program is not installed.
    #[error(
        "there is no program `{program}` here: run `cargo xtask servers`, or `apt-get install {package}`"
    )]
    Missing {
        /// Which program.
        program: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// A package of Python is not installed.
    #[error(
        "python3 has no package `{package}` here: run `cargo xtask servers`, or `python3 -m pip install {package}`"
    )]
    MissingPackage {
        /// Which package, as pip takes it.
        package: &'static str,
    },
    /// A package of node is not installed.
    #[error(
        "node has no package `{package}` here: run `cargo xtask servers`, which takes it from npm"
    )]
    MissingModule {
        /// Which package, as npm takes it.
        package: &'static str,
    },
    /// A program ended with an error.
    #[error("`{program}` failed: {said}")]
    Failed {
        /// Which program.
        program: String,
        /// What it said, without blanks around it.
        said: String,
    },
    /// A server does not answer in time.
    #[error("the server does not answer; its log is {}", log.display())]
    Silent {
        /// Where its log is, until it stops.
        log: PathBuf,
    },
    /// The system refuses to start a program.
    #[error("`{program}` cannot be started")]
    Io {
        /// Which program.
        program: String,
        /// The system's error.
        source: io::Error,
    },
}
