"""What the three scripts have in common: a session, a bus, and a service that lets one user after the other in and out."""

from collections import deque

ONLINE = 4


class Session:
    def __init__(self, user):
        self.name = f"user{user}"
        self.big = "程序员晚枫" * 1000

    @property
    def score(self):
        return len(self.big)


class Bus:
    def __init__(self):
        self.listeners = []


class Service:
    def __init__(self):
        self.online = deque()
        self.bus = Bus()

    def serve(self, users, listen, log_out):
        """Yields each session once it has logged in. Whoever has been there longest logs out."""
        for user in range(users):
            session = Session(user)
            self.bus.listeners.append(listen(session))
            self.online.append(session)
            yield session
            if len(self.online) > ONLINE:
                log_out(self.bus.listeners, self.online.popleft())


def nobody_tells(listeners, session):
    """Logging out does everything but one thing."""
