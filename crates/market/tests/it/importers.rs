//! What a publisher is told of those who imported.

use crate::{group, offered, pretty, publication, scope};
use atlas_market::{Imported, Importers, Visibility};
use insta::assert_snapshot;

fn imported(revision: u32, at: &str) -> Imported {
    Imported {
        publication: publication(7, revision),
        scope: scope(at),
    }
}

#[test]
fn s13_importers_are_named_in_groups_and_counted_otherwise() {
    let all = [
        imported(1, "/globex"),
        imported(1, "/globex/prod"),
        imported(1, "/initech/prod"),
        imported(1, "/initech/test"),
        imported(2, "/umbrella"),
        Imported {
            publication: publication(8, 3),
            scope: scope("/globex"),
        },
    ];
    let groups = [
        group(1, "/acme", &["/globex"]),
        // Not the publisher's: whom it holds is not the publisher's to know.
        group(2, "/hooli", &["/initech", "/umbrella"]),
    ];
    let it = offered(7, 2, "web", Visibility::Public);
    assert_snapshot!(pretty(&Importers::of(&it, &all, &groups)), @r#"
    {
      "revisions": {
        "1": {
          "accounts": [
            "/globex"
          ],
          "others": 1
        },
        "2": {
          "accounts": [],
          "others": 1
        }
      }
    }
    "#);
}
