//! How long a frame takes: `cargo bench --bench frames`. A change of an inbox becomes text once, and that text a frame on
//! each socket it goes to.
#![allow(missing_docs, clippy::unwrap_used, reason = "a measurement that cannot go on says so by panicking")]

use std::hint::black_box;

use actix_http::ws::{OpCode, Parser};
use bellhop::{
    domain::{
        act::Op,
        inbox::Counts,
        notification::Notification,
        nudge::{Change, InboxChange},
    },
    live::nudge,
};
use bytes::BytesMut;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn entry() -> Change {
    let notification = json!({
        "id": "0193f0c2-0000-7000-8000-000000000000", "seq": 45, "type": "reaction", "reason": "customer_reply",
        "category": "new_client_message", "priority": "normal", "title": "New reply on #123 from Carla Reis",
        "body": "Login Issue", "url": "https://desk.example.com/tickets/123",
        "actor": {"kind": "customer", "id": "c1", "name": "Carla Reis", "avatar_url": null},
        "ticket": {"id": "HD-00123", "number": "123", "subject": "Login Issue"}, "comment": {"id": "Comment-00789"},
        "created_at": "2026-11-20T09:00:00.000Z", "changed_seq": 45, "read_at": null, "cleared_at": null,
        "snoozed_until": null, "resolved": null
    });
    Change::Entry(Box::new(serde_json::from_value::<Notification>(notification).unwrap()))
}

fn read_by_id() -> Change {
    let ids = vec!["0193f0c2-0000-7000-8000-000000000000".into()];
    Change::Acted {
        op: Op::Read,
        ids,
        selector: None,
        reference: Some("7".into()),
        at: 1_795_165_200_000,
        until: None,
        resolved: None,
    }
}

fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a frame");
    for (name, what) in [("a new entry", entry()), ("read", read_by_id())] {
        let counts = Counts { unread: 3, unseen: 1 };
        let change = InboxChange { agent: "ana".into(), prev: 44, seq: 45, counts, what, accepted_us: 0 };
        group.bench_with_input(BenchmarkId::new("as text", name), &change, |bencher, change| {
            bencher.iter(|| black_box(nudge(change)));
        });
        let text = nudge(&change).frame;
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("on a WebSocket", name), &text, |bencher, text| {
            let mut to = BytesMut::with_capacity(4_096);
            bencher.iter(|| {
                to.clear();
                Parser::write_message(&mut to, text.as_bytes(), OpCode::Text, true, false);
                black_box(&to);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
