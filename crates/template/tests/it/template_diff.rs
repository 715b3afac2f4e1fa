use crate::template_content::{CACHE, DATABASE, WEB, front, link, script};
use atlas_history::Content as _;
use atlas_template::{LinkTarget, Phase, TemplateDiff, TemplateEdit};
use atlas_testkit::template::template_content;
use proptest::prelude::*;

fn changed() -> (TemplateDiff, TemplateDiff) {
    let before = front();
    let after = before
        .edited([
            TemplateEdit::SetName("front v2".parse().unwrap()),
            TemplateEdit::SetDescription("faces people\nand robots".parse().unwrap()),
            link(CACHE, "head"),
            TemplateEdit::Retarget {
                lineage: WEB,
                target: LinkTarget::Latest,
            },
            TemplateEdit::MakeDefault { lineage: CACHE },
            TemplateEdit::Unlink { lineage: DATABASE },
            TemplateEdit::SetScripts {
                phase: Phase::Boot,
                scripts: vec![script("start"), script("install-web@3"), script("tell")],
            },
            TemplateEdit::SetScripts {
                phase: Phase::Decommission,
                scripts: vec![script("drain")],
            },
        ])
        .unwrap();
    let diff = TemplateDiff::between(&before, &after);
    assert_eq!(diff.apply(&before), Ok(after.clone()));
    (diff, TemplateDiff::between(&after, &before))
}

#[test]
fn t03_diff_rows_json_and_text() {
    let (diff, back) = changed();
    let rows = diff.rows();
    let lines: Vec<_> = rows
        .iter()
        .map(|row| serde_json::to_string(row).unwrap())
        .collect();
    let texts = [
        lines.join("\n"),
        serde_json::to_string_pretty(&diff).unwrap(),
        diff.unified("front@1", "front@head").to_string(),
        back.unified("front@head", "front@1").to_string(),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
    let same = TemplateDiff::between(&front(), &front());
    assert_eq!(same.unified("a", "b").to_string(), "");
}

#[test]
fn t03_a_diff_is_applied_to_what_it_was_made_from() {
    let (diff, back) = changed();
    let error = back.apply(&front()).unwrap_err();
    insta::assert_snapshot!(error, @"the diff does not fit: the name is not what it was made from");
    assert!(diff.then(&diff).is_err());
    // The links may fit and leave a default that is gone.
    let before = front();
    let target = LinkTarget::Head;
    let lineage = CACHE;
    let unlinked = before
        .edited([
            TemplateEdit::Link { lineage, target },
            TemplateEdit::MakeDefault { lineage },
        ])
        .unwrap();
    let drops = TemplateDiff::between(
        &before,
        &before
            .edited([TemplateEdit::Unlink { lineage: DATABASE }])
            .unwrap(),
    );
    assert!(drops.apply(&unlinked).is_ok());
    let on_database = before
        .edited([TemplateEdit::MakeDefault { lineage: DATABASE }])
        .unwrap();
    let error = drops.apply(&on_database).unwrap_err();
    assert_eq!(error.field, "the default");
}

proptest! {
    #[test]
    fn t03_diff_with_itself_is_empty(a in template_content(), b in template_content()) {
        let diff = TemplateDiff::between(&a, &a);
        prop_assert!(diff.is_empty() && diff.rows().is_empty());
        let diff = TemplateDiff::between(&a, &b);
        prop_assert_eq!(diff.is_empty(), a.digest() == b.digest());
        prop_assert_eq!(diff.is_empty(), diff.rows().is_empty());
        prop_assert_eq!(diff.is_empty(), diff.unified("a", "b").to_string().is_empty());
    }

    #[test]
    fn t03_diff_applies_and_mirrors(a in template_content(), b in template_content()) {
        let diff = TemplateDiff::between(&a, &b);
        prop_assert_eq!(diff.apply(&a), Ok(b.clone()));
        prop_assert_eq!(&diff.inverse(), &TemplateDiff::between(&b, &a));
        prop_assert_eq!(diff.inverse().apply(&b), Ok(a));
    }

    #[test]
    fn t03_diffs_compose(a in template_content(), b in template_content(), c in template_content(), d in template_content()) {
        let between = TemplateDiff::between;
        let (ab, bc, cd) = (between(&a, &b), between(&b, &c), between(&c, &d));
        prop_assert_eq!(ab.then(&bc), Ok(between(&a, &c)));
        prop_assert_eq!(ab.then(&bc).unwrap().then(&cd), ab.then(&bc.then(&cd).unwrap()));
        prop_assert_eq!(ab.then(&ab.inverse()), Ok(TemplateDiff::default()));
    }
}
