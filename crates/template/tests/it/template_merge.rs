use crate::template_content::{CACHE, DATABASE, WEB, front, link, script};
use atlas_base::Digest;
use atlas_history::Content as _;
use atlas_mci::{ConflictKind, Side};
use atlas_template::{
    LinkTarget, Phase, ScriptRef, TemplateChoices, TemplateConflict, TemplateContent, TemplateEdit,
    TemplateMergeBase, TemplateMergeDraft, TemplateMergeError, TemplatePath, TemplateTake,
    TemplateValue,
};
use atlas_testkit::template::{template_content, template_sides};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn edited(edits: impl IntoIterator<Item = TemplateEdit>) -> TemplateContent {
    front().edited(edits).unwrap()
}

fn retarget(lineage: atlas_history::LineageId, target: &str) -> TemplateEdit {
    let target = LinkTarget::parse(target).unwrap();
    TemplateEdit::Retarget { lineage, target }
}

fn boot(names: &[&str]) -> TemplateEdit {
    TemplateEdit::SetScripts {
        phase: Phase::Boot,
        scripts: names.iter().map(|name| script(name)).collect(),
    }
}

fn merged(
    ours: &TemplateContent,
    theirs: &TemplateContent,
    choices: &TemplateChoices,
) -> Result<TemplateContent, TemplateMergeError> {
    let base = TemplateMergeBase::of(&front());
    TemplateMergeDraft::between(&base, ours, theirs).settle(choices)
}

fn conflicts(ours: &TemplateContent, theirs: &TemplateContent) -> Vec<TemplateConflict> {
    let base = TemplateMergeBase::of(&front());
    let draft = TemplateMergeDraft::between(&base, ours, theirs);
    draft.conflicts().to_vec()
}

fn texts(conflicts: &[TemplateConflict]) -> String {
    let texts: Vec<_> = conflicts.iter().map(ToString::to_string).collect();
    texts.join("\n")
}

#[test]
fn t03_what_one_side_changed_is_taken() {
    let ours = edited([
        retarget(WEB, "3"),
        boot(&["prepare", "install-web@3", "start"]),
    ]);
    let theirs = edited([
        link(CACHE, "head"),
        TemplateEdit::MakeDefault { lineage: CACHE },
        boot(&["install-web@3", "start", "tell"]),
    ]);
    let both = merged(&ours, &theirs, &TemplateChoices::default()).unwrap();
    assert_eq!(both.link(WEB).unwrap().target.to_string(), "3");
    assert_eq!(both.default_link(), Some(CACHE));
    let names: Vec<_> = both
        .scripts(Phase::Boot)
        .iter()
        .map(ScriptRef::as_str)
        .collect();
    assert_eq!(names, ["prepare", "install-web@3", "start", "tell"]);
}

#[test]
fn t03_a_merge_that_loses_its_default_conflicts_there() {
    // We make the database the default; they take it away.
    let ours = edited([TemplateEdit::MakeDefault { lineage: DATABASE }]);
    let theirs = edited([TemplateEdit::Unlink { lineage: DATABASE }]);
    let found = conflicts(&ours, &theirs);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path(), &TemplatePath::Default);
    assert_eq!(found[0].kind(), ConflictKind::Incompatible);
    insta::assert_snapshot!(texts(&found));
    // Our default brings its link along; theirs needs none.
    let kept = merged(&ours, &theirs, &TemplateChoices::all(Side::Ours)).unwrap();
    assert_eq!(kept, ours);
    let gone = merged(&ours, &theirs, &TemplateChoices::all(Side::Theirs)).unwrap();
    assert_eq!(gone, theirs);
    let value = |lineage| {
        let take = TemplateTake::Value(Some(TemplateValue::Default(lineage)));
        TemplateChoices::default().with(TemplatePath::Default, take)
    };
    assert_eq!(merged(&ours, &theirs, &value(WEB)).unwrap(), theirs);
    let error = merged(&ours, &theirs, &value(CACHE)).unwrap_err();
    assert_eq!(
        error,
        TemplateMergeError::Default {
            default: Some(CACHE)
        }
    );
    let none = TemplateChoices::default().with(TemplatePath::Default, TemplateTake::Value(None));
    let none = merged(&ours, &theirs, &none).unwrap_err();
    assert_eq!(none, TemplateMergeError::Default { default: None });
    insta::assert_snapshot!(format!("{error}\n{none}"));
}

#[test]
fn t03_a_default_whose_link_may_go_conflicts_too() {
    // We change the link and make it the default; they take it away: two questions.
    let ours = edited([
        TemplateEdit::MakeDefault { lineage: DATABASE },
        retarget(DATABASE, "3"),
    ]);
    let theirs = edited([TemplateEdit::Unlink { lineage: DATABASE }]);
    let paths: Vec<_> = conflicts(&ours, &theirs)
        .iter()
        .map(|it| it.path().to_string())
        .collect();
    assert_eq!(paths, [format!("link:{DATABASE}"), "default".to_owned()]);
    for (side, expected) in [(Side::Ours, &ours), (Side::Theirs, &theirs)] {
        let settled = merged(&ours, &theirs, &TemplateChoices::all(side));
        assert_eq!(settled.as_ref(), Ok(expected));
    }
    let apart = TemplateChoices::all(Side::Ours).with(
        TemplatePath::Link(DATABASE),
        TemplateTake::Side(Side::Theirs),
    );
    let error = merged(&ours, &theirs, &apart).unwrap_err();
    assert_eq!(
        error,
        TemplateMergeError::Default {
            default: Some(DATABASE)
        }
    );
}

#[test]
fn t03_conflicts_and_choices() {
    let ours = edited([
        TemplateEdit::SetName("ours".parse().unwrap()),
        retarget(WEB, "3"),
        boot(&["ours", "install-web@3", "start"]),
        link(CACHE, "head"),
    ]);
    let theirs = edited([
        TemplateEdit::SetName("theirs".parse().unwrap()),
        retarget(WEB, "latest"),
        boot(&["theirs", "install-web@3", "start"]),
        link(CACHE, "1"),
    ]);
    let found = conflicts(&ours, &theirs);
    insta::assert_snapshot!(texts(&found));
    insta::assert_snapshot!(serde_json::to_string_pretty(&found[1]).unwrap());
    let error = merged(&ours, &theirs, &TemplateChoices::default()).unwrap_err();
    let web = TemplatePath::Link(WEB);
    let side = || TemplateTake::Side(Side::Ours);
    let twice = TemplateChoices::default()
        .with(web.clone(), side())
        .with(web.clone(), side());
    let other = TemplateChoices::default().with(TemplatePath::Description, side());
    let nameless =
        TemplateChoices::all(Side::Ours).with(TemplatePath::Name, TemplateTake::Value(None));
    let wrong = TemplateTake::Value(Some(TemplateValue::Default(WEB)));
    let wrong = TemplateChoices::all(Side::Ours).with(web.clone(), wrong);
    let errors: Vec<_> = [twice, other, nameless, wrong]
        .iter()
        .map(|choices| merged(&ours, &theirs, choices).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(format!("{error}\n{}", errors.join("\n")));

    let value = |path: &TemplatePath, text| {
        TemplateTake::Value(Some(TemplateValue::parse(path, text).unwrap()))
    };
    let scripts = TemplatePath::Scripts(Phase::Boot);
    let choices = TemplateChoices::all(Side::Theirs)
        .with(web.clone(), value(&web, "production"))
        .with(scripts.clone(), value(&scripts, "ours\ntheirs\nstart"));
    let settled = merged(&ours, &theirs, &choices).unwrap();
    assert_eq!(settled.name().as_str(), "theirs");
    assert_eq!(settled.link(WEB).unwrap().target.to_string(), "production");
    assert_eq!(settled.scripts(Phase::Boot).len(), 3);
    // Choices are read from the file that they are written to.
    let text = serde_json::to_string_pretty(&choices).unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(
        serde_json::from_str::<TemplateChoices>(&text).unwrap(),
        choices
    );
    let none = r#"{"choices":[{"path":"scripts:boot","value":null}]}"#;
    let none: TemplateChoices = serde_json::from_str(none).unwrap();
    assert_eq!(none.choices[0].take, TemplateTake::Value(None));
    assert!(serde_json::from_str::<TemplateChoices>(r#"{"choices":[{"path":"name"}]}"#).is_err());
}

#[test]
fn t03_scripts_merge_as_a_list() {
    let scripts = |base: &[&str], ours: &[&str], theirs: &[&str]| {
        let phase = |names| front().edited([boot(names)]).unwrap();
        let base = TemplateMergeBase::of(&phase(base));
        let (ours, theirs) = (phase(ours), phase(theirs));
        let draft = TemplateMergeDraft::between(&base, &ours, &theirs);
        let merged = draft.settle(&TemplateChoices::default()).ok()?;
        let names = merged.scripts(Phase::Boot).iter().map(ScriptRef::as_str);
        Some(names.collect::<Vec<_>>().join(" "))
    };
    let all = &["a", "b", "c", "d"];
    let cases: [(&[&str], &[&str], Option<&str>); 8] = [
        // Both in different places.
        (
            &["x", "a", "b", "c", "d"],
            &["a", "b", "c"],
            Some("x a b c"),
        ),
        // Both empty it.
        (&[], &[], Some("")),
        // One empties it, the other adds.
        (&[], &["a", "b", "c", "d", "e"], None),
        // Two scripts at one place have no order.
        (&["a", "b", "c", "d", "x"], &["a", "b", "c", "d", "y"], None),
        // The same script in two places would run twice.
        (&["x", "a", "b", "c", "d"], &["a", "b", "c", "d", "x"], None),
        // Moved here and moved there.
        (&["b", "a", "c", "d"], &["b", "c", "d", "a"], None),
        // Moved here and removed there.
        (&["b", "c", "d", "a"], &["b", "c", "d"], None),
        // Moved here, something else changed there.
        (
            &["a", "b", "c", "d"],
            &["d", "a", "b", "c"],
            Some("d a b c"),
        ),
    ];
    for (ours, theirs, expected) in cases {
        assert_eq!(
            scripts(all, ours, theirs).as_deref(),
            expected,
            "{ours:?} {theirs:?}"
        );
        assert_eq!(
            scripts(all, theirs, ours).as_deref(),
            expected,
            "{theirs:?} {ours:?}"
        );
    }
}

#[test]
fn t03_paths_and_values_are_read_from_text() {
    let paths = ["name", "description", "default", "scripts:boot"].map(str::to_owned);
    for path in paths.into_iter().chain([format!("link:{WEB}")]) {
        assert_eq!(TemplatePath::parse(&path).unwrap().to_string(), path);
    }
    let mut errors: Vec<_> = ["", "Name", "link:x", "scripts:later", "tag:a"]
        .map(|text| TemplatePath::parse(text).unwrap_err().to_string())
        .into();
    let scripts = TemplatePath::Scripts(Phase::Boot);
    for text in ["", "a\n b"] {
        errors.push(
            TemplateValue::parse(&scripts, text)
                .unwrap_err()
                .to_string(),
        );
    }
    errors.push(
        TemplateValue::parse(&TemplatePath::Link(WEB), "^1")
            .unwrap_err()
            .to_string(),
    );
    insta::assert_snapshot!(errors.join("\n"));
}

fn digest(content: &TemplateContent) -> Digest {
    content.digest().unwrap()
}

fn fields(content: &TemplateContent) -> BTreeSet<String> {
    let links = content
        .links()
        .map(|link| format!("{} {}", link.lineage, link.target));
    let scripts = Phase::ALL.into_iter().flat_map(|phase| {
        let scripts = content.scripts(phase).iter();
        scripts.map(move |script| format!("{phase} {script}"))
    });
    let default = content
        .default_link()
        .map(|lineage| format!("default {lineage}"));
    links
        .chain(scripts)
        .chain(default)
        .chain([
            format!("name {}", content.name()),
            format!("text {}", content.description()),
        ])
        .collect()
}

fn clean(
    base: &TemplateContent,
    ours: &TemplateContent,
    theirs: &TemplateContent,
) -> Option<TemplateContent> {
    let base = TemplateMergeBase::of(base);
    let draft = TemplateMergeDraft::between(&base, ours, theirs);
    draft.settle(&TemplateChoices::default()).ok()
}

proptest! {
    #[test]
    fn t03_merge_an_unchanged_side_yields([base, ours, _] in template_sides(), other in template_content()) {
        for side in [&ours, &other] {
            prop_assert_eq!(digest(&clean(&base, &base, side).unwrap()), digest(side));
            prop_assert_eq!(digest(&clean(&base, side, &base).unwrap()), digest(side));
        }
    }

    #[test]
    fn t03_merge_equal_sides_agree([base, ours, _] in template_sides(), has_base in any::<bool>()) {
        let base = if has_base { TemplateMergeBase::of(&base) } else { TemplateMergeBase::none() };
        let draft = TemplateMergeDraft::between(&base, &ours, &ours);
        prop_assert_eq!(draft.settle(&TemplateChoices::default()), Ok(ours.clone()));
    }

    #[test]
    fn t03_merge_sides_can_be_swapped([base, ours, theirs] in template_sides(), has_base in any::<bool>()) {
        let base = if has_base { TemplateMergeBase::of(&base) } else { TemplateMergeBase::none() };
        let draft = TemplateMergeDraft::between(&base, &ours, &theirs);
        let turned = TemplateMergeDraft::between(&base, &theirs, &ours);
        let conflicts: Vec<_> = turned.conflicts().iter().cloned().map(TemplateConflict::turned).collect();
        prop_assert_eq!(draft.conflicts(), conflicts);
        for (side, other) in [(Side::Ours, Side::Theirs), (Side::Theirs, Side::Ours)] {
            let settled = draft.settle(&TemplateChoices::all(side));
            prop_assert_eq!(&settled, &turned.settle(&TemplateChoices::all(other)));
            // One side for everything always comes to a content, and it is a valid one.
            let settled = settled.unwrap();
            let text = serde_json::to_string(&settled).unwrap();
            prop_assert_eq!(serde_json::from_str::<TemplateContent>(&text).unwrap(), settled);
        }
    }

    #[test]
    fn t03_merge_invents_nothing([base, ours, theirs] in template_sides()) {
        if let Some(merged) = clean(&base, &ours, &theirs) {
            let sides: BTreeSet<_> = fields(&ours).union(&fields(&theirs)).cloned().collect();
            prop_assert!(fields(&merged).is_subset(&sides));
            let both: BTreeSet<_> = fields(&ours).intersection(&fields(&theirs)).cloned().collect();
            prop_assert!(both.is_subset(&fields(&merged)));
        }
    }

    #[test]
    fn t03_bases_that_merge_are_as_their_merge([root, ours, theirs] in template_sides(), last in template_content()) {
        let of = TemplateMergeBase::of;
        let virtual_base = TemplateMergeBase::merged(Some(&of(&root)), &of(&ours), &of(&theirs));
        if let Some(merged) = clean(&root, &ours, &theirs) {
            let real = of(&merged);
            for (one, other) in [(&ours, &last), (&last, &theirs)] {
                let expected = TemplateMergeDraft::between(&real, one, other);
                let found = TemplateMergeDraft::between(&virtual_base, one, other);
                prop_assert_eq!(found.conflicts(), expected.conflicts());
                let choices = TemplateChoices::all(Side::Theirs);
                prop_assert_eq!(found.settle(&choices), expected.settle(&choices));
            }
        }
    }
}
