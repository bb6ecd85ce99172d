//! Lesson 8.3: pictures of the reference chain. Everyone has logged out, and the memory is still
//! there.
//!
//! Question:   who keeps a session alive that nobody uses any more?
//! Prediction: write down, for each variant, how many bytes a session leaves behind.
//! Command:    cargo xtask lesson 8.3

mod pictures;

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use heaplab_object_graph::trace;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::{Rc, Weak};

lesson! {
    unit: "sessions",
    default_scale: 10_000,
    quick_scale: 500,
    baseline: leaky_registry,
    work "sessions" {
        rust {
            leaky_registry: "the bus keeps every session: nobody tells it that one has ended",
            break_the_edge: "the same leak, and then the reference broken that the picture names",
            weak_back_edge: "the bus holds a Weak: it keeps no session alive",
            explicit_unsubscribe: "a session leaves the bus when it ends",
        }
        python {
            leaky_registry: "the bus keeps every session; the chain is found by gc.get_referrers",
            weak_back_edge: "the bus holds a weakref.ref",
            explicit_unsubscribe: "a session leaves the bus when it ends",
        }
    }
}

/// How many are logged in at the same time; then the first of them logs out.
const ONLINE: usize = 4;

/// `big = '程序员晚枫' * 1000`, one per session.
struct Session {
    name: String,
    big: String,
}
trace!(Session { name, big });

struct Bus<L> {
    listeners: Vec<L>,
}
trace!(<L> Bus<L> { listeners });

struct Service<L> {
    online: BTreeMap<u64, Rc<Session>>,
    bus: Rc<RefCell<Bus<L>>>,
}
trace!(<L> Service<L> { online, bus });

impl<L> Service<L> {
    fn new() -> Service<L> {
        Service { online: BTreeMap::new(), bus: Rc::new(RefCell::new(Bus { listeners: Vec::new() })) }
    }

    /// Users log in one after the other and listen to the bus. The one who has been online longest
    /// logs out.
    fn serve(
        &mut self,
        users: Range<u64>,
        listen: fn(&Rc<Session>) -> L,
        log_out: fn(&mut Vec<L>, &Rc<Session>),
    ) -> Checksum {
        let mut checksum = Checksum::new();
        for user in users {
            let session =
                Rc::new(Session { name: format!("user{user}"), big: "程序员晚枫".repeat(1_000) });
            checksum = checksum.row(&session.name, session.big.chars().count() as u64);
            self.bus.borrow_mut().listeners.push(listen(&session));
            self.online.insert(user, session);
            if self.online.len() > ONLINE
                && let Some((_, first)) = self.online.pop_first()
            {
                log_out(&mut self.bus.borrow_mut().listeners, &first);
            }
        }
        checksum
    }
}

/// The bug: logging out does not tell the bus.
fn keep_listening<L>(_: &mut Vec<L>, _: &Rc<Session>) {}

fn leaky_registry(sessions: Scale) -> VariantResult<Service<Rc<Session>>> {
    let mut service = Service::new();
    let checksum = service.serve(0..sessions.get(), Rc::clone, keep_listening);
    VariantResult::new(checksum, service).with_heap_attachments(|service, _| {
        let growth = pictures::growth_table(Service::new(), |service, users| {
            service.serve(users, Rc::clone, keep_listening);
        });
        let bus = service.bus.borrow();
        pictures::leak_attachments(service, bus.listeners.first()).into_iter().chain(growth).collect()
    })
}

fn break_the_edge(sessions: Scale) -> VariantResult<Service<Rc<Session>>> {
    let mut service = Service::new();
    let checksum = service.serve(0..sessions.get(), Rc::clone, keep_listening);
    service.bus.borrow_mut().listeners = Vec::new();
    VariantResult::new(checksum, service)
}

fn weak_back_edge(sessions: Scale) -> VariantResult<Service<Weak<Session>>> {
    let mut service = Service::new();
    let checksum = service.serve(0..sessions.get(), Rc::downgrade, keep_listening);
    VariantResult::new(checksum, service).with_heap_attachments(|service, _| {
        let growth = pictures::growth_table(Service::new(), |service, users| {
            service.serve(users, Rc::downgrade, keep_listening);
        });
        pictures::fix_attachments("weak", service).into_iter().chain(growth).collect()
    })
}

/// Removes exactly the session that ends from the bus.
fn unsubscribe(listeners: &mut Vec<Rc<Session>>, session: &Rc<Session>) {
    listeners.retain(|listener| !Rc::ptr_eq(listener, session));
}

fn explicit_unsubscribe(sessions: Scale) -> VariantResult<Service<Rc<Session>>> {
    let mut service = Service::new();
    let checksum = service.serve(0..sessions.get(), Rc::clone, unsubscribe);
    VariantResult::new(checksum, service).with_heap_attachments(|service, _| {
        let growth = pictures::growth_table(Service::new(), |service, users| {
            service.serve(users, Rc::clone, unsubscribe);
        });
        pictures::fix_attachments("unsubscribed", service).into_iter().chain(growth).collect()
    })
}
