//! What happens to images, MultiCloud Images, channels, ServerTemplates, servers and locks.

use proptest::prelude::*;

pub(super) const MCIS: usize = 3;
pub(super) const TEMPLATES: usize = 2;
pub(super) const PLACES: [&str; 3] = ["aws/us-east-1", "aws/us-west-2", "aws/eu-west-1"];
/// How many images each place has.
pub(super) const IMAGES: u64 = 3;

/// An image: its number and its place.
pub(super) type Image = (u64, usize);

/// What a launch begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// A MultiCloud Image, at the newest revision, at HEAD or at its channel.
    Mci(usize, State),
    /// A ServerTemplate, and which MultiCloud Image is chosen, if any.
    Template(usize, State, Option<usize>),
}

/// Which state of a lineage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Newest,
    Head,
    Channel,
    Latest,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Register(Image),
    Deprecate(Image),
    Disable(Image),
    Enable(Image),
    Delete(Image),
    Set(usize, Image),
    Unset(usize, usize),
    Commit(usize),
    /// Revokes a revision; whether channels go back.
    Revoke(usize, prop::sample::Index, bool),
    Unmark(usize, prop::sample::Index),
    Assign(usize, prop::sample::Index),
    RollBack(usize),
    Link(usize, usize, State),
    Default(usize, usize),
    Unlink(usize, usize),
    Script(usize),
    CommitTemplate(usize, bool),
    AddServer(Base, usize),
    EditServer(prop::sample::Index),
    Reinherit(prop::sample::Index),
    RemoveServer(prop::sample::Index),
    Lock(usize),
    DeleteMci(usize),
    DeleteTemplate(usize),
}

fn states() -> impl Strategy<Value = State> {
    prop_oneof![
        4 => Just(State::Newest),
        2 => Just(State::Head),
        2 => Just(State::Channel),
        1 => Just(State::Latest),
    ]
}

pub(super) fn bases() -> impl Strategy<Value = Base> {
    prop_oneof![
        (0..MCIS, states()).prop_map(|(mci, state)| Base::Mci(mci, state)),
        (0..TEMPLATES, states(), prop::option::of(0..MCIS))
            .prop_map(|(template, state, mci)| Base::Template(template, state, mci)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let image = || (1..=IMAGES, 0..PLACES.len());
    let index = any::<prop::sample::Index>;
    prop_oneof![
        3 => image().prop_map(Step::Register),
        1 => image().prop_map(Step::Deprecate),
        1 => image().prop_map(Step::Disable),
        1 => image().prop_map(Step::Enable),
        1 => image().prop_map(Step::Delete),
        6 => (0..MCIS, image()).prop_map(|(mci, image)| Step::Set(mci, image)),
        1 => (0..MCIS, 0..PLACES.len()).prop_map(|(mci, place)| Step::Unset(mci, place)),
        5 => (0..MCIS).prop_map(Step::Commit),
        1 => (0..MCIS, index(), any::<bool>()).prop_map(|(mci, at, back)| Step::Revoke(mci, at, back)),
        1 => (0..MCIS, index()).prop_map(|(mci, at)| Step::Unmark(mci, at)),
        3 => (0..MCIS, index()).prop_map(|(mci, at)| Step::Assign(mci, at)),
        1 => (0..MCIS).prop_map(Step::RollBack),
        5 => (0..TEMPLATES, 0..MCIS, states()).prop_map(|(of, mci, state)| Step::Link(of, mci, state)),
        2 => (0..TEMPLATES, 0..MCIS).prop_map(|(of, mci)| Step::Default(of, mci)),
        1 => (0..TEMPLATES, 0..MCIS).prop_map(|(of, mci)| Step::Unlink(of, mci)),
        1 => (0..TEMPLATES).prop_map(Step::Script),
        3 => (0..TEMPLATES, any::<bool>()).prop_map(|(of, heads)| Step::CommitTemplate(of, heads)),
        4 => (bases(), 0..PLACES.len()).prop_map(|(base, place)| Step::AddServer(base, place)),
        1 => index().prop_map(Step::EditServer),
        1 => index().prop_map(Step::Reinherit),
        1 => index().prop_map(Step::RemoveServer),
        3 => (0..MCIS).prop_map(Step::Lock),
        1 => (0..MCIS).prop_map(Step::DeleteMci),
        1 => (0..TEMPLATES).prop_map(Step::DeleteTemplate),
    ]
}

/// A history. What has to be there for anything to be launched comes first.
pub(super) fn history() -> impl Strategy<Value = Vec<Step>> {
    let mut first = vec![Step::Register((1, 0)), Step::Register((2, 1))];
    for mci in 0..MCIS {
        first.extend([
            Step::Set(mci, (1, 0)),
            Step::Set(mci, (2, 1)),
            Step::Commit(mci),
        ]);
    }
    for of in 0..TEMPLATES {
        first.extend([
            Step::Link(of, of, State::Newest),
            Step::Link(of, of + 1, State::Head),
            Step::CommitTemplate(of, false),
        ]);
    }
    prop::collection::vec(step(), 20..60).prop_map(move |rest| [first.clone(), rest].concat())
}
