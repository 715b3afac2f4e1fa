//! A server as it is: what it inherited, and what is overridden.

use super::change::shown;
use crate::{
    args::Global,
    exit::Run,
    print::{self, Columns, Out, moment},
};
use cloud_atlas::{
    ServerRef, ServerView,
    history::counted,
    mci::UserData,
    template::{Override, ServerDefinition},
};
use core::fmt::Display;
use pollster::FutureExt as _;

/// Show a server: what it inherited, and what is overridden
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Which one
    server: ServerRef,
}

pub(super) fn show(show: &Show, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let server = session.server(&show.server, &global.scope).block_on()?;
    out.one(&server, |out| {
        print::fields(&head_lines(&server), print::HEAD_COLUMN, out)
    })?;
    if out.is_json() {
        return Ok(());
    }
    out.blank()?;
    let parts = parts(&server.definition);
    let headers = ["PART", "INHERITED", "OVERRIDE"];
    let row = |(part, inherited, now): &(&str, String, String)| {
        vec![(*part).to_owned(), inherited.clone(), now.clone()]
    };
    out.table(&parts, &Columns::new("nothing", &headers, row))
}

fn head_lines(server: &ServerView) -> Vec<(&'static str, String)> {
    let definition = &server.definition;
    let inherited = definition.inherited();
    let (states, at) = (inherited.states(), moment(inherited.at));
    let mut lines = vec![
        ("name", shown(server)),
        ("scope", server.scope.to_string()),
        ("id", definition.id().to_string()),
        ("location", definition.location().to_string()),
        ("inherited", format!("from {states} at {at}")),
    ];
    let follows = &inherited.follows;
    if let Some(base) = &follows.base {
        lines.push(("follows", base.to_string()));
    }
    if let Some(mci) = &follows.mci {
        lines.push(("follows", format!("{}@{mci}", inherited.mci)));
    }
    let served_by = &inherited.entry.served_by;
    if served_by != definition.location() {
        lines.push(("served by", served_by.to_string()));
    }
    let listed = |items: Vec<String>| (!items.is_empty()).then(|| items.join(" "));
    let networks = definition.networks().iter().map(ToString::to_string);
    lines.extend(listed(networks.collect()).map(|it| ("networks", it)));
    let tags = inherited.tags.iter().map(ToString::to_string);
    lines.extend(listed(tags.collect()).map(|it| ("tags", it)));
    let (at, by) = (moment(definition.created()), definition.created_by());
    lines.push(("added", format!("{at} by {by}")));
    lines
}

/// The parts of what it launches with: what was inherited, and what wins over that.
fn parts(definition: &ServerDefinition) -> Vec<(&'static str, String, String)> {
    let (entry, over) = (&definition.inherited().entry, definition.overrides());
    let said = |value: Option<&dyn Display>| value.map(ToString::to_string).unwrap_or_default();
    let parts = [
        (
            "image",
            entry.image.clone(),
            said(over.image.as_ref().map(|it| it as _)),
        ),
        (
            "instance type",
            said(entry.instance_type.as_ref().map(|it| it as _)),
            said(over.instance_type.as_ref().map(|it| it as _)),
        ),
        (
            "kernel",
            entry.kernel.clone().unwrap_or_default(),
            winning(&over.kernel, ToString::to_string),
        ),
        (
            "ramdisk",
            entry.ramdisk.clone().unwrap_or_default(),
            winning(&over.ramdisk, ToString::to_string),
        ),
        (
            "user data",
            entry.user_data.as_ref().map(size).unwrap_or_default(),
            winning(&over.user_data, size),
        ),
    ];
    let is_said =
        |(_, inherited, now): &(_, String, String)| !(inherited.is_empty() && now.is_empty());
    parts.into_iter().filter(is_said).collect()
}

/// What wins, `none` where nothing is to be there.
fn winning<T>(over: &Override<T>, shown: impl Fn(&T) -> String) -> String {
    match over {
        Override::Keep => String::new(),
        Override::Clear => "none".to_owned(),
        Override::Set(value) => shown(value),
    }
}

/// User data by its size: a terminal would obey what is in it.
pub(super) fn size(data: &UserData) -> String {
    counted(data.as_bytes().len(), "byte")
}
