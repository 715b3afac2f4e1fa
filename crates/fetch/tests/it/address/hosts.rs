//! Patterns of hosts.

use super::url;
use atlas_fetch::HostPattern;

#[test]
fn patterns_of_hosts_are_read_and_written_alike() {
    for (text, canonical) in [
        ("Example.org", "example.org"),
        ("*.EXAMPLE.org", "*.example.org"),
        ("localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
    ] {
        let pattern = HostPattern::parse(text).unwrap();
        assert_eq!(pattern.to_string(), canonical);
        assert_eq!(canonical.parse(), Ok(pattern));
    }
    let said = |text: &str| {
        let error = HostPattern::parse(text).unwrap_err();
        format!("{:>2}  {error}\n", error.at())
    };
    let texts = [
        "",
        "*",
        "*.",
        "*example.org",
        "a.*.org",
        "*.*.org",
        "*.1.2.3.4",
        "127.1",
        "a.0x7f",
        "[::1]",
        "example.org.",
        "example.org:80",
        "https://example.org",
        "b\u{fc}cher.example",
    ];
    insta::assert_snapshot!(texts.map(said).concat(), @r#"
     0  the host `` has an empty part; write it without dots around it
     0  the host `*` has a character other than letters, digits, `-` and `_`
     2  the host `*.` has an empty part; write it without dots around it
     0  the host `*example.org` has a character other than letters, digits, `-` and `_`
     2  the host `a.*.org` has a character other than letters, digits, `-` and `_`
     2  the host `*.*.org` has a character other than letters, digits, `-` and `_`
     8  the host `*.1.2.3.4` ends in a number; write an address as `192.0.2.1`
     4  the host `127.1` ends in a number; write an address as `192.0.2.1`
     2  the host `a.0x7f` ends in a number; write an address as `192.0.2.1`
     0  the host `[::1]` has a character other than letters, digits, `-` and `_`
    12  the host `example.org.` has an empty part; write it without dots around it
    11  the host `example.org:80` has a character other than letters, digits, `-` and `_`
     5  the host `https://example.org` has a character other than letters, digits, `-` and `_`
     1  the host `bücher.example` has a character other than letters, digits, `-` and `_`
    "#);
}

#[test]
fn b01_a_pattern_is_one_host_or_all_below() {
    for (pattern, text, matches) in [
        ("example.org", "https://EXAMPLE.org/", true),
        ("example.org", "https://a.example.org/", false),
        ("example.org", "https://anexample.org/", false),
        ("*.example.org", "https://example.org/", false),
        ("*.example.org", "https://a.example.org/", true),
        ("*.example.org", "https://a.b.example.org/", true),
        ("*.example.org", "https://anexample.org/", false),
        ("*.example.org", "https://example.org.evil.example/", false),
        ("192.0.2.1", "https://192.0.2.1/", true),
        ("192.0.2.1", "https://[::ffff:192.0.2.1]/", false),
        ("2001:db8::1", "https://[2001:db8:0::1]/", true),
    ] {
        let is = HostPattern::parse(pattern).unwrap().matches(&url(text));
        assert_eq!(is, matches, "{pattern} {text}");
    }
}
