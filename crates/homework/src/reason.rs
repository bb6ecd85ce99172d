//! Why a verdict is not a pass: stable codes, each with a status and a sentence.

use crate::Task;
use crate::source_rules::{Finding, Forbidden};
use heaplab_record::{Text, VerdictReason, VerdictStatus};

/// A reason's code, the gravest first: the first reason decides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum ReasonCode {
    BadArchive,
    Identity,
    ForbiddenSource,
    ForeignFile,
    ForkRefused,
    OutsideHeap,
    OutlivedCall,
    TooManyThreads,
    OutputFlood,
    ForgedRecord,
    HardCoded,
    ForgedResult,
    NoSource,
    UnreadableSource,
    DoesNotBuild,
    BuildTimeout,
    BuildMemory,
    OutOfMemory,
    Timeout,
    NoRecord,
    Panicked,
    Crashed,
    BadRecord,
    WrongAnswer,
    Unstable,
    TooFewPoints,
}

impl ReasonCode {
    /// The code as verdict.json has it.
    pub fn name(self) -> &'static str {
        match self {
            ReasonCode::BadArchive => "bad_archive",
            ReasonCode::Identity => "identity",
            ReasonCode::ForbiddenSource => "forbidden_source",
            ReasonCode::ForeignFile => "foreign_file",
            ReasonCode::ForkRefused => "fork_refused",
            ReasonCode::OutsideHeap => "outside_heap",
            ReasonCode::OutlivedCall => "outlived_call",
            ReasonCode::TooManyThreads => "too_many_threads",
            ReasonCode::OutputFlood => "output_flood",
            ReasonCode::ForgedRecord => "forged_record",
            ReasonCode::HardCoded => "hard_coded",
            ReasonCode::ForgedResult => "forged_result",
            ReasonCode::NoSource => "no_source",
            ReasonCode::UnreadableSource => "unreadable_source",
            ReasonCode::DoesNotBuild => "does_not_build",
            ReasonCode::BuildTimeout => "build_timeout",
            ReasonCode::BuildMemory => "build_out_of_memory",
            ReasonCode::OutOfMemory => "out_of_memory",
            ReasonCode::Timeout => "timeout",
            ReasonCode::NoRecord => "no_record",
            ReasonCode::Panicked => "panicked",
            ReasonCode::Crashed => "crashed",
            ReasonCode::BadRecord => "bad_record",
            ReasonCode::WrongAnswer => "wrong_answer",
            ReasonCode::Unstable => "unstable",
            ReasonCode::TooFewPoints => "too_few_points",
        }
    }

    /// The status of a verdict whose gravest reason this is.
    pub fn status(self) -> VerdictStatus {
        match self {
            ReasonCode::BadArchive
            | ReasonCode::NoSource
            | ReasonCode::UnreadableSource
            | ReasonCode::DoesNotBuild
            | ReasonCode::NoRecord
            | ReasonCode::Panicked
            | ReasonCode::Crashed
            | ReasonCode::BadRecord => VerdictStatus::Error,
            ReasonCode::BuildTimeout | ReasonCode::Timeout => VerdictStatus::Timeout,
            ReasonCode::BuildMemory | ReasonCode::OutOfMemory => VerdictStatus::Oom,
            ReasonCode::Unstable => VerdictStatus::Unstable,
            _ => VerdictStatus::Fail,
        }
    }

    fn sentence(self) -> (&'static str, &'static str) {
        match self {
            ReasonCode::BadArchive => ("the bundle was refused", "提交包被拒绝"),
            ReasonCode::Identity => {
                ("it does not say consistently who hands it in", "提交者的身份前后不一致")
            }
            ReasonCode::ForbiddenSource => {
                ("the source says what homework may not", "源码里出现了作业不允许的内容")
            }
            ReasonCode::ForeignFile => (
                "files that would change the build were handed in; they were not used, take them out",
                "提交里有会影响构建的文件；它们没有被使用，请删去",
            ),
            ReasonCode::ForkRefused => (
                "it tried to start another process, or to open a pipe to one, and was ended",
                "程序试图启动别的进程（或打开通往进程的管道），已被终止",
            ),
            ReasonCode::OutsideHeap => {
                ("it used memory that its allocator never saw", "程序使用了分配器看不到的内存")
            }
            ReasonCode::OutlivedCall => {
                ("threads went on after the function had returned", "函数返回之后仍有线程在运行")
            }
            ReasonCode::TooManyThreads => {
                ("it started more threads or processes than it may", "启动的线程或进程超过上限")
            }
            ReasonCode::OutputFlood => ("it printed more than it may", "输出超过上限"),
            ReasonCode::ForgedRecord => (
                "it printed what looks like a measurement; measurements are not taken from there",
                "程序打印了形似测量记录的内容；测量结果并不取自那里",
            ),
            ReasonCode::HardCoded => (
                "it is right for the seed that is known and wrong for another: the answer is written down, not computed",
                "已知种子下答案正确，换一个种子就错：答案是写死的，不是算出来的",
            ),
            ReasonCode::ForgedResult => (
                "result.json claims better figures than this source has; measure again with `homework report`",
                "result.json 里的数字比这份源码实测的要好；请用 homework report 重新测量",
            ),
            ReasonCode::NoSource => ("src/required.rs was not handed in", "没有提交 src/required.rs"),
            ReasonCode::UnreadableSource => {
                ("a source file cannot be read as Rust", "源文件无法作为 Rust 读取")
            }
            ReasonCode::DoesNotBuild => ("the source does not build", "源码无法编译"),
            ReasonCode::BuildTimeout => ("the compiler did not come to an end", "编译没有在时限内结束"),
            ReasonCode::BuildMemory => {
                ("the compiler needed more memory than it may", "编译所需内存超过上限")
            }
            ReasonCode::OutOfMemory => {
                ("it went past its limit of memory and was ended", "内存超过上限，已被终止")
            }
            ReasonCode::Timeout => ("it went past its limit of time and was ended", "运行超过时限，已被终止"),
            ReasonCode::NoRecord => (
                "the program ended itself inside the function: there is nothing to measure",
                "程序在函数内部就自行退出：没有可以测量的结果",
            ),
            ReasonCode::Panicked => ("it panicked", "程序 panic 了"),
            ReasonCode::Crashed => ("it crashed", "程序崩溃了"),
            ReasonCode::BadRecord => ("what it gave is no measurement", "得到的不是有效的测量记录"),
            ReasonCode::WrongAnswer => ("the answer is wrong", "答案不对"),
            ReasonCode::Unstable => (
                "three runs gave different figures: a person should look",
                "三次运行的数字不同：需要人工查看",
            ),
            ReasonCode::TooFewPoints => ("too few points for a pass", "分数不足以通过"),
        }
    }
}

/// A reason that speaks against a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundReason {
    /// Its kind.
    pub code: ReasonCode,
    /// The task that it is about, if it is about one.
    pub task: Option<Task>,
    /// A sentence in both languages.
    pub text: Text,
}

impl FoundReason {
    /// A reason with the sentence of its code.
    pub fn new(code: ReasonCode) -> FoundReason {
        let (en, zh) = code.sentence();
        FoundReason { code, task: None, text: Text { en: en.to_owned(), zh: zh.to_owned() } }
    }

    /// The same, about one task.
    pub fn for_task(self, task: Task) -> FoundReason {
        FoundReason { task: Some(task), ..self }
    }

    /// Adds what has one language: a file's name, a compiler's message. It is sanitized.
    pub fn with_detail(mut self, detail: &str) -> FoundReason {
        let detail = sanitize_excerpt(detail);
        if !detail.is_empty() {
            self.text.en += &format!(": {detail}");
            self.text.zh += &format!("：{detail}");
        }
        self
    }

    /// Adds a detail in both languages.
    pub fn with_texts(mut self, en: &str, zh: &str) -> FoundReason {
        self.text.en += &format!(": {en}");
        self.text.zh += &format!("：{zh}");
        self
    }

    /// The reason as verdict.json has it.
    pub fn to_reason(&self) -> VerdictReason {
        let task = self.task.map(|task| task.name().to_owned());
        VerdictReason { code: self.code.name().to_owned(), task, text: self.text.clone() }
    }
}

/// The reason for a finding in a source file.
pub fn forbidden_source(file: &str, finding: &Finding) -> FoundReason {
    let (en, zh) = match finding.what {
        Forbidden::Unsafe => ("unsafe code", "unsafe 代码"),
        Forbidden::Include => ("files from elsewhere", "引入外部文件"),
        Forbidden::Environment => ("the environment of compiler or program", "读取编译器或程序的环境变量"),
        Forbidden::Linkage => ("names that the linker sees", "影响链接的名字"),
        Forbidden::Build => ("parts of the build that are the course's", "属于课程的构建部分"),
        Forbidden::Outside => ("files, pipes, the network or the system", "文件、管道、网络或系统接口"),
        Forbidden::Alias => ("the standard library under another name", "给标准库另起名字"),
        Forbidden::MadeAttribute => ("an attribute made by a macro", "由宏拼出的属性"),
    };
    let (place, word) = (format!("src/{file}:{}", finding.line), &finding.word);
    FoundReason::new(ReasonCode::ForbiddenSource)
        .with_texts(&format!("{place} `{word}` ({en})"), &format!("{place} `{word}`（{zh}）"))
}

/// Takes control and bidirectional characters out of a text that a student or a program wrote, and
/// cuts it to 600 characters.
pub fn sanitize_excerpt(text: &str) -> String {
    const LONGEST: usize = 600;
    let is_kept = |c: char| {
        c == '\n' || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    text.trim().chars().filter(|&c| is_kept(c)).take(LONGEST).collect()
}
