//! What holds of every text that somebody hands in as a URL, and of a second line as a redirect from it.

use atlas_fetch::{AddressRange, FetchPolicy, HostPattern, Network, SourceUrl};

/// Says whether the first line is a URL.
pub(crate) fn check(text: &str) -> bool {
    let (first, second) = text.split_once('\n').unwrap_or((text, ""));
    names(first);
    let url = match SourceUrl::parse(first) {
        Ok(url) => url,
        Err(error) => {
            assert!(first.is_char_boundary(error.at()), "{first:?}: {error}");
            assert!(!error.to_string().contains(char::is_control), "{error}");
            return false;
        }
    };
    same(&url);
    let policy = FetchPolicy::default();
    judge(&policy, &url);
    match policy.check_redirect(&url, second, 1) {
        Ok(to) => {
            same(&to);
            judge(&policy, &to);
            assert_eq!(policy.check_url(&to), Ok(()));
            assert!(!url.is_https() || to.is_https(), "{to}");
            let stays = (to.host(), to.port()) == (url.host(), url.port());
            assert!(stays || second.contains("//"), "{second:?} leads to {to}");
        }
        Err(refusal) => {
            let message = refusal.to_string();
            assert!(!message.contains(char::is_control), "{message:?}");
        }
    }
    true
}

fn same(url: &SourceUrl) {
    let text = url.as_str();
    assert!(text.len() <= 2_048 && text.is_ascii(), "{text:?}");
    assert_eq!(SourceUrl::parse(text).as_ref(), Ok(url));
    assert!(!format!("{url:?}").contains('?'), "{url:?}");
    assert!(!url.host().is_empty() && url.port() > 0, "{text}");
}

/// An address in a URL is fetched only where it is public.
fn judge(policy: &FetchPolicy, url: &SourceUrl) {
    if let (Some(address), Ok(())) = (url.address(), policy.check_url(url)) {
        assert_eq!(AddressRange::of(address), None, "{address}");
        assert_eq!(policy.check_address(url, address), Ok(()));
    }
}

fn names(text: &str) {
    match Network::parse(text) {
        Ok(network) => assert_eq!(Network::parse(&network.to_string()), Ok(network)),
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error}"),
    }
    match HostPattern::parse(text) {
        Ok(host) => assert_eq!(HostPattern::parse(&host.to_string()), Ok(host)),
        Err(error) => assert!(text.is_char_boundary(error.at()), "{text:?}: {error}"),
    }
}
