//! How a command ends: its exit code, and what is said on stderr.

use cloud_atlas::ErrorKind;
use core::fmt;
use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

/// What a command returns.
pub(crate) type Run = Result<(), Failure>;

/// Why a command did not end with 0.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The answer itself is the refusal, and it has been printed.
    Wanting,
    /// The arguments are wrong; clap says how.
    Usage(clap::Error),
    /// The arguments read well and are wrong all the same.
    Misused(Box<dyn Error + Send + Sync>),
    /// Refused or found wanting.
    Refused(Box<dyn Error + Send + Sync>),
    /// Store or I/O trouble.
    Trouble(Box<dyn Error + Send + Sync>),
    /// Nobody reads the output any more.
    ReaderGone,
}

impl Failure {
    /// A refusal of the command's own.
    pub(crate) fn refused(message: impl Into<String>) -> Told {
        Told {
            refused: true,
            message: message.into(),
        }
    }

    /// Trouble with the command's surroundings.
    pub(crate) fn trouble(message: impl Into<String>) -> Told {
        Told {
            refused: false,
            message: message.into(),
        }
    }

    /// An argument that is wrong in itself.
    pub(crate) fn misused(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Misused(error.into())
    }

    /// A store that was not opened or made.
    pub(crate) fn opening(error: cloud_atlas::Error) -> Self {
        use cloud_atlas::{OpenError, store_redb};
        let cloud_atlas::Error::Open(open) = &error else {
            return Self::Trouble(Box::new(error));
        };
        match open {
            OpenError::Address { .. } | OpenError::Option { .. } | OpenError::NotBuiltIn { .. } => {
                Self::misused(error)
            }
            OpenError::Redb(store_redb::OpenError::AlreadyExists { .. }) => {
                Self::Refused(Box::new(error))
            }
            #[cfg(feature = "postgres")]
            OpenError::Postgres(cloud_atlas::store_postgres::OpenError::Address(_)) => {
                Self::misused(error)
            }
            #[cfg(feature = "postgres")]
            OpenError::Postgres(cloud_atlas::store_postgres::OpenError::AlreadyExists {
                ..
            }) => Self::Refused(Box::new(error)),
            #[cfg(feature = "etcd")]
            OpenError::Etcd(cloud_atlas::store_etcd::OpenError::Address(_)) => Self::misused(error),
            #[cfg(feature = "etcd")]
            OpenError::Etcd(cloud_atlas::store_etcd::OpenError::AlreadyExists { .. }) => {
                Self::Refused(Box::new(error))
            }
            _ => Self::Trouble(Box::new(error)),
        }
    }

    /// Whether a store was not opened because somebody else has it open.
    pub(crate) fn is_in_use(error: &cloud_atlas::Error) -> bool {
        use cloud_atlas::{OpenError, store_redb};
        let cloud_atlas::Error::Open(OpenError::Redb(error)) = error else {
            return false;
        };
        matches!(error, store_redb::OpenError::Locked { .. })
    }

    /// What went wrong, for whoever goes on all the same.
    pub(crate) fn into_error(self) -> Option<Box<dyn Error + Send + Sync>> {
        match self {
            Self::Misused(error) | Self::Refused(error) | Self::Trouble(error) => Some(error),
            Self::Usage(error) => Some(Box::new(error)),
            Self::Wanting | Self::ReaderGone => None,
        }
    }

    /// Puts a sentence of context before what went wrong.
    pub(crate) fn at(self, message: impl Into<String>) -> Self {
        let message = message.into();
        let context = |source| {
            Box::new(Context {
                message,
                source: Some(source),
            })
        };
        match self {
            Self::Misused(source) => Self::Misused(context(source)),
            Self::Refused(source) => Self::Refused(context(source)),
            Self::Trouble(source) => Self::Trouble(context(source)),
            other => other,
        }
    }
}

/// A message on its way to become a [`Failure`].
#[derive(Debug)]
pub(crate) struct Told {
    refused: bool,
    message: String,
}

impl Told {
    /// With the error that caused it.
    pub(crate) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Failure {
        self.end(Some(source.into()))
    }

    fn end(self, source: Option<Box<dyn Error + Send + Sync>>) -> Failure {
        let context = Box::new(Context {
            message: self.message,
            source,
        });
        if self.refused {
            Failure::Refused(context)
        } else {
            Failure::Trouble(context)
        }
    }
}

impl From<Told> for Failure {
    fn from(told: Told) -> Self {
        told.end(None)
    }
}

impl From<cloud_atlas::Error> for Failure {
    fn from(error: cloud_atlas::Error) -> Self {
        let reader_gone = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        match error.kind() {
            _ if matches!(&error, cloud_atlas::Error::Sink(sink) if reader_gone(sink)) => {
                Self::ReaderGone
            }
            ErrorKind::Unavailable | ErrorKind::Unknown | ErrorKind::Internal => {
                Self::Trouble(Box::new(error))
            }
            _ => Self::Refused(Box::new(error)),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::Trouble(Box::new(error)),
        }
    }
}

/// A sentence with the error behind it.
#[derive(Debug)]
struct Context {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Context {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The exit code of an outcome; what went wrong is said on stderr with all that caused it.
pub(crate) fn code(outcome: Run) -> ExitCode {
    match outcome {
        Ok(()) | Err(Failure::ReaderGone) => ExitCode::SUCCESS,
        Err(Failure::Wanting) => ExitCode::from(1),
        Err(Failure::Usage(error)) => {
            // Help and version are no errors, and clap prints them on stdout.
            let hidden = |argument: std::ffi::OsString| {
                argument.to_string_lossy().chars().any(char::is_control)
            };
            if std::env::args_os().any(hidden) {
                // Without colours, and with what a terminal would obey made visible.
                let shown = |character: char| match character {
                    '\n' => character.to_string(),
                    _ if character.is_control() => character.escape_default().to_string(),
                    _ => character.to_string(),
                };
                let text: String = error.to_string().chars().map(shown).collect();
                drop(io::stderr().write_all(text.as_bytes()));
            } else {
                drop(error.print());
            }
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
        Err(Failure::Misused(error)) => told(&*error, 2),
        Err(Failure::Refused(error)) => told(&*error, 1),
        Err(Failure::Trouble(error)) => told(&*error, 3),
    }
}

/// The exit code of a command that a mistake in the program has stopped.
pub(crate) fn stopped() -> ExitCode {
    let text = "error: a mistake in the program has stopped it\n";
    drop(io::stderr().write_all(text.as_bytes()));
    ExitCode::from(101)
}

fn told(error: &(dyn Error + 'static), code: u8) -> ExitCode {
    say(error);
    ExitCode::from(code)
}

/// Says an error and its causes, one a line; where nobody listens, the exit code is all there is. A
/// cause that an error repeats is said once.
pub(crate) fn say(error: &(dyn Error + 'static)) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let mut last = error.to_string();
    let mut text = format!("{style}error:{style:#} {last}\n");
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some say what they come from themselves.
        if !last.ends_with(&next) {
            text = format!("{text}  because: {next}\n");
            last = next;
        }
        cause = error.source();
    }
    drop(anstream::stderr().lock().write_all(text.as_bytes()));
}

/// An error and what it comes from, on one line. A cause that an error repeats is said once.
pub(crate) fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
