//! The text of URLs.

use super::url;
use atlas_fetch::{HostPattern, SourceUrl};
use proptest::prelude::*;

#[test]
fn b01_urls_of_images_are_read() {
    for (text, canonical, host, port) in [
        (
            "https://example.org",
            "https://example.org/",
            "example.org",
            443,
        ),
        (
            "http://example.org/",
            "http://example.org/",
            "example.org",
            80,
        ),
        (
            "HTTPS://EXAMPLE.org:443/A",
            "https://example.org/A",
            "example.org",
            443,
        ),
        (
            "https://example.org:8443/a?b=c",
            "https://example.org:8443/a?b=c",
            "example.org",
            8443,
        ),
        (
            "https://example.org?a",
            "https://example.org/?a",
            "example.org",
            443,
        ),
        (
            "https://a_b.example.org/a#part",
            "https://a_b.example.org/a",
            "a_b.example.org",
            443,
        ),
        (
            "https://example.org/a/./b/../c",
            "https://example.org/a/c",
            "example.org",
            443,
        ),
        (
            "https://example.org/%2e%2E/a",
            "https://example.org/a",
            "example.org",
            443,
        ),
        (
            "https://example.org/@a:b@c?d@e:f",
            "https://example.org/@a:b@c?d@e:f",
            "example.org",
            443,
        ),
        (
            "https://xn--bcher-kva.example/a",
            "https://xn--bcher-kva.example/a",
            "xn--bcher-kva.example",
            443,
        ),
        (
            "https://192.0.2.1/a",
            "https://192.0.2.1/a",
            "192.0.2.1",
            443,
        ),
        (
            "https://[2001:DB8:0::1]:444/a",
            "https://[2001:db8::1]:444/a",
            "[2001:db8::1]",
            444,
        ),
        (
            "https://[::ffff:192.0.2.1]/a",
            "https://[::ffff:c000:201]/a",
            "[::ffff:c000:201]",
            443,
        ),
        (
            "https://1.2.3.4.example/",
            "https://1.2.3.4.example/",
            "1.2.3.4.example",
            443,
        ),
        ("https://localhost/", "https://localhost/", "localhost", 443),
    ] {
        let read = url(text);
        assert_eq!(
            (read.as_str(), read.host(), read.port()),
            (canonical, host, port),
            "{text}"
        );
        assert_eq!(read.to_string().parse(), Ok(read.clone()));
        assert_eq!(read.is_https(), canonical.starts_with("https:"));
    }
}

#[test]
fn lengths_are_bounded() {
    let of = |length: usize| {
        let head = "https://example.org/";
        format!("{head}{}", "a".repeat(length - head.len()))
    };
    assert_eq!(
        SourceUrl::parse(&of(2048)).map(|it| it.as_str().len()),
        Ok(2048)
    );
    assert_eq!(SourceUrl::parse(&of(2049)).unwrap_err().at(), 2048);
    // What the canonical form encodes counts, too.
    let quotes = format!("https://example.org/{}", "\"".repeat(1000));
    assert!(SourceUrl::parse(&quotes).is_err());
    for (parts, is_read) in [
        ([63, 63, 63, 61], true),
        ([63, 63, 63, 62], false),
        ([64, 1, 1, 1], false),
    ] {
        let host = parts.map(|it| "a".repeat(it)).join(".");
        assert_eq!(
            SourceUrl::parse(&format!("https://{host}/")).is_ok(),
            is_read
        );
        assert_eq!(HostPattern::parse(&host).is_ok(), is_read);
    }
}

#[test]
fn why_a_text_is_no_url() {
    let said = |text: &str| {
        let error = SourceUrl::parse(text).unwrap_err();
        format!("{:>4}  {error}\n", error.at())
    };
    let long = format!("https://example.org/{}", "a".repeat(2048));
    let quotes = format!("https://example.org/{}", "\"".repeat(1000));
    let texts = [
        "example.org",
        "file:///etc/passwd",
        "https://user:password@example.org/",
        "https://%65xample.org/",
        "https://[::1/",
        "https://[127.0.0.1]/",
        "https://[::1]80/",
        "https:///a",
        "https://127.1/",
        "https://example.org./",
        "https://example.org:080/",
        "https://example.org/a b",
        "https://example.org\\a",
        "https://xn--/",
        &long,
        &quotes,
    ];
    insta::assert_snapshot!(texts.map(said).concat(), @r#"
       0  the URL is not `https://` or `http://` and a host
       0  the URL has a scheme that is not `https` or `http`
      21  the URL names a user or a password; leave them out
       8  the URL has an encoded host; write it in letters and digits
       8  the URL has a bracket that is not closed
       9  the URL has brackets around what is no IPv6 address
      13  the URL has more than a port behind its address
       8  the URL has no host
      12  the URL has a host that is neither a plain name nor an address such as `192.0.2.1`
      20  the URL has a host that is neither a plain name nor an address such as `192.0.2.1`
      20  the URL has a port that is no number from 1 to 65535
      21  the URL has a space, a control character or another script; encode it as `%…`, a host as `xn--…`
      19  the URL has a backslash; encode it as `%5C`
       8  the URL cannot be read
    2048  the URL is longer than 2,048 bytes
    2048  the URL is longer than 2,048 bytes when it is encoded
    "#);
}

#[test]
fn b07_the_query_is_shown_to_nobody() {
    let url = url("https://example.org/a?signature=secret");
    assert_eq!(format!("{url:?}"), "SourceUrl(`https://example.org/a`)");
    assert_eq!(format!("{url:#?}"), "SourceUrl(`https://example.org/a`)");
    assert_eq!(url.without_query(), "https://example.org/a");
    for text in [
        "https://user:secret@example.org/",
        "https://example.org/?secret\\",
    ] {
        let error = SourceUrl::parse(text).unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
    }
}

/// Texts that are nearly URLs.
fn nearly() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        Just("https"),
        Just("http"),
        Just("HTTPS"),
        Just("ftp"),
        Just("")
    ];
    let mark = prop_oneof![8 => Just("://"), 1 => Just(":"), 1 => Just(":///")];
    let host = prop_oneof![
        "[a-zA-Z0-9_.-]{1,12}",
        "(xn--)?[a-z0-9-]{1,8}\\.[a-z]{2,3}",
        "(0x)?[0-9a-f]{1,9}",
        "[0-9]{1,3}(\\.[0-9]{1,3}){0,4}\\.?",
        "\\[[0-9a-f:.]{1,20}\\]",
        "[!-~]{1,12}",
    ];
    let port = prop_oneof![Just(String::new()), ":[0-9]{0,6}"];
    (scheme, mark, host, port, "([/?][!-~]{0,16})?")
        .prop_map(|(scheme, mark, host, port, tail)| format!("{scheme}{mark}{host}{port}{tail}"))
}

proptest! {
    #[test]
    fn what_is_read_is_written_and_read_alike(text in nearly()) {
        if let Ok(read) = SourceUrl::parse(&text) {
            prop_assert_eq!(SourceUrl::parse(read.as_str()), Ok(read.clone()));
            let authority = text.split("://").nth(1).unwrap();
            let authority = authority.split(['/', '?', '#']).next().unwrap();
            let is_v6 = authority.starts_with('[');
            let host = if is_v6 { read.host().to_owned() } else { authority.split(':').next().unwrap().to_lowercase() };
            prop_assert_eq!(read.host(), host);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Err(error) = SourceUrl::parse(&text) {
            prop_assert!(error.at() <= text.len());
        }
    }
}
