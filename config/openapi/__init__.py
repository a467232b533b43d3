"""The OpenAPI document of the interfaces for programs; tests/config/test_openapi.py holds it against the answers."""
