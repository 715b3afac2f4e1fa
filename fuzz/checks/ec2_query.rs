//! What holds of every query string or form that somebody sends.

use atlas_ec2::{Action, Form, FormLimits, PageToken, Question, Request};

/// Says whether it is a request.
pub(crate) fn check(body: &[u8]) -> bool {
    let limits = FormLimits::default();
    let form = match Form::parse("", body, &limits) {
        Ok(form) => form,
        Err(error) => {
            refused(&error);
            return false;
        }
    };
    assert!(form.pairs().len() <= limits.parameters);
    // The same parameters in another order, and in the query string, are the same form.
    let mut pairs: Vec<_> = body.split(|byte| *byte == b'&').collect();
    pairs.reverse();
    let reversed = pairs.join(&b'&');
    assert_eq!(Form::parse("", &reversed, &limits).as_ref(), Ok(&form));
    if let Ok(query) = core::str::from_utf8(body) {
        assert_eq!(Form::parse(query, b"", &limits).as_ref(), Ok(&form));
    }
    let question = Question::of(&form);
    for (_, value) in form.pairs() {
        if let Ok(Some(token)) = PageToken::parse(value, question) {
            assert_eq!(token.to_string(), value);
        }
    }
    match Request::parse(&form) {
        Ok(request) => {
            assert!(Action::names().contains(&request.action.name()));
            assert_eq!(request.question, question);
            true
        }
        Err(error) => {
            refused(&error);
            false
        }
    }
}

fn refused(error: &atlas_ec2::Ec2Error) {
    assert!(error.status() >= 400 && !error.message().is_empty());
    let xml = error.to_xml("id");
    // What no document of XML 1.0 may hold; a carriage return is written as a reference.
    let strange =
        |character| matches!(character, '\0'..='\x08' | '\x0b'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    assert!(
        !xml.contains(strange) && xml.ends_with("</Response>"),
        "{xml:?}"
    );
}
