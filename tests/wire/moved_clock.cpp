// This program's steady clock can be put forward as well. A condition variable that waits for a time keeps the kernel's
// clock, so after a jump the audit log reaches the disk only when the gate ends: read it after Lab::finish().
#include "tests/proxy/moved_clock.cpp"
