//! URLs that are meant to be read in two ways, or to lead inside.

use super::{open, url};
use atlas_fetch::SourceUrl;

/// What lists of such tricks hold, and some more.
const HOSTILE: &[&str] = &[
    // other forms of 127.0.0.1 and 169.254.169.254
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7F.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://0177.0.0.01/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.1./",
    "http://127.000.000.001/",
    "http://127.0.0.1.1/",
    "http://0/",
    "http://0x/",
    "http://0x.0x.0/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://169.254.43518/",
    "http://169.16689662/",
    "http://169.254.169.254./latest/meta-data/",
    "http://425.510.425.510/",
    "http://[::ffff:7f.1]/",
    "http://[::ffff:127.1]/",
    "http://[::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[::1]./",
    "http://[::1]a:80/",
    "http://[::1",
    "http://[v1.a]/",
    "http://[127.0.0.1]/",
    "http://::1/",
    // other digits and dots
    "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
    "http://\u{2460}\u{2461}\u{2466}.\u{24ea}.\u{24ea}.\u{2460}/",
    "http://127\u{3002}0\u{3002}0\u{3002}1/",
    "http://127\u{ff0e}0\u{ff0e}0\u{ff0e}1/",
    "http://example\u{2024}org/",
    "http://\u{24ba}xample.org/",
    "http://b\u{fc}cher.example/",
    "http://exam\u{ad}ple.org/",
    "http://exam\u{200b}ple.org/",
    "http://evil.example\u{2100}.example.org/",
    "http://%31%32%37.0.0.1/",
    "http://127%2e0.0.1/",
    "http://127.0.0.1%2f@example.org/",
    "http://%EF%BC%91/",
    "http://example.org%00.evil.example/",
    // whose host is it?
    "http://good.example@127.0.0.1/",
    "http://good.example:80@127.0.0.1/",
    "http://good.example:80#@127.0.0.1/",
    "http://a:b@127.0.0.1:80@good.example/",
    "http://@example.org/",
    "http://:@example.org/",
    "http://good.example\\@127.0.0.1/",
    "http://good.example\\.evil.example/",
    "http:\\\\example.org\\a",
    "http:/\\example.org",
    "http://good.example\t.evil.example/",
    "ht\ntp://example.org/",
    "http://example.org/a\r\nHost: evil.example",
    "http://example.org/ a",
    " http://example.org/",
    "http://example.org/\u{7f}",
    "http://example.org/\0",
    "http://good.example&@evil.example/",
    "http://good.example;evil.example/",
    "http://good.example,evil.example/",
    "http://<example>.org/",
    "http://example.org|evil/",
    "http://exa^mple.org/",
    "http://*.example.org/",
    // forms
    "",
    "/",
    "//example.org/",
    "example.org/a",
    "http:example.org",
    "http:/example.org",
    "http:///example.org/",
    "http:////example.org/",
    "http://",
    "http://?a",
    "http://#a",
    "http://:80/",
    "https:",
    "://example.org",
    "http://example.org./",
    "http://.example.org/",
    "http://example..org/",
    "http://./",
    "http://../",
    // ports
    "http://example.org:/",
    "http://example.org:0/",
    "http://example.org:080/",
    "http://example.org:+80/",
    "http://example.org:-1/",
    "http://example.org:65536/",
    "http://example.org:80:80/",
    "http://example.org:http/",
    "http://example.org:80a/",
    "http://127.0.0.1:11211:80/",
    "http://127.0.0.1:80 /",
    // schemes
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "FILE:/etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/stats",
    "ftp://example.org/a",
    "sftp://example.org/a",
    "tftp://example.org/a",
    "ldap://127.0.0.1/",
    "jar:http://example.org/a!/b",
    "data:text/plain,a",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "netdoc:///etc/passwd",
    "url:http://example.org/",
    "ws://example.org/",
    "s3://bucket/a",
    "https2://example.org/",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
];

#[test]
fn b07_urls_that_readers_disagree_about_are_refused() {
    let taken: Vec<_> = HOSTILE
        .iter()
        // One is well formed without its fragment: it leads to its host, and nowhere else.
        .filter(|it| SourceUrl::parse(it).is_ok())
        .collect();
    assert_eq!(taken, [&"http://good.example:80#@127.0.0.1/"]);
    assert_eq!(
        url("http://good.example:80#@127.0.0.1/").host(),
        "good.example"
    );
    for text in HOSTILE {
        if let Err(error) = SourceUrl::parse(text) {
            assert!(error.at() <= text.len(), "{text}: {}", error.at());
            assert!(!error.to_string().contains("example.org"), "{error}");
        }
    }
}

#[test]
fn b07_literals_are_judged_as_what_they_are() {
    for text in [
        "http://127.0.0.1/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::]/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::FFFF:A9FE:A9FE]/",
        "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[64:ff9b:1::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://255.255.255.255/",
    ] {
        assert!(
            open(&["0.0.0.0/0", "::/0"]).check_url(&url(text)).is_err(),
            "{text}"
        );
    }
}
