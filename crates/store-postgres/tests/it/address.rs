//! URLs, and what is wrong with them.

use atlas_store_postgres::{Address, AddressError};

#[test]
fn urls_are_read() {
    for (url, place) in [
        (
            "postgres://atlas@db",
            "schema `cloud_atlas` of database `atlas` at `db:5432`",
        ),
        (
            "postgresql://atlas:secret@db.example.org:6432/images?schema=team_7&pool=4",
            "schema `team_7` of database `images` at `db.example.org:6432`",
        ),
        (
            "postgres://a%40b:p%2Fw@one:1,two,[::1]:3/d%20b?target_session_attrs=any&connect_timeout=5",
            "schema `cloud_atlas` of database `d b` at `one:1,two:5432,[::1]:3`",
        ),
        (
            "postgres://atlas@%2Frun%2Fpostgresql/images?sslmode=disable",
            "schema `cloud_atlas` of database `images` at `/run/postgresql:5432`",
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
    for (url, why) in [
        ("", AddressError::Scheme),
        ("mysql://atlas@db", AddressError::Scheme),
        ("postgres:/atlas@db", AddressError::Scheme),
        ("postgres://db/images", AddressError::User),
        ("postgres://:secret@db", AddressError::User),
        ("postgres://atlas@", AddressError::Host),
        ("postgres://atlas@db:port", AddressError::Host),
        ("postgres://atlas@db:0", AddressError::Host),
        ("postgres://atlas@[::1", AddressError::Host),
        ("postgres://atlas@[::1]5432", AddressError::Host),
        ("postgres://atlas@one,,two", AddressError::Host),
        ("postgres://atlas:%zz@db", AddressError::Escape),
        ("postgres://atlas:%e@db", AddressError::Escape),
        ("postgres://atlas:%ff@db", AddressError::Escape),
        ("postgres://atlas@db?password=secret", AddressError::Option),
        ("postgres://atlas@db?schema", AddressError::Option),
        (
            "postgres://atlas@db?schema=Team",
            value("schema", "written `[a-z_][a-z0-9_]{0,62}`"),
        ),
        (
            "postgres://atlas@db?pool=0",
            value("pool", "a number from 1 to 1000"),
        ),
        (
            "postgres://atlas@db?sslmode=verify-ca",
            value("sslmode", "`disable`, `prefer`, `require` or `verify-full`"),
        ),
        (
            "postgres://atlas@db?target_session_attrs=read-only",
            value("target_session_attrs", "`any` or `read-write`"),
        ),
        (
            "postgres://atlas@db?connect_timeout=never",
            value("connect_timeout", "a number of seconds from 1 to 600"),
        ),
    ] {
        assert_eq!(Address::parse(url).unwrap_err(), why, "{url}");
    }
}

#[test]
fn messages_say_what_is_allowed() {
    let option = "schema";
    let allowed = "written `[a-z_][a-z0-9_]{0,62}`";
    let errors = [
        AddressError::Scheme,
        AddressError::User,
        AddressError::Host,
        AddressError::Escape,
        AddressError::Option,
        AddressError::Value { option, allowed },
    ];
    let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(messages.join("\n"));
}
