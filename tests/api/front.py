"""What the front needs that is tried before the service: a certificate of its own, and a photo that is hard to pack."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

HOST = "wangge.example"
FRAME = """
daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
error_log stderr crit;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{example}
}}
"""


class Named(httpx.HTTPTransport):
    """Asks for the example's host in the handshake, wherever it connects to."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": HOST}
        return super().handle_request(request)


def make_certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", "wangge.key", "-out", "wangge.pem", "-days", "2", "-subj", f"/CN={HOST}"]
    command += ["-addext", f"subjectAltName=DNS:{HOST}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def grainy_photo() -> bytes:
    grain = np.random.default_rng(7).integers(0, 256, (1800, 1800, 3), dtype=np.uint8)
    made = BytesIO()
    Image.fromarray(grain).save(made, "JPEG", quality=98, subsampling=0)
    return made.getvalue()
