use crate::{assert_offset, assert_text_form, refusals};
use atlas_base::ParseIdError;
use proptest::prelude::*;

atlas_base::id_type! {
    /// Names a ship.
    pub struct ShipId("ship-");
}

#[test]
fn is_a_prefix_and_32_digits() {
    let id = ShipId::from_u128(0xabc);
    assert_eq!(id.to_string(), "ship-00000000000000000000000000000abc");
    assert_eq!(
        ShipId::from_u128(u128::MAX).to_string(),
        format!("ship-{}", "f".repeat(32))
    );
    assert_eq!(id.as_u128(), 0xabc);
    assert_eq!(ShipId::PREFIX, "ship-");
}

#[test]
fn refuses_other_texts() {
    let good = ShipId::from_u128(0xabc).to_string();
    let (upper, long) = (good.replace('b', "B"), format!("{good}0"));
    let braced = "ship-0000-0000-0000";
    insta::assert_snapshot!(
        refusals(
            &["", "sh", "shop-1", "img-1", "ship-", "ship-é", braced, &upper, &good[..36], &long],
            ShipId::parse,
            ParseIdError::at,
        ),
        @"
     0 `` is no id: expected `ship-` and 32 lower-case hex digits
     2 `sh` is no id: expected `ship-` and 32 lower-case hex digits
     2 `shop-1` is no id: expected `ship-` and 32 lower-case hex digits
     0 `img-1` is no id: expected `ship-` and 32 lower-case hex digits
     5 `ship-` is no id: expected `ship-` and 32 lower-case hex digits
     5 `ship-é` is no id: expected `ship-` and 32 lower-case hex digits
     9 `ship-0000-0000-0000` is no id: expected `ship-` and 32 lower-case hex digits
    35 `ship-00000000000000000000000000000aBc` is no id: expected `ship-` and 32 lower-case hex digits
    36 `ship-00000000000000000000000000000ab` is no id: expected `ship-` and 32 lower-case hex digits
    37 `ship-00000000000000000000000000000abc0` is no id: expected `ship-` and 32 lower-case hex digits
    "
    );
}

proptest! {
    #[test]
    fn text_leads_back(bits in any::<u128>()) {
        let id = ShipId::from_u128(bits);
        assert_text_form(&id);
        prop_assert_eq!(id.as_u128(), bits);
    }

    #[test]
    fn order_is_that_of_the_bits_and_of_the_text(a in any::<u128>(), b in any::<u128>()) {
        let (left, right) = (ShipId::from_u128(a), ShipId::from_u128(b));
        prop_assert_eq!(left.cmp(&right), a.cmp(&b));
        prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
    }

    #[test]
    fn offset_is_never_past_the_fault(text in "(ship-|sh|)[0-9a-gé]{0,34}") {
        let whole = "ship-".to_owned() + &"0".repeat(32);
        let rests: Vec<_> = (0..=37).map(|at| &whole[at..]).collect();
        if let Err(error) = ShipId::parse(&text) {
            assert_offset(&text, error.at(), ShipId::parse, &rests);
        }
    }
}
