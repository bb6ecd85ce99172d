//! heaplab-heap
