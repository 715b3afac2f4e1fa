//! What everybody sees from everywhere, by each way of looking, against what the rules say.

use super::{
    model::{Model, Need, Seen, account, shares, visible},
    real::{Real, at, web},
    steps::{ACCOUNTS, ADMIN, At, PEOPLE, PLACES, SCOPES, Who},
};
use crate::support::{ami, most, p};
use cloud_atlas::{
    Error, ErrorKind, ImageQuery, Session,
    history::RevisionNumber,
    image::{ImageRecordId, Usage},
    scope::Scope,
};
use std::collections::{BTreeMap, BTreeSet};

/// What refers to a record: kind, scope and name.
type Told = BTreeSet<(String, String, String)>;

impl Model {
    /// Those who refer to a record that somebody is told of, and how many more there are below.
    fn told_of(&self, who: Who, which: usize, from: At, base: At) -> (Told, u64) {
        let (mut seen, mut hidden) = (Told::new(), 0);
        for one in self.referrers(which, base) {
            if visible(one.scope, one.shared, from) || self.may(who, Need::View, one.scope) {
                seen.insert((one.kind.to_owned(), one.scope.to_owned(), one.name));
            } else {
                hidden += 1;
            }
        }
        (seen, hidden)
    }
}

/// Those at a scope and below it: those elsewhere are another matter (S13).
fn referring(usage: &[cloud_atlas::image::Referrer], base: At) -> Told {
    let here = usage
        .iter()
        .filter(|one| p::<Scope>(base).contains(&one.scope));
    here.map(|one| {
        (
            one.kind.to_string(),
            one.scope.to_string(),
            one.name.clone(),
        )
    })
    .collect()
}

impl Real {
    /// Everybody from everywhere.
    pub(super) async fn agree(&self, model: &Model) {
        for who in PEOPLE.into_iter().chain([ADMIN]) {
            for from in SCOPES {
                self.agrees(model, who, from).await;
            }
            self.people(model, who).await;
        }
    }

    /// One of them from one scope.
    pub(super) async fn agrees(&self, model: &Model, name: Who, from: At) {
        let who = self.world.who(name);
        let may = model.enter(name, Need::View, from).map_err(|why| why[0]);
        let here = format!("{name} from {from}");
        let seen: BTreeMap<_, _> = (0..model.records.len())
            .filter_map(|which| Some((which, model.sees(&model.records[which], from)?)))
            .collect();
        let shown = |which: &usize| model.shown(&model.records[*which], seen[which]);
        let scope = p::<Scope>(from);

        let mut query = ImageQuery::new(scope.clone());
        for deleted in [false, true] {
            query.deleted = deleted;
            let listed = who.images(&query, &most()).await;
            let listed = listed.map(|page| {
                let held: Vec<_> = page.items.iter().map(|one| self.read(one)).collect();
                let once: BTreeSet<_> = held.iter().cloned().collect();
                assert_eq!(once.len(), held.len(), "{here}: each once");
                once
            });
            let expected = may.map(|()| {
                let there = |which: &&usize| deleted || model.records[**which].is_there();
                seen.keys().filter(there).map(shown).collect()
            });
            assert_eq!(listed.map_err(|error| error.kind()), expected, "{here}");
        }
        for (which, record) in model.records.iter().enumerate() {
            let here = format!("{here}: {record:?}");
            let id = record.id.unwrap();
            let way = seen.get(&which);
            let known = may.and_then(|()| way.ok_or(ErrorKind::NotFound));

            let got = who.image(id, &scope).await.map(|found| self.read(&found));
            let expected = known.map(|_| shown(&which));
            assert_eq!(got.map_err(|error| error.kind()), expected, "{here}");

            let base = match way {
                Some(Seen::Opened) => account(record.scope).unwrap_or("/"),
                _ => record.scope,
            };
            let usage = who.image_referrers(id, &scope).await;
            let usage = usage.map(|usage: Usage| {
                let hidden = usage.hidden().map(|hidden| hidden.here);
                (referring(usage.referrers(), base), hidden)
            });
            let expected = known.map(|_| {
                let (told, hidden) = model.told_of(name, which, from, base);
                // S13: how many are hidden is told to who may delete.
                let hidden = model.may(name, Need::Design, base).then_some(hidden);
                (told, hidden)
            });
            assert_eq!(usage.map_err(|error| error.kind()), expected, "{here}");

            let opened = who.launch_permissions(id, &scope).await;
            let opened = opened.map(|found| found.permissions);
            let expected = model.record_for(name, which, from, Need::View);
            let expected = expected.map_err(|why| why[0]).map(|()| {
                let open = record.open.iter();
                open.map(|to| self.to(*to, model)).collect::<Vec<_>>()
            });
            assert_eq!(opened.map_err(|error| error.kind()), expected, "{here}");
        }
        self.finds(model, &who, name, from, may, &seen).await;
        self.beside(model, &who, name, from, may).await;
    }

    /// By the cloud's own ids: the way back to records and to what refers to them.
    async fn finds(
        &self,
        model: &Model,
        who: &Session,
        name: Who,
        from: At,
        may: Result<(), ErrorKind>,
        seen: &BTreeMap<usize, Seen>,
    ) {
        let images: Vec<_> = (0..4).map(ami).collect();
        let found = who.find_images(&images, &p(from)).await;
        let found = found.map(|found| {
            let told = |one: &cloud_atlas::FoundImage| {
                let at = SCOPES
                    .into_iter()
                    .find(|at| p::<Scope>(at) == *one.record.scope());
                (
                    self.read(&one.record),
                    referring(&one.referrers, at.unwrap()),
                )
            };
            found.iter().map(told).collect::<BTreeMap<_, _>>()
        });
        let expected = may.map(|()| {
            let there = seen
                .iter()
                .filter(|(which, _)| model.records[**which].is_there());
            let told = |(which, way): (&usize, &Seen)| {
                let record = &model.records[*which];
                let referrers = match way {
                    Seen::Held => model.told_of(name, *which, from, record.scope).0,
                    Seen::Opened => Told::new(),
                };
                (model.shown(record, *way), referrers)
            };
            there.map(told).collect()
        });
        let found = found.map_err(|error: Error| error.kind());
        assert_eq!(found, expected, "{name} from {from}");
    }

    /// Role maps, MultiCloud Images and account groups.
    async fn beside(
        &self,
        model: &Model,
        who: &Session,
        name: Who,
        from: At,
        may: Result<(), ErrorKind>,
    ) {
        let here = format!("{name} from {from}");
        let scope = p::<Scope>(from);
        let maps = who.role_maps(&scope, &most()).await.map(|page| {
            let told = |map: &cloud_atlas::image::RoleMap| {
                let images = map.images().iter();
                let images: Vec<_> = images.map(|(at, id)| (at.to_string(), *id)).collect();
                (map.scope().to_string(), map.name().to_string(), images)
            };
            page.items.iter().map(told).collect::<BTreeSet<_>>()
        });
        let expected = may.map(|()| {
            let seen = model
                .maps
                .iter()
                .filter(|map| visible(map.at, shares(map.at), from));
            let id = |which: usize| model.records[which].id.unwrap();
            seen.map(|map| {
                let images = map
                    .images
                    .iter()
                    .map(|(at, which)| ((*at).to_owned(), id(*which)));
                (map.at.to_owned(), map.name.to_owned(), images.collect())
            })
            .collect()
        });
        assert_eq!(maps.map_err(|error| error.kind()), expected, "{here}");

        let mcis = who.mcis(&scope, &most()).await.map(|page| {
            let told = |one: &cloud_atlas::MciSummary| {
                (
                    one.scope.to_string(),
                    one.last.map_or(0, RevisionNumber::get),
                )
            };
            page.items.iter().map(told).collect::<BTreeSet<_>>()
        });
        let expected = may.map(|()| {
            let seen = model
                .mcis
                .iter()
                .filter(|(at, _)| visible(at, shares(at), from));
            seen.map(|(at, mci)| {
                (
                    (*at).to_owned(),
                    u32::try_from(mci.revisions.len()).unwrap(),
                )
            })
            .collect()
        });
        assert_eq!(mcis.map_err(|error| error.kind()), expected, "{here}");
        if may.is_ok()
            && let Some(mci) = model.mcis.get(from)
        {
            let view = who.mci(&web(from, "@head"), &scope).await.unwrap();
            for place in PLACES {
                let held = view.content.settings().get(&p(place));
                let expected = mci.head.get(place).map(|number| ami(*number));
                assert_eq!(held.map(|one| one.image().clone()), expected, "{here}");
            }
        }
        if !ACCOUNTS.contains(&from) {
            return;
        }
        let groups = who.groups(&scope, &most()).await.map(|page| {
            let told = |view: &cloud_atlas::GroupView| {
                let members = view.members.as_ref().map(Vec::len);
                (view.id, members, view.invitations.as_ref().map(Vec::len))
            };
            page.items.iter().map(told).collect::<BTreeSet<_>>()
        });
        let expected = may.map(|()| {
            let all = model
                .groups
                .iter()
                .enumerate()
                .filter(|(_, group)| !group.deleted);
            let told = all.filter_map(|(at, group)| {
                let owns = group.owner == from;
                let open = model
                    .invitations
                    .iter()
                    .filter(|one| one.group == at && one.open && one.expires > model.now);
                let id = group.id.unwrap();
                if owns {
                    Some((id, Some(group.members.len()), Some(open.count())))
                } else {
                    group.members.contains(from).then_some((id, None, None))
                }
            });
            told.collect()
        });
        assert_eq!(groups.map_err(|error| error.kind()), expected, "{here}");
    }

    /// The grants and the scopes that somebody sees (S02, S08).
    async fn people(&self, model: &Model, name: Who) {
        let who = self.world.who(name);
        let sees = |at: At| model.may(name, Need::View, at);
        let grants = who.grants(None, &most()).await.unwrap().items;
        let ours = grants.iter().filter(|grant| {
            let who = grant.principal.as_str();
            who == ADMIN || PEOPLE.contains(&who)
        });
        let told: BTreeSet<_> = ours.map(ToString::to_string).collect();
        let expected = model
            .grants
            .iter()
            .filter(|((of, _, at), _)| *of == name || sees(at));
        let expected = expected.map(|((of, role, scope), until)| {
            let mut grant = cloud_atlas::scope::Grant::new(p(of), p(role), p(scope));
            grant.expires = until.map(at);
            grant.to_string()
        });
        assert_eq!(told, expected.collect(), "{name}");
        let scopes = who.scopes(&most()).await.unwrap().items;
        let told: BTreeSet<_> = scopes.iter().map(|one| one.scope.to_string()).collect();
        let known = |at: &&At| model.scopes.contains(**at) && sees(at);
        let mut expected: BTreeSet<_> = SCOPES
            .iter()
            .filter(known)
            .map(|at| (*at).to_owned())
            .collect();
        // It is there, and nothing is done at it.
        if sees("/beta") {
            expected.insert("/beta/prod".to_owned());
        }
        assert_eq!(told, expected, "{name}");
    }

    /// Who sees which records from where: for what must never take a reader away (S12).
    pub(super) async fn readers(&self) -> BTreeSet<(Who, At, ImageRecordId)> {
        let mut found = BTreeSet::new();
        for name in PEOPLE {
            let who = self.world.who(name);
            for from in SCOPES {
                let mut query = ImageQuery::new(p(from));
                query.deleted = true;
                if let Ok(page) = who.images(&query, &most()).await {
                    found.extend(page.items.iter().map(|one| (name, from, one.id())));
                }
            }
        }
        found
    }
}
