//! How long a decision takes: `cargo bench --bench routing`. One event to the members of a department, directory and
//! preferences in memory, alert emails on.
#![allow(missing_docs, clippy::unwrap_used, reason = "a measurement that cannot go on says so by panicking")]

use std::hint::black_box;

use bellhop::{
    domain::{
        directory::Agent,
        event::{Event, EventType},
        plan::{Facts, Router},
        settings::Settings,
        snapshot::Snapshot,
        ticket::TicketFacts,
    },
    routing::{Engine, channels::Outgoing},
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use serde_json::json;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn world(members: usize) -> (Snapshot, TicketFacts, Event) {
    let settings = json!({"categories": {"new_ticket_department": "on"},
                          "alerts": {"new_ticket": {"department_members": true}}});
    let settings: Settings = serde_json::from_value(settings).unwrap();
    let mut snapshot = Snapshot { settings, ..Snapshot::default() };
    for number in 0..members {
        let agent = json!({"id": format!("agent-{number}"), "name": format!("Agent {number}"), "department": "support",
                           "email": format!("agent-{number}@example.com"), "time_zone": "Europe/Lisbon"});
        let agent: Agent = serde_json::from_value(agent).unwrap();
        // Every tenth agent has preferences of their own.
        if number % 10 == 0 {
            let own = json!({"quiet_hours": {"days": {"fri": [{"from": "22:00", "to": "07:00"}]}}});
            snapshot.preferences.insert(agent.id.clone(), serde_json::from_value(own).unwrap());
        }
        snapshot.directory.put_agent(agent);
    }
    let mut ticket = TicketFacts::new("HD-1".into());
    ticket.number = Some("1".to_owned());
    ticket.subject = Some("Login Issue".to_owned());
    ticket.department = Some("support".into());
    let data = json!({"actor": {"kind": "customer", "id": "c1", "name": "Carla Reis"}, "ticket": {"id": "HD-1"},
                      "message": {"id": "m1", "text": "It does not work."}});
    let data = serde_json::from_value(data).unwrap();
    let event = Event { source: "/desk".into(), id: "e1".into(), kind: EventType::TicketCreated, time: 0, data };
    (snapshot, ticket, event)
}

fn routing(criterion: &mut Criterion) {
    let engine = Engine::new(Outgoing { email: true, sms: true, admin_address: Some("admin@example.com".to_owned()) });
    let mut group = criterion.benchmark_group("one event to a department");
    for members in [10, 100, 5_000] {
        let (snapshot, ticket, event) = world(members);
        let facts =
            Facts { event: &event, ticket: Some(&ticket), contact: None, snapshot: &snapshot, now: 1_795_165_200_000 };
        assert!(engine.decide(&facts).drafts.len() == members);
        group.bench_with_input(BenchmarkId::new("decide", members), &facts, |bencher, facts| {
            bencher.iter(|| black_box(engine.decide(facts)));
        });
        group.bench_with_input(BenchmarkId::new("decide and explain", members), &facts, |bencher, facts| {
            bencher.iter(|| black_box(engine.route(*facts)));
        });
    }
    group.finish();
}

criterion_group!(benches, routing);
criterion_main!(benches);
