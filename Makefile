# zlab: see README.md. `make demo` and `make test` are all one needs to know.
.PHONY: demo test bench fuzz check format clean deb deb-test deps setup release install
SHELL := /bin/sh
PREFIX ?= /usr/local

CROSS := s390x-linux-gnu-gcc
CFLAGS_GUEST := -static -O2 -std=gnu11 -Wall -Wextra -Werror -fsyntax-only

demo: release
	scripts/demo .build/release/zlab

test:
	scripts/test

bench: release
	scripts/bench-dmesg .build/release/zlab
	scripts/bench .build/release/zlab
	scripts/bench-fresh .build/release/zlab
	scripts/bench-store .build/release/zlab
	scripts/bench-bisect .build/release/zlab
	scripts/bench-patch .build/release/zlab

fuzz: setup
	scripts/fuzz-dmesg

check:
	swift format lint --strict --recursive Sources Tests images kernel-configs Package.swift
	scripts/check-layers
	scripts/check-tree
	shellcheck scripts/* .ci/run
	$(CROSS) $(CFLAGS_GUEST) images/mini/*.c
	$(CROSS) $(CFLAGS_GUEST) -Iimages/actors images/actors/*.c

format:
	swift format --in-place --recursive Sources Tests images kernel-configs Package.swift

release: setup
	swift build -c release --product zlab

# A package for Debian 12, in .build/deb; deb-test uses it in a fresh bookworm without Swift (root).
deb: setup
	scripts/deb

deb-test: setup
	scripts/test-deb "$$(scripts/deb)"

install: release
	install -d $(DESTDIR)$(PREFIX)/lib/zlab $(DESTDIR)$(PREFIX)/bin
	install -m 755 .build/release/zlab $(DESTDIR)$(PREFIX)/lib/zlab/zlab
	cp -R .build/release/zlab_*.resources $(DESTDIR)$(PREFIX)/lib/zlab/
	ln -sf ../lib/zlab/zlab $(DESTDIR)$(PREFIX)/bin/zlab

# What the other targets need of the host; `check` installs nothing.
deps setup:
	@scripts/setup

clean:
	rm -rf .build
