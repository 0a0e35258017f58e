# make run    set up, build, run the main job: kriging of a real terrain, then 100,000 years of soil creep on it
# make test   set up, build, run every test, in one process and under mpirun
# make test-full  make test, the full product of the dense routines' cases, thousands of random stencils: hours (CASES=i/k for a k-th of it)
# make embedding  build and run the program in jobs/programs/embedding
# make bench  the local kernels and the program's own benchmarks
# make peers  Tessera beside ScaLAPACK, OpenBLAS's LAPACK, HPL and Devito: one table of ratios
# make docs   the reference, as static HTML in .build/docs
# make format the house's formatting
# make lint   refuses what make format would change
# make clean  remove what was built and computed

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help packages build run embedding test test-tools test-full bench peers docs format lint clean

# The launcher's tests speak with a stand-in for AWS on loopback through the real client; both come from the Python registry.
TEST_TOOLS := .build/test-tools/bin

PACKAGES := libopenmpi-dev openmpi-bin libopenblas-dev liblapacke-dev libhdf5-openmpi-dev libpng-dev pkg-config
# What the launcher's tests need beside. Nodes in network namespaces, each with an sshd of its own, are root's to make: no
# server is installed for anybody else.
TEST_PACKAGES := shellcheck $(if $(filter 0,$(shell id -u)),openssh-client openssh-server iproute2 procps)
SWIFT_FLAGS := -c release --toolset toolsets/native.json
TESSERA := .build/release/tessera

# One rank for each physical core that this process may use.
RANKS ?= $(shell c=$$(lscpu -p=CORE,SOCKET 2>/dev/null | grep -v '^\#' | sort -u | wc -l); n=$$(nproc 2>/dev/null || sysctl -n hw.physicalcpu); \
  if [ "$${c:-0}" -gt 0 ] && [ "$$c" -lt "$$n" ]; then echo $$c; else echo $$n; fi)
# mpirun kills its ranks a second after it has passed SIGTERM on, unless told to give them time. It waits
# twice as long after any run that fails, so not longer than a step takes.
MPIRUN := mpirun --mca odls_base_sigkill_timeout 5 -np $(RANKS)

# Open MPI refuses to run as root unless the environment allows it.
ifeq ($(shell id -u),0)
export OMPI_ALLOW_RUN_AS_ROOT := 1
export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM := 1
endif

# Debian's OpenBLAS does not know newer processors and would run five times slower.
ifndef OPENBLAS_CORETYPE
OPENBLAS_CORETYPE := $(shell grep -qsw avx512bw /proc/cpuinfo && echo SkylakeX || { grep -qsw avx2 /proc/cpuinfo && echo Haswell; })
ifneq ($(OPENBLAS_CORETYPE),)
export OPENBLAS_CORETYPE
endif
endif

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

packages:
	@if ! command -v dpkg-query >/dev/null; then \
	  for tool in mpirun pkg-config; do command -v $$tool >/dev/null || { \
	    echo "$$tool is missing; install Open MPI, OpenBLAS with LAPACKE, parallel HDF5, libpng and pkg-config (brew install open-mpi openblas hdf5-mpi libpng pkg-config)"; exit 1; }; done; exit 0; \
	fi; \
	missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then sudo=; \
	elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo=sudo; \
	else echo "missing packages; run: sudo apt-get update && sudo apt-get install -y$$missing"; exit 1; fi; \
	$$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing

build: packages
	swift build $(SWIFT_FLAGS) --product tessera

run: build
	$(MPIRUN) $(TESSERA) run jobs/terrain-gp.yaml
	$(MPIRUN) $(TESSERA) run jobs/hillslope.yaml

embedding: packages
	swift build $(SWIFT_FLAGS) --product embedding
	cd .build && $(MPIRUN) release/embedding

test: PACKAGES += $(TEST_PACKAGES)
test: packages test-tools
	swift build $(SWIFT_FLAGS) --build-tests
	PATH="$(CURDIR)/$(TEST_TOOLS):$$PATH" swift test $(SWIFT_FLAGS) --skip-build --disable-xctest

# Where they cannot be installed the tests that need them say that they were skipped.
test-tools:
	@PATH="$(CURDIR)/$(TEST_TOOLS):$$PATH"; command -v aws >/dev/null && command -v moto_server >/dev/null && exit 0; \
	  python3 -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory packages PACKAGES=python3-venv; \
	  { python3 -m venv .build/test-tools && $(TEST_TOOLS)/pip install --quiet awscli 'moto[server]'; } \
	    || echo "aws and moto_server could not be installed: the launcher's calls will NOT be tested on the wire" >&2

CASES ?= 1/1
test-full: export TESSERA_FULL_CASES := $(CASES)
test-full: test

bench: build
	$(MPIRUN) $(TESSERA) bench gemm --n 2000,4000
	$(MPIRUN) $(TESSERA) bench lu --n 2000,4000
	$(MPIRUN) $(TESSERA) bench cholesky --n 2000,4000
	$(MPIRUN) $(TESSERA) bench gesv --n 2000,4000 --rhs 64
	$(MPIRUN) $(TESSERA) bench heat2d --extents 4000x4000 --steps 50
	$(MPIRUN) $(TESSERA) bench heat3d --extents 256x256x256 --steps 50
	swift package --package-path Benchmarks $(SWIFT_FLAGS) benchmark --no-progress

peers: build
	Benchmarks/peers/run --tessera $(TESSERA)

DOCUMENTED := Failures CostModels ArrayFormats MessagePassing LinearAlgebra DistributedArrays DistributedLinearAlgebra \
  Stencils Tessera JobFiles

docs: packages
	@mkdir -p .build/docs
	@for module in $(DOCUMENTED); do \
	  swift package --allow-writing-to-directory .build/docs/$$module generate-documentation --target $$module \
	    --warnings-as-errors --transform-for-static-hosting --output-path .build/docs/$$module || exit 1; done

FORMATTED := Package.swift Sources Tests jobs Benchmarks/Package.swift Benchmarks/Benchmarks

format:
	swift format --in-place --recursive --parallel $(FORMATTED)

lint:
	swift format lint --strict --recursive --parallel $(FORMATTED)

clean:
	rm -rf .build results Benchmarks/.build
