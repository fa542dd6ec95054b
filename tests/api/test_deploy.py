"""The nginx example of docs/deploy.md, word for word, in front of the real service."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from api.cluster_database import url_of
from api.gate import LARGER_BODIES_BYTES, LARGEST_BODY_BYTES
from api.surface import HSTS
from tests.accounts import bearer, dispatcher
from tests.api.front import FRAME, HOST, Named, grainy_photo, make_certificate
from tests.api.routes.towns import position
from tests.databases import clone
from tests.servers import CHECKOUT, free_port, serving

PAGE = (CHECKOUT / "docs" / "deploy.md").read_text(encoding="utf-8")
LARGEST_PHOTO_BYTES = max(LARGER_BODIES_BYTES.values())
TOO_LARGE = "/api/v1/problems#body-too-large"
#: Enough for a test, few enough to be reached.
SIGN_INS = 5
CANARY = "canary-4417"


@dataclass(frozen=True)
class Deployed:
    """nginx and the service behind it: their ports, their logs, the certificate, the database."""

    folder: Path
    http_port: int
    https_port: int
    database_url: str
    service: str

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "wangge.pem"))

    @property
    def host(self) -> str:
        return f"{HOST}:{self.https_port}"

    def client(self, source: str = "127.0.0.1") -> httpx.Client:
        """A browser at another address of this machine."""
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.https_port}",
            headers={"Host": self.host},
            transport=Named(verify=self.trust, local_address=source, trust_env=False),
            timeout=30,
        )

    def logs(self) -> str:
        """All that nginx wrote down."""
        return "\n".join(log.read_text(errors="replace") for log in self.folder.glob("*.log"))


@pytest.fixture(scope="module")
def deployed(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str, walkable: Path
) -> Iterator[Deployed]:
    if not shutil.which("nginx", path=PATH) or not shutil.which("openssl"):
        pytest.skip("the nginx example is tried where nginx and openssl are installed (package nginx-light)")
    make_certificate(walkable)
    http_port, https_port = free_port(), free_port()
    settings = {
        "WANGGE_PUBLIC_URL": f"https://{HOST}:{https_port}",
        "WANGGE_TRUSTED_PROXIES": "127.0.0.1/32",
        "WANGGE_LIMIT_SIGN_IN": str(SIGN_INS),
    }
    with clone(admin, toytown_template, worker_id) as name:
        database_url = url_of(server_url, name)
        with serving(database_url, var=walkable, settings=settings) as service:
            found = Deployed(walkable, http_port, https_port, database_url, service)
            with _nginx(found):
                yield found


#: Debian keeps nginx where plain users do not look.
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])


def _example(found: Deployed) -> str:
    """The example with this machine's ports and folders: second addresses of loopback stand for IPv6."""
    text: str
    [text] = re.findall(r"^```nginx\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for old, new in {
        "listen 80": f"listen 127.0.0.1:{found.http_port}",
        "listen [::]:80": f"listen 127.0.0.2:{found.http_port}",
        "listen 443": f"listen 127.0.0.1:{found.https_port}",
        "listen [::]:443": f"listen 127.0.0.2:{found.https_port}",
        f"https://{HOST}$": f"https://{found.host}$",
        "/etc/nginx/tls/": f"{found.folder}/",
        "/var/log/nginx/": f"{found.folder}/",
        "http://127.0.0.1:8000": found.service,
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text


@contextmanager
def _nginx(found: Deployed) -> Iterator[None]:
    configuration = found.folder / "nginx.conf"
    configuration.write_text(FRAME.format(folder=found.folder, example=_example(found)))
    command = [str(shutil.which("nginx", path=PATH)), "-p", str(found.folder), "-e", "stderr", "-c", str(configuration)]
    with (found.folder / "nginx.stderr.log").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        _wait_until_listening(process, found)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_listening(process: subprocess.Popen[bytes], found: Deployed) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", found.https_port), 1).close()
        except OSError:
            if process.poll() is not None:
                pytest.fail(f"nginx ended with code {process.returncode}:\n{found.logs()}")
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nginx does not listen:\n{found.logs()}")


def test_pages_and_answers_come_over_tls_with_each_header_once(deployed: Deployed) -> None:
    with deployed.client() as browser:
        for path in ("/sign-in", "/api/v1/levels", "/static/css/base.css", "/no-such-page"):
            headers = browser.get(path).headers
            for name in ("strict-transport-security", "content-security-policy", "x-content-type-options"):
                assert len(headers.get_list(name)) == 1, (path, name)
            assert headers["strict-transport-security"] == HSTS
            assert headers["server"] == "nginx"
        assert browser.get("/sign-in").headers["content-type"].startswith("text/html")
        assert browser.get("/api/v1/levels").json()


def test_the_session_s_cookie_goes_over_tls_alone_and_out_of_reach(deployed: Deployed) -> None:
    password = _account_added(deployed, "doorkeeper")
    with deployed.client("127.0.0.9") as browser:
        answer = browser.post("/api/v1/session", json={"login": "doorkeeper", "password": password})
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"].lower()
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))
        assert browser.get("/api/v1/session").json()["login"] == "doorkeeper"


def _account_added(deployed: Deployed, login: str) -> str:
    """The password that the operator's command prints."""
    environment = os.environ | {
        "DATABASE_URL": deployed.database_url,
        "WANGGE_VAR": str(deployed.folder),
        "PYTHONPATH": str(CHECKOUT),
    }
    command = [sys.executable, "-P", "-m", "api.cli", "account", "add", login, "--role", "system_administrator"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    [password] = re.findall(r"shown this once: (\S+)", said)
    return str(password)


def test_plain_http_is_sent_to_https(deployed: Deployed) -> None:
    answer = httpx.get(f"http://127.0.0.1:{deployed.http_port}/sign-in?next=/", headers={"Host": HOST}, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{deployed.host}/sign-in?next=/")


def test_what_a_client_says_of_its_address_is_not_believed(deployed: Deployed) -> None:
    # From the proxy's own address: what stood before it in the header would be believed.
    with deployed.client("127.0.0.1") as guesser, deployed.client("127.0.0.4") as another:
        answers = [_sign_in(guesser, f"198.51.100.{n}").status_code for n in range(SIGN_INS + 1)]
        assert answers == [401] * SIGN_INS + [429]
        assert _sign_in(another).status_code == 401


def _sign_in(browser: httpx.Client, said: str | None = None) -> httpx.Response:
    headers = {"X-Forwarded-For": said, "Forwarded": f"for={said}"} if said else {}
    return browser.post("/api/v1/session", json={"login": uuid4().hex, "password": "x" * 12}, headers=headers)


def test_photos_pass_up_to_the_service_s_own_limit(deployed: Deployed) -> None:
    with deployed.client() as browser:
        browser.headers.update(bearer(dispatcher(deployed.database_url)))
        address = f"/api/v1/reports/{_filed(browser)}/photos?taken=before"
        photo = grainy_photo()
        assert LARGEST_PHOTO_BYTES * 0.8 < len(photo) <= LARGEST_PHOTO_BYTES
        assert _sent(browser, address, photo).status_code == 201
        assert _sent(browser, address, bytes(LARGEST_PHOTO_BYTES)).json()["type"].endswith("#photo-refused")
        refused = _sent(browser, address, bytes(LARGEST_PHOTO_BYTES + 1))
        assert (refused.status_code, refused.json()["type"]) == (413, TOO_LARGE)


def test_other_bodies_pass_up_to_the_service_s_own_limit(deployed: Deployed) -> None:
    with deployed.client() as browser:
        kind = {"Content-Type": "application/json"}
        taken = browser.post("/api/v1/reports", content=b" " * LARGEST_BODY_BYTES, headers=kind)
        assert taken.status_code in {400, 422}
        refused = browser.post("/api/v1/reports", content=b" " * (LARGEST_BODY_BYTES + 1), headers=kind)
        own = httpx.post(f"{deployed.service}/api/v1/reports", content=b" " * (LARGEST_BODY_BYTES + 1), trust_env=False)
        for answer in (refused, own):
            assert (answer.status_code, answer.json()["type"]) == (413, TOO_LARGE)
            assert answer.headers["content-type"] == "application/problem+json"


def _filed(browser: httpx.Client) -> str:
    report = {"kind": "M01", "text": "楼道内堆放杂物", "source": "app", "client_key": "key", "subject": position(0, 0)}
    answer = browser.post("/api/v1/reports", json=report)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def _sent(browser: httpx.Client, address: str, photo: bytes) -> httpx.Response:
    return browser.post(address, content=photo, headers={"Content-Type": "image/jpeg"})


def test_another_name_is_not_even_shown_the_certificate(deployed: Deployed) -> None:
    for name in ("other.example", None):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", deployed.https_port), 5) as raw,
            pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"),
        ):
            context.wrap_socket(raw, server_hostname=name)


@pytest.mark.parametrize("port", ["http_port", "https_port"])
def test_another_host_gets_no_answer(deployed: Deployed, port: str) -> None:
    asked = b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n"
    assert _said(deployed, getattr(deployed, port), asked) == b""


def test_a_host_beside_the_address_is_refused_by_the_service(deployed: Deployed) -> None:
    asked = f"GET https://{deployed.host}/ HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n"
    said = _said(deployed, deployed.https_port, asked.encode())
    assert said.startswith(b"HTTP/1.1 421")
    assert b"#wrong-host" in said


def _said(deployed: Deployed, port: int, asked: bytes) -> bytes:
    """What comes back until the connection is closed."""
    said = b""
    with _connected(deployed, port) as connection:
        connection.sendall(asked)
        while chunk := connection.recv(65_536):
            said += chunk
    return said


def _connected(deployed: Deployed, port: int) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), 5)
    return deployed.trust.wrap_socket(plain, server_hostname=HOST) if port == deployed.https_port else plain


def test_nginx_writes_down_neither_paths_nor_queries(deployed: Deployed) -> None:
    with deployed.client() as browser:
        told = browser.get(f"/follow/{CANARY}", params={"secret": CANARY}).headers["x-request-id"]
        _sent(browser, f"/{CANARY}?secret={CANARY}", bytes(LARGEST_BODY_BYTES + 1))
    plain = f"http://127.0.0.1:{deployed.http_port}/{CANARY}?secret={CANARY}"
    httpx.get(plain, headers={"Host": HOST, "Referer": f"https://{HOST}/{CANARY}"}, trust_env=False)
    for _ in range(50):
        if told in (logged := deployed.logs()):
            break
        time.sleep(0.05)
    assert told in logged
    assert CANARY not in logged
