//! heaplab-profile
