//! Chooses the pool for a block and the arena for a pool, and gives arenas back.

use crate::arena::{Arena, Pool};
use crate::chain::Chain;
use crate::class::{CLASSES, Class, POOLS_PER_ARENA};
use std::alloc::GlobalAlloc;
use std::ptr::NonNull;

/// All pools and arenas of one allocator.
pub(crate) struct Pools {
    /// By class: the pools with at least one block in use and at least one free. Full pools are in
    /// no chain, since nothing searches for them.
    with_room: [Chain<Pool>; CLASSES],
    /// Every arena, by its number of free pools, from none to all.
    arenas: [Chain<Arena>; POOLS_PER_ARENA + 1],
    arenas_made: u64,
    arenas_returned: u64,
}

impl Pools {
    pub(crate) const fn new() -> Pools {
        Pools {
            with_room: [const { Chain::EMPTY }; CLASSES],
            arenas: [const { Chain::EMPTY }; POOLS_PER_ARENA + 1],
            arenas_made: 0,
            arenas_returned: 0,
        }
    }

    /// Hands out a block of a class; none where there is no memory.
    pub(crate) fn take(&mut self, class: Class, below: &impl GlobalAlloc) -> Option<NonNull<u8>> {
        let pool = match self.with_room[class.index()].first() {
            Some(pool) => pool,
            None => self.new_pool(class, below)?,
        };
        // SAFETY: pools in `with_room` are started and have room. A pool that is full leaves the
        // chain.
        unsafe {
            let block = Pool::take(pool);
            if pool.as_ref().is_full() {
                self.with_room[class.index()].remove(pool);
            }
            Some(block)
        }
    }

    /// Takes a block back, with its pool if that is empty now, and with its arena if that is.
    ///
    /// # Safety
    /// The block came from [`Pools::take`] with this `below`, and nobody uses it any more.
    pub(crate) unsafe fn put(&mut self, block: NonNull<u8>, below: &impl GlobalAlloc) {
        let pool = Pool::containing(block);
        // SAFETY: a block's pool is alive and started; it is in `with_room` unless it was full.
        unsafe {
            let with_room = &mut self.with_room[pool.as_ref().class().index()];
            if pool.as_ref().is_full() {
                with_room.push(pool);
            }
            Pool::put(pool, block);
            if pool.as_ref().is_empty() {
                with_room.remove(pool);
                self.put_pool(pool, below);
            }
        }
    }

    /// How many arenas were allocated and how many were given back.
    pub(crate) fn arena_counts(&self) -> (u64, u64) {
        (self.arenas_made, self.arenas_returned)
    }

    pub(crate) fn arenas(&self) -> impl Iterator<Item = NonNull<Arena>> {
        // SAFETY: the chains do not change while `self` is borrowed.
        self.arenas.iter().flat_map(|chain| unsafe { chain.iter() })
    }

    /// Starts a pool in the fullest arena that has a free one, so that emptier arenas can become
    /// empty and be given back.
    fn new_pool(&mut self, class: Class, below: &impl GlobalAlloc) -> Option<NonNull<Pool>> {
        let arena = match self.find_fullest_arena() {
            Some(arena) => arena,
            None => self.new_arena(below)?,
        };
        // SAFETY: the arena is in the chain of its number of free pools, and has one.
        unsafe {
            let free_pools = arena.as_ref().free_pools();
            let pool = Arena::take_pool(arena, class);
            self.arenas[free_pools].remove(arena);
            self.arenas[free_pools - 1].push(arena);
            self.with_room[class.index()].push(pool);
            Some(pool)
        }
    }

    fn find_fullest_arena(&self) -> Option<NonNull<Arena>> {
        self.arenas[1..].iter().find_map(Chain::first)
    }

    fn new_arena(&mut self, below: &impl GlobalAlloc) -> Option<NonNull<Arena>> {
        let arena = Arena::acquire(below, self.arenas_made)?;
        self.arenas_made += 1;
        // SAFETY: it is new, and in no chain.
        unsafe { self.arenas[POOLS_PER_ARENA].push(arena) };
        Some(arena)
    }

    /// An arena without a block in use is given back, unless it is the only one with free pools: a
    /// loop that makes and frees one object would ask for an arena each time (bpo-37257).
    ///
    /// # Safety
    /// The pool is empty and in no chain.
    unsafe fn put_pool(&mut self, pool: NonNull<Pool>, below: &impl GlobalAlloc) {
        // SAFETY: the arena is in the chain of its number of free pools; an arena whose pools are
        // all free has no block in use.
        unsafe {
            let arena = pool.as_ref().arena();
            let free_pools = arena.as_ref().free_pools();
            self.arenas[free_pools].remove(arena);
            Arena::put_pool(arena, pool);
            if free_pools + 1 == POOLS_PER_ARENA && self.find_fullest_arena().is_some() {
                Arena::release(arena, below);
                self.arenas_returned += 1;
            } else {
                self.arenas[free_pools + 1].push(arena);
            }
        }
    }
}
