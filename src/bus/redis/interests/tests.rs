//! Sessions that come and go at any moment, and connections that break meanwhile.

use super::*;

fn up() -> Interests {
    let interests = Interests::new();
    interests.begin();
    assert!(interests.go_up());
    interests
}

fn subscribe(agent: &str) -> Work {
    Work { subscribe: vec![agent.into()], unsubscribe: vec![] }
}

#[test]
fn the_first_session_waits_for_the_confirmation_and_the_second_does_not() {
    let (interests, ana) = (up(), Id::from("ana"));
    let mut waiting = interests.want(&ana).expect("it is not confirmed yet");
    assert_eq!(interests.take_work(10), subscribe("ana"));
    assert!(waiting.try_recv().is_err());
    interests.confirm(std::slice::from_ref(&ana));
    assert_eq!(waiting.try_recv(), Ok(()));
    assert!(interests.want(&ana).is_none());
}

#[test]
fn a_session_that_comes_while_the_last_one_goes_ends_subscribed() {
    let (interests, ana) = (up(), Id::from("ana"));
    let first = interests.want(&ana);
    assert_eq!(interests.take_work(10).subscribe.len(), 1);
    interests.confirm(std::slice::from_ref(&ana));
    interests.unwant(&ana);
    assert_eq!(interests.take_work(10), Work { subscribe: vec![], unsubscribe: vec![ana.clone()] });
    // Redis is being told to forget, and now one comes.
    assert!(interests.want(&ana).is_some());
    assert_eq!(interests.take_work(10), subscribe("ana"));
    drop(first);
}

#[test]
fn a_session_that_goes_before_the_confirmation_leaves_nothing_behind() {
    let (interests, ana) = (up(), Id::from("ana"));
    let first = interests.want(&ana);
    assert_eq!(interests.take_work(10), subscribe("ana"));
    interests.unwant(&ana);
    interests.confirm(std::slice::from_ref(&ana));
    assert_eq!(interests.take_work(10), Work { subscribe: vec![], unsubscribe: vec![ana] });
    assert_eq!(interests.take_work(10), Work::default());
    drop(first);
}

#[test]
fn coming_and_going_between_two_looks_is_no_work() {
    let (interests, ana) = (up(), Id::from("ana"));
    let first = interests.want(&ana);
    interests.unwant(&ana);
    assert_eq!(interests.take_work(10), Work::default());
    drop(first);
}

#[test]
fn a_lost_connection_lets_everybody_go_on_and_everything_is_told_again() {
    let (interests, ana) = (up(), Id::from("ana"));
    let mut waiting = interests.want(&ana).expect("it is not confirmed yet");
    assert!(interests.go_down());
    assert!(waiting.try_recv().is_err(), "nobody confirms any more");
    assert!(interests.want(&"ben".into()).is_none(), "while down nobody waits");
    interests.begin();
    let mut again = interests.take_work(10).subscribe;
    again.sort();
    assert_eq!(again, [Id::from("ana"), Id::from("ben")]);
}

#[test]
fn up_is_only_reached_when_whoever_came_meanwhile_is_confirmed_too() {
    let (interests, ana) = (Interests::new(), Id::from("ana"));
    interests.begin();
    assert!(interests.want(&ana).is_none());
    assert!(!interests.go_up());
    assert_eq!(interests.take_work(10), subscribe("ana"));
    interests.confirm(std::slice::from_ref(&ana));
    assert!(interests.go_up());
}
