"""The service of src/service.rs, in CPython: the same requests, the same replies. Not a variant: the others import it."""

import zlib

USERS, ARTICLES = 50, 40
MASK = (1 << 64) - 1


class Request:
    __slots__ = ("number", "user", "address")

    def __init__(self, number):
        chance = ((number * 6364136223846793005 & MASK) >> 33) ^ number
        self.number = number
        self.user = chance % USERS
        self.address = f"/article/{chance // USERS % ARTICLES}?visit={number}"


class Session:
    __slots__ = ("requests", "last_address")

    def __init__(self):
        self.requests = 0
        self.last_address = ""


def serve(requests, part):
    """So many requests, one after the other. Gives the sessions, which live as long as the service, and the checksum."""
    sessions = {}
    crc = 0
    for number in range(requests):
        request = Request(number)
        session = sessions.get(request.user)
        if session is None:
            session = sessions[request.user] = Session()
        session.requests += 1
        session.last_address = request.address
        reply = f"<p>{request.address}: welcome back, user {request.user}, for the {session.requests}. time</p>"
        part.handle(request, reply)
        crc = zlib.crc32(f"{reply}\t{number}\n".encode(), crc)
    return sessions, crc
