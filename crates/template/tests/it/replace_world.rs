//! All that uses an image, for the tests of replacing it.

use crate::launch::{OTHER_AMI, Stage, TOKYO};
use crate::lock::locked;
use crate::lock_update::registered;
use crate::{AMI, content, now, record, scope, server, set};
use atlas_history::{Generation, LineageId, RevisionNumber, RevisionRef};
use atlas_image::{ImageRecord, ImageRecordId, MakeRoleMap, RoleMap, RoleMapId, RoleOs};
use atlas_mci::{Content, HeadEdit, InstanceType, InstanceTypes};
use atlas_scope::Scope;
use atlas_template::{
    AnyLock, DeprecateOld, KnownNetworks, Overrides, RegisteredLock, ReplaceError, ReplaceFacts,
    ReplaceHead, ReplaceImage, ReplaceKey, ReplaceLock, ReplacePlan, ReplaceRevision,
    ReplaceRoleMap, ReplaceServer, ReplaceUses, Replaced, ReplacedSince, Replacement,
    ServerDefinition, ServerEdit, UndoReplaceFacts, plan_replace, replace, undo_replace,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) fn id(number: u128) -> ImageRecordId {
    ImageRecordId::from_u128(number)
}

pub(crate) fn lineage(number: u128) -> LineageId {
    LineageId::from_u128(number)
}

pub(crate) fn ubuntu() -> Value {
    json!({
        "os": { "family": "ubuntu", "generation": "24", "version": "24.04" },
        "architecture": "x86_64",
        "agent": { "state": "installed" },
    })
}

pub(crate) fn image(number: u128, ami: &str, extra: &Value) -> ImageRecord {
    let mut fields = ubuntu();
    let extra = extra.as_object().unwrap().clone();
    fields.as_object_mut().unwrap().extend(extra);
    record(number, "/acme", TOKYO, ami, fields)
}

/// A HEAD, and its scope, which facts borrow.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeldHead {
    pub(crate) number: u128,
    pub(crate) scope: Scope,
    pub(crate) content: Content,
}

/// All that uses images, and the two images.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) old: ImageRecord,
    pub(crate) new: ImageRecord,
    pub(crate) beside_new: Vec<ImageRecord>,
    pub(crate) heads: Vec<HeldHead>,
    pub(crate) maps: Vec<RoleMap>,
    pub(crate) servers: Vec<(Scope, ServerDefinition)>,
    pub(crate) revisions: Vec<(RevisionRef, Scope)>,
    pub(crate) locks: Vec<RegisteredLock>,
    pub(crate) unseen: BTreeSet<ReplaceKey>,
    pub(crate) closed: BTreeSet<ReplaceKey>,
    pub(crate) knows: bool,
}

pub(crate) fn head(number: u128, at: &str, edits: impl IntoIterator<Item = HeadEdit>) -> HeldHead {
    HeldHead {
        number,
        scope: scope(at),
        content: content(edits),
    }
}

pub(crate) fn role_map(number: u128, at: &str, record: &ImageRecord) -> RoleMap {
    let os = RoleOs {
        family: "ubuntu".parse().unwrap(),
        generation: "24".parse().unwrap(),
    };
    let map = MakeRoleMap::new(scope(at), "web".parse().unwrap(), os);
    let map = map.make(RoleMapId::from_u128(number), "dana".parse().unwrap(), now());
    map.with_image(record).unwrap().map
}

/// A server with the template `front`, which inherited the old image.
pub(crate) fn inheriting(
    number: u128,
    edits: impl IntoIterator<Item = atlas_template::TemplateEdit>,
) -> ServerDefinition {
    let stage = Stage::new(edits);
    let launched = server::added(&stage.launch(TOKYO).unwrap(), Overrides::default());
    let mut stored = serde_json::to_value(launched).unwrap();
    stored["id"] = json!(atlas_template::ServerId::from_u128(number));
    stored["name"] = json!(format!("web-{number}"));
    serde_json::from_value(stored).unwrap()
}

pub(crate) fn overridden(number: u128) -> ServerDefinition {
    let image = atlas_image_id::ImageId::parse(atlas_image_id::Cloud::Aws, AMI).ok();
    let edit = ServerEdit::Override(Box::new(Overrides {
        image,
        instance_type: InstanceType::parse("m7i.xlarge").ok(),
        ..Overrides::default()
    }));
    let server = inheriting(number, []);
    server.edited(edit, false, KnownNetworks::Unasked).unwrap()
}

impl World {
    /// The old image in two HEADs, a role map and a server of the account, and in a server of an
    /// environment; in a revision and in a lock.
    pub(crate) fn new() -> Self {
        let old = image(1, AMI, &json!({}));
        let lock = registered(&AnyLock::Mci(locked()), None);
        Self {
            new: image(2, OTHER_AMI, &json!({})),
            beside_new: Vec::new(),
            heads: vec![
                head(1, "/acme", [set(TOKYO, AMI), set("aws/us-east-1", AMI)]),
                head(2, "/acme/prod", [set(TOKYO, AMI)]),
                head(3, "/acme", [set("aws/us-east-1", AMI)]),
            ],
            maps: vec![role_map(1, "/acme", &old)],
            servers: vec![
                (scope("/acme"), inheriting(1, [])),
                (scope("/acme/prod"), overridden(2)),
            ],
            revisions: vec![(
                RevisionRef {
                    lineage: lineage(1),
                    number: RevisionNumber::FIRST,
                },
                scope("/acme"),
            )],
            locks: vec![lock],
            unseen: BTreeSet::new(),
            closed: BTreeSet::new(),
            knows: true,
            old,
        }
    }

    pub(crate) fn sight(&self, key: ReplaceKey) -> (bool, bool) {
        (!self.unseen.contains(&key), !self.closed.contains(&key))
    }

    pub(crate) fn with_uses<T>(&self, answer: impl FnOnce(ReplaceUses<'_>) -> T) -> T {
        let heads = self.heads.iter().map(|head| {
            let (visible, may_edit) = self.sight(ReplaceKey::Head(lineage(head.number)));
            ReplaceHead {
                lineage: lineage(head.number),
                scope: &head.scope,
                content: &head.content,
                generation: Generation::new(4),
                visible,
                may_edit,
            }
        });
        let maps = self.maps.iter().map(|map| {
            let (visible, may_edit) = self.sight(ReplaceKey::RoleMap(map.id()));
            ReplaceRoleMap {
                map,
                visible,
                may_edit,
            }
        });
        let deployment = "default".parse().unwrap();
        let servers = self.servers.iter().map(|(scope, definition)| {
            let (visible, may_edit) = self.sight(ReplaceKey::Server(definition.id()));
            ReplaceServer {
                definition,
                scope,
                deployment: &deployment,
                visible,
                may_edit,
            }
        });
        answer(ReplaceUses {
            heads: &heads.collect::<Vec<_>>(),
            role_maps: &maps.collect::<Vec<_>>(),
            servers: &servers.collect::<Vec<_>>(),
        })
    }

    pub(crate) fn with_facts<T>(&self, answer: impl FnOnce(&ReplaceFacts<'_>) -> T) -> T {
        let name = "web".parse().unwrap();
        let revisions = self
            .revisions
            .iter()
            .map(|(revision, scope)| ReplaceRevision {
                revision: *revision,
                name: &name,
                scope,
                visible: self.sight(ReplaceKey::Revision(*revision)).0,
            });
        let locks = self.locks.iter().map(|lock| ReplaceLock {
            lock,
            visible: self.sight(ReplaceKey::Lock(lock.id())).0,
        });
        let (revisions, locks): (Vec<_>, Vec<_>) = (revisions.collect(), locks.collect());
        self.with_uses(|uses| {
            answer(&ReplaceFacts {
                old: &self.old,
                new: &self.new,
                beside_new: &self.beside_new,
                may_deprecate: self.sight(ReplaceKey::Image(self.old.id())).1,
                uses,
                revisions: &revisions,
                locks: &locks,
                types: &InstanceTypes::default(),
                may_know_hidden: self.knows,
                by: &"dana".parse().unwrap(),
                now: now(),
            })
        })
    }

    pub(crate) fn plan(&self, request: &ReplaceImage) -> Result<ReplacePlan, ReplaceError> {
        self.with_facts(|facts| plan_replace(request.clone(), facts))
    }

    pub(crate) fn replace(&self, plan: &ReplacePlan) -> Result<Replaced, ReplaceError> {
        self.with_facts(|facts| replace(plan, facts))
    }

    /// The world with what changed in its place.
    pub(crate) fn after(
        &self,
        heads: &[atlas_template::HeadReplacement],
        maps: &[RoleMap],
        servers: &[ServerDefinition],
        image: Option<&ImageRecord>,
    ) -> Self {
        let mut world = self.clone();
        for held in &mut world.heads {
            let changed = heads
                .iter()
                .find(|head| head.lineage == lineage(held.number));
            if let Some(changed) = changed {
                let edited = held.content.edited(changed.edits.clone()).unwrap();
                assert_eq!(edited, changed.content);
                held.content = edited;
            }
        }
        for held in &mut world.maps {
            let changed = maps.iter().find(|map| map.id() == held.id());
            *held = changed.unwrap_or(held).clone();
        }
        for (_, held) in &mut world.servers {
            let changed = servers.iter().find(|server| server.id() == held.id());
            *held = changed.unwrap_or(held).clone();
        }
        world.old = image.unwrap_or(&self.old).clone();
        world
    }

    pub(crate) fn replaced(&self, done: &Replaced) -> Self {
        let image = done.image.as_ref();
        self.after(&done.heads, &done.role_maps, &done.servers, image)
    }

    pub(crate) fn undone(
        &self,
        replacement: &Replacement,
    ) -> (Self, Vec<(ReplaceKey, ReplacedSince)>) {
        let undone = self.with_uses(|uses| {
            let facts = UndoReplaceFacts {
                old: Some(&self.old),
                may_deprecate: self.sight(ReplaceKey::Image(self.old.id())).1,
                uses,
            };
            undo_replace(replacement, &facts)
        });
        let image = undone.image.as_ref();
        let world = self.after(&undone.heads, &undone.role_maps, &undone.servers, image);
        let left = undone.left.into_iter().map(|left| (left.key, left.since));
        (world, left.collect())
    }
}

pub(crate) fn ask(scopes: &[&str]) -> ReplaceImage {
    ReplaceImage {
        old: id(1),
        new: id(2),
        scopes: scopes.iter().map(|text| scope(text)).collect(),
        deprecate: None,
    }
}

pub(crate) fn everywhere() -> ReplaceImage {
    ReplaceImage {
        deprecate: Some(DeprecateOld {
            reason: Some("CVE-2026-1".parse().unwrap()),
        }),
        ..ask(&["/acme", "/acme/prod"])
    }
}

pub(crate) fn head_key(number: u128) -> ReplaceKey {
    ReplaceKey::Head(lineage(number))
}

pub(crate) fn map_key(number: u128) -> ReplaceKey {
    ReplaceKey::RoleMap(RoleMapId::from_u128(number))
}

pub(crate) fn server_key(number: u128) -> ReplaceKey {
    ReplaceKey::Server(atlas_template::ServerId::from_u128(number))
}
