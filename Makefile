# The commands of the project. `make audit` and `make test` need nothing but Swift and make.

SWIFT ?= swift
# Everything is linked in: no library of another folder can be loaded, and the program starts in a
# third of the time. Position-independent, so that addresses stay random.
RELEASE = -c release --static-swift-stdlib --disable-local-rpath \
  -Xswiftc -use-ld=lld -Xswiftc -Xclang-linker -Xswiftc -static-pie \
  -Xlinker --pack-dyn-relocs=relr \
  $(foreach library,nettle acl lzma zstd lz4 bz2 z,-Xlinker -l$(library))
PROOFMARK = .build/release/proofmark

.PHONY: audit test bench fuzz lint format bits example packages release clean

# Proves the two fixture releases and writes Reports/.
audit: release
	scripts/audit-fixtures $(PROOFMARK)

release:
	@scripts/install-packages static
	$(SWIFT) build $(RELEASE) --product proofmark

test: packages
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

# Every reader of untrusted bytes under libFuzzer, a minute each.
fuzz: packages
	Fuzz/run 60

# Debug and release builds give the same bits.
bits: packages
	scripts/compare-bits

# Proofmark against its peers, as ratios; downloads the peers.
bench: release
	Benchmarks/run $(PROOFMARK)

# Writes Reports/example/ again, with the published test key and a fixed time.
example: release
	scripts/write-example $(PROOFMARK) Reports/example

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Policies Fuzz Package.swift
	scripts/check-unsafe
	scripts/write-operator-docs --check

format:
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Policies Fuzz Package.swift

packages:
	@scripts/install-packages

clean:
	rm -rf .build .build-*
	find Reports -mindepth 1 -maxdepth 1 ! -name .gitignore ! -name example -exec rm -rf {} +
