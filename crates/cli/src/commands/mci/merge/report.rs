//! What a merge came to, as people and programs read it.

use crate::{
    commands::mci::{diff::diff_lines, look::warned},
    exit::Run,
    print::{self, Out, note, quoted, warn},
};
use cloud_atlas::{
    MciMerge, MergeOutcome, TheirRevision,
    base::Name,
    history::Generation,
    mci::{Conflict, MergePath, SettingPart},
    template::Reference,
};
use std::io::{self, Write};

pub(super) fn tell(merge: &MciMerge, into: &Reference, out: &mut Out) -> Run {
    their_marks(&merge.theirs);
    warned(&merge.warnings);
    out.one(merge, |out| {
        let (outcome, open) = (merge.outcome, merge.conflicts.len());
        headline(
            &merge.theirs,
            &merge.name,
            outcome,
            merge.generation,
            open,
            out,
        )?;
        writeln!(out, "{}", merge.explanation)?;
        for conflict in &merge.conflicts {
            writeln!(out)?;
            report(conflict, out)?;
        }
        if matches!(outcome, MergeOutcome::Merged | MergeOutcome::WouldMerge) {
            changes(merge, out)?;
        }
        Ok(())
    })?;
    if !out.is_json() {
        advise("mci", merge.outcome, merge.generation, into);
    }
    Ok(())
}

/// Warns of what is merged, if it is marked.
pub(crate) fn their_marks(theirs: &TheirRevision) {
    let named = format!("{}@{}", theirs.name, theirs.revision);
    if let Some(mark) = &theirs.marks.revoked {
        warn(format!(
            "{named} was revoked by {}: {}",
            mark.by, mark.reason
        ));
    }
    if let Some(mark) = &theirs.marks.deprecated {
        warn(format!("{named} is deprecated: {}", mark.reason));
    }
}

/// What came of a merge, in a line.
pub(crate) fn headline(
    theirs: &TheirRevision,
    name: &Name,
    outcome: MergeOutcome,
    generation: Generation,
    open: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let named = format!("{}@{}", theirs.name, theirs.revision);
    match outcome {
        MergeOutcome::Merged => writeln!(
            out,
            "merged {named} into HEAD of {name}, which is at generation {generation}"
        ),
        MergeOutcome::WouldMerge => writeln!(
            out,
            "{named} can be merged into HEAD of {name}; nothing was changed"
        ),
        MergeOutcome::Open => {
            let open = match open {
                1 => "1 conflict is open".to_owned(),
                count => format!("{count} conflicts are open"),
            };
            writeln!(
                out,
                "{named} was not merged into HEAD of {name}, and nothing was changed: {open}"
            )
        }
        _ => Ok(()),
    }
}

fn changes(merge: &MciMerge, out: &mut dyn Write) -> io::Result<()> {
    let diff = &merge.diff;
    if diff.is_empty() {
        return writeln!(out, "HEAD holds all of it already");
    }
    let (changed, gained, lost) = (
        diff.modified().len(),
        diff.gained().len(),
        diff.lost().len(),
    );
    writeln!(
        out,
        "locations: {changed} changed, {gained} gained, {lost} lost\n"
    )?;
    print::diff(&diff_lines(&diff.rows()), out)
}

/// A conflict with its values, the lines of user data that both sides changed, and the options that
/// settle it.
fn report(conflict: &Conflict, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{conflict}")?;
    for line in conflict.marked().iter().flat_map(|text| text.lines()) {
        // What a terminal would obey is shown, not done.
        let shown: String = line.chars().map(visible).collect();
        writeln!(out, "  | {shown}")?;
    }
    let path = conflict.path();
    let other = match path {
        MergePath::Tag(_) => None,
        MergePath::Setting {
            part: SettingPart::Whole | SettingPart::Unit,
            ..
        } => Some("--choices FILE".to_owned()),
        MergePath::Setting {
            part: SettingPart::UserData,
            ..
        } => Some(format!("--set-file {path}=FILE")),
        _ => Some(format!("--set {path}=VALUE")),
    };
    let take = |side| format!("--take {}", quoted(&format!("{path}={side}")));
    let options = [Some(take("ours")), Some(take("theirs")), other];
    for (number, option) in options.into_iter().flatten().enumerate() {
        let label = if number == 0 { "settle" } else { "" };
        writeln!(out, "  {label:6}  {option}")?;
    }
    Ok(())
}

fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    }
}

/// Says what to do next.
pub(crate) fn advise(
    command: &str,
    outcome: MergeOutcome,
    generation: Generation,
    into: &Reference,
) {
    match outcome {
        MergeOutcome::Merged => note(format!(
            "commit it: atlas {command} commit {0} -m TEXT; or take it back: atlas {command} undo {0}",
            quoted(&into.to_string())
        )),
        MergeOutcome::Open => note(format!(
            "run it again with an option for each conflict, or --ours or --theirs for all others; \
             with --seen {generation} it is refused if HEAD moves meanwhile"
        )),
        _ => {}
    }
}
