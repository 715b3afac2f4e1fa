//! ServerTemplates, as a person reads them.

use crate::program::{Program, done, said};

/// Two MultiCloud Images, and a ServerTemplate that links both.
pub(crate) fn linked() -> Program {
    let program = Program::new();
    done(
        &program,
        &[
            "mci new web",
            "mci set web aws/us-east-1 ami-00000001 --instance-type m7i.large",
            "mci set web gcp projects/acme/global/images/web-1 --instance-type e2-medium",
            "mci commit web -m 'first release'",
            "mci new data",
            "mci set data aws/us-east-1 ami-00000002 --instance-type r7i.large",
            "mci commit data -m 'first release'",
            "channel assign stable data",
        ],
    );
    program
}

#[test]
fn t01_t02_t06_t07_a_template_is_made_linked_and_shown() {
    let program = linked();
    insta::assert_snapshot!(said(
        &program,
        &[
            "template new front",
            "template show front",
            "template commit front -m 'too early'",
            "template link front web",
            "template link front data@stable --default",
            "template link front data@9",
            "template link front nothing",
            "template script add front boot chef:web@2.1 chef:tune@1",
            "template script add front boot chef:first --at 1",
            "template script add front decommission chef:drain",
            "template script remove front boot 9",
            "template script add front later chef:x",
            "template set front --description 'what faces people'",
            "template unlink front data",
            "template unlink front web@1",
            "template default front data",
            "template show front",
            "template commit front -m first",
            "template link front web@head",
            "mci set web azure/westeurope /subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/web --instance-type Standard_D2s_v5",
            "template commit front -m second",
            "template commit front -m third --with-heads",
            "template show front",
            "template unlink front web",
            "template unlink front data",
            "template log front",
            "template list",
            "template edit front",
        ],
    ));
}

#[test]
fn t08_a_template_is_made_with_its_mci() {
    let program = linked();
    insta::assert_snapshot!(said(
        &program,
        &[
            "template new front --with-mci front",
            "template show front",
            "mci show front",
            "template new other --with-mci web",
            "template show other",
        ],
    ));
}

#[test]
fn t03_templates_are_cloned_compared_merged_and_taken_back() {
    let program = linked();
    done(
        &program,
        &[
            "template new 'front v1'",
            "template link 'front v1' web",
            "template script add 'front v1' boot chef:web@1",
            "template commit 'front v1' -m first",
        ],
    );
    insta::assert_snapshot!(said(
        &program,
        &[
            "template clone 'front v1'",
            "template link 'front v2' data --default",
            "template unlink 'front v2' web",
            "template script set 'front v2' boot chef:web@2",
            "template commit 'front v2' -m 'data alone'",
            "template link 'front v1' web@head",
            "template script set 'front v1' boot chef:web@3",
            "template commit 'front v1' -m 'moves with web'",
            "template diff 'front v1' 'front v2'",
            "template diff 'front v1' --format unified",
            "template merge 'front v1' --from 'front v2'",
            "template merge 'front v1' --from 'front v2' --take link:web=ours --set scripts:boot=chef:web@4",
            "template merge 'front v1' --from 'front v2' --take link:nothing=ours",
            "template merge 'front v1' --from 'front v2' --theirs --dry-run",
            "template merge 'front v1' --from 'front v2' --take link:web=ours --take default=theirs --set scripts:boot=chef:web@4",
            "template show 'front v1'",
            "template log 'front v1' --graph",
            "template graph 'front v1'",
            "template undo 'front v1' --list",
            "template undo 'front v1'",
            "template diff 'front v1'",
            "template restore 'front v1@1'",
            "template restore 'front v1'",
        ],
    ));
}

#[test]
fn t09_an_update_shows_what_is_newer_and_moves_it() {
    let program = linked();
    done(
        &program,
        &[
            "template new front",
            "template link front web",
            "template link front data@1",
            "mci set web aws/eu-west-1 ami-00000003 --instance-type m7i.large",
            "mci commit web -m 'Ireland too'",
            "mci set data aws/us-east-1 ami-00000004 --instance-type r7i.large",
            "mci commit data -m 'second release'",
        ],
    );
    insta::assert_snapshot!(said(
        &program,
        &[
            "template show front",
            "template update front",
            "template update front --apply --only data",
            "template update front --apply --only data",
            "template update front --apply",
            "template update front",
            "mci revoke web@2 --reason leaks",
            "mci revoke web@1 --reason 'leaks as well'",
            "template update front",
            "template show front",
        ],
    ));
}
