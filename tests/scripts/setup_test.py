#!/usr/bin/env python3
"""scripts/setup.sh and cmake/LibTorch.cmake, with stand-ins for pip and the distribution: what is installed, where, and
which LibTorch is taken. The stand-ins are the only programs that setup.sh sees besides those of TOOLS.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
TOOLS = ["bash", "cmake", "dirname", "env", "grep", "mkdir", "mv", "rm", "sed"]

# Writes what setup.sh and CMake look at, and fails in the middle when $HALF says so.
PIP = """#!/bin/bash
if [ "$1 $2" != "-m pip" ]; then exec {python} -S "$@"; fi
[ "$3" = install ] || exit 0
while [ "$1" != --target ]; do shift; done
echo "$TMPDIR ${{*:3}}" >> {log}
mkdir -p "$2"
case $3 in torch==*) {python} -S {make} "$2" "${{3#torch==}}";; esac
[ -z "$HALF" ]
"""


def make_torch(site, version, library="libtorch.so"):
    torch = pathlib.Path(site) / "torch"
    names = zip(("MAJOR", "MINOR", "PATCH"), version.split("."))
    for file, text in {"include/torch/csrc/api/include/torch/torch.h": "", f"lib/{library}": "", "__init__.py": "",
                       "include/torch/headeronly/version.h":
                       "".join(f"#define TORCH_VERSION_{name} {number}\n" for name, number in names)}.items():
        (torch / file).parent.mkdir(parents=True, exist_ok=True)
        (torch / file).write_text(text)
    return torch


class Setup(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nmt-setup-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.caches, self.log = self.folder / "cache" / "nmt", self.folder / "pip.log"
        (self.folder / "bin").mkdir()
        for tool in TOOLS:
            (self.folder / "bin" / tool).symlink_to(shutil.which(tool))
        self.program("python3", PIP.format(python=sys.executable, make=pathlib.Path(__file__).resolve(), log=self.log))

    def program(self, name, text):
        file = self.folder / "bin" / name
        file.write_text(text)
        file.chmod(0o755)

    def call(self, *command, code=0, **environment):
        environment |= {"PATH": str(self.folder / "bin"), "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.caches.parent)}
        done = subprocess.run(command, cwd=SOURCE, env=environment, text=True, capture_output=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        # CMake breaks long lines.
        return " ".join((done.stdout + done.stderr).split())

    def script(self, *arguments, **more):
        return self.call("bash", "scripts/setup.sh", *arguments, **more)

    def found(self, **more):
        return self.call("cmake", "-P", "cmake/LibTorch.cmake", **more)

    def installed(self):
        return [line.split(" ", 1)[1] for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def test_without_apt_get_packages_are_named_and_the_rest_goes_on(self):
        output = self.script()
        self.assertIn("Needed, by Debian's names: g++ cmake ninja-build ccache", output)
        self.assertEqual(self.installed(), ["torch==2.11.0 numpy"])
        self.assertIn(f"LibTorch 2.11.0 in {self.caches}/torch-2.11.0/torch", self.found())
        self.script()
        self.assertEqual(len(self.installed()), 1)

    def test_an_older_cmake_is_told_and_nothing_is_lost(self):
        torch = make_torch(self.caches / "torch-2.11.0", "2.11.0")
        (self.folder / "bin/cmake").unlink()
        self.program("cmake", "#!/bin/bash\necho cmake version 3.22.6\n[ $1 = --version ]")
        self.assertIn("cmake is needed, 3.25 or newer", self.script(code=1))
        self.assertTrue(torch.exists())
        self.assertEqual(self.installed(), [])

    def test_unknown_arguments_are_refused(self):
        self.assertIn("--formats", self.script("--format", code=2))
        self.assertEqual(self.installed(), [])

    def test_without_root_it_goes_on(self):
        make_torch(self.caches / "torch-2.11.0", "2.11.0")
        self.program("dpkg-query", "#!/bin/bash\n[ $3 = ccache ] || echo install ok installed\n")
        self.program("apt-get", "#!/bin/bash\nexit 100\n")
        self.program("id", "#!/bin/bash\necho 1000\n")
        output = self.script()
        self.assertIn("setup: installing ccache", output)
        self.assertIn("these could not be installed; going on without", output)

    def test_an_interrupted_installation_is_made_again(self):
        for left in ("torch-2.11.0", "torch-2.11.0.part"):
            make_torch(self.caches / left, "2.11.0", library="libtorch_cpu.so")
        self.script(code=1, HALF="1")
        self.assertTrue((self.caches / "torch-2.11.0").exists())  # until another one takes its place
        self.assertIn("was not found", self.found(code=1))
        self.script()
        self.assertEqual(os.listdir(self.caches), ["torch-2.11.0"])
        self.assertIn("LibTorch 2.11.0", self.found())
        # What pip moves lies on the same disk.
        for line in self.log.read_text().splitlines():
            self.assertTrue(line.startswith(f"{self.caches}/torch-2.11.0.part/"), line)

    def test_a_prefix_is_taken_as_pytorch_names_it(self):
        make_torch(self.caches / "torch-2.11.0", "2.11.0")
        torch = make_torch(self.folder / "elsewhere", "2.12.7")
        for prefix in (torch, torch / "share/cmake"):
            prefix.mkdir(parents=True, exist_ok=True)
            self.assertIn("LibTorch 2.12.7", self.found(CMAKE_PREFIX_PATH=str(prefix)))

    def test_the_newest_is_taken_or_the_one_asked_for(self):
        for version in ("2.9.1", "2.11.0", "2.100.0", "2.12.1"):
            make_torch(self.caches / f"torch-{version}", version)
        make_torch(self.caches / "torch-3.0.0.part", "3.0.0")
        self.assertIn("LibTorch 2.100.0 in", self.found())
        self.script()
        self.script(NMT_TORCH_VERSION="2.12.1")
        self.assertEqual(self.installed(), [])
        self.script(NMT_TORCH_VERSION="2.13.0")
        self.assertEqual(self.installed(), ["torch==2.13.0 numpy"])

    def test_a_torch_that_does_not_serve_is_named_and_another_one_installed(self):
        make_torch(self.folder / "site", "1.13.1")
        site = {"PYTHONPATH": str(self.folder / "site")}
        old = f"Not used: LibTorch 1.13.1 in {self.folder}/site/torch; 2.11.0 or newer is needed"
        self.assertIn(old, self.found(code=1, **site))
        self.assertIn(old, self.script(**site))
        self.assertIn("LibTorch 2.11.0 in", self.found(**site))
        (self.folder / "site/torch/lib/libtorch.so").unlink()
        self.assertIn(f"Not used: {self.folder}/site/torch, which lacks LibTorch's C++ headers", self.found(**site))

    def test_the_folder_named_must_be_one(self):
        torch = make_torch(self.folder / "named", "2.1.0")
        make_torch(self.caches / "torch-2.11.0", "2.11.0")
        command = ("cmake", f"-DNMT_TORCH_DIR={torch}", "-P", "cmake/LibTorch.cmake")
        self.assertIn("older than 2.11.0, the oldest that was tried", self.call(*command))
        (torch / "lib/libtorch.so").unlink()
        self.assertIn("holds no LibTorch", self.call(*command, code=1))

    def test_wheels_for_python_lie_where_that_python_looks(self):
        self.script("--formats")
        folder = self.caches / f"formats-2-{sys.implementation.cache_tag}"
        self.assertTrue(folder.is_dir())
        other = make_torch(self.caches / "torch-2.12.0", "2.12.0") / "_C.cpython-20-x86_64-linux-gnu.so"
        other.write_text("")
        (self.caches / "torch-2.11.0/torch/_C.so").write_text("")
        paths = self.call("python3", "-c", "import formats, sys; print(sys.path)", PYTHONPATH="scripts")
        self.assertIn(f"'{folder}'", paths)
        self.assertIn(f"'{self.caches}/torch-2.11.0'", paths)
        self.assertNotIn("torch-2.12.0", paths)


if __name__ == "__main__":
    if len(sys.argv) == 3:  # called by the stand-in for pip
        make_torch(sys.argv[1], sys.argv[2], "libtorch_cpu.so" if os.environ.get("HALF") else "libtorch.so")
    else:
        unittest.main()
