"""How static files are stored: under hashed names, compressed once when they are collected."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports of our JavaScript modules to hashed names."""

    support_js_module_import_aggregation = True
