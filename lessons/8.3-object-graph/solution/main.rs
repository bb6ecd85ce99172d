//! One solution of the exercise of lesson 8.3: the cache knows its images and does not keep them
//! alive.
//!
//! A `Weak` finds an image as long as somebody shows it. That alone is not enough: the entry of a
//! dropped image still has its name, and its `Weak` keeps the image's block of counts. So dead
//! entries are removed each time the map has doubled.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p object-graph --example object-graph-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use heaplab_object_graph::{Roots, trace};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

lesson! {
    unit: "pages",
    default_scale: 10_000,
    baseline: mine,
    work "pages" {
        rust {
            mine: "a cache that keeps no image alive",
        }
    }
}

struct Image {
    pixels: Vec<u8>,
}
trace!(Image { pixels });

#[derive(Default)]
struct Cache {
    images: HashMap<String, Weak<Image>>,
    sweep_at: usize,
    loads: u64,
}
trace!(Cache { images, .. });

impl Cache {
    /// The image, loaded if nobody shows it.
    fn get(&mut self, name: &str) -> Rc<Image> {
        if let Some(image) = self.images.get(name).and_then(Weak::upgrade) {
            return image;
        }
        self.loads += 1;
        let image = Rc::new(Image { pixels: vec![name.len() as u8; 10_000] });
        self.images.insert(name.to_owned(), Rc::downgrade(&image));
        if self.images.len() > self.sweep_at {
            self.images.retain(|_, image| image.strong_count() > 0);
            self.sweep_at = 2 * self.images.len() + 8;
        }
        image
    }
}

fn mine(pages: Scale) -> VariantResult<Cache> {
    let mut cache = Cache::default();
    let mut checksum = Checksum::new();
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
