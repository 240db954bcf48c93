# SPDX-License-Identifier: GPL-3.0-or-later
#
#   make              build/cgbench and build/cgwork
#   make check        unit tests: any machine, no root
#   make lab-check    live tests on real kernels in the exact lab
#   make bench        what the harness itself costs, as ratios
#   make asan         the unit tests under ASan and UBSan
#   make valgrind     the unit tests under valgrind
#   make fuzz         each fuzz target for a minute (FUZZ_SECONDS=60), by clang's libFuzzer
#   make tidy         clang-format, clang-tidy and cppcheck, all clean
#   make format       clang-format, in place
#   make install      program, suites, man pages, completion; DESTDIR and PREFIX as usual
#   make uninstall    removes what install has put there
#
# A variant is a folder: `make VARIANT=asan`, `make VARIANT=clang`. Things register by being there:
# a new file below bench/commands, bench/metrics, workloads or bench/tests is found and listed in
# build/<variant>/gen/*.def, which one registry includes.

VARIANT ?= release
PREFIX  ?= /usr/local
B       := build/$(VARIANT)

CC.release := gcc
CC.clang   := clang
CC.asan    := gcc
CC.fuzz    := clang
CC          = $(CC.$(VARIANT))

FLAGS.release := -O2
FLAGS.clang   := -O2
FLAGS.asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS.fuzz    := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
CGWORK.asan   := -O2

ifeq ($(CC),)
$(error VARIANT=$(VARIANT) is unknown: release, clang, asan or fuzz)
endif

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef \
	-Wvla -Wpointer-arith -Wwrite-strings -Wimplicit-fallthrough
# No path and no date gets into a binary: the exact lab counts its instructions.
BASE := -std=gnu17 -D_GNU_SOURCE -g -fno-common -ffile-prefix-map="$(CURDIR)"=. -MMD -MP $(WARN) \
	-Iinclude -Ibench -I$(B)/gen
PKGS := hwloc yaml-0.1 jansson gsl sqlite3 smartcols libcap-ng libseccomp
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)) \
	-DLIBCGROUP_VERSION='"$(shell pkg-config --modversion libcgroup)"'
LIBS       := $(shell pkg-config --libs $(PKGS)) -lcgroup -lmd -lm

harness_src  := $(filter-out bench/main.c bench/tests/%,$(shell find bench -name '*.c' | LC_ALL=C sort))
workload_src := $(sort $(wildcard workloads/*.c))
shared_src   := $(addprefix bench/base/,array.c err.c hist.c page.c units.c)
# Files of bench/tests/bench are programs of their own, for `make bench`.
bench_src    := $(sort $(wildcard bench/tests/bench/*.c))
# Libraries that a test loads into another program.
preload_src  := $(wildcard bench/tests/preload/*.c)
# The entry that libFuzzer calls, in a program that it has the main of.
fuzz_entry   := bench/tests/fuzz/libfuzzer.c
test_src     := $(filter-out $(bench_src) $(preload_src) $(fuzz_entry),$(shell find bench/tests -name '*.c' | LC_ALL=C sort))

names = $(sort $(basename $(notdir $(wildcard $(1)))))
COMMANDS  := $(call names,bench/commands/*.c)
METRICS   := $(filter-out registry,$(call names,bench/metrics/*.c))
# Files of workloads/ that are no workload: the loop, its two callers, the registry, what some share.
WORKLOADS := $(filter-out main standalone registry param loop common hoard owngroup scratch probe box escape_measure escape_limits escape_moves escape_space escape_reach,$(call names,workloads/*.c))

harness_obj  := $(harness_src:%.c=$(B)/%.o)
# The harness knows every workload's table; only cgwork runs them.
table_obj    := $(patsubst %.c,$(B)/%.o,$(filter-out workloads/main.c workloads/standalone.c,$(workload_src)))
work_obj     := $(patsubst %.c,$(B)/static/%.o,$(workload_src) $(shared_src))
test_obj     := $(test_src:%.c=$(B)/%.o)
bench_bin    := $(bench_src:bench/tests/bench/%.c=$(B)/bench-%)
FUZZ         := $(filter-out libfuzzer registry,$(call names,bench/tests/fuzz/*.c))
fuzz_obj     := $(filter $(B)/bench/tests/fuzz/%,$(test_obj)) $(fuzz_entry:%.c=$(B)/%.o)
fuzz_bin     := $(FUZZ:%=$(B)/fuzz-%)
preload_lib  := $(preload_src:bench/tests/preload/%.c=$(B)/%.so)

.PHONY: all man run check lab-check bench asan valgrind fuzz fuzz-build tidy format install uninstall clean FORCE
all: $(B)/commit $(B)/cgbench $(B)/cgwork $(B)/cgtest $(bench_bin) $(preload_lib)
ifeq ($(VARIANT),release)
all: build/cgbench build/cgwork
build/%: $(B)/%
	@ln -sf $(VARIANT)/$* $@
endif

$(B)/cgbench: $(B)/bench/main.o $(harness_obj) $(table_obj)
	$(CC) $(FLAGS.$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/cgwork: $(work_obj)
	$(CC) -static $(LDFLAGS) -o $@ $^ -pthread -lm

$(B)/cgtest: $(test_obj) $(harness_obj) $(table_obj)
	$(CC) $(FLAGS.$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

$(B)/bench-%: $(B)/bench/tests/bench/%.o $(harness_obj) $(table_obj)
	$(CC) $(FLAGS.$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/bench-tick_cells: $(B)/bench/tests/support/stall_cells.o

$(B)/cgfuzz: $(fuzz_obj) $(harness_obj) $(table_obj)
	$(CC) $(FLAGS.$(VARIANT)) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS)

$(fuzz_bin): $(B)/fuzz-%: $(B)/cgfuzz
	@ln -sf cgfuzz $@

$(B)/%.so: bench/tests/preload/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE) -O2 -shared -fPIC $(CFLAGS) -o $@ $<

$(B)/static/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE) -O2 -pthread $(CFLAGS) -c -o $@ $<

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(FLAGS.$(VARIANT)) $(PKG_CFLAGS) $(CFLAGS) -c -o $@ $<

# What .incbin reads, no -MMD tells.
$(B)/bench/report/report_assets.o: $(wildcard bench/report/page.*)

# Each .def is rewritten only when the list of files has changed.
defs := commands metrics workloads tests_unit tests_live tests_lab fuzz
def_commands   := $(COMMANDS)
def_metrics    := $(METRICS)
def_workloads  := $(WORKLOADS)
def_tests_unit := $(call names,bench/tests/unit/*.c)
def_tests_live := $(call names,bench/tests/live/*.c)
def_tests_lab  := $(call names,bench/tests/lab/*.c)
def_fuzz       := $(FUZZ)
$(B)/gen/%.def: FORCE
	@mkdir -p $(@D)
	@printf 'X(%s)\n' $(def_$*) | grep -v 'X()' >$@.new || true
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(harness_obj) $(table_obj) $(work_obj) $(test_obj) $(fuzz_obj) $(bench_src:%.c=$(B)/%.o) $(B)/bench/main.o: | $(defs:%=$(B)/gen/%.def)

# Which source this is, beside the program.
$(B)/commit: FORCE
	@mkdir -p $(@D)
	@(git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown) | sed 's/^/commit /' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# From --help of each command; without help2man there are none.
man: all
	scripts/man.sh $(B)/cgbench $(B)/man

check: all
	$(B)/cgtest unit

lab-check: all
	$(B)/cgtest -j 2 lab

asan:
	$(MAKE) VARIANT=asan all
	build/asan/cgtest unit

valgrind: all
	$(B)/cgtest -j $$(nproc) --valgrind unit

fuzz:
	$(MAKE) -s VARIANT=fuzz fuzz-build
	scripts/fuzz.sh

# With VARIANT=fuzz.
fuzz-build: $(fuzz_bin)

bench: all
	scripts/bench.sh

run: all
	build/cgbench run default

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

tidy:
	scripts/tidy.sh

D         = $(DESTDIR)$(PREFIX)
share     = $(D)/share/cgbench
complete  = bash-completion/completions/cgbench zsh/site-functions/_cgbench fish/vendor_completions.d/cgbench.fish

install: all man
	install -D -t "$(D)/bin" $(B)/cgbench $(B)/cgwork
	install -D -m 644 -t "$(share)/suites" bench/suites/*.yaml bench/suites/*.md
	install -D -m 644 -t "$(share)/suites/papers" bench/suites/papers/*.yaml bench/suites/papers/*.md
	install -D -m 644 -t "$(share)/published" results/published/*.csv
	install -D -m 644 -t "$(share)/plots" scripts/plots/*.gp
	install -D -m 644 -t "$(share)" $(B)/commit
	for page in $(B)/man/*.1; do [ ! -e "$$page" ] || install -D -m 644 -t "$(D)/share/man/man1" "$$page"; done
	for file in $(complete); do install -D -m 644 "scripts/completion/$${file##*/}" "$(D)/share/$$file"; done

# What install puts there, and the folders that are its own.
uninstall:
	rm -f "$(D)/bin/cgbench" "$(D)/bin/cgwork" "$(D)/share/man/man1/cgbench.1" "$(D)"/share/man/man1/cgbench-*.1
	for file in $(complete); do rm -f "$(D)/share/$$file"; done
	rm -rf "$(share)"

clean:
	rm -rf build/release build/clang build/asan build/fuzz build/cgbench build/cgwork

-include $(shell find $(B) -name '*.d' 2>/dev/null)
