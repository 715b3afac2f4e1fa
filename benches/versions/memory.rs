//! Diff and merge of contents in memory.

use crate::{
    Fault,
    fleet::{changed, content, file, with_user_data},
    git,
};
use atlas_benches::{Claim, Effort, Pair, is_quick, versus};
use cloud_atlas::mci::{Choices, Content, Diff, MergeBase, MergeDraft};
use std::{hint::black_box, sync::Arc};

pub(crate) fn run() -> Result<(), Fault> {
    let large = if is_quick() { 1_000 } else { 10_000 };
    for settings in [100, large] {
        let base = content(settings)?;
        let (ours, theirs) = (changed(&base, 0)?, changed(&base, 50)?);
        // As a store gives them: contents that were read share nothing in memory.
        let (ours, theirs) = (read(&ours)?, read(&theirs)?);
        let many = settings == large;
        diff(&base, &ours, many.then_some(2.0))?;
        merge(&base, &ours, &theirs, many.then_some(5.0))?;
    }
    user_data()
}

fn read(content: &Content) -> Result<Content, Fault> {
    Ok(serde_json::from_slice(&file(content)?)?)
}

/// Beside the peer, and beside a limit in milliseconds where there is one.
fn tell(what: &str, settings: usize, pair: Pair, limit: Option<f64>) {
    let claim = format!("{what} of {settings} settings, beside libgit2 and their file");
    Claim::milliseconds(&claim, pair, 0.1).print();
    if let Some(limit) = limit {
        let claim = format!("{what} of {settings} settings, beside {limit} ms");
        Claim::cost(&claim, "ms", pair.ours * 1e3, limit, 1.0).print();
    }
}

fn diff(before: &Content, after: &Content, limit: Option<f64>) -> Result<(), Fault> {
    let files = (file(before)?, file(after)?);
    let changes = Diff::between(before, after).modified().len();
    if git::diff(&files.0, &files.1)? != changes {
        return Err("the two find other changes".into());
    }
    let pair = versus(
        Effort::from_arguments(),
        || Diff::between(black_box(before), black_box(after)),
        || git::diff(black_box(&files.0), black_box(&files.1)).ok(),
    );
    tell("diff", before.settings().len(), pair, limit);
    Ok(())
}

/// A merge as the facade makes it: the base, the draft, the content.
fn merged(base: &Arc<Content>, ours: &Content, theirs: &Content) -> Option<Content> {
    let base = MergeBase::of(Arc::clone(base));
    let draft = MergeDraft::between(&base, ours, theirs, &|_, _| Ok(()));
    draft.settle(&Choices::default()).ok()
}

fn merge(
    base: &Content,
    ours: &Content,
    theirs: &Content,
    limit: Option<f64>,
) -> Result<(), Fault> {
    let files = [file(base)?, file(ours)?, file(theirs)?];
    let settings = base.settings().len();
    let base = Arc::new(base.clone());
    let expected = merged(&base, ours, theirs).ok_or("a conflict where there is none")?;
    let [from, left, right] = &files;
    if git::merge(from, left, right)? != file(&expected)? {
        return Err("the two merge otherwise".into());
    }
    let pair = versus(
        Effort::from_arguments(),
        || merged(black_box(&base), black_box(ours), black_box(theirs)),
        || git::merge(black_box(from), black_box(left), black_box(right)).ok(),
    );
    tell("merge", settings, pair, limit);
    Ok(())
}

/// User data of 16,000 bytes, both sides of which changed some lines.
fn user_data() -> Result<(), Fault> {
    let lines: Vec<_> = (0..800)
        .map(|line| format!("step {line:03} wait"))
        .collect();
    let touched = |offset: usize| {
        let line = |(at, line): (usize, &String)| match at % 40 {
            it if it == offset => format!("{line} longer"),
            _ => line.clone(),
        };
        lines.iter().enumerate().map(line).collect::<Vec<_>>()
    };
    let plain = content(1)?;
    let side = |lines: &[String]| with_user_data(&plain, lines);
    let (base, ours, theirs) = (side(&lines)?, side(&touched(0))?, side(&touched(20))?);
    let texts = [lines.clone(), touched(0), touched(20)].map(|lines| lines.join("\n"));
    let [from, left, right] = texts.each_ref().map(String::as_bytes);
    let base = Arc::new(base);
    merged(&base, &ours, &theirs).ok_or("a conflict where there is none")?;
    let pair = versus(
        Effort::from_arguments(),
        || merged(black_box(&base), black_box(&ours), black_box(&theirs)),
        || git::merge(black_box(from), black_box(left), black_box(right)).ok(),
    );
    let claim = "merge of 800 lines of user data, beside libgit2";
    Claim::milliseconds(claim, pair, 2.0).print();
    Ok(())
}
