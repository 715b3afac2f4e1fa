//! What a policy decides.

use super::{at, ip, open, url};
use atlas_fetch::{FetchPolicy, HostPattern, Network, SourceUrl};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[test]
fn b01_https_from_a_public_host_is_fetched_and_little_else() {
    let policy = FetchPolicy::default();
    let allows = |text: &str| policy.check_url(&url(text)).is_ok();
    assert!(allows("https://images.example.org/a.qcow2"));
    assert!(allows("https://images.example.org:80/a.qcow2"));
    assert!(allows("https://9.9.9.9/a"));
    assert!(!allows("http://images.example.org/a.qcow2"));
    assert!(!allows("https://images.example.org:22/a.qcow2"));
    assert!(!allows("https://10.0.0.1/a"));
    assert_eq!(at(&policy, "9.9.9.9"), Ok(()));
    assert!(at(&policy, "10.0.0.1").is_err());
}

#[test]
fn b07_a_list_of_hosts_opens_no_network() {
    let mut policy = open(&[]);
    let hosts = ["images.example.org", "10.0.0.1"].map(|it| HostPattern::parse(it).unwrap());
    policy.hosts = Some(BTreeSet::from(hosts));
    assert_eq!(policy.check_url(&url("http://images.example.org/")), Ok(()));
    assert!(policy.check_url(&url("http://other.example.org/")).is_err());
    assert!(policy.check_url(&url("http://10.0.0.1/")).is_err());
    assert!(at(&policy, "10.0.0.1").is_err());
    // A list without hosts allows none.
    policy.hosts = Some(BTreeSet::new());
    assert!(
        policy
            .check_url(&url("http://images.example.org/"))
            .is_err()
    );
}

#[test]
fn b07_whoever_forgets_the_first_question_is_refused_by_the_second() {
    let policy = FetchPolicy::default();
    for text in [
        "http://example.org/",
        "https://example.org:25/",
        "https://127.0.0.1/",
    ] {
        assert!(
            policy.check_address(&url(text), ip("9.9.9.9")).is_err(),
            "{text}"
        );
    }
    let literal = url("https://[::ffff:9.9.9.9]/");
    assert_eq!(policy.check_address(&literal, ip("9.9.9.9")), Ok(()));
    assert!(policy.check_address(&literal, ip("1.1.1.1")).is_err());
}

#[test]
fn b01_redirects_lead_where_a_url_may() {
    let from = url("https://example.org/images/a?signature=secret");
    for (location, to) in [
        ("https://other.example/b?c", "https://other.example/b?c"),
        ("//other.example/b", "https://other.example/b"),
        ("/b", "https://example.org/b"),
        ("b#part", "https://example.org/images/b"),
        ("../../../b", "https://example.org/b"),
        ("?b", "https://example.org/images/a?b"),
        ("./b:c", "https://example.org/images/b:c"),
        ("/b//c@d:80", "https://example.org/b//c@d:80"),
        ("HTTPS://Example.org", "https://example.org/"),
    ] {
        let policy = FetchPolicy::default();
        let led = policy.check_redirect(&from, location, 1);
        assert_eq!(led.as_ref().map(SourceUrl::as_str), Ok(to), "{location}");
    }
    let plain = open(&[]).check_redirect(&url("http://example.org/"), "https://example.org/", 1);
    assert_eq!(plain.unwrap().as_str(), "https://example.org/");
}

#[test]
fn b07_redirects_to_elsewhere_are_refused() {
    let from = url("https://example.org/a");
    for location in [
        "",
        "#",
        "#part",
        " /b",
        "/b\r\nSet-Cookie: a",
        "\\\\evil.example\\b",
        "/\\evil.example/b",
        "///evil.example/b",
        "//",
        "//@evil.example/b",
        "//example.org@127.0.0.1/",
        "//127.1/",
        "//2130706433/",
        "//127.0.0.1/",
        "//[::1]/",
        "//169.254.169.254/latest/meta-data/",
        "//169.254.169.254./",
        "https:/b",
        "https:b",
        "https:///b",
        "https://[::ffff:169.254.169.254]/",
        "https://example.org:6379/",
        "http://example.org/a",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
        "data:,a",
        "b:c",
        "/b\u{fc}cher",
    ] {
        let led = open(&[]).check_redirect(&from, location, 1);
        assert!(led.is_err(), "{location}: {led:?}");
    }
}

#[test]
fn b07_circles_of_redirects_end() {
    let policy = FetchPolicy::default();
    let mut at = url("https://example.org/a");
    let mut followed = 0;
    while let Ok(next) = policy.check_redirect(&at, "/a", followed + 1) {
        at = next;
        followed += 1;
    }
    assert_eq!(followed, 5);
    let mut none = FetchPolicy::default();
    none.redirects = 0;
    assert!(none.check_redirect(&at, "/a", 1).is_err());
}

#[test]
fn refusals_say_what_to_do() {
    let mut policy = FetchPolicy::default();
    policy.refused.insert(Network::parse("9.9.9.0/24").unwrap());
    let hosts = ["example.org", "*.example.org", "::1", "192.0.2.1"];
    policy.hosts = Some(hosts.map(|it| HostPattern::parse(it).unwrap()).into());
    let from = url("https://example.org/a?signature=secret");
    let mut said = Vec::new();
    let mut note = |error: Option<atlas_fetch::FetchRefusal>| {
        let error = error.unwrap();
        let shown = format!("{error:?}");
        assert!(!shown.contains("secret"), "{shown}");
        said.push(error.to_string());
    };
    for text in [
        "http://example.org/a?secret",
        "https://example.org:22/a?secret",
        "https://evil.example/a?secret",
        "https://[::1]/a?secret",
    ] {
        note(policy.check_url(&url(text)).err());
    }
    for address in [
        "10.1.2.3",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "100.64.0.1",
        "fe80::1",
        "2002::1",
        "9.9.9.9",
    ] {
        note(policy.check_address(&from, ip(address)).err());
    }
    note(
        policy
            .check_address(&url("https://192.0.2.1/?secret"), ip("192.0.2.2"))
            .err(),
    );
    let mut open = FetchPolicy::default();
    open.networks.insert(Network::parse("192.0.2.1").unwrap());
    note(
        open.check_address(&url("https://192.0.2.1/?secret"), ip("192.0.2.2"))
            .err(),
    );
    note(policy.check_redirect(&from, "/b", 6).err());
    note(policy.check_redirect(&from, "", 1).err());
    note(
        policy
            .check_redirect(&from, "//a:b@example.org/?secret", 1)
            .err(),
    );
    note(
        policy
            .check_redirect(&from, "http://example.org/b?secret", 1)
            .err(),
    );
    insta::assert_snapshot!(said.join("\n"), @r#"
    `http://example.org/a` is not https, which is required; use https, or allow http
    `https://example.org:22/a` is at port 22, which is not allowed; use another one, or allow it
    the host `evil.example` is not among those that are allowed; use one of them, or allow it
    the host `[::1]` is at ::1, which is loopback: ::1/128 (RFC 4291); use a public host, or allow its network
    the host `example.org` is at 10.1.2.3, which is private: 10.0.0.0/8 (RFC 1918); use a public host, or allow its network
    the host `example.org` is at ::ffff:169.254.169.254 (IPv4-mapped 169.254.169.254), which is metadata: 169.254.169.254/32 (most clouds); use a public host, or allow its network
    the host `example.org` is at 64:ff9b::7f00:1 (NAT64 127.0.0.1), which is loopback: 127.0.0.0/8 (RFC 1122); use a public host, or allow its network
    the host `example.org` is at 100.64.0.1, which is shared address space (carrier NAT): 100.64.0.0/10 (RFC 6598); use a public host, or allow its network
    the host `example.org` is at fe80::1, which is link-local: fe80::/10 (RFC 4291); use a public host, or allow its network
    the host `example.org` is at 2002::1, which is 6to4: 2002::/16 (RFC 3056); use a public host, or allow its network
    the host `example.org` is at 9.9.9.9, in the network 9.9.9.0/24 that is refused; use another host
    the host `192.0.2.1` is at 192.0.2.1, which is documentation: 192.0.2.0/24 (RFC 5737); use a public host, or allow its network
    the host `192.0.2.1` is not 192.0.2.2; connect to the address in the URL
    there are more than 5 redirects; use the URL that they lead to, if they lead anywhere
    `https://example.org/a` leads to no URL: the URL is empty; use the URL of the image itself
    `https://example.org/a` leads to no URL: the URL names a user or a password; leave them out; use the URL of the image itself
    `https://example.org/a` leads from https to `http://example.org/b`; use a host that stays with https
    "#);
}

proptest! {
    #[test]
    fn b07_a_redirect_keeps_the_host_or_is_judged(location in "[!-~]{0,24}") {
        let from = url("https://example.org/images/a");
        if let Ok(to) = FetchPolicy::default().check_redirect(&from, &location, 1) {
            prop_assert!(FetchPolicy::default().check_url(&to).is_ok());
            let names_a_host = location.contains("//");
            prop_assert!(names_a_host || to.host() == "example.org", "{}", to);
        }
    }
}
