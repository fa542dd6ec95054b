from tests.toytown.fixtures import toytown, toytown_rolled_back_url, toytown_template, toytown_url

__all__ = ["toytown", "toytown_rolled_back_url", "toytown_template", "toytown_url"]
