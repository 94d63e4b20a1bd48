extension MadeUpKernel {
  /// The comments mark lines for ``place(_:in:)``.
  static let sources = [
    "kernel/panic.c": """
    const char linux_banner[] = BANNER;

    __attribute__((noinline, noreturn)) void panic(void)
    {
    \tfor (;;)
    \t\t__asm__ volatile("nopr");
    }
    """,
    "include/linux/check.h": """
    static inline __attribute__((always_inline)) void check(int *p)
    {
    \t*(volatile int *)p = 1;
    \t__asm__ volatile("mc 0,0"); // trap
    }
    """,
    "drivers/pci/zz.c": """
    #include "../../include/linux/check.h"

    static inline __attribute__((always_inline)) void unregister(int *p)
    {
    \tcheck(p); // in unregister
    \t*(volatile int *)p = 2; // after the trap
    }

    __attribute__((noinline)) int detach(int *p)
    {
    \tunregister(p); // in detach
    \treturn *(volatile int *)p;
    }

    static __attribute__((noinline)) int probe(int *p)
    {
    \tint found = detach(p); // in the first probe
    \t__asm__ volatile("" : "+r"(found));
    \treturn found + 1;
    }

    __attribute__((noinline)) int remove_device(int *p)
    {
    \tint found = probe(p); // the call
    \t*(volatile int *)p = 3; // after the call
    \treturn found + 2;
    }
    """,
    "drivers/pci/other.c": """
    int detach(int *p);

    static __attribute__((noinline)) int probe(int *p)
    {
    \tint found = detach(p); // in the second probe
    \t__asm__ volatile("" : "+r"(found));
    \treturn found + 1;
    }

    __attribute__((noinline)) int other(int *p)
    {
    \treturn probe(p) + 3;
    }
    """,
    "fs/end.c": """
    extern void panic(void) __attribute__((noreturn));

    __attribute__((noinline)) void dies(int *p)
    {
    \t*(volatile int *)p = 4;
    \tpanic(); // the last call
    }

    __attribute__((noinline)) int neighbour(int *p)
    {
    \treturn *(volatile int *)p;
    }
    """,
    "init/main.c": """
    int remove_device(int *), other(int *), neighbour(int *);
    void dies(int *);

    void start_kernel(int *p)
    {
    \tif (remove_device(p) + other(p) + neighbour(p))
    \t\tdies(p);
    }
    """,
    "modules/zz-mod.c": """
    __attribute__((noinline)) void zz_work(int *p)
    {
    \t*(volatile int *)p = 1;
    \t__asm__ volatile("mc 0,0"); // work
    }

    __attribute__((noinline, section(".init.text"))) void zz_init(int *p)
    {
    \t*(volatile int *)p = 2;
    \t__asm__ volatile("mc 0,0"); // init
    \tzz_work(p);
    }
    """,
  ]
}
