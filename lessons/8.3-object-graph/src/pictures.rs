//! What the report shows after the work: graphs and tables of who refers to whom.

use crate::{Service, Session};
use heaplab_lesson::{Attachment, Cell, Figure, Graph, Table, Text};
use heaplab_object_graph::{ObjectSnapshot, Roots, Trace};
use std::ops::Range;
use std::rc::Rc;

/// The lecture's watermark, shown in the legend.
const WATERMARK: &str = "程序员晚枫出品";

/// How far a graph goes, and how many references of one object it shows.
const DEPTH: usize = 6;
const TOO_MANY: usize = 4;

/// `objgraph.show_backrefs([big], filename='leak.png')`, and more about the session that should
/// have been freed.
pub(crate) fn leak_attachments<L: Trace>(
    service: &Service<L>,
    lost: Option<&Rc<Session>>,
) -> Vec<Attachment> {
    let snapshot = Roots::new().variable("service", service).snapshot();
    let Some(big) = lost.and_then(|session| snapshot.find_id(&session.big)) else { return Vec::new() };
    let leak = Text::new("Who keeps `big` of the first session alive", "谁让第一个会话的 `big` 一直活着");
    let refs = Text::new("What the leaky service refers to", "会泄漏的服务都引用了什么");
    let chain = snapshot.find_chain_to(big).unwrap_or_default();
    let length = Attachment::Figure(Figure {
        name: "chain_length".to_owned(),
        title: Text::new("references from the service to `big`", "从 service 到 `big` 要经过的引用数"),
        value: Cell::Count(chain.len() as u64),
    });
    vec![
        graph_attachment("leak", leak, snapshot.show_backrefs(&[big], DEPTH, TOO_MANY)),
        graph_attachment("refs", refs, snapshot.show_refs(&[0], DEPTH, TOO_MANY)),
        break_table(&snapshot, &chain),
        common_types_table(&snapshot),
        length,
    ]
}

/// The repaired service: who refers to a session that has ended, and to one that is online.
pub(crate) fn fix_attachments<L: Trace>(name: &str, service: &Service<L>) -> Vec<Attachment> {
    let snapshot = Roots::new().variable("service", service).snapshot();
    let title = match name {
        "weak" => {
            Text::new("What a Weak leaves of a session that has ended", "只拿 Weak 时，结束的会话还剩下什么")
        }
        _ => Text::new(
            "Who knows a session when the others have left the bus",
            "别的会话都退订之后，还有谁引用着一个会话",
        ),
    };
    let sessions = snapshot.by_type("Rc<Session>");
    let is_gone = |id: &&u32| snapshot.nodes()[**id as usize].is_dropped();
    let ended = sessions.iter().find(is_gone);
    let online = sessions.iter().find(|id| !is_gone(id));
    let targets: Vec<u32> = ended.into_iter().chain(online).copied().collect();
    let graph = graph_attachment(name, title, snapshot.show_backrefs(&targets, DEPTH, TOO_MANY));
    vec![graph, common_types_table(&snapshot)]
}

/// `objgraph.show_growth()` between the hundredth and the two hundredth session of a separate
/// service.
pub(crate) fn growth_table<L: Trace>(
    mut service: Service<L>,
    serve: fn(&mut Service<L>, Range<u64>),
) -> Option<Attachment> {
    serve(&mut service, 0..100);
    let before = Roots::new().variable("service", &service).snapshot();
    serve(&mut service, 100..200);
    let after = Roots::new().variable("service", &service).snapshot();
    let row = |growth: heaplab_object_graph::TypeGrowth| {
        vec![
            Cell::Text(growth.type_name),
            Cell::Count(growth.count),
            format_difference(growth.count_diff, Cell::Count),
            format_difference(growth.bytes_diff, Cell::Bytes),
        ]
    };
    let rows: Vec<Vec<Cell>> = after.growth_since(&before, 5).into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        Attachment::Table(Table {
            title: Text::new("Growth over 100 sessions", "100 个会话之间的增长"),
            columns: vec![
                Text::new("type", "类型"),
                Text::new("objects", "对象数"),
                Text::new("more", "增加"),
                Text::new("more bytes", "增加的字节"),
            ],
            rows,
        })
    })
}

/// A difference in its unit; a negative one has a sign and no unit.
fn format_difference(difference: i64, unit: fn(u64) -> Cell) -> Cell {
    u64::try_from(difference).map_or_else(|_| Cell::Text(difference.to_string()), unit)
}

/// "Break this reference and N bytes go free", for each reference of the chain.
fn break_table(snapshot: &ObjectSnapshot, chain: &[u32]) -> Attachment {
    let row = |&edge: &u32| {
        let to = snapshot.edges()[edge as usize].to;
        let freed = snapshot.simulate_break(&[edge]);
        vec![
            Cell::Text(snapshot.describe_edge(edge)),
            Cell::Text(snapshot.nodes()[to as usize].type_name.to_string()),
            Cell::Bytes(freed.bytes),
            Cell::Count(freed.objects.len() as u64),
            Cell::Bytes(snapshot.retained_bytes(to).unwrap_or(0)),
        ]
    };
    Attachment::Table(Table {
        title: Text::new("If one reference of the chain is broken", "断开引用链上的一个引用"),
        columns: vec![
            Text::new("reference", "引用"),
            Text::new("to", "指向"),
            Text::new("bytes that go free", "释放的字节"),
            Text::new("objects that go free", "释放的对象"),
            Text::new("retained by what it refers to", "所指对象的支配大小"),
        ],
        rows: chain.iter().map(row).collect(),
    })
}

/// `objgraph.show_most_common_types()`.
fn common_types_table(snapshot: &ObjectSnapshot) -> Attachment {
    let row = |count: heaplab_object_graph::TypeCount| {
        vec![Cell::Text(count.type_name), Cell::Count(count.count), Cell::Bytes(count.bytes)]
    };
    Attachment::Table(Table {
        title: Text::new("The most common types", "最常见的类型"),
        columns: vec![
            Text::new("type", "类型"),
            Text::new("objects", "对象数"),
            Text::new("own bytes", "自身字节"),
        ],
        rows: snapshot.most_common_types(5).into_iter().map(row).collect(),
    })
}

/// Gives a graph its name and its caption, and the watermark as its legend.
fn graph_attachment(name: &str, title: Text, graph: Graph) -> Attachment {
    Attachment::Graph(Graph {
        name: name.to_owned(),
        title,
        legend: vec![Text::new(WATERMARK, WATERMARK)],
        ..graph
    })
}
