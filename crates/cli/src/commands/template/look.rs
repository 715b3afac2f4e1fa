//! Looking at ServerTemplates.

use crate::{
    commands::mci::{look::head_word, sharing::scope_line},
    exit::Run,
    pages::PageArgs,
    print::{self, Columns, Out, note, warn},
};
use cloud_atlas::{
    Session, TemplateSummary, TemplateView,
    scope::Scope,
    template::{LinkView, LinkedState, Phase, Reference},
};
use pollster::FutureExt as _;

pub(super) fn list(page: PageArgs, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let headers = ["NAME", "SCOPE", ">REVISION", "HEAD", ">LINKS", "LINEAGE"];
    let columns = Columns::new("no ServerTemplates", &headers, summary_row);
    page.show(&columns, out, |page| {
        session.templates(from, page).block_on()
    })
}

fn summary_row(template: &TemplateSummary) -> Vec<String> {
    vec![
        template.name.to_string(),
        template.scope.to_string(),
        template
            .last
            .map_or_else(|| "-".to_owned(), |last| last.to_string()),
        head_word(template.last.is_some(), template.edited).to_owned(),
        template.links.to_string(),
        template.lineage.to_string(),
    ]
}

pub(super) fn show(reference: &Reference, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let view = session.template(reference, from).block_on()?;
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
    out.one(&view, |out| {
        print::fields(&lines(&view), print::HEAD_COLUMN, out)
    })?;
    if out.is_json() {
        return Ok(());
    }
    out.blank()?;
    let headers = ["MCI", "LINKED", "MEANS", "NEWER", "COVERS"];
    out.table(
        &view.links,
        &Columns::new("no links yet", &headers, link_row),
    )
}

fn lines(view: &TemplateView) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("name", view.name.to_string()),
        ("scope", scope_line(&view.scope, view.shared)),
        ("lineage", view.lineage.to_string()),
    ];
    match &view.revision {
        Some(revision) => {
            let committed = format!("{} by {}", revision.time(), revision.author());
            lines.extend([
                ("revision", revision.number().to_string()),
                ("digest", revision.digest().to_string()),
                ("message", revision.message().to_string()),
                ("committed", committed),
            ]);
        }
        None => lines.push(("head", head_line(view))),
    }
    lines.extend(view.cloned_from.clone().map(|words| ("origin", words)));
    let version = view.marks.release.as_ref();
    lines.extend(version.map(|version| ("version", version.to_string())));
    if !view.content.description().as_str().is_empty() {
        lines.push(("description", view.content.description().to_string()));
    }
    for (phase, name) in Phase::ALL.into_iter().zip(PHASES) {
        let scripts = view.content.scripts(phase).iter();
        let scripts: Vec<_> = scripts.map(ToString::to_string).collect();
        if !scripts.is_empty() {
            lines.push((name, scripts.join(", ")));
        }
    }
    lines
}

/// What the phases are called in front of their scripts.
const PHASES: [&str; 3] = ["boot", "operational", "decommission"];

fn head_line(view: &TemplateView) -> String {
    let generation = view.generation.get();
    match view.last {
        None => format!("generation {generation}, nothing is committed yet"),
        Some(last) if view.edited => {
            format!("generation {generation}, edited since revision {last}")
        }
        Some(last) => format!("generation {generation}, the same as revision {last}"),
    }
}

fn link_row(link: &LinkView) -> Vec<String> {
    let name = match &link.name {
        Some(name) => name.to_string(),
        None => link.lineage.to_string(),
    };
    let means = match (&link.state, &link.problem) {
        (Some(LinkedState::Head), _) => "HEAD, which moves".to_owned(),
        (Some(state), _) => state.to_string(),
        (None, Some(problem)) => problem.clone(),
        (None, None) => String::new(),
    };
    let covers: Vec<_> = link.covers.iter().map(ToString::to_string).collect();
    let mark = if link.is_default { " (default)" } else { "" };
    vec![
        format!("{name}{mark}"),
        link.target.to_string(),
        means,
        link.newer
            .map(|newer| newer.to_string())
            .unwrap_or_default(),
        covers.join("\n"),
    ]
}
