//! One document per request: a tree of its address, in which every element refers to its parent.

use heaplab_lesson::{Attachment, Graph, Text};
use heaplab_object_graph::{Roots, Trace};
use std::rc::Weak;

/// The tree refers down and up by `Rc`, so parent and child keep each other alive.
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
        /// Does not keep the document alive; the picture uses it to look at a document that should
        /// be gone.
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

/// The tree refers down by `Rc` and up by `Weak`, so a child does not keep its parent alive.
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

/// Draws the last document. Only this function refers to it, by a `Weak` that is not counted.
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
