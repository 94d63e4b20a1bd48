# zlab: see README.md. `make demo` and `make test` are all one needs to know.
.PHONY: demo test snapshots docs test-tsan coverage bench fuzz check format clean deb deb-test deps dmesg-static setup release install uninstall
SHELL := /bin/sh
PREFIX ?= /usr/local
# Where each shell looks for the completion of a command, below PREFIX/share.
COMPLETIONS := bash:bash-completion/completions/zlab zsh:zsh/site-functions/_zlab fish:fish/vendor_completions.d/zlab.fish

CROSS := s390x-linux-gnu-gcc
CFLAGS_CHECK := -O2 -std=gnu11 -Wall -Wextra -Werror -fanalyzer -c -o /dev/null

demo: release
	scripts/demo .build/release/zlab

test:
	scripts/test

# Records Tests/Snapshots anew: help, reports and pages. The tests that record something fail; `git diff` shows it.
snapshots:
	ZLAB_RECORD_SNAPSHOTS=1 swift test --filter 'SnapshotTests|PagesTests' || true
	git --no-pager diff --stat Tests/Snapshots

# The pure modules under the thread sanitizer, in a build folder of its own.
test-tsan:
	swift test --sanitize thread --scratch-path .build-tsan --filter \
		'^(BisectSearch|Dmesg|KernelConfig|Nightly|PatchMail|Reports|Statistics|StrictYAML)Tests[.]'

# Which lines the tests without guests reach: a table by module, and .build/coverage.json in llvm-cov's format.
coverage:
	scripts/coverage

bench: release
	scripts/bench-dmesg .build/release/zlab
	scripts/bench .build/release/zlab
	scripts/bench-fresh .build/release/zlab
	scripts/bench-turns .build/release/zlab
	scripts/bench-store .build/release/zlab
	scripts/bench-collect .build/release/zlab
	scripts/bench-bisect .build/release/zlab
	scripts/bench-patch .build/release/zlab

fuzz: setup
	scripts/fuzz-dmesg

check:
	swift format lint --strict --recursive Sources Tests images kernel-configs Package.swift
	scripts/check-layers
	scripts/check-tree
	scripts/check-language
	shellcheck $$(grep -lE '^#!/bin/(ba)?sh|^#!/usr/bin/env bash' scripts/* scripts/git-hooks/* .ci/run 2>/dev/null)
	for file in images/*/*.c; do $(CROSS) $(CFLAGS_CHECK) -Iimages/actors "$$file" || exit 1; done
	for file in Sources/C*/*.c Sources/Schedules/plugin/*.c Tests/TurnsTests/*.c packaging/*.c; do \
		gcc $(CFLAGS_CHECK) $$(printf ' -I%s' Sources/C*/include) -ISources/Schedules/plugin "$$file" || exit 1; done

format:
	swift format --in-place --recursive Sources Tests images kernel-configs Package.swift

# The documentation as a site, .build/docs; fails on dead links.
docs: .build/debug/zlab
	scripts/docs .build/debug/zlab

.build/debug/zlab:
	swift build --product zlab

# zlab dmesg alone, as one static file for other people's CI: docs/ci.md.
dmesg-static: setup
	scripts/dmesg-static

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
	scripts/man-pages .build/release/zlab $(DESTDIR)$(PREFIX)/share/man/man1
	for shell in $(COMPLETIONS); do \
		file=$(DESTDIR)$(PREFIX)/share/$${shell#*:} && install -d "$${file%/*}" && \
		.build/release/zlab --generate-completion-script "$${shell%%:*}" >"$$file" || exit 1; done

# Removes what install has put there; results and the cache of each user stay.
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/lib/zlab
	rm -f $(DESTDIR)$(PREFIX)/bin/zlab $(DESTDIR)$(PREFIX)/share/man/man1/zlab.1 $(DESTDIR)$(PREFIX)/share/man/man1/zlab-*.1
	for shell in $(COMPLETIONS); do rm -f "$(DESTDIR)$(PREFIX)/share/$${shell#*:}"; done

# What the other targets need of the host; `check` installs nothing.
deps setup:
	@scripts/setup

clean:
	rm -rf .build
