//! The declaration of a lesson: its variants by name, and the code that `lesson!` writes around
//! them.

use crate::measure::{MeasuredVariant, VariantRunner};
use crate::prepare::Prepare;
use heaplab_heap::RegionError;
use heaplab_record::{Language, LessonOption, MANIFEST_SCHEMA, Manifest, Variant};
use std::num::NonZero;

/// Declares the lesson's variants and writes its `main` and its `#[global_allocator]`. The crate's
/// page has a complete example. A name under `rust` is a function `fn(Scale) -> VariantResult<T>`
/// of the same module; a name under `python` is the script `python/NAME.py` of the lesson's folder.
/// Variants of one `work` return the same checksum at the same scale.
///
/// `quick_scale: N` behind the default is the scale of `--quick`, where a hundredth of the default is
/// too small to show the lesson's effect.
///
/// Four parts may precede the first `work`: `prepare: FUNCTION` makes what every variant reads
/// ([`crate::Prepare`]); `options: { "--log" "FILE": "what it is for" }` are options besides the
/// scale, passed to that function; `threaded: [NAME, …]` names the variants that allocate on every
/// processor; `maps_memory: [NAME, …]` names those whose memory the recorder does not see, because they
/// map it themselves.
#[macro_export]
macro_rules! lesson {
    (
        unit: $unit:literal,
        default_scale: $scale:literal,
        $(quick_scale: $quick:literal,)?
        baseline: $baseline:ident,
        $(prepare: $prepare:path,)?
        $(options: { $($option:literal $value:literal : $help:literal),+ $(,)? },)?
        $(threaded: [$($threaded:ident),+ $(,)?],)?
        $(maps_memory: [$($mapping:ident),+ $(,)?],)?
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
                quick_scale: None$(.or(Some($quick)))?,
                baseline: stringify!($baseline),
                prepare: None$(.or(Some($prepare as $crate::Prepare)))?,
                options: &[$($(($option, $value, $help),)+)?],
                threaded: &[$($(stringify!($threaded),)+)?],
                maps_memory: &[$($(stringify!($mapping),)+)?],
                variants: &[
                    $(
                        $($($crate::DeclaredVariant {
                            name: stringify!($rust),
                            work: $group,
                            about: $rust_about,
                            run: Some(|bench| bench.measure($rust)),
                        },)+)?
                        $($($crate::DeclaredVariant {
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

/// What [`lesson!`](crate::lesson!) has declared.
pub struct Lesson {
    /// What the scale counts, in the plural.
    pub unit: &'static str,
    /// The scale if none is given.
    pub default_scale: u64,
    /// The scale of `--quick`, where a hundredth of the default would not show the effect.
    pub quick_scale: Option<u64>,
    /// The Rust variant that the others are compared with.
    pub baseline: &'static str,
    /// Makes what the variants read.
    pub prepare: Option<Prepare>,
    /// Options besides the scale: name with its dashes, name of the value, one line of help.
    pub options: &'static [(&'static str, &'static str, &'static str)],
    /// Variants that allocate on as many threads as there are processors.
    pub threaded: &'static [&'static str],
    /// Variants that map memory themselves.
    pub maps_memory: &'static [&'static str],
    /// In the order of their declaration.
    pub variants: &'static [DeclaredVariant],
}

/// One declared variant.
pub struct DeclaredVariant {
    /// Its name.
    pub name: &'static str,
    /// Its work group.
    pub work: &'static str,
    /// One line that says what it does.
    pub about: &'static str,
    /// The function; `None` for a script.
    pub run: Option<VariantFunction>,
}

/// Runs a variant, whatever the type of its data.
pub type VariantFunction = fn(&VariantRunner) -> Result<MeasuredVariant, RegionError>;

impl DeclaredVariant {
    const fn language(&self) -> Language {
        if self.run.is_some() { Language::Rust } else { Language::Python }
    }
}

impl Lesson {
    /// The Rust variant of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&DeclaredVariant> {
        self.rust_variants().find(|variant| variant.name == name)
    }

    /// The variants that this binary can run itself.
    pub(crate) fn rust_variants(&self) -> impl Iterator<Item = &DeclaredVariant> {
        self.variants.iter().filter(|variant| variant.run.is_some())
    }

    pub(crate) fn manifest(&self) -> Manifest {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let processors = u32::try_from(processors).unwrap_or(u32::MAX);
        let options = self.options.iter().map(|&(name, value, about)| LessonOption {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            about: about.to_owned(),
        });
        let variants = self.variants.iter().map(|declared| Variant {
            name: declared.name.to_owned(),
            language: declared.language(),
            work_group: declared.work.to_owned(),
            baseline: declared.run.is_some() && declared.name == self.baseline,
            maps_memory: self.maps_memory.contains(&declared.name),
            threads: if self.threaded.contains(&declared.name) { processors } else { 1 },
            about: declared.about.to_owned(),
        });
        Manifest {
            schema: MANIFEST_SCHEMA.to_owned(),
            unit: self.unit.to_owned(),
            default_scale: self.default_scale,
            quick_scale: self.quick_scale,
            variants: variants.collect(),
            options: options.collect(),
            prepares: self.prepare.is_some(),
        }
    }
}
