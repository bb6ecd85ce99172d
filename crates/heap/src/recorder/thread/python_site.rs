//! The site of a stack in a process that runs Python: that of the native stack and the Python stack
//! together.

use super::ThreadTables;
use crate::recorder::errno::keep_errno;
use crate::recorder::linker;
use crate::recorder::python::{PythonStack, combine, pair_key};
use crate::recorder::unwind::{StackStart, Walk};

impl ThreadTables {
    /// As `find_site`, with Python frames if this thread has some. PERF: the start is passed in
    /// registers.
    #[inline(never)]
    pub(super) fn find_python_site(
        &self,
        return_address: u64,
        stack_pointer: usize,
        frame_pointer: usize,
    ) -> u32 {
        let start = &StackStart { return_address, stack_pointer, frame_pointer };
        let Some(_in_use) = self.python.begin() else { return self.walk_native_site(start) };
        let python = self.python.current_stack();
        let known = self.stack_memo.find_hash(start);
        if let Some(site) = known.and_then(|native| self.python.find_pair(pair_key(native, python.hash))) {
            return site;
        }
        self.find_python_site_slowly(start, python)
    }

    /// Handles a native stack that the memo does not have, or whose pair is new.
    #[cold]
    #[inline(never)]
    fn find_python_site_slowly(&self, start: &StackStart, python: PythonStack<'_>) -> u32 {
        let _kept = keep_errno();
        if linker::contains(start.return_address) {
            linker::note_call();
        }
        if let Some(known) = self.stack_memo.find_doubtful(start) {
            self.count_walk(known.cut || python.is_cut(), known.guessed);
            let key = pair_key(known.hash, python.hash);
            return self.python.find_pair(key).unwrap_or_else(|| self.learn_pair(start, key, python));
        }
        let mut walk = Walk::new();
        walk.run(start, &self.stack_memo.bounds(), Some(&self.stack_memo));
        self.count_walk(walk.is_cut() || python.is_cut(), walk.is_guessed());
        let key = pair_key(walk.hash(), python.hash);
        match self.python.find_pair(key) {
            Some(site) => {
                // A stack is stored when the thread meets it again. The memo has it without a site.
                self.stack_memo.store(&walk, start, 0);
                site
            }
            None if walk.whole_frames().is_some() => self.learn_walked_pair(&walk, key, python),
            None => self.learn_pair(start, key, python),
        }
    }

    /// Walks the whole native stack, to put the Python frames into it.
    #[inline(never)]
    fn learn_pair(&self, start: &StackStart, key: u64, python: PythonStack<'_>) -> u32 {
        let mut walk = Walk::new();
        walk.run(start, &self.stack_memo.bounds(), None);
        self.learn_walked_pair(&walk, key, python)
    }

    fn learn_walked_pair(&self, walk: &Walk, key: u64, python: PythonStack<'_>) -> u32 {
        let site = self.learn_site(&combine(walk, &python));
        self.python.add_pair(key, site);
        site
    }

    /// The site of the native stack alone, for an event during another one of this thread.
    #[cold]
    #[inline(never)]
    fn walk_native_site(&self, start: &StackStart) -> u32 {
        let _kept = keep_errno();
        let mut walk = Walk::new();
        walk.run(start, &self.stack_memo.bounds(), None);
        walk.whole_frames().map_or(0, |frames| self.learn_site(frames))
    }
}
