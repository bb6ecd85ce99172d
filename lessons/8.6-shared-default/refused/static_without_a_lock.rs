//! A default beside the signature, without a lock: a static may only be written through something
//! that keeps writers apart.

static BAG: Vec<u64> = Vec::new();

pub fn add(item: u64) -> &'static [u64] {
    BAG.push(item);
    &BAG
}
