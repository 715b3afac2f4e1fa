//! Image records by what people ask for.

use crate::{
    counting::Counting,
    support::{World, every, image, most, noon, p, run},
};
use cloud_atlas::{
    AgentState, ImageQuery, OsFilter, RegisterImage, Retention,
    base::{Tag, Timestamp},
    image::{Architecture, ImageName, ImageRecord, LifecycleState, OsFacts},
    image_id::{Cloud, CloudLocation, ImageId},
    scope::{Scope, visible},
};
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::select,
};
use std::{collections::BTreeSet, sync::Arc};

const SCOPES: [&str; 3] = ["/acme", "/acme/dev", "/acme/prod"];
const LOCATIONS: [&str; 4] = ["aws/us-east-1", "aws/us-east-2", "aws/eu-west-1", "gcp"];
const SYSTEMS: [(&str, &str, &str); 5] = [
    ("ubuntu", "22.04", "22.04.4"),
    ("ubuntu", "22.04", "22.04.5"),
    ("ubuntu", "24.04", "24.04.1"),
    ("fedora", "24.04", "24.04.1"),
    ("Ubuntu", "22.04", "22.04.4"),
];
const NAMES: [&str; 5] = ["web", "web-2", "Web", "a web", "db"];
const TAGS: [&str; 3] = ["old", "team:owner=web", "team:owner=db"];

/// What a record is made of.
type Made = (
    &'static str,
    &'static str,
    (&'static str, &'static str, &'static str),
    Option<Architecture>,
    Option<&'static str>,
    BTreeSet<&'static str>,
    Option<bool>,
    LifecycleState,
);

fn made() -> impl Strategy<Value = Made> {
    (
        select(&SCOPES),
        select(&LOCATIONS),
        select(&SYSTEMS),
        option::of(select(&[Architecture::X86_64, Architecture::Aarch64])),
        option::of(select(&NAMES)),
        btree_set(select(&TAGS), 0..3),
        option::of(any::<bool>()),
        select(LifecycleState::all()),
    )
}

fn wanted() -> impl Strategy<Value = ImageQuery> {
    let os = (select(&SYSTEMS), 0..4_usize).prop_map(|((family, generation, version), words)| {
        let words_said = [family, generation, version].into_iter().take(words + 1);
        let mut os = OsFilter::parse(&words_said.collect::<Vec<_>>().join("/")).unwrap();
        if words == 3 {
            // A version of any generation.
            os.generation = None;
        }
        os
    });
    let name = || option::weighted(0.3, select(vec!["w", "web", "web-", "W", "e", "db", "é"]));
    (
        select(&SCOPES),
        option::weighted(0.3, select(&[Cloud::Aws, Cloud::Gcp, Cloud::Azure])),
        option::weighted(0.4, select(&LOCATIONS)),
        option::weighted(0.4, os),
        option::weighted(0.2, select(&[Architecture::X86_64, Architecture::S390x])),
        (name(), name()),
        option::weighted(0.3, select(LifecycleState::all())),
        btree_set(select(&TAGS), 0..2),
        more(),
    )
        .prop_map(
            |(from, cloud, location, os, architecture, (begins, contains), state, tags, more)| {
                let mut query = ImageQuery::new(p(from));
                query.cloud = cloud;
                query.location = location.map(p);
                query.os = os;
                query.architecture = architecture;
                query.name_begins = begins.map(str::to_owned);
                query.name_contains = contains.map(str::to_owned);
                query.state = state;
                query.tags = tags.into_iter().map(p::<Tag>).collect();
                let (at, like, agent, since, before, newest) = more;
                query.at = at.map(p);
                query.name_like = like.map(str::to_owned);
                query.agent = agent;
                query.since = since.map(minutes);
                query.before = before.map(minutes);
                query.newest_first = newest;
                query
            },
        )
}

type More = (
    Option<&'static str>,
    Option<&'static str>,
    Option<AgentState>,
    Option<u32>,
    Option<u32>,
    bool,
);

fn more() -> impl Strategy<Value = More> {
    (
        option::weighted(0.2, select(&["/", "/acme", "/acme/dev"])),
        option::weighted(0.2, select(vec!["*", "w*", "*b*", "?eb", "web-\\2"])),
        option::weighted(
            0.2,
            select(vec![AgentState::Installed, AgentState::Unknown]),
        ),
        option::weighted(0.2, 0..24_u32),
        option::weighted(0.2, 0..24_u32),
        prop::bool::weighted(0.2),
    )
}

/// So many minutes after the first record.
fn minutes(count: u32) -> Timestamp {
    let first = noon().as_micros();
    Timestamp::from_micros(first + i64::from(count) * 60_000_000).unwrap()
}

fn request(number: u64, made: &Made) -> RegisterImage {
    let (scope, location, (family, generation, version), architecture, name, tags, shared, _) =
        made;
    let mut ask = image(scope, location, number);
    if ask.location.cloud() == Cloud::Gcp {
        let id = format!("projects/p-one/global/images/x{number}");
        ask.image_id = ImageId::parse(Cloud::Gcp, &id).unwrap();
    }
    ask.os = Some(OsFacts::parse(family, generation, version).unwrap());
    ask.architecture = *architecture;
    // Google's images must have one.
    let name = name.or((*location == "gcp").then_some("of google"));
    ask.name = name.map(|name| ImageName::parse(name).unwrap());
    ask.tags = tags.iter().map(|tag| p::<Tag>(tag)).collect();
    ask.shared = *shared;
    ask
}

/// Registers a record, and moves it to its state.
async fn make(world: &World, number: u64, made: &Made) -> ImageRecord {
    let admin = world.admin();
    let registered = admin.register_image(request(number, made)).await;
    world.clock.set(minutes(u32::try_from(number).unwrap() + 1));
    let record = registered.unwrap().record;
    let (id, scope) = (record.id(), record.scope());
    let changed = match made.7 {
        LifecycleState::Deprecated => admin.deprecate_image(id, scope, None, None, None).await,
        LifecycleState::Disabled => admin.disable_image(id, scope, None).await,
        LifecycleState::PendingDelete => {
            let keep = Retention::default();
            admin.delete_image(id, scope, None, keep, true).await
        }
        LifecycleState::Deleted => {
            let keep = Retention::default();
            admin.delete_image(id, scope, None, keep, false).await
        }
        _ => return record,
    };
    changed.unwrap().record
}

/// Whether a record is wanted, filter by filter.
fn fits(query: &ImageQuery, record: &ImageRecord) -> bool {
    let location: &CloudLocation = record.location();
    let name = record.given_name().map(ImageName::as_str);
    let state = record.lifecycle().state();
    visible(record.scope(), record.shared(), &query.from)
        && query.cloud.is_none_or(|cloud| cloud == location.cloud())
        && query
            .location
            .as_ref()
            .is_none_or(|wanted| wanted.contains(location))
        && query.os.as_ref().is_none_or(|os| {
            record.os().is_some_and(|facts| {
                facts.family == os.family
                    && os
                        .generation
                        .as_ref()
                        .is_none_or(|it| *it == facts.generation)
                    && os.version.as_ref().is_none_or(|it| *it == facts.version)
            })
        })
        && query
            .architecture
            .is_none_or(|wanted| record.architecture() == Some(wanted))
        && query
            .name_begins
            .as_ref()
            .is_none_or(|start| name.is_some_and(|name| name.starts_with(start)))
        && query
            .name_contains
            .as_ref()
            .is_none_or(|text| name.is_some_and(|name| name.contains(text)))
        && query
            .state
            .map_or(state != LifecycleState::Deleted, |wanted| wanted == state)
        && query.tags.is_subset(record.tags())
        && query.at.as_ref().is_none_or(|at| at == record.scope())
        && query
            .name_like
            .as_ref()
            .is_none_or(|pattern| name.is_some_and(|name| like(pattern, name)))
        && query.agent.is_none_or(|agent| {
            (agent == AgentState::Installed) == (record.agent().is_installed() == Some(true))
        })
        && query.since.is_none_or(|since| record.created() >= since)
        && query.before.is_none_or(|before| record.created() < before)
}

/// The patterns below, by hand.
fn like(pattern: &str, name: &str) -> bool {
    match pattern {
        "*" => true,
        "w*" => name.starts_with('w'),
        "*b*" => name.contains('b'),
        "?eb" => name.chars().count() == 3 && name.ends_with("eb"),
        "web-\\2" => name == "web-2",
        _ => panic!("{pattern}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whichever index a query goes through, it finds what looking at everything finds.
    #[test]
    fn filters_find_what_looking_at_every_record_finds(
        made in vec(made(), 0..24),
        queries in vec(wanted(), 1..24),
        limit in 1..6_usize,
    ) {
        let world = World::new();
        run(async {
            let mut records = Vec::new();
            for (number, made) in made.iter().enumerate() {
                records.push(make(&world, u64::try_from(number).unwrap(), made).await);
            }
            let admin = world.admin();
            for query in &queries {
                let found = admin.images(query, &most()).await.unwrap();
                prop_assert_eq!(&found.next, &None);
                let paged = every(limit, async |page| admin.images(query, &page).await).await;
                prop_assert_eq!(&paged, &found.items);
                // Scope by scope from the nearest upward.
                let levels = found.items.iter().map(|record| record.scope().level());
                prop_assert!(levels.is_sorted_by(|a, b| a >= b));
                let sorted = |mut records: Vec<ImageRecord>| {
                    records.sort_by_key(ImageRecord::id);
                    records
                };
                let wanted = records.iter().filter(|record| fits(query, record)).cloned();
                let wanted: Vec<_> = wanted.collect();
                prop_assert_eq!(sorted(found.items), sorted(wanted), "{:?}", query);
            }
            Ok(())
        })?;
    }
}

/// An engine over a store that counts, with some records of each kind that nobody looks for.
fn crowd(others: u64) -> (World, Arc<Counting>) {
    let store = Arc::new(Counting::default());
    let world = World::over(Arc::clone(&store) as _);
    let plain: Made = (
        "/acme",
        "aws/us-east-1",
        SYSTEMS[0],
        None,
        Some("other"),
        BTreeSet::new(),
        None,
        LifecycleState::Active,
    );
    let rare: Made = (
        "/acme",
        "aws/eu-west-1",
        ("ubuntu", "26.04", "26.04.1"),
        None,
        Some("rare"),
        BTreeSet::new(),
        None,
        LifecycleState::Active,
    );
    run(async {
        let admin = world.admin();
        for number in 0..others {
            let ask = request(number, &plain);
            admin.register_image(ask).await.unwrap();
        }
        for number in 1000..1003 {
            let ask = request(number, &rare);
            admin.register_image(ask).await.unwrap();
        }
    });
    (world, store)
}

#[test]
fn an_indexed_filter_reads_no_more_of_a_larger_table() {
    type Filter = (&'static str, fn(&mut ImageQuery));
    let filters: [Filter; 5] = [
        ("none", |_| {}),
        ("name", |query| query.name_begins = Some("ra".to_owned())),
        ("os", |query| query.os = Some(p("ubuntu/26.04"))),
        ("location", |query| {
            query.location = Some(p("aws/eu-west-1"));
        }),
        ("os and more", |query| {
            query.os = Some(p("ubuntu/26.04/26.04.1"));
            query.location = Some(p("aws/eu-west-1"));
            query.name_contains = Some("are".to_owned());
        }),
    ];
    let cost = |others: u64| -> Vec<(usize, usize)> {
        let (world, store) = crowd(others);
        let admin = world.admin();
        let cost = |(name, set): &Filter| {
            let mut query = ImageQuery::new(p("/acme/dev"));
            set(&mut query);
            store.reads.take();
            let page = run(admin.images(&query, &cloud_atlas::Paging::of(10))).unwrap();
            let expected = if *name == "none" { 10 } else { 3 };
            assert_eq!(page.items.len(), expected, "{name}");
            store.reads.take()
        };
        filters.iter().map(cost).collect()
    };
    let (few, many) = (cost(40), cost(400));
    assert_eq!(few, many);
    // Grants and the scope, then a trip for the rows of each scope and one for their records; then
    // one each for the account, its groups, what is opened to it and what is opened to all.
    for (trips, rows) in many {
        assert!(trips <= 14 && rows <= 80, "{trips} trips for {rows} rows");
    }
}

#[test]
fn the_longest_facts_fit_into_every_index() {
    let world = World::new();
    let admin = world.admin();
    let account = format!("/{}", "a".repeat(63));
    let scope = p::<Scope>(&format!(
        "{account}/{}",
        "-e".repeat(31).replacen('-', "e", 1)
    ));
    let clefs = "\u{1d11e}".repeat(64);
    run(async {
        admin.add_scope(&p(&account)).await.unwrap();
        admin.add_scope(&scope).await.unwrap();
        crate::support::add_credential(&admin, &account, Cloud::Aws)
            .await
            .unwrap();
        let mut ask = image("/acme", "aws/ap-southeast-1", 1);
        ask.scope = scope.clone();
        ask.os = Some(OsFacts::parse(&clefs, &clefs, &clefs).unwrap());
        let name = "\u{1d11e}".repeat(255);
        ask.name = Some(ImageName::parse(&name).unwrap());
        let record = admin.register_image(ask).await.unwrap().record;
        let mut by_name = ImageQuery::new(scope.clone());
        by_name.name_begins = Some(name.clone());
        let mut by_os = ImageQuery::new(scope.clone());
        by_os.os = Some(OsFilter::parse(&[clefs.as_str(); 3].join("/")).unwrap());
        for mut query in [by_name, by_os] {
            let found = admin.images(&query, &most()).await.unwrap().items;
            assert_eq!(found, std::slice::from_ref(&record));
            // A cut part of a key stands for the whole text.
            query.name_begins = Some(format!("{name}x"));
            assert!(
                admin
                    .images(&query, &most())
                    .await
                    .unwrap()
                    .items
                    .is_empty()
            );
        }
        assert_eq!(
            world.atlas.check().await.unwrap().findings,
            Vec::<String>::new()
        );
    });
}

#[test]
fn operating_systems_are_read_as_far_as_they_are_said() {
    for (text, words) in [
        ("ubuntu", ["ubuntu", "", ""]),
        ("ubuntu/22.04", ["ubuntu", "22.04", ""]),
        ("ubuntu/22.04/22.04.4", ["ubuntu", "22.04", "22.04.4"]),
        ("a/b/c/d", ["a", "b", "c/d"]),
    ] {
        let os = OsFilter::parse(text).unwrap();
        let or_empty = |word: &Option<cloud_atlas::image::OsText>| {
            word.as_ref().map_or_else(String::new, ToString::to_string)
        };
        let read = [
            os.family.to_string(),
            or_empty(&os.generation),
            or_empty(&os.version),
        ];
        assert_eq!(read, words);
    }
    for text in ["", "/22.04", "ubuntu/", "ubuntu//22.04.4"] {
        assert!(OsFilter::parse(text).is_err(), "{text}");
    }
}
