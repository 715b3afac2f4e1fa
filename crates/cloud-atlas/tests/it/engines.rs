//! Stores move between engines as dumps.

use crate::support::{World, committed, dump, image, p, run};
use atlas_test_servers::Postgres;
use cloud_atlas::Atlas;

#[test]
fn a_dump_of_each_engine_loads_into_each_other_as_it_is() {
    let world = World::new();
    let dana = world.who("dana");
    for number in 1..=40 {
        run(dana.register_image(image("/acme", "aws/us-east-1", number))).unwrap();
    }
    run(committed(&dana, "/acme", "web", 1));
    // What no engine must change: letters that others sort differently, marks and escapes.
    run(dana.create_mci(&p("/acme"), p("Wéb \\ \"€\""))).unwrap();
    let text = run(dump(&world.atlas));

    let folder = tempfile::tempdir().unwrap();
    let server = Postgres::start_with(&["fsync=off"]).unwrap();
    let mut made = 0;
    let mut new = |engine: &str| {
        made += 1;
        let url = match engine {
            "redb" => format!("redb:{}", folder.path().join(made.to_string()).display()),
            "postgres" => format!("{}?schema=engine_{made}", server.url()),
            other => format!("{other}:"),
        };
        run(Atlas::init(&url)).unwrap()
    };
    let engines = ["memory", "redb", "postgres"];
    for from in engines {
        let one = new(from);
        load(&one, &text);
        let dumped = run(dump(&one));
        assert!(dumped == text, "{from}");
        for to in engines {
            let other = new(to);
            load(&other, &dumped);
            assert!(run(dump(&other)) == text, "{from} to {to}");
            assert!(run(other.check()).unwrap().findings.is_empty(), "{to}");
        }
    }
}

fn load(atlas: &Atlas, text: &[String]) {
    let lines = || Ok(text.iter().cloned().map(Ok));
    run(atlas.load(lines, &|_| {})).unwrap();
}
