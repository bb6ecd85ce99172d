//! A document a request: a tree of its address, in which every part knows what it is a part of.

use heaplab_lesson::{Attachment, Graph, Text};
use heaplab_object_graph::{Roots, Trace};
use std::rc::Weak;

/// Down and up by `Rc`: each keeps the other.
pub(crate) mod before {
    use crate::service::{Part, Request};
    use heaplab_object_graph::trace;
    use std::cell::RefCell;
    use std::rc::{Rc, Weak};

    pub(crate) struct Element {
        name: String,
        parent: Option<Rc<Element>>,
        children: RefCell<Vec<Rc<Element>>>,
    }
    trace!(Element { name, parent, children });

    #[derive(Default)]
    pub(crate) struct Documents {
        elements: u64,
        /// Does not keep the document: it is how we look at one that is gone, or should be.
        pub(crate) latest: Weak<Element>,
    }

    impl Part for Documents {
        fn handle(&mut self, request: &Request, _: &str) {
            let root = new_element("document", None);
            for part in request.address.split(['/', '?']).filter(|part| !part.is_empty()) {
                let child = new_element(part, Some(Rc::clone(&root)));
                root.children.borrow_mut().push(child);
            }
            self.elements += 1 + root.children.borrow().len() as u64;
            self.latest = Rc::downgrade(&root);
        }
    }

    fn new_element(name: &str, parent: Option<Rc<Element>>) -> Rc<Element> {
        Rc::new(Element { name: name.to_owned(), parent, children: RefCell::default() })
    }
}

/// Down by `Rc`, up by `Weak`: who is below does not keep who is above.
pub(crate) mod after {
    use crate::service::{Part, Request};
    use heaplab_object_graph::trace;
    use std::cell::RefCell;
    use std::rc::{Rc, Weak};

    pub(crate) struct Element {
        name: String,
        parent: Weak<Element>,
        children: RefCell<Vec<Rc<Element>>>,
    }
    trace!(Element { name, parent, children });

    #[derive(Default)]
    pub(crate) struct Documents {
        elements: u64,
        pub(crate) latest: Weak<Element>,
    }

    impl Part for Documents {
        fn handle(&mut self, request: &Request, _: &str) {
            let root = new_element("document", Weak::new());
            for part in request.address.split(['/', '?']).filter(|part| !part.is_empty()) {
                let child = new_element(part, Rc::downgrade(&root));
                root.children.borrow_mut().push(child);
            }
            self.elements += 1 + root.children.borrow().len() as u64;
            self.latest = Rc::downgrade(&root);
        }
    }

    fn new_element(name: &str, parent: Weak<Element>) -> Rc<Element> {
        Rc::new(Element { name: name.to_owned(), parent, children: RefCell::default() })
    }
}

/// The last document, of which nobody has a pointer any more but ours, which does not count.
pub(crate) fn draw_last_document<E: Trace>(name: &str, latest: &Weak<E>) -> Vec<Attachment> {
    let snapshot = Roots::new().witness("latest", latest).snapshot();
    let of: Vec<u32> = snapshot.find_id(latest).into_iter().collect();
    vec![Attachment::Graph(Graph {
        name: name.to_owned(),
        title: Text::new("The last document, after its request", "最后一份文档，在它的请求结束之后"),
        sentences: snapshot.show_backrefs(&of, 2, 10).sentences,
        ..snapshot.show_refs(&of, 4, 10)
    })]
}
