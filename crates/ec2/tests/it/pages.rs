//! Pages and their tokens.

use crate::{form, refusal};
use atlas_ec2::{PageToken, Question};
use proptest::prelude::*;

fn question(query: &str) -> Question {
    Question::of(&form(query).unwrap())
}

proptest! {
    #[test]
    fn e01_tokens_hold_where_a_list_stands(position in "\\PC{0,40}") {
        let asked = question("Action=DescribeImages");
        let token = PageToken::new(asked, position.clone()).to_string();
        let read = PageToken::parse(&token, asked).unwrap().unwrap();
        prop_assert_eq!(read.position(), position);
        prop_assert!(PageToken::parse(&token, asked.of_caller("dana")).is_err());
    }

    #[test]
    fn e01_no_other_text_is_a_token(text in "1?[0-9a-f]{1,60}|\\PC{1,20}") {
        prop_assert!(PageToken::parse(&text, question("Action=DescribeImages")).is_err());
    }
}

#[test]
fn e01_pages_of_one_question_go_on_and_others_do_not() {
    let first = question("Action=DescribeImages&Owner.1=self&MaxResults=5&X-Amz-Date=1");
    let next = question("Action=DescribeImages&Owner.1=self&MaxResults=7&NextToken=x&X-Amz-Date=2");
    assert_eq!(first, next);
    assert_ne!(
        first,
        question("Action=DescribeImages&Owner.1=123456789012")
    );
    assert_eq!(PageToken::parse("", first), Ok(None));
    let error = PageToken::parse("x", first).unwrap_err();
    assert_eq!(error.code().as_str(), "InvalidNextToken");
}

#[test]
fn e01_a_token_is_of_one_caller_and_whole() {
    let asked = question("Action=DescribeImages");
    let (dana, bert) = (asked.of_caller("dana"), asked.of_caller("bert"));
    let token = PageToken::new(dana, "here").to_string();
    assert!(PageToken::parse(&token, dana).unwrap().is_some());
    let other = format!("2{}", &token[1..]);
    for (text, question) in [
        (&*token, bert),
        (&*token, asked),
        (&*other, dana),
        (&token[..token.len() - 1], dana),
        (&*format!("{token}0"), dana),
        (&*format!("{token}0G"), dana),
        (&*format!("{token}ff"), dana),
    ] {
        let refused = PageToken::parse(text, question).unwrap_err();
        assert_eq!(refused.code().as_str(), "InvalidNextToken", "{text}");
    }
    let longest = "x".repeat(PageToken::MAX_BYTES);
    let token = PageToken::new(dana, longest.clone()).to_string();
    let read = PageToken::parse(&token, dana).unwrap().unwrap();
    assert_eq!(read.position(), longest);
    let token = PageToken::new(dana, format!("{longest}x")).to_string();
    assert!(PageToken::parse(&token, dana).is_err());
}

#[test]
fn e01_pages_have_limits() {
    for query in [
        "Action=DescribeImages&MaxResults=0",
        "Action=DescribeTags&MaxResults=4",
        "Action=DescribeImages&MaxResults=1001",
    ] {
        assert!(refusal(query).contains("maxResults is invalid"), "{query}");
    }
    let with_ids = "Action=DescribeInstances&MaxResults=5&InstanceId.1=i-12345678";
    assert!(refusal(with_ids).starts_with("InvalidParameterCombination"));
}
