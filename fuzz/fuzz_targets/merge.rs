//! Merges: paths, their values, conflicts and choices as they are written, and lines of user data.
#![no_main]

use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::{
    Choices, Conflict, Content, EditError, HeadEdit, MergeBase, MergeDraft, MergePath, MergeValue,
    Setting, Side, UserData,
};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|text: &str| {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match MergePath::parse(first) {
        Ok(path) => {
            assert_eq!(path.to_string(), first);
            if let Err(error) = MergeValue::parse(&path, rest) {
                assert!(rest.is_char_boundary(error.at()), "{path} {rest:?}");
            }
        }
        Err(error) => assert!(first.is_char_boundary(error.at()), "{first:?}"),
    }
    if let Ok(conflict) = serde_json::from_str::<Conflict>(text) {
        let written = serde_json::to_string(&conflict).expect("a conflict is JSON");
        assert_eq!(
            serde_json::from_str::<Conflict>(&written).ok(),
            Some(conflict)
        );
    }
    if let Ok(choices) = serde_json::from_str::<Choices>(text) {
        let written = serde_json::to_string(&choices).expect("choices are JSON");
        assert_eq!(
            serde_json::from_str::<Choices>(&written).ok(),
            Some(choices)
        );
    }
    let mut parts = text.split('|');
    if let (Some(base), Some(ours), Some(theirs)) = (parts.next(), parts.next(), parts.next()) {
        lines(base, ours, theirs);
    }
});

/// A merge of three texts is the same from either side.
fn lines(base: &str, ours: &str, theirs: &str) {
    let [Some(base), Some(ours), Some(theirs)] = [base, ours, theirs].map(content) else {
        return;
    };
    let fits = |_: &CloudLocation, _: &Setting| Ok::<(), EditError>(());
    let base = MergeBase::of(Arc::new(base));
    let draft = MergeDraft::between(&base, &ours, &theirs, &fits);
    let turned = MergeDraft::between(&base, &theirs, &ours, &fits);
    assert_eq!(
        draft.settle(&Choices::default()).ok(),
        turned.settle(&Choices::default()).ok()
    );
    assert_eq!(
        draft.settle(&Choices::all(Side::Theirs)).ok(),
        turned.settle(&Choices::all(Side::Ours)).ok()
    );
    for conflict in draft.conflicts() {
        assert!(!conflict.to_string().is_empty());
        conflict.marked();
    }
}

fn content(data: &str) -> Option<Content> {
    let image = ImageId::parse(Cloud::Vmware, "vm-42").ok()?;
    let setting = Setting::new(image).with_user_data(UserData::new(data.as_bytes()));
    let edit = HeadEdit::set(CloudLocation::parse("vmware/DC1").ok()?, setting);
    Content::new("web".parse().ok()?).edited([edit]).ok()
}
