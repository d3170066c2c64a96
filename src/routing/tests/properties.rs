//! What holds in every world: random agents, roles, choices and events.

use std::collections::HashSet;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

use crate::{
    domain::{
        directory::AgentStatus,
        event::EventType,
        preferences::{CATEGORIES, Choice},
        ticket::Watch,
    },
    routing::{
        Decision,
        candidate::{CandidateKind, Outcome},
        rules::RULES,
        testing::World,
    },
};

const AGENTS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
/// In roles also somebody whom the directory does not know.
const NAMES: [&str; 7] = ["a", "b", "c", "d", "e", "f", "ghost"];

fn names() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(&NAMES[..]), 0..5)
}

#[derive(Debug, Clone)]
struct Case {
    statuses: Vec<AgentStatus>,
    choices: Vec<(usize, usize, bool)>,
    locks: Vec<(usize, bool)>,
    rules_off: Vec<usize>,
    roles: [Vec<&'static str>; 6],
    pm: Option<&'static str>,
    is_chat: bool,
    kind: EventType,
    actor: Option<&'static str>,
    mentions: Vec<&'static str>,
    flags: (bool, bool, bool),
}

fn cases() -> impl Strategy<Value = Case> {
    let status = select(&[AgentStatus::Active, AgentStatus::Active, AgentStatus::Vacation, AgentStatus::Inactive][..]);
    let world = (
        vec(status, AGENTS.len()),
        vec((0..AGENTS.len(), 0..CATEGORIES.len(), any::<bool>()), 0..12),
        vec((0..CATEGORIES.len(), any::<bool>()), 0..3),
        vec(0..RULES.len(), 0..4),
        [names(), names(), names(), names(), names(), names()],
        proptest::option::of(select(&NAMES[..])),
        any::<bool>(),
    );
    let happening =
        (select(EventType::ALL), proptest::option::of(select(&NAMES[..])), names(), any::<(bool, bool, bool)>());
    (world, happening).prop_map(|(world, (kind, actor, mentions, flags))| {
        let (statuses, choices, locks, rules_off, roles, pm, is_chat) = world;
        Case { statuses, choices, locks, rules_off, roles, pm, is_chat, kind, actor, mentions, flags }
    })
}

fn build(case: &Case) -> World {
    let [assignees, previous, watchers, no_access, team, department] = &case.roles;
    let known = |names: &[&'static str]| names.iter().copied().filter(|name| *name != "ghost").collect::<Vec<_>>();
    let mut world = World::with_agents(&AGENTS)
        .assigned_to(assignees)
        .with_team("T", team)
        .with_department("D", &known(department));
    for (agent, status) in AGENTS.iter().zip(&case.statuses) {
        world = world.with_status(agent, *status);
    }
    for (agent, category, on) in &case.choices {
        world = world.choosing(AGENTS[*agent], CATEGORIES[*category].id, if *on { "on" } else { "off" });
    }
    let settings = &mut world.snapshot.settings;
    for (category, required) in &case.locks {
        let choice = if *required { Choice::Required } else { Choice::Off };
        settings.categories.insert(CATEGORIES[*category].id.into(), choice);
    }
    settings.rules_off = case.rules_off.iter().map(|index| RULES[*index].id.to_owned()).collect();
    let ticket = &mut world.ticket;
    ticket.previous_assignees = previous.iter().map(|name| (*name).into()).collect();
    ticket.no_access = no_access.iter().map(|name| (*name).into()).collect();
    ticket.pm = case.pm.map(Into::into);
    ticket.team = Some("T".into());
    ticket.channel = case.is_chat.then(|| "chat".to_owned());
    ticket.watches = watchers.iter().map(|name| Watch { agent: (*name).into(), active: true, auto: false }).collect();
    world
}

fn happen(world: &World, case: &Case) -> Decision {
    let (reopened, first, bot_answered) = case.flags;
    let actor = case.actor.map_or(json!({"kind": "customer"}), |id| json!({"kind": "agent", "id": id}));
    let to = case.mentions.first().copied().unwrap_or("a");
    let data = json!({
        "actor": actor, "reopened": reopened, "first": first, "bot_answered": bot_answered, "urgency": "critical",
        "message": {"id": "m", "text": format!("hello @{to}"), "mentions": case.mentions},
        "assigned": {"agents": case.mentions, "team": "T"}, "comment": {"id": "m", "author": to},
        "custom": {"to": to, "kind": "assignment", "message": null, "url": null},
    });
    world.on(case.kind.as_str(), data)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_told_twice_nor_wrongly_and_the_explanation_is_whole(case in cases()) {
        let world = build(&case);
        let decision = happen(&world, &case);
        let recipients: Vec<&str> = decision.drafts.iter().map(|draft| &*draft.agent).collect();
        let distinct: HashSet<&str> = recipients.iter().copied().collect();
        prop_assert_eq!(distinct.len(), recipients.len(), "somebody is told twice");
        for draft in &decision.drafts {
            let agent = world.snapshot.directory.agent(&draft.agent);
            let status = agent.map(|agent| agent.status);
            prop_assert!(matches!(status, Some(AgentStatus::Active | AgentStatus::Vacation)));
            prop_assert_eq!(draft.quiet, status == Some(AgentStatus::Vacation));
            prop_assert!(case.kind == EventType::NotificationTest || Some(&*draft.agent) != case.actor);
            prop_assert!(!world.ticket.no_access.contains(&draft.agent) || !case.kind.needs_ticket());
            prop_assert!(!draft.title.is_empty() && !draft.title.contains('\n'));
        }
        let listed: HashSet<&str> = decision.candidates.iter().map(|candidate| &*candidate.recipient).collect();
        prop_assert_eq!(listed.len(), decision.candidates.len(), "somebody is listed twice");
        let told: HashSet<&str> = decision.candidates.iter().filter(|c| c.has_entry()).map(|c| &*c.recipient).collect();
        prop_assert_eq!(told, distinct, "the explanation disagrees with what is stored");
        for candidate in &decision.candidates {
            prop_assert_eq!(candidate.why.is_none(), candidate.outcome == Outcome::Notified);
            // Customers of chats are told for each way why they are not reached by it.
            let is_told_why = candidate.kind == CandidateKind::Contact && candidate.channels.is_some();
            prop_assert!(candidate.channels.is_none() == (candidate.outcome == Outcome::Skipped) || is_told_why);
        }
    }

    #[test]
    fn the_same_facts_give_the_same_plan(case in cases()) {
        let world = build(&case);
        prop_assert_eq!(happen(&world, &case), happen(&build(&case), &case));
    }
}
