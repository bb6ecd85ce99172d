//! An arena: 256 KiB from the allocator below, and a record of which of its 64 pools are free. The
//! record is a block of its own (CPython keeps an array of them), so that all of the arena is for
//! pools.

mod pool;

pub(crate) use pool::{HEADER_BYTES, Pool};

use crate::chain::{Chain, Linked, Links};
use crate::class::{ARENA_BYTES, Class, POOL_BYTES, POOLS_PER_ARENA};
use std::alloc::{GlobalAlloc, Layout};
use std::ptr::NonNull;

/// The record of one arena.
pub(crate) struct Arena {
    links: Links<Arena>,
    memory: NonNull<u8>,
    /// Pools that had blocks once and have none now.
    free: Chain<Pool>,
    /// How many pools have ever been used: the others lie behind them, untouched.
    started_pools: usize,
    /// Free and untouched pools together.
    free_pools: usize,
    /// The number of arenas that were made before it.
    number: u64,
}

/// An arena is aligned as a pool, so that every 4 KiB of it can be one.
const MEMORY: Layout = match Layout::from_size_align(ARENA_BYTES, POOL_BYTES) {
    Ok(layout) => layout,
    Err(_) => panic!("both are powers of two"),
};

impl Linked for Arena {
    fn links(&mut self) -> &mut Links<Arena> {
        &mut self.links
    }
}

impl Arena {
    /// Allocates 256 KiB from the allocator below; none where there is no memory.
    pub(crate) fn acquire(below: &impl GlobalAlloc, number: u64) -> Option<NonNull<Arena>> {
        // SAFETY: neither layout is of size 0; what was got is given back with the layout that it
        // was asked with.
        unsafe {
            let memory = NonNull::new(below.alloc(MEMORY))?;
            let Some(record) = NonNull::new(below.alloc(Layout::new::<Arena>())) else {
                below.dealloc(memory.as_ptr(), MEMORY);
                return None;
            };
            let record = record.cast::<Arena>();
            let (links, free, free_pools) = (Links::NONE, Chain::EMPTY, POOLS_PER_ARENA);
            record.write(Arena { links, memory, free, started_pools: 0, free_pools, number });
            Some(record)
        }
    }

    /// Gives the 256 KiB back to the allocator below.
    ///
    /// # Safety
    /// The arena came from [`Arena::acquire`] with this `below`, has no pool in use, and is in no
    /// chain.
    pub(crate) unsafe fn release(arena: NonNull<Arena>, below: &impl GlobalAlloc) {
        // SAFETY: both blocks came from there with these layouts.
        unsafe {
            below.dealloc(arena.as_ref().memory.as_ptr(), MEMORY);
            below.dealloc(arena.cast().as_ptr(), Layout::new::<Arena>());
        }
    }

    /// Starts a pool of a class: in the place of a free pool, else on untouched memory.
    ///
    /// # Safety
    /// The arena has a free pool, and nothing borrows its record.
    pub(crate) unsafe fn take_pool(mut arena: NonNull<Arena>, class: Class) -> NonNull<Pool> {
        // SAFETY: the record is alive; free pools are the arena's own; the first untouched pool
        // lies inside the arena.
        unsafe {
            let record = arena.as_mut();
            record.free_pools -= 1;
            let place = match record.free.pop() {
                Some(pool) => pool.cast(),
                None => {
                    record.started_pools += 1;
                    record.memory.byte_add((record.started_pools - 1) * POOL_BYTES)
                }
            };
            Pool::init(place, arena, class)
        }
    }

    /// Takes back a pool without a block in use. It may serve any class next.
    ///
    /// # Safety
    /// The pool is of this arena, in no chain, and nothing borrows it or the record.
    pub(crate) unsafe fn put_pool(mut arena: NonNull<Arena>, pool: NonNull<Pool>) {
        // SAFETY: as the caller says.
        unsafe {
            let record = arena.as_mut();
            record.free.push(pool);
            record.free_pools += 1;
        }
    }

    pub(crate) fn free_pools(&self) -> usize {
        self.free_pools
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The addresses of all pools that were ever used, and the addresses of those that are free now.
    pub(crate) fn pools(&self) -> (impl Iterator<Item = NonNull<u8>>, impl Iterator<Item = NonNull<u8>>) {
        // SAFETY: started pools lie inside the arena; the chain is not changed while `self` is
        // borrowed.
        let started = (0..self.started_pools).map(|i| unsafe { self.memory.byte_add(i * POOL_BYTES) });
        // SAFETY: as above.
        let free = unsafe { self.free.iter() }.map(NonNull::cast);
        (started, free)
    }
}
