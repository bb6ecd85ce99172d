/* A library with one function, whose name is given when it is compiled. It calls back. */
static volatile int calls;

void ENTER(void (*back)(void)) {
    back();
    /* With code after it, the call is no tail call and keeps its frame. */
    calls++;
}
