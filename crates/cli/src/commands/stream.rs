//! `atlas import stream`, `export stream`: public image metadata in and out.

use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    print::{Columns, Out, note, warn},
    progress,
};
use clap::Subcommand;
use cloud_atlas::{
    Error, ImportError, ImportOptions, ImportReport, ImportedRelease, Resumed,
    base::Name,
    image::Architecture,
    image_id::Cloud,
    mci::{InstanceDefaults, InstanceType},
    streams::{self, Limits, StreamDocument},
    template::Reference,
};
use pollster::FutureExt as _;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// Take over what others publish
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Import CoreOS stream metadata: records, MultiCloud Images, revisions, channels
    ///
    /// Makes one MultiCloud Image an architecture, called NAME-ARCHITECTURE. A credential for each
    /// cloud must reach --scope. The same import again changes nothing.
    Stream {
        /// The documents, of one release each
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// What the MultiCloud Images and the operating system are called
        #[arg(long)]
        name: Name,
        /// Commit each release, and point its stream's channel there
        #[arg(long)]
        commit: bool,
        /// The instance type of settings, such as `aws/x86_64=m7i.large`
        #[arg(long = "instance-type", value_name = "CLOUD[/ARCH]=TYPE", value_parser = instance_type)]
        instance_types: Vec<Said>,
        /// The credential to register with where several fit, such as `aws=main`
        #[arg(long = "credential", value_name = "CLOUD=NAME", value_parser = credential)]
        credentials: Vec<(Cloud, Name)>,
        /// Register the images of a release in several commits, where the store takes them in no
        /// other way; the same command again goes on where it was stopped
        #[arg(long)]
        in_batches: bool,
    },
}

/// Hand over what is kept here
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Export MultiCloud Images, one an architecture, as CoreOS stream metadata
    Stream {
        /// Such as fedora-coreos-x86_64@stable
        #[arg(value_name = "REF", required = true)]
        references: Vec<Reference>,
        /// Into which file [default: stdout]
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// An instance type with the images it is for.
type Said = (Cloud, Option<Architecture>, InstanceType);

fn credential(text: &str) -> Result<(Cloud, Name), String> {
    let expected = || "expected CLOUD=NAME, such as aws=main".to_owned();
    let (cloud, name) = text.split_once('=').ok_or_else(expected)?;
    let cloud = Cloud::parse(cloud).map_err(|error| error.to_string())?;
    Ok((cloud, Name::parse(name).map_err(|error| error.to_string())?))
}

fn instance_type(text: &str) -> Result<Said, String> {
    let expected = || "expected CLOUD[/ARCH]=TYPE, such as aws/x86_64=m7i.large".to_owned();
    let (images, instance_type) = text.split_once('=').ok_or_else(expected)?;
    let (cloud, architecture) = match images.split_once('/') {
        Some((cloud, architecture)) => (cloud, Some(architecture)),
        None => (images, None),
    };
    let cloud = Cloud::parse(cloud).map_err(|error| error.to_string())?;
    let architecture = architecture.map(Architecture::parse).transpose();
    let architecture = architecture.map_err(|error| error.to_string())?;
    let instance_type = InstanceType::parse(instance_type).map_err(|error| error.to_string())?;
    Ok((cloud, architecture, instance_type))
}

pub(crate) fn import(command: Import, global: &Global, out: &mut Out) -> Run {
    let Import::Stream {
        files,
        name,
        commit,
        instance_types,
        credentials,
        in_batches,
    } = command;
    let documents = read(&files)?;
    let defaults = instance_types.into_iter().fold(
        InstanceDefaults::default(),
        |defaults, (cloud, architecture, said)| defaults.with(cloud, architecture, said),
    );
    let mut options = ImportOptions::new(global.scope.clone(), name);
    options.commit = commit;
    options.instance_types = defaults;
    options.credentials = credentials.into_iter().collect();
    options.in_batches = in_batches;
    let session = global.session()?;
    let bar = progress::bar("importing");
    let advance = |progress: cloud_atlas::ImportProgress| {
        bar.set_length(u64::try_from(progress.total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(progress.done).unwrap_or(u64::MAX));
    };
    let report = session
        .import_streams(&documents, &options, &advance)
        .block_on();
    bar.finish_and_clear();
    let report = report.map_err(|error| match &error {
        Error::Import(ImportError::TooLarge { .. }) => {
            Failure::refused("a release is larger than a commit: add `--in-batches`").because(error)
        }
        _ => error.into(),
    })?;
    if let Some(Resumed {
        begun, by, done, ..
    }) = &report.resumed
    {
        note(format!(
            "went on with the import that {by} began at {begun}; steps done before: {done}"
        ));
    }
    say_once(report.warnings.iter().map(ToString::to_string));
    print_report(&report, out)
}

/// Reads all documents before anything is written; a refusal names its file.
fn read(paths: &[PathBuf]) -> Result<Vec<StreamDocument>, Failure> {
    let limits = Limits::default();
    let mut documents = Vec::with_capacity(paths.len());
    let mut warnings = Vec::new();
    for path in paths {
        let bytes = files::read(path, limits.bytes)?;
        let parsed = streams::parse(&bytes, &limits).map_err(|error| {
            Failure::refused(format!("{} is not imported", files::shown(path))).because(error)
        })?;
        warnings.extend(parsed.warnings.iter().map(ToString::to_string));
        documents.push(parsed.document);
    }
    say_once(warnings.into_iter());
    Ok(documents)
}

/// The most different warnings that are printed.
const MOST_WARNINGS: usize = 20;

/// Warns once of what is the case many times.
fn say_once(warnings: impl Iterator<Item = String>) {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for warning in warnings {
        *counted.entry(warning).or_default() += 1;
    }
    let more = counted.len().saturating_sub(MOST_WARNINGS);
    for (warning, times) in counted.into_iter().take(MOST_WARNINGS) {
        match times {
            1 => warn(warning),
            _ => warn(format!("{warning} ({times} times)")),
        }
    }
    if more > 0 {
        warn(format!("and {more} more warnings"));
    }
}

fn print_report(report: &ImportReport, out: &mut Out) -> Run {
    if out.is_json() {
        return out.one(report, |_| Ok(()));
    }
    let headers = ["STREAM", "RELEASE", "MCI", ">REV", ">LOCATIONS", "STATE"];
    out.list(
        &report.releases,
        &Columns::new("no releases", &headers, release_row),
    )?;
    let releases = |unchanged: bool| {
        let there = report
            .releases
            .iter()
            .filter(|release| release.unchanged == unchanged);
        let distinct: BTreeSet<_> = there.map(|one| (&one.stream, &one.release)).collect();
        distinct.len()
    };
    let summary = match (releases(false), releases(true)) {
        (0, _) => "nothing changed".to_owned(),
        (imported, there) => format!(
            "releases imported: {imported}, there already: {there}; image records made: {}",
            report.registered
        ),
    };
    note(summary);
    Ok(())
}

fn release_row(release: &ImportedRelease) -> Vec<String> {
    vec![
        release.stream.to_string(),
        release.release.to_string(),
        release.mci.to_string(),
        release
            .revision
            .map_or_else(|| "head".to_owned(), |number| number.to_string()),
        release.locations.to_string(),
        if release.unchanged {
            "unchanged"
        } else {
            "imported"
        }
        .to_owned(),
    ]
}

pub(crate) fn export(command: Export, global: &Global) -> Run {
    let Export::Stream { references, out } = command;
    let document = global
        .session()?
        .export_stream(&references, &global.scope)
        .block_on()?;
    files::write_text(out.as_deref(), &streams::export(&document))
}
