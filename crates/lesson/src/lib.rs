//! heaplab-lesson
