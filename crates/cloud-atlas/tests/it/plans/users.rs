//! What uses an image, one kind at a time: a world in which exactly that does.

use super::{EAST, registered};
use crate::{
    elsewhere::role,
    support::{World, acme, committed, p, places, run, set, web},
};
use cloud_atlas::{Session, image::ImageRecordId, mci::HeadEdit};

/// A kind of user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A HEAD that was edited and never committed.
    Head,
    /// An old revision, whose image HEAD has no more.
    Revision,
    /// A revision that changed more images than have rows of their own.
    Many,
    RoleMap,
    /// A server with an image of its own.
    Server,
    Lock,
}

pub(super) const KINDS: [Kind; 6] = [
    Kind::Head,
    Kind::Revision,
    Kind::Many,
    Kind::RoleMap,
    Kind::Server,
    Kind::Lock,
];

impl Kind {
    /// A world with an image that this uses, and one that nothing does.
    pub(super) fn world(self) -> (World, ImageRecordId, ImageRecordId) {
        let world = World::new();
        let admin = world.admin();
        let ids = run(async {
            let used = registered(&admin, "/acme", EAST, 1).await;
            let unused = registered(&admin, "/acme", EAST, 2).await;
            self.uses(&admin, used).await;
            (used, unused)
        });
        (world, ids.0, ids.1)
    }

    async fn uses(self, admin: &Session, image: ImageRecordId) {
        let acme = acme();
        match self {
            Self::Head => {
                admin.create_mci(&acme, p("web")).await.unwrap();
                let edits = vec![set(EAST, 1)];
                admin.edit_mci(&web(), &acme, edits, None).await.unwrap();
            }
            Self::Revision => {
                committed(admin, "/acme", "web", 1).await;
                move_on(admin).await;
            }
            Self::Many => {
                admin.create_mci(&acme, p("web")).await.unwrap();
                let far = places().filter(|place| place != EAST).zip(100..);
                let far = far.map(|(place, number)| set(&place, number));
                let edits: Vec<_> = far.chain([set(EAST, 1)]).collect();
                admin.edit_mci(&web(), &acme, edits, None).await.unwrap();
                let first = admin.commit_mci(&web(), &acme, p("first"), None).await;
                first.unwrap();
                let far = places().filter(|place| place != EAST).skip(1);
                let gone = far.chain([EAST.to_owned()]);
                let unset = |place: String| HeadEdit::Unset {
                    location: p(&place),
                };
                let edits = gone.map(unset).collect();
                admin.edit_mci(&web(), &acme, edits, None).await.unwrap();
                let next = admin.commit_mci(&web(), &acme, p("next"), None).await;
                next.unwrap();
            }
            Self::RoleMap => {
                admin.make_role_map(role("/acme", "front")).await.unwrap();
                let set = admin.set_role_image(&p("front"), &acme, image).await;
                set.unwrap();
            }
            Self::Server => {
                committed(admin, "/acme", "web", 3).await;
                let mut adding = crate::servers::adding("/acme", "web-1");
                adding.overrides.image = Some(crate::support::ami(1));
                admin.add_server(adding).await.unwrap();
            }
            Self::Lock => {
                committed(admin, "/acme", "web", 1).await;
                let lock = admin.lock(&web(), &acme, None).await.unwrap().into();
                let made = admin.register_lock(&lock, &p("live"), &acme).await;
                made.unwrap();
                move_on(admin).await;
            }
        }
    }
}

/// A next revision of `web` with another image.
async fn move_on(admin: &Session) {
    let (acme, edits) = (acme(), vec![set(EAST, 3)]);
    admin.edit_mci(&web(), &acme, edits, None).await.unwrap();
    let next = admin.commit_mci(&web(), &acme, p("next"), None).await;
    next.unwrap();
}
