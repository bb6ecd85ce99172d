//! Exercise of lesson 8.3: an image cache that never frees anything.
//!
//! A browser shows one page after the other. Every page loads an image of its own and the site's
//! logo; with the cache, an image on the screen is loaded only once. `mine` is correct, and it
//! keeps every image that was ever shown. Edit it until the peak is under 100,000 bytes for any
//! number of pages and the checksum is unchanged.
//!
//! Under the heap probe it prints who keeps the first page's image alive.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p object-graph --example object-graph-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use heaplab_object_graph::{Roots, trace};
use std::collections::HashMap;
use std::rc::Rc;

lesson! {
    unit: "pages",
    default_scale: 10_000,
    baseline: mine,
    work "pages" {
        rust {
            mine: "a cache of images",
        }
    }
}

struct Image {
    pixels: Vec<u8>,
}
trace!(Image { pixels });

#[derive(Default)]
struct Cache {
    images: HashMap<String, Rc<Image>>,
    loads: u64,
}
trace!(Cache { images, .. });

impl Cache {
    /// The image, loaded if it is not in the cache.
    fn get(&mut self, name: &str) -> Rc<Image> {
        if let Some(image) = self.images.get(name) {
            return Rc::clone(image);
        }
        self.loads += 1;
        let image = Rc::new(Image { pixels: vec![name.len() as u8; 10_000] });
        self.images.insert(name.to_owned(), Rc::clone(&image));
        image
    }
}

fn mine(pages: Scale) -> VariantResult<Cache> {
    let mut cache = Cache::default();
    let mut checksum = Checksum::new();
    // The logo is on every page; each page has an image of its own.
    let logo = cache.get("logo");
    for page in 0..pages.get() {
        let name = format!("page{page}");
        let (own, again) = (cache.get(&name), cache.get(&name));
        checksum = checksum
            .row(&name, (own.pixels.len() + again.pixels.len() + cache.get("logo").pixels.len()) as u64);
    }
    checksum = checksum.row("loads", cache.loads).row("logo", logo.pixels.len() as u64);
    VariantResult::new(checksum, cache).with_heap_attachments(|cache, _| {
        let snapshot = Roots::new().variable("cache", cache).snapshot();
        let image = cache.images.get("page0").and_then(|image| snapshot.find_id(image));
        for sentence in snapshot.show_backrefs(image.as_slice(), 4, 5).sentences {
            println!("{}\n{}", sentence.en, sentence.zh);
        }
        Vec::new()
    })
}
