//! What holds whatever is published, imported and deprecated.

use crate::{
    Template, dana, group, import::Receiver, now, number, offered, reason, request, scope,
    to_groups, viewer,
};
use atlas_history::{LineageId, RevisionNumber, RevisionRef};
use atlas_market::{
    CatalogueQuery, Follower, Following, ImportedLineage, Listing, Publication, PublicationRef,
    Viewer, Visibility, newest_active, updates,
};
use atlas_scope::visible;
use proptest::{collection::vec, prelude::*, sample::select, sample::subsequence};
use std::collections::{BTreeMap, BTreeSet};

const ACCOUNTS: [&str; 4] = ["/acme", "/globex", "/initech", "/umbrella"];

fn visibility() -> impl Strategy<Value = Visibility> {
    prop_oneof![
        Just(Visibility::Public),
        subsequence(vec![1_u128, 2, 3], 1..=3).prop_map(|groups| to_groups(&groups)),
    ]
}

/// Publications of two accounts, some of them deprecated, each lineage with a few revisions.
fn market() -> impl Strategy<Value = Vec<Publication>> {
    let names = select(&["web", "database", "web server"][..]);
    let one = (
        1_u128..5,
        1_u32..5,
        names,
        visibility(),
        any::<bool>(),
        any::<bool>(),
    );
    vec(one, 0..12).prop_map(|all| {
        let mut market: BTreeMap<PublicationRef, Publication> = BTreeMap::new();
        for (lineage, revision, name, visibility, is_deprecated, _) in all {
            let mut it = offered(lineage, revision, name, visibility);
            if lineage > 3 {
                it.publisher = scope("/initech");
            }
            if is_deprecated {
                it = it.deprecate(reason("old"), dana(), now()).unwrap();
            }
            market.insert(it.reference(), it);
        }
        market.into_values().collect()
    })
}

fn anybody() -> impl Strategy<Value = Viewer> {
    let groups = subsequence(vec![1_u128, 2, 3], 0..=3);
    (select(&ACCOUNTS[..]), groups).prop_map(|(at, groups)| viewer(at, &groups))
}

/// What a receiver has, as what follows its publishers.
fn followers(receiver: &Receiver) -> Vec<Follower> {
    let newest = |lineage: &ImportedLineage| -> RevisionNumber {
        let own = receiver.held.keys();
        let own = own.filter(|it| it.lineage == lineage.publication);
        own.map(|it| it.revision).max().unwrap()
    };
    let all = receiver.lineages.iter();
    all.map(|it| Follower::import(it.scope.clone(), it.lineage, newest(it), it.shared))
        .collect()
}

proptest! {
    #[test]
    fn p02_no_account_outside_sees_what_is_for_groups(market in market(), who in anybody()) {
        for it in &market {
            let is_meant = match &it.visibility {
                Visibility::Public => true,
                Visibility::Groups(groups) => who.is_in(groups),
            };
            let is_own = who.account() == Some(&it.publisher);
            prop_assert_eq!(it.is_visible_to(&who), is_meant || is_own);
            let seen = it.as_seen_by(&who);
            prop_assert_eq!(seen.is_some(), is_meant || is_own);
            prop_assert_eq!(seen.is_some_and(|it| it.visibility.is_some()), is_own);
            if !is_meant && !is_own {
                let alone = std::slice::from_ref(it);
                prop_assert_eq!(Listing::of(alone, &who), None);
                prop_assert_eq!(newest_active(alone, &who), None);
                let have = Follower::import(scope("/globex"), it.source, number(1), true);
                let mut upgraded = it.clone();
                upgraded.revision = number(9);
                prop_assert!(updates(&who, &[have], &[upgraded]).is_empty());
            }
        }
    }

    #[test]
    fn p05_an_import_changes_nothing_the_second_time(market in market(), who in anybody()) {
        let at = who.account().unwrap().as_str().to_owned();
        let mut receiver = Receiver::new(&at, &[], &market);
        receiver.viewer = who;
        for it in &market {
            let Ok(plan) = receiver.plan(it.reference()) else { continue };
            receiver.keep(plan);
            let before = (receiver.held.clone(), receiver.lineages.clone());
            let again = receiver.import(it.reference());
            prop_assert!(again.copies.is_empty() && again.lineages.is_empty());
            prop_assert_eq!(&before, &(receiver.held.clone(), receiver.lineages.clone()));
        }
        // Names are one a kind, and one lineage is there once.
        let named = receiver.lineages.iter().map(|it| (it.kind, it.name.clone()));
        let lineages = receiver.lineages.iter().map(|it| it.lineage);
        let count = receiver.lineages.len();
        prop_assert_eq!(crate::set(named).len(), count);
        prop_assert_eq!(crate::set(lineages).len(), count);
    }

    #[test]
    fn p05_an_import_brings_all_that_it_needs_or_nothing(
        ids in subsequence(vec![1_u128, 2, 3, 4, 5], 1..=5),
        there in subsequence(vec![1_u128, 2, 3, 4, 5], 0..=5),
        hidden in proptest::option::of(1_u128..6),
    ) {
        let mcis: Vec<_> = ids.iter().map(|id| crate::Mci::open(*id, "web")).collect();
        let template = Template::of(9, "front end", &mcis.iter().collect::<Vec<_>>());
        let published = template.publish(request(Visibility::Public), &[]).unwrap();
        let mut all = published.dependencies;
        let wanted = published.publication.reference();
        all.push(published.publication);
        let mut receiver = Receiver::new("/globex", &[], &all);
        for id in there.iter().filter(|id| ids.contains(id)) {
            receiver.take(crate::publication(*id, 1));
        }
        for it in &mut receiver.offered {
            if Some(it.source) == hidden.map(LineageId::from_u128) {
                it.visibility = to_groups(&[1]);
            }
        }
        let is_whole = hidden.is_none_or(|id| !ids.contains(&id));
        match receiver.plan(wanted) {
            Ok(plan) => {
                prop_assert!(is_whole);
                prop_assert_eq!(plan.copies.last().map(|it| it.publication), Some(wanted));
                receiver.keep(plan);
                let expected = all.iter().map(Publication::reference);
                prop_assert_eq!(receiver.held.keys().copied().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
            }
            Err(_) => prop_assert!(!is_whole),
        }
    }

    #[test]
    fn p07_importing_what_is_listed_leaves_nothing_listed(
        market in market(),
        groups in subsequence(vec![1_u128, 2, 3], 0..=3),
        first in vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let mut receiver = Receiver::new("/globex", &groups, &market);
        for index in first.iter().filter(|_| !market.is_empty()) {
            let wanted = index.get(&market).reference();
            if let Ok(plan) = receiver.plan(wanted) {
                receiver.keep(plan);
            }
        }
        let listed = updates(&receiver.viewer, &followers(&receiver), &market);
        for update in &listed {
            prop_assert!(update.available.is_sorted() && update.have < update.available[0]);
            prop_assert_eq!(update.available.last(), Some(&update.newest));
            let wanted = PublicationRef {
                lineage: update.publication,
                revision: update.newest,
            };
            receiver.take(wanted);
        }
        prop_assert_eq!(updates(&receiver.viewer, &followers(&receiver), &market), []);
    }

    #[test]
    fn p10_updates_are_what_a_plain_search_finds(
        market in market(),
        who in anybody(),
        all in vec((0_usize..4, 0_usize..3, 1_u128..6, 1_u32..5, any::<bool>(), any::<bool>()), 0..12),
    ) {
        let followers = all.into_iter().map(|(account, level, lineage, have, shared, is_clone)| {
            let account = ACCOUNTS[account];
            let at = ["", "/prod", "/test"][level];
            let at = scope(&format!("{account}{at}"));
            let upstream = LineageId::from_u128(lineage);
            if is_clone {
                let from = RevisionRef { lineage: upstream, number: number(have) };
                Follower::clone_of(at, LineageId::from_u128(lineage + 100), from)
            } else {
                Follower::import(at, upstream, number(have), shared)
            }
        });
        let followers: Vec<_> = followers.collect();
        let mut expected = BTreeSet::new();
        for it in &followers {
            let sees = |other: &&Follower| {
                (it.what, other.what) == (Following::Import, Following::Import)
                    && other.upstream == it.upstream
                    && visible(&other.scope, other.shared, &it.scope)
                    && (other.scope != it.scope || other.have == it.have)
            };
            let above = followers.iter().filter(sees).map(|other| other.have);
            let have = above.fold(it.have, RevisionNumber::max);
            let newer = market.iter().filter(|offer| {
                offer.source == it.upstream
                    && offer.revision > have
                    && offer.state.is_active()
                    && offer.is_visible_to(&who)
                    && who.account() != Some(&offer.publisher)
            });
            let newer: BTreeSet<_> = newer.map(|offer| offer.revision).collect();
            if !newer.is_empty() {
                expected.insert((it.scope.clone(), it.what, it.lineage, have, newer));
            }
        }
        let found = updates(&who, &followers, &market).into_iter().map(|it| {
            (it.scope, it.what, it.lineage, it.have, crate::set(it.available))
        });
        let found: Vec<_> = found.collect();
        prop_assert!(found.is_sorted());
        prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn p08_deprecating_and_reactivating_is_nothing(market in market(), who in anybody()) {
        for it in &market {
            let there_and_back = if let Ok(gone) = it.deprecate(reason("twice"), dana(), now()) {
                    let alone = std::slice::from_ref(&gone);
                    prop_assert_eq!(newest_active(alone, &who), None);
                    let query = CatalogueQuery::default();
                    let listing = Listing::of(alone, &who);
                    prop_assert_eq!(listing.is_some(), who.is(&it.publisher));
                    prop_assert!(listing.as_ref().is_none_or(|it| !query.matches(it)));
                    gone.reactivate().unwrap()
                } else {
                    let back = it.reactivate().unwrap();
                    let again = back.deprecate(it.state.reason().unwrap().clone(), dana(), now());
                    again.unwrap()
                };
            prop_assert_eq!(&there_and_back, it);
        }
    }

    #[test]
    fn p03_whoever_sees_a_template_sees_what_it_links(
        target in visibility(),
        dependency in proptest::option::of(visibility()),
        members in vec(subsequence(ACCOUNTS[1..].to_vec(), 0..=3), 3),
        widen in any::<bool>(),
    ) {
        let groups: Vec<_> = (1..).zip(&members).map(|(id, all)| group(id, "/acme", all)).collect();
        let mut web = crate::Mci::open(1, "web");
        if let Some(visibility) = dependency {
            web = web.published(visibility, &groups);
        }
        let template = Template::of(9, "front end", &[&web]);
        let mut asked = request(target);
        asked.admit.widen = widen;
        let Ok(published) = template.publish(asked, &groups) else {
            prop_assert!(!widen);
            return Ok(());
        };
        let linked = published.dependencies.iter().chain(&published.widened).chain(&web.published);
        let linked = linked.into_iter().next().unwrap();
        for account in &ACCOUNTS[1..] {
            let who = Viewer::among(&scope(account), &groups);
            let sees = published.publication.is_visible_to(&who);
            prop_assert!(!sees || linked.is_visible_to(&who), "{account}");
        }
    }
}
