//! The blocking twin of the facade on the threads of a runtime.

use cloud_atlas::{
    base::Name,
    blocking::{Atlas, Session},
    scope::Scope,
    store::FeedPosition,
    template::Reference,
};
use tokio::runtime::Builder;

/// Reads, writes and waits, more of them than a task of tokio may do before it has to yield.
fn work(session: &Session) {
    let acme: Scope = "/acme".parse().unwrap();
    session.add_scope(&acme).unwrap();
    for number in 0..200 {
        let name: Name = format!("web {number}").parse().unwrap();
        session.create_mci(&acme, name.clone()).unwrap();
        let made = session.mci(&Reference::named(name.clone()), &acme).unwrap();
        assert_eq!(made.name, name);
        session.events_wait(&acme, FeedPosition::START).unwrap();
    }
}

#[test]
fn calls_that_block_are_answered_on_every_thread_of_a_runtime() {
    let folder = tempfile::tempdir().unwrap();
    for threads in 0..3 {
        let file = folder.path().join(threads.to_string());
        for store in ["memory:".to_owned(), format!("redb:{}", file.display())] {
            let runtime = match threads {
                0 => Builder::new_current_thread().build(),
                threads => Builder::new_multi_thread().worker_threads(threads).build(),
            };
            let runtime = runtime.unwrap();
            runtime.block_on(async {
                let task = async move {
                    let atlas = Atlas::init(&store).unwrap();
                    work(&atlas.act_as(&"admin".parse().unwrap()));
                };
                tokio::spawn(task).await.unwrap();
            });
        }
    }
}
