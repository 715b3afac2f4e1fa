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

    /// A store that could not be opened: whatever the reason, it is trouble with the store.
    pub(crate) fn opening(error: cloud_atlas::Error) -> Self {
        Self::Trouble(Box::new(error))
    }

    /// Puts a sentence of context before what went wrong.
    pub(crate) fn at(self, message: impl Into<String>) -> Self {
        let message = message.into();
        match self {
            Self::Refused(source) => Self::Refused(Box::new(Context {
                message,
                source: Some(source),
            })),
            Self::Trouble(source) => Self::Trouble(Box::new(Context {
                message,
                source: Some(source),
            })),
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
            ErrorKind::Unavailable | ErrorKind::Internal => Self::Trouble(Box::new(error)),
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
            drop(error.print());
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
        Err(Failure::Refused(error)) => {
            drop(say(&*error));
            ExitCode::from(1)
        }
        Err(Failure::Trouble(error)) => {
            drop(say(&*error));
            ExitCode::from(3)
        }
    }
}

/// Says an error and its causes, one a line. A cause that a transparent error repeats is said once.
pub(crate) fn say(error: &(dyn Error + 'static)) -> io::Result<()> {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let mut stderr = anstream::stderr().lock();
    let mut last = error.to_string();
    writeln!(stderr, "{style}error:{style:#} {last}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if text != last {
            writeln!(stderr, "  because: {text}")?;
        }
        last = text;
        cause = error.source();
    }
    Ok(())
}
