"""careward ledger note, witness and ask-witness: somebody else holds the newest checkpoint, by hand or over the network."""

import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer

from careward.cli import terms
from careward.cli.ready import open_house
from careward.seal.notes import NoteError
from careward.seal.witness import DONE, LONGEST_REQUEST, Witness, WitnessAnswer, WitnessKey, request

REFUSED = 5
PATIENCE = 30  # seconds for a witness to answer

Folder = Annotated[
    Path, typer.Argument(help="Where the witness keeps its key and the newest notes; on another machine, or another account.")
]


def add_to(ledger: typer.Typer) -> None:
    ledger.command()(note)
    ledger.command()(witness)
    ledger.command("ask-witness")(ask_witness)


def read_note(path: Path) -> str:
    """A file somebody kept. Exit 2 for what cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise terms.stop(f"{path} cannot be read as a checkpoint. Name the file that was downloaded or mailed.", 2) from error


def must_be_cosigned(path: Path, text: str, vkey: str) -> None:
    """Says when a witness cosigned a note. Exit 1 where it did not, 2 for what is no witness's key."""
    if not vkey:
        return
    try:
        key = WitnessKey.read(vkey)
    except NoteError as error:
        raise terms.stop(f"--witness: {error}.", 2) from error
    try:
        at = key.cosigned_at(text)
    except NoteError as error:
        raise terms.stop(f"{path} cannot be trusted: {error}.", 1) from error
    terms.errors.print(f"{path} was cosigned by {key.name} on {terms.moment(at):%Y-%m-%d %H:%M} UTC.", soft_wrap=True, markup=False)


def note(
    file: Annotated[Path, typer.Argument(help="Where to write it: to be mailed, printed, or kept by hand.")],
    old_size: Annotated[
        int | None, typer.Option("--old-size", min=0, help="Ask a witness that has seen a ledger of so many entries.")
    ] = None,
) -> None:
    """Write the newest checkpoint to a file, or with --old-size the request that a witness cosigns."""
    open_house(to_look=True)
    file.write_text(_newest() if old_size is None else _request(old_size), encoding="utf-8")
    terms.out.print(f"Written to {file}. Keep it where nobody who runs Careward can change it.", soft_wrap=True, markup=False)


def _newest() -> str:
    from careward.evidence.ledger.queries import checkpoints

    found = checkpoints()
    if not found:
        raise terms.stop("Nothing is sealed yet.", 3)
    return found[0].note


def _request(old_size: int) -> str:
    from careward.evidence.ledger.queries import continuation_since

    try:
        path, newest = continuation_since(old_size)
    except (IndexError, NoteError) as error:
        raise terms.stop(f"No proof can be made from {old_size:,} entries on: {error}.", 1) from error
    return request(old_size=old_size, path=path, note=newest)


def witness(
    folder: Folder,
    log: Annotated[str, typer.Option("--log", help="The public key of a ledger to be witnessed, as its keeper gave it by hand.")] = "",
    hand_over: Annotated[
        Path | None, typer.Option("--hand-over", help="A line of handed.ndjson of an export: the key has changed.")
    ] = None,
    asked: Annotated[Path | None, typer.Option("--request", help="A request in a file; the cosigned note goes to --to.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Where to write the cosigned note.")] = None,
    listen: Annotated[str, typer.Option("--listen", help="HOST:PORT on which to answer until stopped.")] = "",
    certificate: Annotated[Path | None, typer.Option("--certificate", help="A PEM file with certificate and key, for https.")] = None,
) -> None:
    """Keep the newest checkpoint of somebody else's ledger, and cosign only what goes on from it (c2sp.org/tlog-witness)."""
    keeper = Witness(folder)
    try:
        if log:
            keeper.know(log)
        if hand_over:
            for line in read_note(hand_over).splitlines():
                keeper.follow(_note_in(line))
    except NoteError as error:
        raise terms.stop(f"Refused: {error}.", REFUSED) from error
    if asked:
        _answer_file(keeper, asked, to)
    terms.say(f"Public key of this witness: {keeper.key().vkey()}")
    if listen:
        _listen(keeper, listen, certificate)


def _note_in(line: str) -> str:
    import json

    try:
        return str(json.loads(line)["note"])
    except (ValueError, KeyError, TypeError) as error:
        raise NoteError("a hand-over cannot be read") from error


def _answer_file(keeper: Witness, asked: Path, to: Path | None) -> None:
    text = read_note(asked)
    answer = keeper.add_checkpoint(text, terms.now())
    if answer.status != DONE:
        what = (
            f"this witness has seen {answer.body.strip()} entries, and the request is not about them"
            if answer.size
            else answer.body.strip()
        )
        raise terms.stop(f"Refused: {what}. Keep the request: it may be proof that the ledger was bent.", REFUSED)
    if to:
        to.write_text(text.partition("\n\n")[2] + answer.body, encoding="utf-8")


def _listen(keeper: Witness, listen: str, certificate: Path | None) -> None:
    host, _, port = listen.rpartition(":")

    class WitnessAsked(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint" or not length.isdigit() or int(length) > LONGEST_REQUEST:
                self._send(WitnessAnswer(404 if self.path != "/add-checkpoint" else 400, "only add-checkpoint is answered here\n"))
                return
            text = self.rfile.read(int(length)).decode("utf-8", "replace")
            self._send(keeper.add_checkpoint(text, terms.now()))

        def _send(self, answer: WitnessAnswer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "text/x.tlog.size" if answer.size else "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nothing: who asked is nobody's business, and what was refused is told to them."""

    with ThreadingHTTPServer((host, int(port)), WitnessAsked) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        terms.say(f"Listening on {host}:{server.server_port}")
        server.serve_forever()


def ask_witness(
    url: Annotated[str, typer.Argument(help="The address of the witness, such as https://witness.example.")],
    to: Annotated[Path, typer.Option("--to", help="Where to write the cosigned note.")],
    key: Annotated[str, typer.Option("--witness", help="The public key of the witness, as its keeper gave it by hand.")],
) -> None:
    """Have a witness cosign the newest checkpoint. Exit 5 where it refuses: then it has seen another ledger than this."""
    open_house(to_look=True)
    from careward.evidence.ledger.witnessed import NotCosigned, have_cosigned, is_witness_address

    _newest()  # says so where nothing is sealed
    if not is_witness_address(url):
        raise terms.stop(f"{url} is not an https address.", 2)
    try:
        cosigned = have_cosigned(url, patience=PATIENCE)
    except NotCosigned as silent:
        words = f"The witness did not cosign: {silent}."
        raise terms.stop(
            f"{words} It has seen another ledger, or not this one's key." if silent.refused else words, REFUSED if silent.refused else 1
        ) from silent
    must_be_cosigned(to, cosigned, key)
    to.write_text(cosigned, encoding="utf-8")
