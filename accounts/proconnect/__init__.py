"""Login by ProConnect (OpenID Connect): the library, and the checks that it leaves out (requirements I1 to I9)."""
