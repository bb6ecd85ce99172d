//! heaplab's recorder for a program that was not built with it. `LD_PRELOAD` loads this library
//! before the C library, so the program, its libraries and C++'s `operator new` allocate here.
//!
//! - `entry`: the exported functions. Each takes the registers of its caller and goes on to
//! - `functions`: what each C allocation function does, with blocks of
//! - `block`: a block with its header, from glibc; `header`: the 16 bytes before each block.
//! - `glibc`: glibc's own entry points.
//! - `state`: whether this process records.
//! - `loading`: `dlopen` without `RTLD_DEEPBIND`.
//! - `stack_attributes`: `pthread_getattr_np`, which allocates under a lock.
//! - `environment`: takes this library out of `LD_PRELOAD`.
//! - `region`: two functions that a program may call to measure a part of itself.
//!
//! Nothing here allocates but through `glibc`. On systems without glibc the library is empty.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod block;
mod entry;
mod environment;
mod functions;
mod glibc;
mod header;
mod loading;
mod region;
mod stack_attributes;
mod state;
