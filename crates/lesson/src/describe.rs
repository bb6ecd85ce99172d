//! The declaration of a lesson: its variants by name, and the machinery around them.

use crate::measure::{Bench, Measured};
use heaplab_heap::RegionError;
use heaplab_record::{Language, MANIFEST_SCHEMA, Manifest, Variant};

/// Declares the lesson's variants and writes its `main` and its `#[global_allocator]`. See the crate's page for a whole
/// example. A name under `rust` is a function `fn(Scale) -> Kept<T>` of the same module; a name under `python` is the
/// script `python/NAME.py` of the lesson's folder. Variants of one `work` return the same checksum at the same scale.
#[macro_export]
macro_rules! lesson {
    (
        unit: $unit:literal,
        default_scale: $scale:literal,
        baseline: $baseline:ident,
        $(work $group:literal {
            $(rust { $($rust:ident : $rust_about:literal),+ $(,)? })?
            $(python { $($python:ident : $python_about:literal),+ $(,)? })?
        })+
    ) => {
        #[global_allocator]
        static HEAP: $crate::Heap = $crate::Heap::new();

        fn main() -> ::std::process::ExitCode {
            $crate::main(&$crate::Lesson {
                unit: $unit,
                default_scale: $scale,
                baseline: stringify!($baseline),
                variants: &[
                    $(
                        $($($crate::Declared {
                            name: stringify!($rust),
                            work: $group,
                            about: $rust_about,
                            run: Some(|bench| bench.measure($rust)),
                        },)+)?
                        $($($crate::Declared {
                            name: stringify!($python),
                            work: $group,
                            about: $python_about,
                            run: None,
                        },)+)?
                    )+
                ],
            })
        }
    };
}

/// What [`lesson!`] wrote down.
pub struct Lesson {
    /// What the scale counts, in the plural.
    pub unit: &'static str,
    /// The scale of a run that names none.
    pub default_scale: u64,
    /// The Rust variant that the others are compared with.
    pub baseline: &'static str,
    /// In the order in which they stand.
    pub variants: &'static [Declared],
}

/// One declared variant.
pub struct Declared {
    /// Its name.
    pub name: &'static str,
    /// Its work group.
    pub work: &'static str,
    /// One line that says what it does.
    pub about: &'static str,
    /// The function, behind its own type; `None` for a script.
    pub run: Option<Function>,
}

/// A variant's function behind its own type.
pub type Function = fn(&Bench) -> Result<Measured, RegionError>;

impl Declared {
    const fn language(&self) -> Language {
        if self.run.is_some() { Language::Rust } else { Language::Python }
    }
}

impl Lesson {
    /// The Rust variant of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&Declared> {
        self.rust_variants().find(|variant| variant.name == name)
    }

    /// What this binary can run itself.
    pub(crate) fn rust_variants(&self) -> impl Iterator<Item = &Declared> {
        self.variants.iter().filter(|variant| variant.run.is_some())
    }

    pub(crate) fn manifest(&self) -> Manifest {
        let variants = self.variants.iter().map(|declared| Variant {
            name: declared.name.to_owned(),
            language: declared.language(),
            work_group: declared.work.to_owned(),
            baseline: declared.run.is_some() && declared.name == self.baseline,
            threads: 1,
            about: declared.about.to_owned(),
        });
        Manifest {
            schema: MANIFEST_SCHEMA.to_owned(),
            unit: self.unit.to_owned(),
            default_scale: self.default_scale,
            variants: variants.collect(),
            options: Vec::new(),
        }
    }
}
