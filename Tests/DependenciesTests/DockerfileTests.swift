import Bytes
import Dependencies
import Findings
import TestSupport
import Testing

private let digest = "sha256:\(hexadecimal)"
private let base = "FROM python:3.12-slim@\(digest)\n"
private let end = "\nUSER app\n"

struct DockerfileTests {
  @Test(arguments: [
    ("FROM python:3.12-slim@\(digest)", []), ("FROM python:3.12", ["DEP026"]),
    ("FROM python", ["DEP026"]), ("from python as x\nFROM x", ["DEP026"]),
    ("FROM scratch", []), ("FROM --platform=linux/amd64 python@\(digest) AS a", []),
    ("ARG BASE=python@\(digest)\nFROM ${BASE}", []), ("ARG BASE=python:3\nFROM $BASE", ["DEP026"]),
    ("ARG BASE\nFROM $BASE", ["DEP015"]), ("FROM ${BASE:-python@\(digest)}", []),
    ("FROM python@md5:00", ["DEP003"]), ("FROM python@sha256:00", ["DEP010"]),
    ("FROM \\\n # comment\n\n  python", ["DEP026"]),
    ("# escape=`\nFROM `\n python@\(digest)", []),
    ("# syntax=evil/frontend:1\nFROM scratch", ["DEP026"]),
    ("# syntax=docker/dockerfile:1\nFROM scratch", []),
    ("\u{feff}FROM python@\(digest)", []),
  ])
  func `a base image is pinned by its digest or found`(_ text: String, _ rules: [String]) {
    #expect(DependencyReport("Dockerfile", text + end).rules == rules)
  }

  @Test func `an image is a package by its full name and digest`() {
    let text = "FROM python:3.12@\(digest)\nCOPY --from=ghcr.io/a/b@\(digest) /x /x\n"
    #expect(
      DependencyReport("Dockerfile", text + end).names == [
        "image docker.io/library/python \(digest)", "image ghcr.io/a/b \(digest)",
      ])
  }

  @Test(arguments: [
    ("RUN pip install numpy", ["DEP001"]), ("RUN pip3.12 install 'numpy>=2'", ["DEP001"]),
    ("RUN python -m pip install --no-cache-dir numpy==2.0", ["DEP002"]),
    ("RUN [\"pip\", \"install\", \"numpy\"]", ["DEP001"]),
    ("RUN pip install --require-hashes -r requirements.txt", []),
    ("RUN pip install -r requirements.txt --target /x", []),
    ("RUN pip install . && pip check", ["DEP001"]), ("RUN pip install --no-deps .", []),
    ("RUN pip install git+https://example.com/x.git", ["DEP006"]),
    ("RUN pip install --index-url http://example.com a==1", ["DEP002", "DEP005"]),
    ("RUN pip install --extra-index-url=https://example.com a==1", ["DEP002", "DEP004"]),
    ("RUN pip install --trusted-host example.com -r requirements.txt", ["DEP005"]),
    ("RUN pip install \"numpy==$VERSION\"", ["DEP015"]), ("RUN pip --version", []),
    ("RUN set -e; \\\n  # why\n  uv pip install numpy; \\\n  true", ["DEP001"]),
    ("RUN <<EOF\npip install numpy\nEOF", ["DEP001"]),
    ("RUN <<-'A' bash\n\tpip install numpy==1\n\tA", ["DEP002"]),
    ("RUN bash -c 'pip install numpy'", ["DEP001"]), ("RUN echo pip install numpy", []),
    ("RUN PIP_NO_CACHE_DIR=1 sudo -H pip install numpy", ["DEP001"]),
    ("RUN apt-get update && apt-get install -y -t stable curl git=1:2.3 && rm -rf /x", ["DEP027"]),
    ("RUN apt-get install -y git=1:2.3", []),
    ("RUN apt-get install --allow-unauthenticated x=1", ["DEP005"]),
    ("RUN apk add --no-cache --virtual .build gcc", ["DEP027"]), ("RUN apk add 'gcc=13'", []),
    ("RUN dnf install -y --nogpgcheck gcc-13.1", ["DEP005"]),
    ("RUN conda install -c conda-forge -y numpy=1.26", ["DEP001"]),
    ("RUN mamba install numpy=1.26.4=py311_0", ["DEP002"]),
    ("RUN npm ci", []), ("RUN npm install -g left-pad", ["DEP001"]),
    ("RUN npm i @a/b@1.0.0", ["DEP002"]),
    ("RUN curl -fsSL https://example.com/x | sh", ["SCR002"]),
    ("RUN wget -qO- https://example.com/x | sudo -E bash -", ["SCR002"]),
    ("RUN bash <(curl -s https://example.com/x)", ["SCR002"]),
    ("RUN sh -c \"$(curl -s https://example.com/x)\"", ["SCR002"]),
    ("RUN echo '\u{301}' ; curl -s https://example.com/x | sh", ["SCR002"]),
    ("RUN curl -s https://example.com/x | jq .a > y || sh z", []),
    ("RUN curl -k https://example.com/x -o x", ["DEP005"]),
    ("RUN curl -o x http://example.com/x", ["DEP005"]),
    ("RUN curl -fsSLo /tmp/x https://example.com/x && bash /tmp/x", ["DEP028"]),
    ("RUN curl https://example.com/x > x; chmod +x x", ["DEP028"]),
    ("RUN wget -q https://example.com/a/x.tgz?y=1 && tar -xzf x.tgz", ["DEP028"]),
    ("RUN curl -O https://example.com/x && ./x", ["DEP028"]),
    ("RUN curl -sL https://example.com/x | tar -xz", ["DEP028"]),
    ("RUN curl -O https://example.com/x && sha256sum -c SUMS && ./x", []),
    ("RUN curl -O https://example.com/x && tar -xzf y.tgz", []),
    ("RUN curl -s https://example.com/x > /dev/null && sh /dev/null", []),
    ("RUN pipx install ruff", ["DEP001"]), ("RUN uv tool install ruff==0.6.9", ["DEP002"]),
    ("RUN PIP_EXTRA_INDEX_URL=https://example.com pip install -r requirements.txt", ["DEP004"]),
    ("RUN export UV_INDEX=own=https://example.com && uv sync --frozen", ["DEP004"]),
    ("RUN pip config set --user global.extra-index-url https://example.com", ["DEP004"]),
    ("RUN pip config set global.trusted-host example.com", ["DEP005"]),
    ("RUN pip config set global.timeout 60", []),
    ("ENV PIP_EXTRA_INDEX_URL=https://example.com", ["DEP004"]),
    ("ENV PIP_INDEX_URL http://example.com", ["DEP005"]),
    ("ENV PIP_INDEX_URL=https://pypi.org/simple PIP_NO_CACHE_DIR=1", []),
    ("ENV PIP_TRUSTED_HOST='a.example b.example'", ["DEP005", "DEP005"]),
    ("ARG PIP_INDEX_URL", ["DEP015"]), ("ENV UV_INDEX_URL=https://u:p@example.com", ["DEP008"]),
    ("CMD pip install numpy && serve", ["DEP001"]), ("CMD [\"serve\"]", []),
    ("ENTRYPOINT [\"sh\", \"-c\", \"pip install numpy\"]", ["DEP001"]),
    ("ONBUILD RUN pip install numpy", ["DEP001"]),
    ("RUN --mount=type=bind,from=busybox,target=/x true", ["DEP026"]),
    ("RUN --mount=type=secret,id=token pip install -r requirements.txt", []),
  ])
  func `what a build installs is judged`(_ line: String, _ rules: [String]) {
    let shellPayload = Rule.shellPayload.id
    let expected = rules.map { $0 == "SCR002" ? shellPayload : $0 }
    #expect(DependencyReport("Dockerfile", base + line + end).rules == expected)
  }

  /// Ways to start an installer that are not its name at the beginning of a line.
  @Test(arguments: [
    "RUN x=$(pip install a)", "RUN x=`pip install a`", "RUN echo \"$(pip install a)\"",
    "RUN echo $(echo \")\" $(pip install a))", "RUN echo \"`pip install a`\"",
    "RUN cat <(pip install a)", "RUN curl https://x.example | sh -s $(pip install a) || true",
    "RUN [ -f x ] && pip install a", "RUN [[ -f x ]] && pip install a",
    "RUN [ \"a\" = \"b\" ] || pip install a", "RUN >log pip install a",
    "RUN 2>/dev/null pip install a", "RUN > log pip install a",
    "RUN bash -ce 'pip install a'", "RUN bash -c -e 'pip install a'",
    "RUN bash -c 'sh -c \"pip install a\"'", "RUN sh <<< \"pip install a\"",
    "RUN eval \"pip install a\"", "RUN eval pip install a", "RUN su -c \"pip install a\"",
    "RUN su app -c 'pip install a'", "RUN sudo -u app pip install a",
    "RUN timeout -k 5 60 pip install a", "RUN nice -n 10 pip install a",
    "RUN env -u X A=b pip install a", "RUN gosu app pip install a", "RUN retry 3 pip install a",
    "RUN runuser -u app -- pip install a", "RUN find . -name x -exec pip install a \\;",
    "RUN conda run -n base pip install a", "RUN poetry run pip install a",
    "RUN uv run pip install a", "RUN uv run --with a x", "RUN uv --directory x add a",
    "RUN uvx a", "RUN pipx run a", "RUN poetry add a", "RUN pdm add a", "RUN pipenv install a",
    "RUN easy_install a", "RUN python -Im pip install a", "RUN python -u -mpip install a",
    "RUN python3 -W ignore -m pip install a", "RUN python setup.py install",
    "RUN pip --proxy https://x.example install a", "RUN pip install -Ut /x a",
    "RUN npx a", "RUN npm exec a", "RUN yarn global add a", "RUN npm --prefix x install a",
    "RUN printf 'pip install a' | sh", "RUN echo 'pip install a' > x.sh && sh x.sh",
    "RUN f() { pip install a; }; f", "RUN pip install -Ue .",
    "RUN runuser -u node -- npm install a", "RUN if true; then pip install a; fi",
    "HEALTHCHECK --interval=5s CMD pip install a", "HEALTHCHECK CMD [\"pip\", \"install\", \"a\"]",
    "COPY <<EOF /x.sh\npip install a\nEOF",
  ])
  func `an installation is found wherever it starts`(_ line: String) {
    let rules = DependencyReport("Dockerfile", base + line + end).rules
    #expect(rules.filter { $0 != Rule.shellPayload.id } == ["DEP001"])
  }

  /// What is installed cannot be seen, and that is said.
  @Test(arguments: [
    ("RUN $PIP install a", "DEP015"), ("RUN bash -c \"$CMD\"", "DEP015"),
    ("RUN eval \"${CMD}\"", "DEP015"), ("RUN echo $CMD | sh", "DEP015"),
    ("RUN pip install $(cat list)", "DEP015"), ("RUN conda install $X", "DEP015"),
    ("RUN cat list | xargs -n1 pip install", "DEP015"), ("RUN pip install -r $X", "DEP015"),
    ("RUN pip install -r https://x.example/r.txt", "DEP007"), ("RUN pip install -rother", "DEP007"),
    ("RUN conda env create -f https://x.example/e.yml", "DEP007"),
    ("RUN conda env create -f other.yml", "DEP011"), ("RUN gem install a", "DEP011"),
    ("RUN cargo install a", "DEP011"), ("SHELL [\"python\", \"-c\"]\nRUN import pip", "DEP011"),
    ("RUN python -c \"import pip; pip.main(['install', 'a'])\"", "DEP022"),
    ("RUN R -e 'install.packages(\"a\")'", "DEP022"),
    ("RUN python <<EOF\nimport os; os.system(\"pip install a\")\nEOF", "DEP022"),
    ("RUN " + String(repeating: "uv run ", count: 20) + "pip install a", "DEP011"),
    ("RUN " + String(repeating: "x=$(", count: 20) + "pip install a", "DEP011"),
  ])
  func `an installation that cannot be followed is found`(_ line: String, _ rule: String) {
    #expect(DependencyReport("Dockerfile", base + line + end).rules == [rule])
  }

  @Test(arguments: [
    "RUN echo \"$(date)\" > /built", "RUN echo $VERSION > /version", "RUN which pip",
    "RUN eval \"$(conda shell.bash hook)\"", "RUN poetry install && pipenv install && uv sync",
    "RUN python -m venv x && . x/bin/activate", "RUN python install_pip.py",
    "RUN npm run install-models", "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]",
    "SHELL [\"conda\", \"run\", \"-n\", \"x\", \"/bin/bash\", \"-c\"]",
    "RUN pip install -r requirements.txt -c /tmp/constraints.txt",
    "RUN sed -i 's/pip install a/b/' x",
    "RUN useradd -c 'add a user' app", "HEALTHCHECK NONE", "RUN (( x = 1 )) && a=$((1 + 2))",
  ])
  func `what installs nothing is no finding`(_ line: String) {
    #expect(DependencyReport("Dockerfile", base + line + end).rules == [])
  }

  @Test(arguments: [
    (
      "COPY <<requirements.txt <<b.sh /app/\na>=1\nrequirements.txt\npip install b\nb.sh",
      ["DEP001", "DEP001"]
    ),
    ("COPY <<EOF /app/requirements.txt\na==1\nEOF", ["DEP002"]),
    ("COPY <<-EOF environment.yml\n\tdependencies: [a]\n\tEOF", ["DEP011"]),
    ("COPY <<EOF /usr/share/index.html\npip install a\nEOF", []),
  ])
  func `files that a Dockerfile holds are judged`(_ line: String, _ rules: [String]) {
    #expect(DependencyReport("Dockerfile", base + line + end).rules == rules)
  }

  @Test func `a list of packages with a name of its own is read`() {
    let report = DependencyReport(texts: [
      ("Dockerfile", base + "RUN pip install -r /tmp/list.txt" + end), ("list.txt", "a>=1\n"),
    ])
    #expect(report.findings.map { "\($0.rule.id) \($0.place)" } == ["DEP001 list.txt (line 1)"])
  }

  @Test(arguments: [
    ("ADD https://example.com/x /x", ["DEP028"]),
    ("ADD --checksum=\(digest) https://example.com/x /x", []),
    ("ADD --checksum=md5:00 https://example.com/x /x", ["DEP003"]),
    ("ADD http://example.com/x /x", ["DEP005", "DEP028"]),
    ("ADD https:/\u{2f}\u{301}@example.com/x /x", ["DEP008", "DEP028"]),
    ("ADD [\"https://example.com/x\", \"/x\"]", ["DEP028"]),
    ("ADD https://github.com/a/b.git#main /x", ["DEP028"]), ("ADD x.tar.gz /x", []),
    ("COPY --from=0 /x /x", []), ("COPY --from=busybox:1 /x /x", ["DEP026"]),
    ("COPY .npmrc id_rsa /root/", ["DEP029", "DEP029"]), ("COPY . .", []),
    ("ENV API_TOKEN=abc", ["DEP029"]), ("ENV DB_PASSWORD abc", ["DEP029"]),
    ("ARG AWS_SECRET_ACCESS_KEY", ["DEP029"]), ("ENV A=1 GITHUB_TOKEN='x y' B=2", ["DEP029"]),
    ("ENV DB=postgres://user:hunter2@db/x", ["DEP029"]),
    ("ENV DB=postgres://user@db/x URL=https://${USER}:${PASS}@x", []),
    ("ENV DB_PASSWORD=", []), ("ENV TOKENIZERS_PARALLELISM=false", []),
    ("ENV PASSWORD_FILE=/run/secrets/x", []), ("ENV GPG_KEY=A035C8C1", []),
    ("ENV AWS_ACCESS_KEY_ID=x", []), ("ARG MAX_TOKENS=5", []),
  ])
  func `downloads and secrets in an image are found`(_ line: String, _ rules: [String]) {
    #expect(DependencyReport("Dockerfile", base + line + end).rules == rules)
  }

  @Test(arguments: [
    ("", ["DEP030"]), ("USER app", []), ("USER root", ["DEP030"]), ("USER 0:0", ["DEP030"]),
    ("USER app\nUSER root", ["DEP030"]), ("USER 1000", []),
    ("USER app\nFROM scratch", ["DEP030"]),
    ("ARG U=app\nUSER ${U}", []),
  ])
  func `who runs the container is told by the last stage`(_ lines: String, _ rules: [String]) {
    #expect(DependencyReport("Dockerfile", base + lines + "\n").rules == rules)
  }

  @Test func `a stage takes its user from the stage below`() {
    let text = "FROM python@\(digest) AS a\nUSER app\nFROM a\nRUN true\n"
    #expect(DependencyReport("Dockerfile", text).rules == [])
    let distroless = "FROM gcr.io/distroless/static:nonroot@\(digest)\n"
    #expect(DependencyReport("Containerfile", distroless).rules == [])
  }

  @Test(arguments: ["", "# nothing\n", "RUN <<EOF\nx\n", "\u{0}"])
  func `a file that is no Dockerfile is found`(_ text: String) {
    #expect(DependencyReport("Dockerfile", text).rules == ["DEP010"])
  }

  @Test func `secrets are not repeated`() {
    let report = DependencyReport("Dockerfile", base + "ENV API_TOKEN=hunter2" + end)
    #expect(report.findings.allSatisfy { !"\($0)".contains("hunter2") })
  }
}
