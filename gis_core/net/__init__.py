"""Other hosts and programs: whom we ask, who asks us, and errors as programs read them."""
