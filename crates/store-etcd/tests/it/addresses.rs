//! URLs, and what is wrong with them.

use atlas_store_etcd::{Address, AddressError, Found, OpenError, Place};
use core::fmt::Write as _;

#[test]
fn urls_are_read() {
    for (url, place) in [
        ("etcd://db", "below `cloud-atlas` at `db:2379`"),
        ("etcd://db/", "below `cloud-atlas` at `db:2379`"),
        (
            "etcd://atlas:secret@one.example.org:1,two,[::1]:3/team_7.images?operations=4096&commit=8MiB",
            "below `team_7.images` at `one.example.org:1,two:2379,[::1]:3`",
        ),
        (
            "etcd://a%40b:p%2Fw@db/x?tls=on&ca=/etc/ca.pem&cert=/etc/me.pem&key=/etc/me.key",
            "below `x` at `db:2379`",
        ),
    ] {
        let address = Address::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let shown = format!("{address:?}");
        assert_eq!(address.place().to_string(), place);
        assert!(
            !shown.contains("secret") && !shown.contains("p/w"),
            "{shown}"
        );
    }
}

#[test]
fn urls_that_are_none_are_refused_without_being_shown() {
    let value = |option, allowed| AddressError::Value { option, allowed };
    let operations = value("operations", "a number from 128 to 1000000");
    let commit = value("commit", "a size from 1536KiB to 512MiB, in KiB or MiB");
    for (url, why) in [
        ("", AddressError::Scheme),
        ("http://db", AddressError::Scheme),
        ("etcd:/db", AddressError::Scheme),
        ("etcd://atlas@db", AddressError::User),
        ("etcd://:secret@db", AddressError::User),
        ("etcd://atlas:@db", AddressError::User),
        ("etcd://", AddressError::Host),
        ("etcd://db:port", AddressError::Host),
        ("etcd://db:0", AddressError::Host),
        ("etcd://[::1", AddressError::Host),
        ("etcd://[::1]5432", AddressError::Host),
        ("etcd://one,,two", AddressError::Host),
        ("etcd://d b", AddressError::Host),
        ("etcd://db/one/two", AddressError::Prefix),
        ("etcd://db/o%6Ee", AddressError::Prefix),
        ("etcd://atlas:%zz@db", AddressError::Escape),
        ("etcd://atlas:%ff@db", AddressError::Escape),
        ("etcd://db?password=secret", AddressError::Option),
        ("etcd://db?operations", AddressError::Option),
        ("etcd://db?operations=127", operations),
        ("etcd://db?operations=many", operations),
        ("etcd://db?commit=8", commit),
        ("etcd://db?commit=+8MiB", commit),
        ("etcd://db?commit=1MiB", commit),
        ("etcd://db?tls=yes", value("tls", "`on` or `off`")),
        ("etcd://db?cert=me.pem", AddressError::Pair),
        ("etcd://db?tls=off&ca=ca.pem", AddressError::Plain),
        ("etcd://db?operations=4096", AddressError::Narrow),
    ] {
        assert_eq!(Address::parse(url).unwrap_err(), why, "{url}");
    }
}

#[test]
fn messages_say_what_to_do() {
    let place = Address::parse("etcd://db/images").unwrap().place();
    let at = || Place::clone(&place);
    let silence = || Box::new(std::io::Error::other("what it said"));
    let (option, allowed) = ("tls", "`on` or `off`");
    let mut shown = String::new();
    for error in [
        AddressError::Scheme,
        AddressError::User,
        AddressError::Host,
        AddressError::Prefix,
        AddressError::Escape,
        AddressError::Option,
        AddressError::Value { option, allowed },
        AddressError::Pair,
        AddressError::Narrow,
        AddressError::Plain,
    ] {
        writeln!(shown, "{}", OpenError::Address(error)).unwrap();
    }
    for error in [
        OpenError::NotFound { place: at() },
        OpenError::AlreadyExists { place: at() },
        OpenError::NotAStore {
            place: at(),
            found: Found::ForeignKeys,
        },
        OpenError::NotAStore {
            place: at(),
            found: Found::ForeignContent,
        },
        OpenError::NewerFormat {
            place: at(),
            found: 2,
            supported: 1,
        },
        OpenError::Operations {
            place: at(),
            asked: 4096,
        },
        OpenError::RequestBytes {
            place: at(),
            asked: 8 << 20,
        },
        OpenError::Unreachable {
            place: at(),
            source: silence(),
        },
        OpenError::Refused {
            place: at(),
            source: silence(),
        },
        OpenError::File {
            file: "ca.pem".into(),
            source: *silence(),
        },
        OpenError::Thread { source: *silence() },
    ] {
        writeln!(shown, "{error}").unwrap();
    }
    insta::assert_snapshot!(shown);
}
