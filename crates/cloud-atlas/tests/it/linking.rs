//! Links and what becomes of them while they are made.

use crate::support::{World, acme, beside, committed, memory, p, run};
use atlas_store_conformance::{Layer, Layered};
use cloud_atlas::{
    Error, LineageKind, Session, TemplateChange,
    store::{Commit, Committed, Fut, Snapshot, Store},
    template::{OnRevoke, Reference},
};
use core::fmt;
use std::sync::{Arc, Mutex};

type Work = Box<dyn FnOnce() + Send>;

/// A store before whose next commit somebody else does something.
#[derive(Clone)]
struct Meanwhile {
    store: Arc<dyn Store>,
    work: Arc<Mutex<Option<Work>>>,
}

impl fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

impl Layer for Meanwhile {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn commit(self, behind: Box<dyn Snapshot>, commit: Commit) -> Fut<'static, Committed> {
        let work = self.work.lock().unwrap().take();
        if let Some(work) = work {
            work();
        }
        behind.commit(commit)
    }
}

/// Links `to` while another does something, which is to be too late.
fn refused(to: &str, meanwhile: impl FnOnce(&Session) + Send + 'static) -> Error {
    let store: Arc<dyn Store> = Arc::new(memory());
    let world = World::over(Arc::clone(&store));
    let admin = world.admin();
    let layer = Meanwhile {
        store,
        work: Arc::default(),
    };
    let slow = beside(Arc::new(Layered(layer.clone())), &world.clock, 7).act_as(&p("admin"));
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let (web, live) = (p::<Reference>("web"), p("live"));
        admin
            .assign_channel(&live, LineageKind::Mci, &web, &acme())
            .await
            .unwrap();
        admin.create_template(&acme(), p("front")).await.unwrap();
        *layer.work.lock().unwrap() = Some(Box::new(move || meanwhile(&admin)));
        let link = vec![TemplateChange::Link(p(to))];
        let linked = slow.edit_template(&p("front"), &acme(), link, None).await;
        assert!(layer.work.lock().unwrap().is_none());
        linked.unwrap_err()
    })
}

#[test]
fn t01_what_goes_while_a_link_is_made_is_not_linked() {
    let gone = refused("web@live", |admin| {
        let (live, web, at) = (p("live"), p::<Reference>("web"), acme());
        let deleted = admin.delete_channel(&live, LineageKind::Mci, &web, &at);
        run(deleted).unwrap();
    });
    insta::assert_snapshot!(gone, @"`web` has no channel `live`: assign it first");
    let revoked = refused("web@1", |admin| {
        let (one, at) = (p::<Reference>("web@1"), acme());
        let revoked = admin.revoke_mci(&one, &at, "CVE-2026-1", OnRevoke::Stay);
        run(revoked).unwrap();
    });
    insta::assert_snapshot!(revoked, @"`web` revision 1 was revoked by admin: CVE-2026-1");
}
