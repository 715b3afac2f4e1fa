//! Conditions of requests.

use crate::world::{World, disk};
use atlas_server::Limits;

#[test]
fn conditions_are_judged_as_rfc_9110_has_them() {
    let world = World::with(Limits::default(), disk(1 << 20));
    let mut client = world.client();
    let tag = client.ask("HEAD", &world.path(), &[]);
    let tag = tag.header("etag").unwrap().to_owned();
    let (weak, listed) = (format!("W/{tag}"), format!("\"a,b\" , W/\"c\",, {tag}"));
    let broken = format!("{tag} {tag}");
    let open = format!("\"x\", {}", tag.trim_end_matches('"'));
    let date = "Sat, 01 Aug 2026 12:00:00 GMT";
    for (name, value, status) in [
        ("If-None-Match", tag.as_str(), 304),
        ("If-None-Match", weak.as_str(), 304),
        ("If-None-Match", listed.as_str(), 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", "\"other\"", 200),
        ("If-None-Match", "", 200),
        ("If-None-Match", broken.as_str(), 200),
        ("If-None-Match", open.as_str(), 200),
        ("If-Match", tag.as_str(), 200),
        ("If-Match", listed.as_str(), 200),
        ("If-Match", "*", 200),
        // Weak is not enough, and what cannot be read matches nothing.
        ("If-Match", weak.as_str(), 412),
        ("If-Match", "\"other\"", 412),
        ("If-Match", "", 412),
        ("If-Match", broken.as_str(), 412),
        // There is no date to compare.
        ("If-Modified-Since", date, 200),
        ("If-Unmodified-Since", date, 200),
    ] {
        let reply = client.get(&world.path(), &[(name, value)]);
        assert_eq!(reply.status, status, "{name}: {value}");
        assert_eq!(reply.header("etag"), Some(tag.as_str()), "{name}: {value}");
        assert!(reply.is_whole && (status == 200) == (reply.body == world.bytes));
    }
    // If-Match comes first; a condition comes before a range.
    let both = [("If-Match", "\"x\""), ("If-None-Match", tag.as_str())];
    assert_eq!(client.get(&world.path(), &both).status, 412);
    let both = [("If-None-Match", tag.as_str()), ("Range", "bytes=9999999-")];
    assert_eq!(client.get(&world.path(), &both).status, 304);
    // In several lines is as in one.
    let both = [("If-None-Match", "\"x\""), ("If-None-Match", tag.as_str())];
    assert_eq!(client.get(&world.path(), &both).status, 304);
    for (value, status) in [
        (tag.as_str(), 206),
        (weak.as_str(), 200),
        ("\"other\"", 200),
        (date, 200),
        (listed.as_str(), 200),
    ] {
        let asked = [("Range", "bytes=1-2"), ("If-Range", value)];
        let reply = client.get(&world.path(), &asked);
        assert_eq!(reply.status, status, "{value}");
        assert!(reply.is_whole);
    }
}
