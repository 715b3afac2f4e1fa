//! `atlas serve ec2` before clients that mean no good.

use crate::serving::Serving;

#[test]
fn what_clients_send_is_bounded() {
    let mut serving = Serving::started(&[]);
    let told = serving.python("attacks.py", &[]);
    insta::assert_snapshot!(told);
    assert_eq!(serving.stop("TERM"), Some(0));
    assert_eq!(serving.log(), "");
    serving.program.ok(&["store", "check"]);
}
