//! What is newer than imports and clones.

use crate::{dana, now, number, offered, pretty, reason, scope, to_groups, viewer};
use atlas_history::{LineageId, RevisionRef};
use atlas_market::{Follower, Publication, Update, Visibility, newest_published, updates};
use insta::assert_snapshot;

fn import(at: &str, lineage: u128, have: u32) -> Follower {
    Follower::import(scope(at), LineageId::from_u128(lineage), number(have), true)
}

fn clone_of(at: &str, lineage: u128, upstream: u128, have: u32) -> Follower {
    let upstream = RevisionRef {
        lineage: LineageId::from_u128(upstream),
        number: number(have),
    };
    Follower::clone_of(scope(at), LineageId::from_u128(lineage), upstream)
}

fn public(lineage: u128, revision: u32, called: &str) -> Publication {
    offered(lineage, revision, called, Visibility::Public)
}

/// The revisions that are newer, for each that follows something.
fn newer(all: &[Update]) -> Vec<(String, u128, Vec<u32>)> {
    let numbers = |it: &Update| it.available.iter().map(|number| number.get()).collect();
    all.iter()
        .map(|it| (it.scope.to_string(), it.lineage.as_u128(), numbers(it)))
        .collect()
}

#[test]
fn p07_newer_revisions_of_imports_are_listed() {
    let offers = [
        public(7, 5, "web server"),
        public(7, 2, "web"),
        public(7, 1, "web"),
        public(7, 3, "web"),
        public(8, 1, "database"),
    ];
    let followers = [import("/globex", 7, 2), import("/globex", 8, 1)];
    let found = updates(&viewer("/globex", &[]), &followers, &offers);
    assert_eq!(newer(&found), [("/globex".to_owned(), 7, vec![3, 5])]);
    assert_snapshot!(pretty(&found), @r#"
    [
      {
        "what": "import",
        "scope": "/globex",
        "lineage": "lin-00000000000000000000000000000007",
        "upstream": "lin-00000000000000000000000000000007",
        "publication": "pub-00000000000000000000000000000007",
        "name": "web server",
        "have": 2,
        "available": [
          3,
          5
        ],
        "newest": 5
      }
    ]
    "#);
}

#[test]
fn p07_only_what_is_offered_to_the_account_is_newer() {
    let deprecated = public(7, 3, "web").deprecate(reason("old"), dana(), now());
    let offers = [
        public(7, 1, "web"),
        deprecated.unwrap(),
        offered(7, 4, "web", to_groups(&[1])),
    ];
    let followers = [import("/globex", 7, 1)];
    let listed = |groups: &[u128]| newer(&updates(&viewer("/globex", groups), &followers, &offers));
    assert_eq!(listed(&[]), []);
    assert_eq!(listed(&[1]), [("/globex".to_owned(), 7, vec![4])]);
}

#[test]
fn p07_what_the_scope_above_has_is_not_newer() {
    let offers = [public(7, 2, "web"), public(7, 3, "web")];
    let mut followers = [
        import("/globex/prod", 7, 1),
        import("/globex/test", 7, 3),
        import("/globex", 7, 2),
    ];
    let look = viewer("/globex", &[]);
    let found = updates(&look, &followers, &offers);
    let expected = [
        ("/globex".to_owned(), 7, vec![3]),
        ("/globex/prod".to_owned(), 7, vec![3]),
    ];
    assert_eq!(newer(&found), expected);
    // Unless it is hidden from below.
    followers[2].shared = false;
    let found = updates(&look, &followers, &offers);
    assert_eq!(newer(&found)[1].2, [2, 3]);
}

#[test]
fn p10_clones_are_told_that_their_upstream_moved() {
    let offers = [public(7, 2, "web"), public(7, 3, "web")];
    let followers = [
        clone_of("/globex", 20, 7, 1),
        clone_of("/globex", 21, 7, 3),
        clone_of("/globex/prod", 22, 7, 2),
        clone_of("/globex", 23, 8, 1),
    ];
    let found = updates(&viewer("/globex", &[]), &followers, &offers);
    let expected = [
        ("/globex".to_owned(), 20, vec![2, 3]),
        ("/globex/prod".to_owned(), 22, vec![3]),
    ];
    assert_eq!(newer(&found), expected);
    assert_snapshot!(pretty(&found[0]), @r#"
    {
      "what": "clone",
      "scope": "/globex",
      "lineage": "lin-00000000000000000000000000000014",
      "upstream": "lin-00000000000000000000000000000007",
      "publication": "pub-00000000000000000000000000000007",
      "name": "web",
      "have": 1,
      "available": [
        2,
        3
      ],
      "newest": 3
    }
    "#);
}

#[test]
fn p10_ones_own_publications_are_no_updates() {
    let offers = [public(7, 2, "web")];
    let followers = [clone_of("/acme", 20, 7, 1)];
    assert_eq!(updates(&viewer("/acme", &[]), &followers, &offers), []);
}

#[test]
fn t09_links_are_moved_to_what_is_offered_newest() {
    let offers = [
        public(7, 2, "web"),
        public(7, 5, "web"),
        offered(7, 6, "web", to_groups(&[1])),
        public(8, 1, "database"),
    ];
    let newest = newest_published(&viewer("/globex", &[]), &offers);
    let newest: Vec<_> = newest
        .into_iter()
        .map(|(lineage, number)| (lineage.as_u128(), number.get()))
        .collect();
    assert_eq!(newest, [(7, 5), (8, 1)]);
}
