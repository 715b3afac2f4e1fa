//! Every list, page by page.

use crate::{
    counting::Counting,
    support::{World, committed, every, image, most, p, run, set},
};
use cloud_atlas::{
    CursorError, Error, ErrorKind, ImageQuery, LineageKind, Page, PageCursor, Paging, Session,
    base::Digest,
    image_id::Cloud,
    scope::{Permission, PrincipalId, Role, Scope},
};
use proptest::{collection::btree_set, prelude::*};
use std::{
    collections::BTreeSet,
    fmt::{Debug, Write as _},
    sync::Arc,
};

/// The items of a page as texts, whatever they are.
fn told<T: Debug>(page: Result<Page<T>, Error>) -> Result<Page<String>, Error> {
    page.map(|page| page.map(|item| format!("{item:?}")))
}

/// The lists of the facade.
const LISTS: [&str; 10] = [
    "channels",
    "credentials",
    "events",
    "grants",
    "images",
    "mcis",
    "mci_log",
    "principals",
    "releases",
    "scopes",
];

/// A page of a list, as seen from a scope; of the MultiCloud Image `web` where it is one of those.
async fn ask(
    who: &Session,
    list: &str,
    from: &Scope,
    paging: &Paging,
) -> Result<Page<String>, Error> {
    let web = p("web");
    match list {
        "channels" => told(
            who.channels(LineageKind::Mci, &web, from, paging)
                .await
                .map(|it| it.channels),
        ),
        "credentials" => told(who.credentials(from, paging).await),
        "events" => told(who.events(from, paging).await),
        "grants" => told(who.grants(None, paging).await),
        "images" => told(who.images(&ImageQuery::new(from.clone()), paging).await),
        "mcis" => told(who.mcis(from, paging).await),
        "mci_log" => told(who.mci_log(&web, from, paging).await),
        "principals" => told(who.principals(paging).await),
        "releases" => told(who.releases(LineageKind::Mci, &web, from, paging).await),
        "scopes" => told(who.scopes(paging).await),
        other => panic!("{other}"),
    }
}

/// Puts several items into every list that is seen from `/acme/dev`.
async fn fill(world: &World, count: u64) {
    let admin = world.admin();
    let acme = p::<Scope>("/acme");
    committed(&admin, "/acme", "web", 0).await;
    for number in 1..=count {
        for scope in ["/acme", "/acme/dev", "/beta"] {
            let ask = image(
                scope,
                "aws/us-east-1",
                if scope == "/acme" { 0 } else { 1000 } + number,
            );
            admin.register_image(ask).await.unwrap();
            let name = format!("more-{number}");
            admin.create_mci(&p(scope), p(&name)).await.unwrap();
        }
        let secret = p("vault:x");
        let name = p(&format!("c-{number}"));
        let add = cloud_atlas::AddCredential::new(p("/acme/dev"), Cloud::Azure, name, secret);
        admin.add_credential(add).await.unwrap();
        let edits = vec![set("aws/us-east-1", number)];
        let web = p("web");
        admin.edit_mci(&web, &acme, edits, None).await.unwrap();
        admin
            .commit_mci(&web, &acme, p("more"), None)
            .await
            .unwrap();
        let version = semver::Version::new(number, 0, 0);
        admin
            .release(LineageKind::Mci, &web, &acme, &version)
            .await
            .unwrap();
        let channel = p(&format!("ch-{number}"));
        admin
            .assign_channel(&channel, LineageKind::Mci, &web, &acme)
            .await
            .unwrap();
        let who = p::<PrincipalId>(&format!("zoe-{number}"));
        admin.add_principal(&who).await.unwrap();
        admin
            .grant(&who, &Role::OBSERVER, &acme, None)
            .await
            .unwrap();
        let scope = p(&format!("/acme/env-{number}"));
        admin.add_scope(&scope).await.unwrap();
    }
}

#[test]
fn every_list_gives_the_same_items_whatever_the_size_of_its_pages() {
    let world = World::new();
    run(async {
        fill(&world, 3).await;
        for caller in ["admin", "dana", "olga", "bert", "eve"] {
            let who = world.who(caller);
            for from in ["/", "/acme", "/acme/dev", "/acme/prod", "/beta"] {
                let from = p::<Scope>(from);
                for list in LISTS {
                    let Ok(all) = ask(&who, list, &from, &most()).await else {
                        continue;
                    };
                    assert_eq!(all.next, None);
                    let distinct: BTreeSet<_> = all.items.iter().collect();
                    assert_eq!(distinct.len(), all.items.len(), "{list} for {caller}");
                    for limit in [1, 2, 3, 7] {
                        let paged =
                            every(limit, async |page| ask(&who, list, &from, &page).await).await;
                        assert_eq!(paged, all.items, "{list} of {limit} for {caller} at {from}");
                    }
                }
            }
        }
        // Each list had something in it that takes several pages.
        let (admin, from) = (world.admin(), p("/acme/dev"));
        for list in LISTS {
            let page = ask(&admin, list, &from, &Paging::of(1)).await.unwrap();
            assert!(page.next.is_some() || list == "events", "{list}");
        }
    });
}

#[test]
fn a_page_costs_the_same_in_a_longer_list() {
    let cost = |count: u64| -> Vec<(&str, (usize, usize))> {
        let store = Arc::new(Counting::default());
        let world = World::over(Arc::clone(&store) as _);
        run(fill(&world, count));
        let admin = world.admin();
        let from = p("/acme");
        let cost = |list| {
            store.reads.take();
            let page = run(ask(&admin, list, &from, &Paging::of(2))).unwrap();
            assert!(page.next.is_some() || list == "credentials");
            (list, store.reads.take())
        };
        // The log reads the channels of its lineage besides.
        LISTS
            .into_iter()
            .filter(|list| *list != "mci_log")
            .map(cost)
            .collect()
    };
    // Filters read 32 rows at a time.
    let (short, long) = (cost(40), cost(90));
    assert_eq!(short, long);
    for (list, (trips, rows)) in long {
        assert!(
            trips <= 12 && rows <= 100,
            "{list}: {trips} trips, {rows} rows"
        );
    }
}

#[test]
fn s02_pages_of_one_account_hold_nothing_of_another() {
    let world = World::new();
    run(async {
        fill(&world, 2).await;
        for (caller, other) in [("dana", "/beta"), ("olga", "/beta"), ("bert", "/acme")] {
            let who = world.who(caller);
            for list in LISTS.into_iter().filter(|list| *list != "principals") {
                for from in ["/acme", "/acme/dev", "/acme/prod", "/beta", "/beta/prod"] {
                    let from = p::<Scope>(from);
                    let mut paging = Some(Paging::of(1));
                    while let Some(wanted) = paging {
                        let Ok(page) = ask(&who, list, &from, &wanted).await else {
                            break;
                        };
                        assert!(!page.items.concat().contains(other), "{list} for {caller}");
                        if let Some(next) = &page.next {
                            assert!(
                                !held(next).contains(other.trim_start_matches('/')),
                                "{list} for {caller}"
                            );
                        }
                        paging = page.following();
                    }
                }
            }
        }
    });
}

#[test]
fn s02_scopes_and_grants_are_those_that_the_caller_may_see() {
    let world = World::new();
    run(async {
        fill(&world, 2).await;
        let admin = world.admin();
        for (who, role, scope) in [
            ("olga", Role::OBSERVER, "/beta/prod"),
            ("zoe-1", Role::ADMIN, "/acme/dev"),
            ("zoe-2", Role::ADMIN, "/"),
        ] {
            admin.grant(&p(who), &role, &p(scope), None).await.unwrap();
        }
        let scopes = admin.scopes(&most()).await.unwrap().items;
        let grants = admin.grants(None, &most()).await.unwrap().items;
        assert!(scopes.len() > 7 && grants.len() > 8);
        for caller in ["admin", "dana", "olga", "bert", "eve", "zoe-1", "zoe-2"] {
            let who = world.who(caller);
            let may = async |permission, scope: &Scope| {
                let explained = who.can(permission, scope).await.unwrap();
                explained.decision.is_allowed()
            };
            let mut seen = Vec::new();
            for record in &scopes {
                if may(Permission::ScopeView, &record.scope).await {
                    seen.push(record.clone());
                }
            }
            let listed = every(2, async |page| who.scopes(&page).await).await;
            assert_eq!(listed, seen, "{caller}");
            for of in [None, Some(p::<PrincipalId>("olga")), Some(p(caller))] {
                let mut seen = Vec::new();
                for grant in &grants {
                    let own = grant.principal == *who.principal();
                    if of.as_ref().is_none_or(|of| grant.principal == *of)
                        && (own || may(Permission::GrantView, &grant.scope).await)
                    {
                        seen.push(grant.clone());
                    }
                }
                let listed = every(2, async |page| who.grants(of.as_ref(), &page).await).await;
                assert_eq!(listed, seen, "{caller} of {of:?}");
            }
        }
    });
}

#[test]
fn s03_neither_pages_nor_cursors_tell_of_what_is_not_shared() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        for number in 0..3 {
            let ask = image("/acme/dev", "aws/us-east-1", 100 + number);
            dana.register_image(ask).await.unwrap();
        }
        let query = ImageQuery::new(p("/acme/dev"));
        let before = dana.images(&query, &Paging::of(3)).await.unwrap();
        assert_eq!((before.items.len(), &before.next), (3, &None));
        for number in 0..40 {
            let mut ask = image("/acme", "aws/us-east-1", number);
            ask.shared = Some(false);
            dana.register_image(ask).await.unwrap();
        }
        // Byte for byte as if there were none.
        for limit in [1, 3, 100] {
            let page = dana.images(&query, &Paging::of(limit)).await.unwrap();
            assert_eq!(page.next.is_some(), limit == 1);
        }
        assert_eq!(dana.images(&query, &Paging::of(3)).await.unwrap(), before);
        let own = dana
            .images(&ImageQuery::new(p("/acme")), &most())
            .await
            .unwrap();
        assert_eq!(own.items.len(), 40);
    });
}

#[test]
fn s08_a_cursor_is_for_the_caller_and_the_list_it_was_given_to() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        fill(&world, 2).await;
        let dev = p::<Scope>("/acme/dev");
        let first = Paging::of(1);
        let refused = |page: Result<Page<String>, Error>| match page {
            Err(error @ Error::Cursor(_)) => {
                assert_eq!(error.kind(), ErrorKind::Invalid);
                let Error::Cursor(refusal) = error else {
                    return None;
                };
                Some(refusal)
            }
            _ => None,
        };
        let lists = LISTS.into_iter().filter(|list| *list != "principals");
        let lists: Vec<_> = lists.filter(|list| *list != "events").collect();
        for list in &lists {
            let cursor = ask(&admin, list, &dev, &first).await.unwrap().next;
            let again = first.clone().after(cursor);
            assert!(ask(&admin, list, &dev, &again).await.is_ok(), "{list}");
            let stolen = ask(&dana, list, &dev, &again).await;
            assert_eq!(refused(stolen), Some(CursorError::OtherCaller), "{list}");
            for other in lists.iter().filter(|other| *other != list) {
                let page = ask(&admin, other, &dev, &again).await;
                assert_eq!(
                    refused(page),
                    Some(CursorError::OtherQuery),
                    "{list} {other}"
                );
            }
            // The scope from which one looks is part of what is asked; so is every filter.
            if ["credentials", "images", "mcis"].contains(list) {
                let page = ask(&admin, list, &p("/acme/prod"), &again).await;
                assert_eq!(refused(page), Some(CursorError::OtherQuery), "{list}");
            }
        }
        let mut query = ImageQuery::new(dev.clone());
        let page = admin.images(&query, &first).await.unwrap();
        query.tags.insert(p("a:b=c"));
        let page = admin.images(&query, &page.following().unwrap()).await;
        assert_eq!(refused(told(page)), Some(CursorError::OtherQuery));
        for (of, other) in [(None, Some("dana")), (Some("zoe-1"), None)] {
            let [of, other] = [of, other].map(|who| who.map(p::<PrincipalId>));
            let page = admin.grants(of.as_ref(), &Paging::of(1)).await.unwrap();
            let Some(next) = page.following() else {
                continue;
            };
            let page = admin.grants(other.as_ref(), &next).await;
            assert_eq!(refused(told(page)), Some(CursorError::OtherQuery));
        }
    });
}

#[test]
fn pages_have_1_to_1000_items() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        for list in LISTS.into_iter().filter(|list| !list.contains("mci_log")) {
            for limit in [0, 1001, usize::MAX] {
                committed_once(&admin).await;
                let page = ask(&admin, list, &p("/acme"), &Paging::of(limit)).await;
                let error = page.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Invalid);
                assert!(matches!(error, Error::PageLimit { limit: told } if told == limit));
            }
        }
    });
    assert_eq!(Paging::default(), Paging::of(100));
}

async fn committed_once(admin: &Session) {
    if admin.mci(&p("web"), &p("/acme")).await.is_err() {
        committed(admin, "/acme", "web", 1).await;
    }
}

/// The key that the text of a cursor holds, in hex at its end.
fn held(cursor: &PageCursor) -> String {
    let text = cursor.to_string();
    let digits = text.rsplit('.').next().unwrap().as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    String::from_utf8(digits.chunks(2).map(pair).collect()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A cursor with another key in it and a checksum that fits.
fn forged(cursor: &PageCursor, key: &str) -> PageCursor {
    let text = cursor.to_string();
    let marks: Vec<_> = text.split('.').skip(2).take(2).collect();
    let covered = format!("{}.{}.{}", marks[0], marks[1], hex(key.as_bytes()));
    let sum = Digest::of("cloud-atlas cursor", covered.as_bytes());
    let sum = hex(&sum.as_bytes()[..8]);
    PageCursor::parse(&format!("c1.{sum}.{covered}")).unwrap()
}

#[test]
fn s08_a_forged_cursor_shows_nothing_else() {
    let world = World::new();
    run(async {
        fill(&world, 2).await;
        let mut keys = world_keys(&world).await;
        keys.extend(["/ a", "acme image.scope", "zz z z"].map(str::to_owned));
        for caller in ["dana", "olga", "bert"] {
            let who = world.who(caller);
            for from in ["/acme", "/acme/prod", "/beta"] {
                let from = p::<Scope>(from);
                for list in LISTS {
                    let Ok(all) = ask(&who, list, &from, &most()).await else {
                        continue;
                    };
                    let page = ask(&who, list, &from, &Paging::of(1)).await.unwrap();
                    let Some(cursor) = page.next else { continue };
                    assert_eq!(forged(&cursor, &held(&cursor)), cursor);
                    for key in &keys {
                        let again = most().after(Some(forged(&cursor, key)));
                        match ask(&who, list, &from, &again).await {
                            // It only begins elsewhere in the same list.
                            Ok(page) => assert!(
                                all.items.ends_with(&page.items),
                                "{list} for {caller} at {from} behind {key}"
                            ),
                            Err(Error::Cursor(CursorError::OtherQuery)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            }
        }
    });
}

/// The keys of all records in the store, and of some rows.
async fn world_keys(world: &World) -> Vec<String> {
    let mut keys = Vec::new();
    for line in crate::support::dump(&world.atlas).await.iter().skip(1) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        keys.extend(line["k"].as_str().map(str::to_owned));
    }
    assert!(keys.len() > 50);
    // One in three is enough, and not always of the same table.
    keys.into_iter().step_by(3).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Scopes and principals come and go between pages; what was there all the time comes once.
    #[test]
    fn pages_go_on_under_changes(
        first in btree_set("[a-c]{1,2}(/[ab])?", 1..12),
        added in btree_set("[a-c]{1,2}(/[ab])?", 0..8),
        limit in 1..4_usize,
    ) {
        let world = World::new();
        let admin = world.admin();
        let scopes = |texts: &BTreeSet<String>| -> BTreeSet<Scope> {
            let all = texts.iter().flat_map(|text| p::<Scope>(&format!("/{text}")).lineage().collect::<Vec<_>>());
            all.filter(|scope| *scope != Scope::global()).collect()
        };
        let (first, added) = (scopes(&first), scopes(&added));
        run(async {
            for scope in &first {
                admin.add_scope(scope).await.unwrap();
            }
            let listed = async || -> BTreeSet<Scope> {
                let page = admin.scopes(&most()).await.unwrap();
                page.items.into_iter().map(|record| record.scope).collect()
            };
            let before = listed().await;
            let mut added = added.difference(&first);
            let (mut removed, mut seen) = (BTreeSet::new(), Vec::new());
            let mut paging = Some(Paging::of(limit));
            while let Some(wanted) = paging {
                let page = admin.scopes(&wanted).await.unwrap();
                paging = page.following();
                seen.extend(page.items.into_iter().map(|record| record.scope));
                // One comes, and the one that the page ended with goes, if nothing is in it.
                if let Some(scope) = added.next() {
                    // What it would lie below may have gone meanwhile.
                    drop(admin.add_scope(scope).await);
                }
                if let Some(last) = seen.last()
                    && *last != Scope::global()
                    && admin.remove_scope(last).await.is_ok()
                {
                    removed.insert(last.clone());
                }
            }
            prop_assert!(seen.is_sorted_by(|a, b| a < b), "once and in order: {:?}", seen);
            let seen: BTreeSet<_> = seen.into_iter().collect();
            let missing: Vec<_> = before.difference(&seen).filter(|scope| !removed.contains(scope)).collect();
            prop_assert!(missing.is_empty(), "left out: {:?}", missing);
            Ok(())
        })?;
    }
}

#[test]
fn images_that_come_elsewhere_move_no_page() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        for number in [10, 20, 30, 40] {
            let ask = image("/acme", "aws/us-east-1", number);
            dana.register_image(ask).await.unwrap();
        }
        let query = ImageQuery::new(p("/acme"));
        let mut paging = Some(Paging::of(1));
        let mut seen = Vec::new();
        let mut number = 10;
        while let Some(wanted) = paging {
            let page = dana.images(&query, &wanted).await.unwrap();
            seen.extend(
                page.items
                    .iter()
                    .map(|record| record.image_id().to_string()),
            );
            paging = page.following();
            // One before the page, one right behind it, and one in another scope.
            if number > 40 {
                continue;
            }
            for (scope, number) in [
                ("/acme", number - 1),
                ("/acme", number + 5),
                ("/acme/dev", number),
            ] {
                // It may be there from the round before.
                drop(
                    dana.register_image(image(scope, "aws/us-east-1", number))
                        .await,
                );
            }
            number += 10;
        }
        let ids: Vec<_> = [10, 15, 20, 25, 30, 35, 40, 45]
            .map(|number| crate::support::ami(number).to_string())
            .into();
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
        assert!(
            ids.iter().step_by(2).all(|id| seen.contains(id)),
            "{seen:?}"
        );
    });
}
