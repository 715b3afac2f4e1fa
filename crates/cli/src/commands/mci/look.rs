//! Looking at MultiCloud Images.

use super::{history::called, sharing::scope_line};
use crate::{
    exit::Run,
    pages::PageArgs,
    print::{self, Columns, Out, note, warn},
};
use cloud_atlas::{
    Error, LogEntry, MciSummary, MciView, Page, Paging, Session,
    history::Revision,
    image_id::CloudLocation,
    mci::{CoverageRow, EditWarning, Setting},
    scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;
use serde::Serialize;

pub(super) fn list(page: PageArgs, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let headers = [
        "NAME",
        "SCOPE",
        ">REVISION",
        "HEAD",
        ">LOCATIONS",
        "LINEAGE",
    ];
    let columns = Columns::new("no MultiCloud Images", &headers, summary_row);
    page.show(&columns, out, |page| session.mcis(from, page).block_on())
}

fn summary_row(mci: &MciSummary) -> Vec<String> {
    vec![
        mci.name.to_string(),
        mci.scope.to_string(),
        mci.last
            .map_or_else(|| "-".to_owned(), |last| last.to_string()),
        head_word(mci.last.is_some(), mci.edited).to_owned(),
        mci.locations.to_string(),
        mci.lineage.to_string(),
    ]
}

/// How HEAD stands to the newest revision, in a word.
pub(crate) fn head_word(is_committed: bool, is_edited: bool) -> &'static str {
    match (is_committed, is_edited) {
        (false, _) => "uncommitted",
        (true, true) => "edited",
        (true, false) => "committed",
    }
}

pub(super) fn show(reference: &Reference, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let view = session.mci(reference, from).block_on()?;
    if !view.shadows.is_empty() {
        let scopes: Vec<_> = view.shadows.iter().map(ToString::to_string).collect();
        note(format!(
            "this one at {} hides those at {}",
            view.scope,
            scopes.join(", ")
        ));
    }
    if let Some(mark) = &view.marks.revoked {
        warn(format!(
            "the revision was revoked by {}: {}",
            mark.by, mark.reason
        ));
    }
    if let Some(mark) = &view.marks.deprecated {
        warn(format!("the revision is deprecated: {}", mark.reason));
    }
    let merges = view.merges.iter();
    let merges: Vec<_> = merges.map(|it| called(*it, session, from)).collect();
    out.one(&view, |out| {
        print::fields(&head_lines(&view, &merges), print::HEAD_COLUMN, out)
    })?;
    if out.is_json() {
        return Ok(());
    }
    let settings = view.content.settings().iter().map(|(location, setting)| {
        let unregistered = view.unregistered.contains(location);
        (location, setting, unregistered)
    });
    let settings: Vec<_> = settings.collect();
    out.blank()?;
    let headers = ["LOCATION", "INSTANCE TYPE", "IMAGE"];
    out.table(
        &settings,
        &Columns::new("no settings yet", &headers, setting_row),
    )
}

fn head_lines(view: &MciView, merges: &[String]) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("name", view.name.to_string()),
        ("scope", scope_line(&view.scope, view.shared)),
        ("lineage", view.lineage.to_string()),
    ];
    lines.extend(match &view.revision {
        Some(revision) => revision_lines(revision),
        None => vec![head_line(view)],
    });
    if view.revision.is_none() && !merges.is_empty() {
        lines.push(("merged", format!("{}, to be committed", merges.join(", "))));
    }
    lines.extend(view.cloned_from.clone().map(|words| ("origin", words)));
    lines.extend(
        view.marks
            .release
            .as_ref()
            .map(|version| ("version", version.to_string())),
    );
    let required: Vec<_> = view.required.iter().map(CloudLocation::as_str).collect();
    if !required.is_empty() {
        lines.push(("requires", required.join(" ")));
    }
    let tags: Vec<_> = view
        .content
        .tags()
        .iter()
        .map(ToString::to_string)
        .collect();
    if !tags.is_empty() {
        lines.push(("tags", tags.join(" ")));
    }
    if !view.content.description().as_str().is_empty() {
        lines.push(("description", view.content.description().to_string()));
    }
    lines
}

fn revision_lines(revision: &Revision) -> Vec<(&'static str, String)> {
    let committed = format!("{} by {}", revision.time(), revision.author());
    let mut lines = vec![
        ("revision", revision.number().to_string()),
        ("digest", revision.digest().to_string()),
        ("message", revision.message().to_string()),
        ("committed", committed),
    ];
    lines.extend(
        revision
            .released_at()
            .map(|at| ("released", at.to_string())),
    );
    lines
}

fn head_line(view: &MciView) -> (&'static str, String) {
    let generation = view.generation.get();
    let text = match view.last {
        None => format!("generation {generation}, nothing is committed yet"),
        Some(last) if view.edited => {
            format!("generation {generation}, edited since revision {last}")
        }
        Some(last) => format!("generation {generation}, the same as revision {last}"),
    };
    ("head", text)
}

fn setting_row(
    (location, setting, unregistered): &(&CloudLocation, &Setting, bool),
) -> Vec<String> {
    let named = [("kernel", setting.kernel()), ("ramdisk", setting.ramdisk())];
    let named = named
        .into_iter()
        .filter_map(|(name, id)| id.map(|id| format!("{name} {id}")));
    let data = setting
        .user_data()
        .map(|data| format!("{} bytes of user data", data.as_bytes().len()));
    let more = named.chain(data);
    let instance_type = setting.instance_type().map(ToString::to_string);
    let mark = if *unregistered { " (unregistered)" } else { "" };
    let image = format!("{}{mark}", setting.image());
    let image = [image].into_iter().chain(more);
    let image: Vec<_> = image.collect();
    vec![
        location.to_string(),
        instance_type.unwrap_or_default(),
        image.join("\n"),
    ]
}

pub(super) fn log(
    reference: &Reference,
    page: PageArgs,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    log_page(page, out, |page| {
        session.mci_log(reference, from, page).block_on()
    })
}

/// A page of the log of a lineage.
pub(crate) fn log_page(
    page: PageArgs,
    out: &mut Out,
    read: impl Fn(&Paging) -> Result<Page<LogEntry>, Error>,
) -> Run {
    let headers = [">REV", "DIGEST", "RELEASED", "MESSAGE", "NAMES", "BY"];
    let columns = Columns::new("nothing is committed yet", &headers, log_row);
    page.show(&columns, out, read)
}

fn log_row(entry: &LogEntry) -> Vec<String> {
    let LogEntry {
        revision,
        marks,
        channels,
        latest,
        ..
    } = entry;
    let mut names: Vec<_> = latest.then(|| "latest".to_owned()).into_iter().collect();
    names.extend(channels.iter().map(ToString::to_string));
    names.extend(marks.release.as_ref().map(|version| format!("v{version}")));
    names.extend(marks.deprecated.as_ref().map(|_| "deprecated".to_owned()));
    names.extend(marks.revoked.as_ref().map(|_| "revoked".to_owned()));
    vec![
        revision.number().to_string(),
        revision.digest().short(),
        day(revision),
        revision.message().subject().to_owned(),
        names.join(" "),
        revision.author().to_string(),
    ]
}

/// The day it was released, or committed where nobody said.
fn day(revision: &Revision) -> String {
    let at = revision
        .released_at()
        .unwrap_or_else(|| revision.time())
        .to_string();
    at.split('T').next().unwrap_or_default().to_owned()
}

pub(super) fn warned(warnings: &[EditWarning]) {
    for warning in warnings {
        warn(warning);
    }
}

pub(super) fn coverage(
    references: &[Reference],
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    #[derive(Serialize)]
    struct Answer<'a> {
        columns: &'a [String],
        rows: Vec<CoverageRow>,
    }
    let coverage = session.coverage(references, from).block_on()?;
    if coverage.columns().is_empty() {
        note("nothing is committed yet");
        if !out.is_json() {
            return Ok(());
        }
    }
    let width = print::width();
    out.one(
        &Answer {
            columns: coverage.columns(),
            rows: coverage.rows(),
        },
        |out| print::coverage(&coverage.picture(width), out),
    )
}
