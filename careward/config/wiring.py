"""Which connectors and engines this installation uses; rooms ask for them by name through careward.web.plugs."""
