use atlas_history::{Held, NotEditable, RevisionNumber, editable};

#[test]
fn k03_head_alone_is_edited_and_only_of_what_was_made_here() {
    let name = "web-base v1".parse().unwrap();
    let number = |number| RevisionNumber::new(number).unwrap();
    let imported = Held::Imported { newest: number(7) };
    assert_eq!(editable(&name, None, Held::Here), Ok(()));
    let committed = editable(&name, Some(number(3)), Held::Here).unwrap_err();
    let publishers = editable(&name, Some(number(3)), imported).unwrap_err();
    let headless = editable(&name, None, imported).unwrap_err();
    assert_eq!(
        committed,
        NotEditable::Committed {
            name: name.clone(),
            revision: number(3)
        }
    );
    assert_eq!(
        publishers,
        NotEditable::Imported {
            name: name.clone(),
            revision: number(3)
        }
    );
    assert_eq!(
        headless,
        NotEditable::Imported {
            name,
            revision: number(7)
        }
    );
    insta::assert_snapshot!(format!("{committed}\n{publishers}\n{headless}"), @"
    `web-base v1` revision 3 is committed and never changes: edit HEAD, or clone the revision and edit the clone
    `web-base v1` revision 3 was imported and never changes: clone it and edit the clone
    `web-base v1` revision 7 was imported and never changes: clone it and edit the clone
    ");
}
