//! What uses an image and can use another, loaded.

use crate::{
    Error,
    referrers::mci_state,
    servers::SeenServer,
    sight::Sight,
    stored::{StoredMci, StoredServer},
    tables::{LOCKS, MCIS, ROLE_MAPS, SERVERS, partition_of},
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionRef};
use atlas_image::{ImageRecord, Referrer, ReferrerKind, RoleMap};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Partition, Record, Table};
use atlas_template::{
    LinkedState, RegisteredLock, ReplaceHead, ReplaceLock, ReplaceRevision, ReplaceRoleMap,
    ReplaceServer, ReplaceUses,
};
use std::collections::{BTreeMap, BTreeSet};

/// What uses an image.
#[derive(Default)]
pub(super) struct Users {
    /// Those whose HEAD uses it.
    pub(super) heads: BTreeMap<LineageId, User<StoredMci>>,
    pub(super) role_maps: Vec<User<RoleMap>>,
    pub(super) servers: Vec<User<SeenServer>>,
    locks: Vec<User<RegisteredLock>>,
    revisions: Vec<Committed>,
}

/// A committed revision that uses an image.
struct Committed {
    revision: RevisionRef,
    name: Name,
    scope: Scope,
    visible: bool,
}

/// Something that uses an image, and how the caller stands to it.
pub(super) struct User<T> {
    pub(super) of: T,
    visible: bool,
    may_edit: bool,
}

/// The same as the decision takes it.
pub(super) struct Lists<'a> {
    heads: Vec<ReplaceHead<'a>>,
    role_maps: Vec<ReplaceRoleMap<'a>>,
    servers: Vec<ReplaceServer<'a>>,
    pub(super) revisions: Vec<ReplaceRevision<'a>>,
    pub(super) locks: Vec<ReplaceLock<'a>>,
}

impl Lists<'_> {
    pub(super) fn uses(&self) -> ReplaceUses<'_> {
        ReplaceUses {
            heads: &self.heads,
            role_maps: &self.role_maps,
            servers: &self.servers,
        }
    }
}

impl Users {
    pub(super) fn lists(&self) -> Lists<'_> {
        let heads = self.heads.iter().map(|(lineage, mci)| ReplaceHead {
            lineage: *lineage,
            scope: &mci.of.scope,
            content: mci.of.head.content(),
            generation: mci.of.head.generation(),
            visible: mci.visible,
            may_edit: mci.may_edit,
        });
        let role_maps = self.role_maps.iter().map(|map| ReplaceRoleMap {
            map: &map.of,
            visible: map.visible,
            may_edit: map.may_edit,
        });
        let servers = self.servers.iter().map(|server| ReplaceServer {
            definition: &server.of.definition,
            scope: &server.of.deployment.scope,
            deployment: &server.of.deployment.name,
            visible: server.visible,
            may_edit: server.may_edit,
        });
        let revisions = self.revisions.iter().map(|found| ReplaceRevision {
            revision: found.revision,
            name: &found.name,
            scope: &found.scope,
            visible: found.visible,
        });
        let locks = self.locks.iter().map(|lock| ReplaceLock {
            lock: &lock.of,
            visible: lock.visible,
        });
        Lists {
            heads: heads.collect(),
            role_maps: role_maps.collect(),
            servers: servers.collect(),
            revisions: revisions.collect(),
            locks: locks.collect(),
        }
    }

    /// The ids of what changed, by what it is: to be looked for as it is now.
    pub(super) async fn named(
        unit: &Unit,
        partitions: &[(Partition, Scope)],
        ids: &Named,
        from: &Scope,
    ) -> Result<Self, Error> {
        let mut users = Self::default();
        let mut standing = Standing::new(unit, from);
        for (partition, account) in partitions {
            let heads = ids.heads.iter().map(ToString::to_string);
            for kept in all(unit, &MCIS, partition, heads).await? {
                // An import has the lineage of what was imported, and no HEAD.
                if kept.0.imported.is_none() {
                    let user = standing.mci(account, kept.0).await?;
                    users.heads.insert(user.of.lineage, user);
                }
            }
            for kept in all(unit, &ROLE_MAPS, partition, &ids.role_maps).await? {
                let user = standing.role_map(account, kept.0).await?;
                users.role_maps.push(user);
            }
            for kept in all(unit, &SERVERS, partition, &ids.servers).await? {
                let found = standing.server(account, kept.0).await?;
                users.servers.extend(found);
            }
        }
        Ok(users)
    }

    /// Adds the states of MultiCloud Images of an account that referrers tell of.
    fn add_states(
        &mut self,
        referrers: &[Referrer],
        mut mcis: BTreeMap<LineageId, User<StoredMci>>,
    ) {
        let states = || referrers.iter().filter_map(mci_state);
        let numbers = states().filter_map(|(lineage, state)| Some((lineage, state.revision()?)));
        for (lineage, number) in numbers {
            self.revisions
                .extend(mcis.get(&lineage).map(|mci| Committed {
                    revision: RevisionRef { lineage, number },
                    name: mci.of.name().clone(),
                    scope: mci.of.scope.clone(),
                    visible: mci.visible,
                }));
        }
        let heads = states().filter(|(_, state)| *state == LinkedState::Head);
        for (lineage, _) in heads {
            let head = mcis.remove(&lineage);
            self.heads.extend(head.map(|head| (lineage, head)));
        }
    }

    /// Leaves one of each revision that is seen, at the scope of a record or below it where it is
    /// there: an import has the revisions of what was imported.
    fn tell_once(&mut self, top: &Scope) {
        self.revisions
            .sort_by_key(|found| !top.contains(&found.scope));
        let mut told = BTreeSet::new();
        self.revisions
            .retain(|found| !found.visible || told.insert(found.revision));
    }
}

/// What changed, by its ids.
#[derive(Default)]
pub(super) struct Named {
    pub(super) heads: BTreeSet<LineageId>,
    pub(super) role_maps: Vec<String>,
    pub(super) servers: Vec<String>,
}

/// The records of a table in a partition that some ids name.
async fn all<R: Record>(
    unit: &Unit,
    table: &Table<R>,
    partition: &Partition,
    ids: impl IntoIterator<Item: Into<String>>,
) -> Result<Vec<R>, Error> {
    let ids = ids.into_iter().map(|id| -> String { id.into() });
    let found = table.get_many(&unit.tx, partition, ids).await?;
    Ok(found.into_iter().flatten().collect())
}

impl Unit {
    /// All that uses an image and that the caller may be told of, seen or not.
    pub(super) async fn users_of(
        &self,
        record: &ImageRecord,
        from: &Scope,
    ) -> Result<Users, Error> {
        let (mut users, mut standing) = (Users::default(), Standing::new(self, from));
        let mut places = BTreeMap::<_, Vec<Referrer>>::new();
        for referrer in self.referrers(record, from).await? {
            let account = referrer.scope.account_scope().unwrap_or_else(Scope::global);
            places.entry(account).or_default().push(referrer);
        }
        for (account, referrers) in places {
            let partition = partition_of(&account)?;
            let of = |kinds: &'static [ReferrerKind]| {
                let those = referrers.iter().filter(|it| kinds.contains(&it.kind));
                those.map(|it| it.id.clone()).collect::<BTreeSet<_>>()
            };
            let mcis = of(&[ReferrerKind::MciHead, ReferrerKind::MciRevision]);
            let mut found = BTreeMap::new();
            for kept in all(self, &MCIS, &partition, mcis).await? {
                let user = standing.mci(&account, kept.0).await?;
                found.insert(user.of.lineage, user);
            }
            users.add_states(&referrers, found);
            let role_maps = of(&[ReferrerKind::RoleMap]);
            for kept in all(self, &ROLE_MAPS, &partition, role_maps).await? {
                let user = standing.role_map(&account, kept.0).await?;
                users.role_maps.push(user);
            }
            let servers = of(&[ReferrerKind::Server]);
            for kept in all(self, &SERVERS, &partition, servers).await? {
                let found = standing.server(&account, kept.0).await?;
                users.servers.extend(found);
            }
            let locks = of(&[ReferrerKind::Lock]);
            for kept in all(self, &LOCKS, &partition, locks).await? {
                let may = (Permission::LockView, Permission::LockRegister);
                let scope = kept.0.scope().clone();
                let user = standing
                    .user(may, &account, (&scope, false), kept.0)
                    .await?;
                users.locks.push(user);
            }
        }
        users.tell_once(record.scope());
        Ok(users)
    }
}

/// How the caller stands to what uses an image.
struct Standing<'a> {
    unit: &'a Unit,
    from: &'a Scope,
    /// What she sees of an account.
    sights: BTreeMap<(Permission, Scope), Sight>,
    /// What she may do at a scope.
    may: BTreeMap<(Permission, Scope), bool>,
}

impl<'a> Standing<'a> {
    fn new(unit: &'a Unit, from: &'a Scope) -> Self {
        Self {
            unit,
            from,
            sights: BTreeMap::new(),
            may: BTreeMap::new(),
        }
    }

    async fn user<T>(
        &mut self,
        (view, edit): (Permission, Permission),
        account: &Scope,
        (scope, shared): (&Scope, bool),
        of: T,
    ) -> Result<User<T>, Error> {
        let key = (view, account.clone());
        if !self.sights.contains_key(&key) {
            let above = self.unit.sight(view).await?;
            let sight = self.unit.sight_into(&above, account).await?;
            self.sights.insert(key.clone(), sight);
        }
        let sight = self.sights.get(&key);
        let sees = sight.is_some_and(|sight| sight.sees(self.unit, scope));
        let key = (edit, scope.clone());
        let may_edit = if let Some(known) = self.may.get(&key) {
            *known
        } else {
            let may = self.unit.may(edit, scope).await?;
            self.may.insert(key, may);
            may
        };
        Ok(User {
            visible: sees || visible(scope, shared, self.from),
            may_edit,
            of,
        })
    }

    async fn mci(&mut self, account: &Scope, mci: StoredMci) -> Result<User<StoredMci>, Error> {
        let may = (Permission::MciView, Permission::MciEdit);
        let (scope, shared) = (mci.scope.clone(), mci.shared);
        self.user(may, account, (&scope, shared), mci).await
    }

    async fn role_map(&mut self, account: &Scope, map: RoleMap) -> Result<User<RoleMap>, Error> {
        let may = (Permission::RoleMapView, Permission::RoleMapEdit);
        let (scope, shared) = (map.scope().clone(), map.shared());
        self.user(may, account, (&scope, shared), map).await
    }

    async fn server(
        &mut self,
        account: &Scope,
        server: StoredServer,
    ) -> Result<Option<User<SeenServer>>, Error> {
        let StoredServer { scope, definition } = server;
        let deployment = definition.deployment();
        // INVARIANT: a server's deployment is there as long as the server is.
        let Some(deployment) = self.unit.deployment_by_id(&scope, deployment).await? else {
            return Ok(None);
        };
        let may = (Permission::ServerView, Permission::ServerManage);
        let shared = deployment.shared;
        let of = SeenServer {
            deployment,
            definition,
        };
        Ok(Some(self.user(may, account, (&scope, shared), of).await?))
    }
}
